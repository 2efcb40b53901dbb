/* SPDX-License-Identifier: Apache-2.0 */
/**
 * create_args.h - the options that create and run share.
 */
#ifndef RUNLET_CREATE_ARGS_H
#define RUNLET_CREATE_ARGS_H

#include "engine/create.h"
#include "runlet/runlet.h"

struct create_args {
	char *bundle, *config, *console_socket, *pidfd_socket, *pid_file;
	int64_t preserve_fds;
	bool no_pivot, no_new_keyring, detach;
};

/* Rows of an option table whose argument struct, of type t, has a struct create_args named create.
 */
#define CREATE_OPTS(t)                                                                             \
	O_STRING_("bundle", 'b', t, create.bundle, "DIR",                                          \
		  "the bundle, by default the working directory"),                                 \
		O_STRING_("config", 'f', t, create.config, "FILE",                                 \
			  "read the configuration from FILE instead of config.json"),              \
		O_STRING_("console-socket", 0, t, create.console_socket, "SOCKET",                 \
			  "send the terminal's master to this Unix socket"),                       \
		O_STRING_("pidfd-socket", 0, t, create.pidfd_socket, "SOCKET",                     \
			  "send a pidfd of init to this Unix socket"),                             \
		O_STRING_("pid-file", 0, t, create.pid_file, "FILE",                               \
			  "write the pid of init to FILE"),                                        \
		O_FLAG_("no-pivot", 0, t, create.no_pivot,                                         \
			"use chroot instead of pivot_root, for a root on a ramdisk"),              \
		O_FLAG_("no-new-keyring", 0, t, create.no_new_keyring,                             \
			"keep the caller's session keyring"),                                      \
		O_INT_("preserve-fds", 0, t, create.preserve_fds, "N",                             \
		       "pass N more descriptors on, from 3")

static inline struct create_options create_options_of(const struct create_args *a, const char *id)
{
	return (struct create_options){
		.id = id,
		.bundle = a->bundle,
		.config = a->config,
		.console_socket = a->console_socket,
		.pidfd_socket = a->pidfd_socket,
		.pid_file = a->pid_file,
		.preserve_fds = a->preserve_fds,
		.listen_fds = getenv("LISTEN_FDS"),
		.notify_socket = getenv("NOTIFY_SOCKET"),
		.no_pivot = a->no_pivot,
		.no_new_keyring = a->no_new_keyring,
		.console_fd = -1,
		.detached = a->detach,
	};
}

#endif
