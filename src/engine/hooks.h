/* SPDX-License-Identifier: Apache-2.0 */
/**
 * hooks.h - run the programs that a configuration hooks into a container's life.
 * Spec: config.md#posix-platform-hooks.
 */
#ifndef ENGINE_HOOKS_H
#define ENGINE_HOOKS_H

#include "core/err.h"
#include "libocispec/config.h"

/**
 * hooks_run - run them in order, each fed the state document; the first failure ends it.
 * @kind: the name in the configuration, for messages
 * @state_json: the state document
 * @cwd: working directory, or NULL for the caller's
 *
 * Error: `error running <kind> hook #<index>: exit status 1, stdout: , stderr: …`, runc's words.
 */
int hooks_run(const char *kind, const struct oci_hook *hooks, size_t n, const char *state_json,
	      const char *cwd, struct err *e);

#endif
