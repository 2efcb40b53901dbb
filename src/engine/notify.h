/* SPDX-License-Identifier: Apache-2.0 */
/**
 * notify.h - sd_notify(3) from inside a container to who supervises the runtime.
 *
 * With NOTIFY_SOCKET among the runtime's variables, create shows the program a directory of the
 * container's state at /run/notify, and tells it in NOTIFY_SOCKET of a socket there. start and run
 * listen on that. Once the program has said READY=1, the supervisor is told so, and by MAINPID
 * which process to watch. No byte that the container chooses goes to the supervisor.
 */
#ifndef ENGINE_NOTIFY_H
#define ENGINE_NOTIFY_H

#include "core/err.h"
#include "libocispec/config.h"

#include <sys/types.h>

struct notify {
	int listener;		/* -1: there is nobody to tell */
	const char *supervisor; /* his socket; borrowed. "@name" is in the abstract namespace */
};
#define NOTIFY_NONE ((struct notify){ .listener = -1 })

/* What the program finds in NOTIFY_SOCKET. */
#define NOTIFY_VARIABLE "NOTIFY_SOCKET=/run/notify/notify.sock"

/* Adds the mount of the directory to a configuration. @state: the state directory, absolute */
void notify_add_mount(struct oci_config *c, const char *state);
/* Makes the directory. @dir: the state directory */
int notify_make_dir(int dir, struct err *e);

/**
 * notify_listen - before the program runs.
 * @supervisor: $NOTIFY_SOCKET, or NULL
 *
 * A container that was created without one is no error: then nobody is told.
 */
int notify_listen(struct notify *n, int dir, const char *supervisor, struct err *e);
void notify_close(struct notify *n);

/* Reads one message that is there, and passes on what is to be. Returns 1 when that was READY. */
int notify_relay(const struct notify *n, pid_t main_pid, struct err *e);

/* Relays until READY, or the end of the process, and waits until the supervisor has read it: he
 * finds out about a sender while that lives. */
int notify_wait(const struct notify *n, int pidfd, pid_t main_pid, struct err *e);

#endif
