/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resolv.h - writing resolv.conf for a container, by descriptor.
 *
 * In a container's root the file is replaced by rename within /etc, which is not to be a symlink;
 * a symlink at the file's own place is replaced, never followed. A file that is a mount point, and
 * a file of the host (which is bind-mounted into a container), is written in place; to the latter
 * no symlink may lead, for it may be below a container's root.
 */
#ifndef NET_RESOLV_H
#define NET_RESOLV_H

#include "core/err.h"
#include "core/str.h"

enum resolv_kind {
	RESOLV_NONE, /* nowhere */
	RESOLV_PID,  /* /etc/resolv.conf in the root of a process */
	RESOLV_FILE, /* this file of the host */
};

struct resolv_target {
	enum resolv_kind kind;
	pid_t pid;	     /* RESOLV_PID */
	uint64_t start_time; /* its, in ticks after boot; 0: not checked */
	const char *path;    /* RESOLV_FILE: absolute; no symlink on the way is followed */
};

/* resolv_file_path - the path by which a file that a user names is to be a target: absolute and
 * without "." and "..", by the text alone; but /var/run is /run where it is a symlink to that. *out
 * is on the heap. */
int resolv_file_path(const char *file, char **out, struct err *e);

/* resolv_file_check - can it be a target: is its directory there, and is it a regular file, or
 * nothing so far? For RESOLV_FILE. Returns 0, -ELOOP for a symlink, -ENOENT, -EINVAL, or -errno. */
int resolv_file_check(const struct resolv_target *t, struct err *e);

/* resolv_text - what the file is to hold: a line that says whose it is, then servers and the search
 * domain (NULL: none). Servers occur once; those that are no address are left out. */
void resolv_text(const char *container, char *const *dns, const char *domain, struct str *out);

/* resolv_write - Returns 0; -ESRCH when the process is gone or is another one by now; -ELOOP when
 * /etc, or anything on the way to a file, is a symlink; or -errno. RESOLV_NONE writes nothing. */
int resolv_write(const struct resolv_target *t, const char *text, size_t len, struct err *e);

/* resolv_read - what is there now. Returns 1, 0 when there is no regular file, or -errno. */
int resolv_read(const struct resolv_target *t, struct str *out, struct err *e);

/* resolv_remove - take away what resolv_write made where nothing was before. */
int resolv_remove(const struct resolv_target *t, struct err *e);

/* resolv_sweep - take away what a resolv_write that was killed left beside the file. */
void resolv_sweep(const struct resolv_target *t);

#endif
