# SPDX-License-Identifier: Apache-2.0

if NETCTL
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/attach.h \
	src/net/dhcp.h \
	src/net/ifname.c \
	src/net/ifname.h \
	src/net/internal.h \
	src/net/json_stream.c \
	src/net/json_stream.h \
	src/net/jsonrpc.c \
	src/net/jsonrpc.h \
	src/net/monitor.h \
	src/net/nft.h \
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
	src/net/resolv.h \
	src/net/subscribers.h \
	src/net/vnic.h
endif
