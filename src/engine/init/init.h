/* SPDX-License-Identifier: Apache-2.0 */
/**
 * init.h - the container's first process, and the clone that makes it.
 *
 * `launch` is the runtime's half, `init` the child's. They talk over core/sock with init/sync.
 *
 *   runtime                                   init
 *   clone3                              ->    the other new namespaces, the joined ones
 *   (uid and gid maps)                  <-    SYNC_MAPS, SYNC_GO
 *   makes the cgroup; SYNC_CGROUP       ->    enters it, builds the file tree
 *   state.json, network devices         <-    SYNC_NETDEVS, SYNC_GO
 *   host's hooks                        <-    SYNC_HOOKS, SYNC_GO
 *                                       <-    SYNC_READY (verified; only execve is missing)
 *   run: SYNC_START                     ->    startContainer hooks, execve closes the socket
 *   create: SYNC_COMMIT                 ->    SYNC_GO: no longer dies with the runtime
 *   ends                                      waits at its gate for `start`
 */
#ifndef ENGINE_INIT_INIT_H
#define ENGINE_INIT_INIT_H

#include "engine/cgroup/cgroup.h"
#include "engine/fs/rootfs.h"
#include "engine/init/gate.h"
#include "engine/init/process.h"
#include "engine/namespaces.h"

/* All that the child needs; made by the parent, inherited by the clone. */
struct init {
	const struct oci_config *config;
	const char *id;
	int proc;
	struct namespaces ns;
	struct cgroup *cgroup;
	struct rootfs rootfs;
	struct process_plan process;
	bool new_keyring;
	int late_flags;	 /* CLONE_NEW* that init makes itself; set by launch */
	bool privileged; /* the runtime is root; set by launch */
	bool staged;	 /* a stage process has entered the user namespace already; set by launch */
	int64_t host_pid; /* of init, found by itself when hooks of its own need it */
	int sync;	  /* the child's end */
	struct gate
		gate; /* where it waits for `start`; none when the runtime starts it over sync */
	int console_sock; /* takes the terminal's master; -1 without a terminal */
};

struct launched {
	pid_t pid; /* as the host sees it */
	int pidfd;
	int sync; /* the parent's end */
};

/**
 * launch - clone init. It is running when this returns, with its maps written.
 *
 * On failure no process is left.
 */
int launch(struct init *in, struct launched *out, struct err *e);

/**
 * init_open_own - open this process's own files in /proc to itself, or close them again.
 *
 * The files of a process that cannot be dumped are root's; without privilege that is somebody else.
 * Where others may be in its user namespace already, they stay closed.
 */
int init_open_own(const struct init *in, bool open, struct err *e);

/* Whether launch sets its oom score, and not init itself. */
bool init_is_scored_outside(const struct init *in);

/* In the new user namespace: have its maps written. @sock: to the runtime */
int init_ask_maps(const struct init *in, int sock, struct err *e);

/* In the new or joined user namespace: become its root, so that what is made belongs to it. */
int init_become_root(struct init *in, struct err *e);

/* The names of init's steps in their order, NULL-terminated: for the test that guards it. */
const char *const *init_step_names(void);

/* The child's whole life; never returns. */
_noreturn_ void init_main(struct init *in);

#endif
