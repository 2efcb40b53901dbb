# SPDX-License-Identifier: Apache-2.0

if NETCTL
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/ifname.c \
	src/net/ifname.h
endif
