/* SPDX-License-Identifier: Apache-2.0 */
/**
 * runtime.h - an OCI runtime by its command line: runlet, runc, crun.
 */
#ifndef MONITOR_RUNTIME_H
#define MONITOR_RUNTIME_H

#include "core/err.h"
#include "core/str.h"

struct oci_runtime {
	const char *path; /* absolute */
	const char *root; /* its --root */
};

/**
 * oci_runtime_run - `RUNTIME --root ROOT ARGS…`, to its end.
 * @args: the command and its arguments, NULL-terminated
 * @input: for its standard input, NUL-terminated; NULL: none
 * @output: what it printed is appended, at most 1 MiB; may be NULL
 *
 * Returns: 0; -ECANCELED when it failed, with what it said last as the message; -ETIMEDOUT; -errno.
 */
int oci_runtime_run(const struct oci_runtime *rt, char *const *args, const char *input,
		    struct str *output, struct err *e);

/* The environment that it gets, and its argument vector (heap). */
extern char *const oci_runtime_env[];
char **oci_runtime_argv(const struct oci_runtime *rt, char *const *args);

/* `delete --force ID`; a container that is not there is no error. */
int oci_runtime_delete(const struct oci_runtime *rt, const char *id, struct err *e);

#endif
