/* SPDX-License-Identifier: Apache-2.0 */
/**
 * creation.h - a create or restore in progress: what create.c and criu/restore.c share.
 */
#ifndef ENGINE_CREATION_H
#define ENGINE_CREATION_H

#include "engine/create.h"
#include "engine/init/init.h"
#include "engine/netdev_keeper.h"

/* The supervisor of the caller is to be told when the program is ready. */
static inline bool creation_notifies(const struct create_options *o)
{
	return o->notify_socket && *o->notify_socket;
}

/* What a create in progress owns; undone in reverse unless it is handed over. */
struct creation {
	const struct runtime *rt;
	const struct create_options *o;
	char *bundle;
	char *rootfs;
	char created[40];
	char **listen_env;
	struct oci_config *config;
	struct container *container;
	struct cgroup *cgroup;
	bool cgroup_made;
	struct netdevs netdevs;
	struct netdev_keeper keeper;
	struct rdt *rdt; /* NULL: none */
	int resctrl;	 /* its root; -1 without */
	bool rdt_made;
	bool started; /* SYNC_START is on its way */
	struct init init;
	struct launched launched;
};

void creation_init(struct creation *c, const struct runtime *rt, const struct create_options *o);
void creation_done(struct creation *c);

/* All that can be checked and computed before anything is made: the configuration read and checked,
 * namespaces to join opened, the cgroup's place, the mounts and the process planned. */
int creation_prepare(struct creation *c, struct err *e);

/* Before the first side effect; the state directory is there. */
int creation_write_journal(struct creation *c, struct err *e);
/* The cgroup with its limits, ready to be entered. */
int creation_make_cgroup(struct creation *c, struct err *e);
/* The class of resctrl, if one is configured. */
int creation_make_class(struct creation *c, struct err *e);
/* What state.json is to hold, from the process that launched names. */
int creation_fill_state(struct creation *c, struct err *e);

/* Everything that was made goes; what cannot is left to `delete --force`, which finds the journal.
 */
void creation_undo(struct creation *c);

/* When all is done: what a later step would read again from the journal. */
void creation_hand_over_journal(struct creation *c);

#endif
