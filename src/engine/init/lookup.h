/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lookup.h - find the program that a process document names.
 */
#ifndef ENGINE_INIT_LOOKUP_H
#define ENGINE_INIT_LOOKUP_H

#include "core/err.h"

/**
 * program_lookup - resolve args[0] as execvp would, with the caller's root, cwd and ids.
 * @path_env: the value of PATH in the process's environment; may be NULL
 *
 * Errors are those that callers of runc look for: `exec: "x": executable file not found in $PATH`,
 * `exec: "/x": stat /x: no such file or directory`, `exec: "/x": permission denied`,
 * `exec: "/x": is a directory`.
 */
int program_lookup(const char *name, const char *path_env, char **out, struct err *e);

#endif
