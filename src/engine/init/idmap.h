/* SPDX-License-Identifier: Apache-2.0 */
/**
 * idmap.h - write a new user namespace's maps.
 * Spec: config-linux.md#user-namespace-mappings. See user_namespaces(7).
 */
#ifndef ENGINE_INIT_IDMAP_H
#define ENGINE_INIT_IDMAP_H

#include "core/str.h"
#include "libocispec/config.h"

/**
 * idmap_write - give @pid's user namespace its uid and gid maps.
 * @proc: a verified procfs handle
 *
 * With privilege they are written directly. Without, a map of just the caller's own id is written
 * (and setgroups denied), anything else goes through newuidmap and newgidmap.
 */
int idmap_write(int proc, pid_t pid, const struct oci_linux *l, struct err *e);

/**
 * idmap_format - the text of a map file.
 * @kind: "uid" or "gid"
 * @out: appended to
 *
 * Returns: 0; -EINVAL when it is more than the kernel takes.
 */
int idmap_format(const char *kind, const struct oci_id_mapping *m, size_t n, struct str *out,
		 struct err *e);

/**
 * idmap_check_joined - whether the user namespace that @pid has joined is the one described.
 *
 * Mappings may be given beside a path (containerd does so for the containers of a pod), since the
 * namespace's own are in force; others than those are a mistake.
 */
int idmap_check_joined(int proc, pid_t pid, const struct oci_linux *l, struct err *e);

/* idmap_ask - in a process in a new user namespace: have the runtime call idmap_write. */
int idmap_ask(int sock, struct err *e);

/**
 * idmap_check_user - refuse ids that the configuration's mappings leave out.
 *
 * Without mappings (a joined namespace has its own) everything passes; the kernel speaks then.
 */
int idmap_check_user(const struct oci_linux *l, const struct oci_user *user, struct err *e);

/* Whether the user namespace of @pid (0: the caller) denies setgroups: 1, 0 or -errno. */
int idmap_denies_setgroups(int proc, pid_t pid, struct err *e);

#endif
