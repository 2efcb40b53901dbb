/* SPDX-License-Identifier: Apache-2.0 */
/**
 * container.h - one container as it is on disk and in the kernel.
 *
 * The state directory is also the lock: flock(2) on its descriptor. Who gets the lock on a
 * directory that was removed meanwhile sees that it has no links left, and the container is gone.
 */
#ifndef ENGINE_CONTAINER_H
#define ENGINE_CONTAINER_H

#include "engine/runtime.h"
#include "engine/store.h"
#include "libocispec/state.h"

struct container {
	const struct runtime *rt;
	char *id;
	int dir; /* the state directory; carries the lock */
	bool locked;
	struct store_state state;     /* zeroed until loaded */
	struct store_journal journal; /* zeroed until container_load_journal */
	bool has_state;
	int damage; /* 0, or the -errno that reading state.json gave */
	int pidfd;  /* of init, when it is alive; else -1 */
	int status; /* enum oci_status */
};

enum container_lock { CONTAINER_UNLOCKED, CONTAINER_SHARED, CONTAINER_EXCLUSIVE };

/* 1..255 of [A-Za-z0-9_+.-], not beginning with '.' or '-'. */
int container_id_check(const char *id, struct err *e);

/**
 * container_new - make the state directory of a new container and lock it.
 * Returns: 0; -EEXIST "container with given ID already exists".
 */
int container_new(const struct runtime *rt, const char *id, struct container **out, struct err *e);

/**
 * container_open - find a container, lock it, and see how it is.
 *
 * Half-made and damaged ones are found too: has_state is false then and the status is
 * OCI_CREATING (locked by a create at work) or OCI_STOPPED.
 *
 * Returns: 0; -ENOENT "container does not exist".
 */
int container_open(const struct runtime *rt, const char *id, enum container_lock lock,
		   struct container **out, struct err *e);
void container_free(struct container *c);
void container_free_p(struct container **c);
#define autocontainer _cleanup_(container_free_p) struct container

/* Waits at most 10 s (-EBUSY). -ENOENT when it was deleted meanwhile. */
int container_lock(struct container *c, enum container_lock lock, struct err *e);
void container_unlock(struct container *c);

/* Loads create.json into c->journal. -EINVAL when it is missing or damaged. */
int container_load_journal(struct container *c, struct err *e);
/* The cgroup where the state (or the journal) says; the caller frees. 0 and NULL: none known. */
int container_cgroup(struct container *c, struct cgroup **out, struct err *e);

/* Looks at the kernel again: sets status and pidfd. */
int container_refresh(struct container *c, struct err *e);

/* Removes the files and the directory. Returns 0 only when they are gone. */
int container_remove_state(struct container *c, struct err *e);

/* The document that hooks read: heap, ends with a newline. @status: enum oci_status. */
char *container_state_json(const struct container *c, int status, pid_t pid);

/* Ids of the state directories, sorted, heap. */
int container_ids(const struct runtime *rt, char ***out, struct err *e);

/* Fills what identifies a process, from its pidfd and /proc. */
int container_identify(const struct runtime *rt, pid_t pid, int pidfd, struct store_state *s,
		       struct err *e);

#endif
