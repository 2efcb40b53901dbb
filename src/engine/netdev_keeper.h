/* SPDX-License-Identifier: Apache-2.0 */
/**
 * netdev_keeper.h - a process that moves network devices, and brings them back if create fails.
 *
 * Between the move and the end of create the devices live in a network namespace that ends with
 * init, and the kernel would destroy virtual ones. The keeper holds the namespace until it is told
 * that create has succeeded. When it is told nothing, because the runtime has failed or was killed,
 * it brings the devices back, and only then lets go of the container's lock.
 */
#ifndef ENGINE_NETDEV_KEEPER_H
#define ENGINE_NETDEV_KEEPER_H

#include "engine/netdev.h"

struct netdev_keeper {
	pid_t pid; /* 0: none */
	int line;  /* to it; -1 */
};
#define NETDEV_KEEPER_NONE                                                                         \
	{                                                                                          \
		0, -1                                                                              \
	}

struct netdev_move {
	struct netdevs *devices;
	int inside; /* a netlink socket of the container's network namespace; borrowed */
	pid_t pid;  /* of init, which is in it */
	int pidfd;  /* of init: while it lives on, its devices are its */
	int lock;   /* the container's: whoever waits for it finds the devices back */
};

/* netdev_keeper_start - move them. Its failure is undone as everything else: it may be that of a
 * signal, when they have been moved, and the keeper takes an init that lives for one that stays. */
int netdev_keeper_start(const struct netdev_move *m, struct netdev_keeper *out, struct err *e);
/* The devices stay where they are. None started is fine, here and below. */
void netdev_keeper_dismiss(struct netdev_keeper *k);
/* Returns when they are back. Init must be dead. */
void netdev_keeper_undo(struct netdev_keeper *k);

#endif
