/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mountinfo.h - the mounts of the calling process, as /proc/self/mountinfo lists them.
 */
#ifndef ENGINE_FS_MOUNTINFO_H
#define ENGINE_FS_MOUNTINFO_H

#include "core/err.h"

struct mountinfo_entry {
	char *path; /* the mount point, unescaped */
	char *type; /* the file system's */
};

struct mountinfo {
	struct mountinfo_entry *v;
	size_t n, cap;
};

/* @proc: a verified procfs; core/procfs */
int mountinfo_read(int proc, struct mountinfo *out, struct err *e);
/* Pure. Returns 0 or -EINVAL for a line that is none of mountinfo's. */
int mountinfo_parse(const char *text, struct mountinfo *out, struct err *e);
void mountinfo_done(struct mountinfo *m);

#endif
