# SPDX-License-Identifier: Apache-2.0

if NETCTL
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/attach.h \
	src/net/dhcp.h \
	src/net/ifname.c \
	src/net/ifname.h \
	src/net/internal.h \
	src/net/json_stream.h \
	src/net/jsonrpc.h \
	src/net/monitor.h \
	src/net/nft.h \
	src/net/ovs.h \
	src/net/ovsdb.h \
	src/net/portmap.h \
	src/net/resolv.h \
	src/net/subscribers.h \
	src/net/vnic.h
endif
