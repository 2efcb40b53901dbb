/* SPDX-License-Identifier: Apache-2.0 */
/**
 * store.h - directories, locks and JSON files of the orchestrator's state.
 */
#ifndef ORCH_STORE_H
#define ORCH_STORE_H

#include "core/json.h"
#include "orch/orch.h"

/* Makes the directories that every operation expects, 0700 where others have no business. */
int store_prepare(const struct orch *o, struct err *e);

/**
 * store_lock - the lock of one container: whoever changes it, its records or its network holds it.
 * @timeout_ms: 0 to give up at once
 *
 * Returns: a descriptor, which closing unlocks; -ETIMEDOUT when somebody else has it.
 */
int store_lock(const struct orch *o, const char *ns, const char *name, int timeout_ms,
	       struct err *e);
/* Is a descriptor of this process that lock? 1 or 0. */
int store_lock_is(const struct orch *o, const char *ns, const char *name, int fd);
/* The lock of a file that containers share (the registry's two); waits up to ten seconds. */
int store_lock_shared(const struct orch *o, const char *what, struct err *e);

/**
 * store_load - read a JSON file of ours.
 *
 * One that is not JSON is kept aside as PATH.corrupt-<seconds since 1970>, and the log says so.
 *
 * Returns: 1 and *out; 0 when there is none; -EBADMSG when it was corrupt, and is aside now; or
 * another -errno.
 */
int store_load(const char *path, struct json_doc **out, struct err *e);
/* Puts a damaged file aside, as store_load does, for whoever finds it out later. Returns -EBADMSG.
 */
int store_set_aside(const char *path, struct err *e);
/* Whole or not at all, and on the disk when it returns. */
int store_save(const char *path, const char *text, size_t len, struct err *e);
/* Removes a file; one that is not there is no error. */
int store_remove(const char *path, struct err *e);

/* Removes what was left of files of the state that were being written when somebody was killed: of
 * those of all containers, and of @ns's and @name's own. */
int store_sweep(const struct orch *o, struct err *e);
int store_sweep_container(const struct orch *o, const char *ns, const char *name, struct err *e);

/* Names of the entries of a directory, sorted; none when there is no such directory. Leaves out
 * those that begin with a dot. */
int store_list(const char *path, char ***out, struct err *e);

/* Now, as the cloud agent writes it: "2026-02-01T10:00:00.123456", UTC. */
void store_timestamp(char out[32]);

#endif
