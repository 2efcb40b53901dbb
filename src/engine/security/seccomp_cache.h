/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_cache.h - compiled profiles on disk.
 *
 * A directory of at most 256 files, each for the last profile whose hash begins with its name. A
 * file holds the whole profile next to the program and both are compared and summed when read, so
 * that neither a colliding hash nor a damaged file can give a container another's filter. Nothing
 * is read or written unless directory and file belong to the caller and nobody else can write them.
 */
#ifndef ENGINE_SECURITY_SECCOMP_CACHE_H
#define ENGINE_SECURITY_SECCOMP_CACHE_H

#include "core/str.h"
#include "libocispec/config.h"
#include <linux/filter.h>

/* Everything that the compiled program depends on: the profile without its listener, libseccomp's
 * version and the native architecture. */
void seccomp_cache_key(const struct oci_seccomp *s, struct str *out);

/* 1 and a heap program, or 0: absent, damaged, somebody else's. */
int seccomp_cache_load(int dirfd, const struct str *key, struct sock_filter **filter, size_t *n);
/* A failure only costs the next container some milliseconds. */
void seccomp_cache_save(int dirfd, const struct str *key, const struct sock_filter *filter,
			size_t n);

#endif
