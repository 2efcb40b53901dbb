/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ovs.h - what the commands of the group "ovs" share.
 */
#ifndef NETCTL_OVS_H
#define NETCTL_OVS_H

#include "net/ovs.h"
#include "netctl/netctl.h"

/* The options of every command of the group. */
struct ovs_args {
	char *db;
	char *timeout; /* seconds */
	bool no_wait;
};
#define O_OVS_READ_(t, m)                                                                          \
	O_STRING_("db", 0, t, m.db, "SOCKET", "the socket of the database's server"),              \
		O_STRING_("timeout", 't', t, m.timeout, "SECONDS",                                 \
			  "give up after this long; 0: never (default 10)")
#define O_OVS_CHANGE_(t, m)                                                                        \
	O_OVS_READ_(t, m),                                                                         \
		O_FLAG_("no-wait", 0, t, m.no_wait, "do not wait until ovs-vswitchd has done it")

/* Connects as the options say. */
int open_ovs(const struct ovs_args *args, struct ovs **out, struct err *e);

#endif
