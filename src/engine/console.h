/* SPDX-License-Identifier: Apache-2.0 */
/**
 * console.h - a container's terminal: made inside, handed outside.
 */
#ifndef ENGINE_CONSOLE_H
#define ENGINE_CONSOLE_H

#include "core/err.h"
#include "libocispec/config.h"

/* Whether a terminal, or none, goes with how the runtime is called; runc's words. */
int console_check(const struct oci_process *p, bool detached, const char *console_socket,
		  struct err *e);

/**
 * console_open - a new pty of the devpts that the calling process's root has.
 * @root: the container's root; "dev/pts/ptmx" below it is verified to be a devpts's multiplexer
 *
 * The slave comes from TIOCGPTPEER, never from a name inside the container (CVE-2025-52565).
 */
int console_open(int root, int *master, int *slave, struct err *e);

/* The slave takes process.consoleSize, else the size of the terminal that is standard input until
 * now, if it is one; and becomes descriptors 0, 1, 2 and the controlling terminal; owned by the
 * user. The caller is a session leader. */
int console_attach(int slave, const struct oci_process *p, struct err *e);

/* Hand the master over a connected socket, in runc's form: one message with one descriptor. */
int console_send(int sock, int master, struct err *e);

#endif
