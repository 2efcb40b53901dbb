/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bundle.h - config.json of a container, from its image's configuration and what was asked for.
 */
#ifndef ORCH_BUNDLE_H
#define ORCH_BUNDLE_H

#include "libocispec/config.h"
#include "libocispec/image.h"

enum bundle_network {
	BUNDLE_NETWORK_PATH = 1, /* joins netns, and leaves it as it is */
	BUNDLE_NETWORK_HOST,	 /* the host's own */
	BUNDLE_NETWORK_NEW,	 /* a new one with a loopback device */
};

/* A device node. */
struct bundle_device {
	const char *source;   /* on the host, absolute */
	const char *path;     /* in the container; NULL: the same */
	struct opt_uint mode; /* of permissions; not set: the host's, owner included */
};

/* All of it is borrowed. What is NULL or 0 is the image's, else the default. */
struct bundle {
	const char *rootfs;	       /* the mounted tree, an absolute path */
	const struct oci_image *image; /* may be NULL */
	/* Instead of an image: a configuration with process and root, which is taken as it is but
	 * for what is below. Its network, cgroup and terminal count for nothing; what is a list is
	 * added to; cmd replaces all its args. */
	const struct oci_config *base;

	char *const *entrypoint; /* replaces the image's entrypoint and, as docker does, its cmd */
	char *const *cmd;
	char *const *env; /* "NAME=value", over the image's */
	const char *user;
	const char *cwd;
	const char *hostname;
	bool terminal;
	bool read_only; /* the root */
	bool no_new_privileges;
	bool elevated; /* 0-OS: CAP_SYS_ADMIN and /dev/fuse */

	enum bundle_network network;
	const char *netns; /* BUNDLE_NETWORK_PATH: an absolute path, which has to exist */
	const char
		*resolv_conf; /* a file of the host, bound to /etc/resolv.conf; NULL: the image's */
	const char *hosts;    /* the same for /etc/hosts */

	const struct oci_mount *mounts; /* after the default ones; type and options as given */
	size_t n_mounts;
	const struct bundle_device *devices; /* nodes of the host, to be there and allowed */
	size_t n_devices;
	char *const *device_rules; /* "c 188:* rmw" */
	const struct oci_rlimit *rlimits;
	size_t n_rlimits;
	char *const *add_capabilities;	       /* "CAP_SYS_NICE" */
	const struct oci_resources *resources; /* memory, cpu, pids, …; devices come from above */
	const char *cgroups_path;
	const struct strmap *annotations; /* tags, labels */
};

/**
 * bundle_write - write DIR/config.json, whole or not at all.
 *
 * A user or group by name is looked up in the tree's own /etc/passwd and /etc/group, resolved below
 * its root; a number is never taken as a name. A relative mount source or a source that is missing
 * is an error here, as is a netns that is none.
 *
 * Returns: 0; -EINVAL with the reason; or -errno.
 */
int bundle_write(const char *dir, const struct bundle *b, struct err *e);

#endif
