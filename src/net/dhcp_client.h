/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dhcp_client.h - udhcpc as a process that outlives its starter.
 *
 * It is forked first and waits at a gate until it is on record: should the starter die before, the
 * client ends without having done anything.
 */
#ifndef NET_DHCP_CLIENT_H
#define NET_DHCP_CLIENT_H

#include "core/err.h"

/* In the client's environment, and so in that of its event program: the path of its record. */
#define DHCP_ENV "NETCTL_DHCP"

struct dhcp_client_args {
	int netns; /* borrowed; -1: the caller's */
	const char *ifname;
	const char *container; /* with ifname makes the client id */
	const char *hostname;  /* NULL: none */
	const char *record;    /* the record's path, which must be absolute */
};

struct dhcp_client {
	pid_t pid;
	int gate;   /* a byte lets it go on */
	int report; /* why it could not be executed; the end of it: it was */
};
#define DHCP_CLIENT_NONE                                                                           \
	{                                                                                          \
		.gate = -1, .report = -1                                                           \
	}

/* dhcp_client_fork - -ENOENT when no udhcpc and no busybox is installed. */
int dhcp_client_fork(const struct dhcp_client_args *a, struct dhcp_client *out, struct err *e);
/* dhcp_client_go - opens the gate, and waits until the program runs. */
int dhcp_client_go(struct dhcp_client *c, struct err *e);
/* Without dhcp_client_go the client ends. */
void dhcp_client_done(struct dhcp_client *c);

/* dhcp_client_id - option 61 for udhcpc's -x: type 0, the two names with a 0 between them. On the
 * heap. */
char *dhcp_client_id(const char *container, const char *ifname);

#endif
