/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dhcp.h - a DHCP client per interface: udhcpc (or busybox's) in the interface's namespace.
 *
 * A client is named by a container and an interface. It lives on its own, outlives whoever started
 * it, and runs this program at every event (net/dhcp_event.h), which sets address, MTU, routes and
 * DNS, and keeps the lease in <state_dir>/dhcp/<container>/<interface>.lease. Its client id is made
 * of the two names, so that with a stable MAC the server knows it again.
 *
 * A lease is only reported while its client lives, in this boot.
 */
#ifndef NET_DHCP_H
#define NET_DHCP_H

#include "core/record.h"
#include "net/resolv.h"

/* A lease file. Members by the names that udhcpc and the cloud's agent use; NULL, 0: not known. */
struct dhcp_route {
	char *destination; /* NETWORK/PREFIX */
	char *gateway;	   /* NULL: on the link */
};

struct dhcp_lease {
	char *event;	 /* "bound", "renew", "leasefail" */
	char *error;	 /* "lease_failed"; then there is no lease */
	char *timestamp; /* UTC, ISO 8601 */
	char *interface;
	char *mac;
	char *ip;
	uint64_t prefix;
	char *subnet; /* mask, dotted */
	char *mask;   /* the prefix once more, as udhcpc gives it */
	char *broadcast;
	char *router; /* the first, which the default route goes to */
	char *dns;    /* separated by spaces */
	char *domain;
	uint64_t mtu;
	char *hostname;
	char *ntpsrv;
	uint64_t lease; /* seconds */
	char *serverid;
	struct dhcp_route *routes; /* option 121, without a default route */
	size_t n_routes;
	/* Who holds it, and since when in seconds after boot. */
	char *boot_id;
	int64_t pid;
	uint64_t start_time;
	uint64_t since;
};
extern const struct record dhcp_lease_record;
void dhcp_lease_done(struct dhcp_lease *l);

struct dhcp_options {
	const char *state_dir;
	const char *container;		    /* [A-Za-z0-9_+.-], as an attach's name */
	const char *ifname;		    /* there, and up */
	int netns;			    /* borrowed; -1: the caller's */
	const char *hostname;		    /* sent to the server; NULL: none */
	uint32_t metric;		    /* of its routes */
	bool no_default;		    /* take no default route */
	const struct resolv_target *resolv; /* NULL: DNS is only reported */
};

/**
 * dhcp_start - start a client; one that is there by this name is ended before.
 *
 * It is on record before it sends anything. Nothing stays when this fails.
 *
 * Returns: 0; -ENODEV, no such interface; -ENOENT when neither udhcpc nor busybox is installed; or
 * -errno.
 */
int dhcp_start(const struct dhcp_options *o, struct err *e);

/**
 * dhcp_wait - wait for a lease.
 * @timeout_ms: -1: as long as the client lives
 * @out: may be NULL; free with dhcp_lease_done
 *
 * Returns: 1, 0 on time-out, -ESRCH when the client ended, or -errno.
 */
int dhcp_wait(const char *state_dir, const char *container, const char *ifname, int timeout_ms,
	      struct dhcp_lease *out, struct err *e);

/**
 * dhcp_stop - end a client: its address is given back, its lease file and record removed.
 *
 * Works when the namespace or the client is gone. The interface keeps neither address nor routes of
 * the lease. Returns: 1; 0 when there was no client by this name; or -errno.
 */
int dhcp_stop(const char *state_dir, const char *container, const char *ifname, struct err *e);
/* dhcp_stop_all - the same for all of a container's. Returns how many there were, or -errno. */
int dhcp_stop_all(const char *state_dir, const char *container, struct err *e);

struct dhcp_status {
	char *container;
	char *ifname;
	int64_t pid;
	bool running;
	struct dhcp_lease lease; /* event is NULL when there is none, or its client is gone */
	char *error;		 /* what was refused of the last event, or NULL */
};
void dhcp_status_done(struct dhcp_status *s);

/* dhcp_status - Returns 1, 0 when there is no client by this name, or -errno. */
int dhcp_status(const char *state_dir, const char *container, const char *ifname,
		struct dhcp_status *out, struct err *e);

/* dhcp_each - every client on record, or (@container not NULL) a container's. Ends when @fn returns
 * a negative number, and returns that. -EUCLEAN: all was seen but for records that are damaged. */
typedef int dhcp_each_fn(const struct dhcp_status *s, void *data, struct err *e);
int dhcp_each(const char *state_dir, const char *container, dhcp_each_fn *fn, void *data,
	      struct err *e);

#endif
