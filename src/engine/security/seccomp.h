/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp.h - a profile becomes a BPF program in the parent; the child only installs it.
 *
 * libseccomp compiles. System calls newer than the profile get ENOSYS rather than the default
 * action, as runc does, so that libcs fall back. The compiled program is cached by its profile's
 * hash (see seccomp_cache_*), written atomically, and never trusted when its owner or mode is
 * wrong. Spec: config-linux.md#seccomp.
 */
#ifndef ENGINE_SECURITY_SECCOMP_H
#define ENGINE_SECURITY_SECCOMP_H

#include "core/err.h"
#include "libocispec/config.h"
#include <linux/seccomp.h>

struct seccomp_program {
	void *filter;	     /* struct sock_filter[n] */
	size_t n;	     /* instructions, <= 4096 */
	unsigned long flags; /* SECCOMP_FILTER_FLAG_*, without NEW_LISTENER */
	bool notify;	     /* some rule notifies: a listener must be given away */
};

/**
 * seccomp_compile - make the program that a profile asks for.
 * @cache_dirfd: a directory that belongs to the caller, for compiled programs; -1 for no cache
 *
 * System calls that libseccomp does not know are skipped, as runc does. A usual profile takes some
 * 10 ms to compile, and 0.1 ms from the cache; one at the limit, seconds.
 *
 * Returns: 0; -E2BIG when the program would have more than 4096 instructions; -EINVAL.
 */
int seccomp_compile(const struct oci_seccomp *s, int cache_dirfd, struct seccomp_program *out,
		    struct err *e);
void seccomp_program_done(struct seccomp_program *p);

/* In the child, with no_new_privs set or CAP_SYS_ADMIN. Returns the listener's fd (close-on-exec)
 * when p->notify, else 0; or -errno. */
int seccomp_install(const struct seccomp_program *p, struct err *e);

/* What the program answers (SECCOMP_RET_*, with its data), or SECCOMP_EVAL_UNKNOWN when it is not
 * one that seccomp_compile makes. Pure: lets init ask which calls it has left before it installs.
 */
#define SECCOMP_EVAL_UNKNOWN 0x0fffffffu
uint32_t seccomp_program_eval(const struct seccomp_program *p, const struct seccomp_data *data);

/* Refuse unless the calling process is in filter mode. A program that does not let the question
 * through (it may kill who asks) is not asked. */
int seccomp_verify(const struct seccomp_program *p, struct err *e);

#endif
