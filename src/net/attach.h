/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attach.h - a list of vNICs into a network namespace, as one transaction.
 *
 * A container's attachment is on record in <state_dir>/attach/<container>.json before anything is
 * made, so that attach_remove finds what was made even after a kill at any moment. Generated MACs
 * are kept in <state_dir>/mac/<container>.json, beyond the removal, for the next time.
 *
 * One operation at a time on a container (a lock), and on a parent while a child of it is made.
 */
#ifndef NET_ATTACH_H
#define NET_ATTACH_H

#include "net/dhcp.h"
#include "net/vnic.h"

#define ATTACH_METRIC 100 /* of the first vNIC's default route; then 101, … */

struct attach_options {
	const char *state_dir;
	const char *container;	/* the key: [A-Za-z0-9_+.-], at most 128, no '.' or '-' in front */
	int netns;		/* borrowed */
	const char *netns_path; /* where it is pinned, for a removal later; NULL: nowhere */
	pid_t pid;		/* a process in it, for the same; 0: none */
	struct resolv_target resolv;
	const char *hostname;	 /* for DHCP; NULL: none */
	int64_t dhcp_timeout_ms; /* how long to wait for each lease; 0: not at all */
	bool dhcp_optional;	 /* a lease that does not come in time is no failure */
};

/* A vNIC as it was made. */
struct attached {
	struct vnic vnic; /* with what was detected; mac_address always set */
	char *network;	  /* "macvlan_eth0_192.168.1.0_24" */
	uint64_t metric;  /* of its default route */
	/* With DHCP, while there is a lease; in the record's JSON dhcp_ip, dhcp_gateway, dhcp_dns.
	 */
	char *dhcp_ip;
	char *dhcp_gateway;
	char *dhcp_dns;
};

struct attachment {
	char *container;
	char *state; /* "attaching", "attached"; "gone": its namespace is, and so are the vNICs */
	struct attached *v;
	size_t n;
};
void attachment_done(struct attachment *a);
/* As a JSON array, the shape of the cloud agent's runtime_vnics.json: the vNIC's members with
 * docker_network_name and the dhcp_* members added. */
void attachment_encode(const struct attachment *a, struct json_out *o);

/* attach_check_name - is this a name to attach by? Returns 0 or -EINVAL. */
int attach_check_name(const char *container, struct err *e);

/**
 * attach_add - make and configure all of a list's interfaces, or none.
 * @in: vnics_decode's
 * @out: may be NULL; free with attachment_done
 *
 * What an earlier call left that was killed, or that ran before the last boot, is removed first.
 *
 * Where the container has an attachment, its DHCP clients that have ended are started again, and
 * nothing else is done.
 *
 * Returns: 0; -EEXIST when it has one; -ENODEV no such parent; -EBUSY it is
 * used up; -EINVAL; -ETIMEDOUT no lease; or -errno. The message names the vNIC.
 */
int attach_add(const struct attach_options *o, const struct vnics *in, struct attachment *out,
	       struct err *e);

/**
 * attach_remove - take away what attach_add made: DHCP clients, links, DNS, the record.
 * @netns: borrowed; -1: the one on record
 * @forget: the generated MACs too
 *
 * Works when the namespace is gone. Returns: 1, 0 when there was nothing, or -errno.
 */
int attach_remove(const char *state_dir, const char *container, int netns, bool forget,
		  struct err *e);

/* attach_get - what is attached, with leases. Returns 1, 0 when nothing is, or -errno. */
int attach_get(const char *state_dir, const char *container, struct attachment *out, struct err *e);

/* attach_each - every container that has an attachment. -EUCLEAN: but for those whose records are
 * damaged. */
typedef int attach_each_fn(const struct attachment *a, void *data, struct err *e);
int attach_each(const char *state_dir, attach_each_fn *fn, void *data, struct err *e);

#endif
