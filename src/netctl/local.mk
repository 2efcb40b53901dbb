# SPDX-License-Identifier: Apache-2.0

if NETCTL
bin_PROGRAMS += netctl
netctl_SOURCES = src/netctl/main.c
netctl_LDADD = libcommands-netctl.a $(NET_ARCHIVES) $(NET_LIBS)
netctl_LDFLAGS = $(AM_LDFLAGS) -pie

# Without main, for tests.
noinst_LIBRARIES += libcommands-netctl.a
libcommands_netctl_a_SOURCES = \
	src/netctl/addr.c \
	src/netctl/apply.c \
	src/netctl/attach.c \
	src/netctl/bridge.c \
	src/netctl/cni.c \
	src/netctl/cni.h \
	src/netctl/commands.c \
	src/netctl/dhcp.c \
	src/netctl/dummy.c \
	src/netctl/internal.c \
	src/netctl/ipvlan.c \
	src/netctl/link.c \
	src/netctl/macvlan.c \
	src/netctl/make.c \
	src/netctl/make.h \
	src/netctl/monitor.c \
	src/netctl/neigh.c \
	src/netctl/netavark.c \
	src/netctl/netctl.h \
	src/netctl/output.c \
	src/netctl/ovs.c \
	src/netctl/ovs.h \
	src/netctl/ovs_show.c \
	src/netctl/portmap.c \
	src/netctl/route.c \
	src/netctl/site.c \
	src/netctl/site.h \
	src/netctl/target.c \
	src/netctl/target.h \
	src/netctl/veth.c \
	src/netctl/view.c \
	src/netctl/view.h \
	src/netctl/vlan.c

# As a CNI plugin it is called by the name of a type of network; netavark takes a driver by its own.
cnidir = $(libexecdir)/cni
netavarkdir = $(libexecdir)/netavark
CNI_TYPES = bandwidth bridge dhcp host-device host-local loopback macvlan ovs portmap ptp static
install-exec-hook:
	$(MKDIR_P) '$(DESTDIR)$(cnidir)'
	for type in $(CNI_TYPES); do \
		rm -f "$(DESTDIR)$(cnidir)/$$type" && \
		$(LN_S) '$(bindir)/netctl' "$(DESTDIR)$(cnidir)/$$type" || exit 1; \
	done
	$(MKDIR_P) '$(DESTDIR)$(netavarkdir)'
	rm -f '$(DESTDIR)$(netavarkdir)/netctl'
	$(LN_S) '$(bindir)/netctl' '$(DESTDIR)$(netavarkdir)/netctl'
uninstall-hook:
	for type in $(CNI_TYPES); do rm -f "$(DESTDIR)$(cnidir)/$$type"; done
	-rmdir '$(DESTDIR)$(cnidir)'
	rm -f '$(DESTDIR)$(netavarkdir)/netctl'
	-rmdir '$(DESTDIR)$(netavarkdir)'
endif
