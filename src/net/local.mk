# SPDX-License-Identifier: Apache-2.0

if NETCTL
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/addr.c \
	src/net/addr.h \
	src/net/attach.h \
	src/net/dhcp.h \
	src/net/dhcp_config.c \
	src/net/dhcp_config.h \
	src/net/ifname.c \
	src/net/ifname.h \
	src/net/interfaces.c \
	src/net/interfaces.h \
	src/net/internal.h \
	src/net/ip.c \
	src/net/ip.h \
	src/net/json_stream.c \
	src/net/json_stream.h \
	src/net/jsonrpc.c \
	src/net/jsonrpc.h \
	src/net/link.c \
	src/net/link.h \
	src/net/link_change.c \
	src/net/lock.c \
	src/net/lock.h \
	src/net/mac.c \
	src/net/mac.h \
	src/net/monitor.c \
	src/net/monitor.h \
	src/net/neigh.c \
	src/net/neigh.h \
	src/net/netns.c \
	src/net/netns.h \
	src/net/nft.h \
	src/net/nl.c \
	src/net/nl.h \
	src/net/ovs.c \
	src/net/ovs.h \
	src/net/ovs_bridge.c \
	src/net/ovs_change.h \
	src/net/ovs_config.c \
	src/net/ovs_port.c \
	src/net/ovs_rows.h \
	src/net/ovsdb.c \
	src/net/ovsdb.h \
	src/net/ovsdb_value.c \
	src/net/portmap.h \
	src/net/resolv.c \
	src/net/resolv.h \
	src/net/route.c \
	src/net/route.h \
	src/net/subscribers.c \
	src/net/subscribers.h \
	src/net/vnic.c \
	src/net/vnic.h \
	src/net/vnic_rules.c \
	src/net/vnic_rules.h
endif
