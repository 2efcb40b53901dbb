/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netdev.h - network devices of the host that a container takes over: linux.netDevices.
 *
 * A device goes into the container's network namespace under its new name, keeping what the kernel
 * keeps (MAC address, MTU, …), gets its permanent global addresses again and is set up. It is moved
 * just before the host's hooks, so that they and the sysctls find it: until then nothing can happen
 * to it. When create fails after that, it comes back as it was: name, addresses, routes, bridge.
 *
 * Later nobody moves it: a network namespace that ends sends physical devices to the initial one
 * and destroys virtual ones. Spec: config-linux.md#network-devices.
 */
#ifndef ENGINE_NETDEV_H
#define ENGINE_NETDEV_H

#include "engine/namespaces.h"
#include "engine/netdev_replay.h"

#include <net/if.h>

struct netdev {
	const char *name; /* on the host; the configuration's */
	const char *want; /* in the container; may end with %d */
	char target[IFNAMSIZ];
	unsigned flags; /* IFF_*, on the host */
	int index;	/* on the host */
	uint32_t master;
	struct replay addresses, routes;
	bool moved;
};

struct netdevs {
	struct netdev *v;
	size_t n;
	int outside; /* a netlink socket, here; -1 without devices */
	int inside;  /* the same in the container; borrowed */
};

/**
 * netdevs_find - look for the devices; nothing is changed.
 * @l: borrowed until netdevs_done; may be NULL
 *
 * Returns: 0; -ENODEV; -EINVAL, the container has no network namespace of its own, or the device is
 * the loopback one.
 */
int netdevs_find(const struct oci_linux *l, const struct namespaces *ns, int proc,
		 struct netdevs *out, struct err *e);
void netdevs_done(struct netdevs *d);

/**
 * netdevs_move - move them all, and set them up.
 * @inside: a netlink socket that was opened in the container's network namespace; borrowed until
 *   netdevs_done
 * @pid: a process that is in it
 *
 * On failure some may have been moved: netdevs_return.
 *
 * Returns: 0; -EEXIST, a name is in use there; or the kernel's errno.
 */
int netdevs_move(struct netdevs *d, int inside, pid_t pid, struct err *e);

/* Moves back what netdevs_move moved. The container's processes may be dead: the socket keeps the
 * namespace. What does not work is logged. */
void netdevs_return(struct netdevs *d);

/**
 * netdev_fill_template - the name that a template such as "eth%d" gives. Pure.
 * @used: the names in use, NULL-terminated
 *
 * A name without %d is itself. Returns: 0; -EINVAL, %d is not the only % of it, or the name becomes
 * too long.
 */
int netdev_fill_template(const char *want, char *const *used, char out[IFNAMSIZ], struct err *e);

#endif
