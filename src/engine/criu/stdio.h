/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stdio.h - what the first three descriptors of a container's init are, and who takes their place.
 *
 * "pipe:[7]", "/dev/pts/0"; or for a file of the host, which the images cannot hold, the name that
 * CRIU has for it, "file[1a:2b]". They are kept with the images as descriptors.json, as runc does.
 */
#ifndef ENGINE_CRIU_STDIO_H
#define ENGINE_CRIU_STDIO_H

#include "engine/criu/external.h"

#define STDIO_N 3

struct stdio {
	char *names[STDIO_N]; /* heap; "" or NULL: it has none */
};

/* @proc: a verified handle on the host's /proc */
int stdio_find(int proc, pid_t pid, struct stdio *out, struct err *e);
/* @dir: of the images */
int stdio_write(const struct stdio *s, int dir, struct err *e);
int stdio_read(int dir, struct stdio *out, struct err *e);
void stdio_done(struct stdio *s);

/* Files of the host are left out of the dump. */
void stdio_to_dump(const struct stdio *s, struct external *out);
/* The host's pipes and files are those of this process now. */
void stdio_to_restore(const struct stdio *s, struct external *out);

#endif
