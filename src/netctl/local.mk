# SPDX-License-Identifier: Apache-2.0

if NETCTL
bin_PROGRAMS += netctl
netctl_SOURCES = \
	src/netctl/main.c \
	src/netctl/monitor.c \
	src/netctl/netctl.h \
	src/netctl/output.c \
	src/netctl/ovs.c \
	src/netctl/ovs.h \
	src/netctl/ovs_show.c
netctl_LDADD = $(NET_ARCHIVES) $(NET_LIBS)
netctl_LDFLAGS = $(AM_LDFLAGS) -pie
endif
