/* SPDX-License-Identifier: Apache-2.0 */
/**
 * create.h - make a container: `create`, and the first half of `run`.
 */
#ifndef ENGINE_CREATE_H
#define ENGINE_CREATE_H

#include "engine/container.h"

struct create_options {
	const char *id;
	const char *bundle;	    /* NULL: the working directory */
	const char *config;	    /* file name; NULL: config.json in the bundle */
	const char *console_socket; /* path, or NULL */
	const char *pidfd_socket;
	const char *pid_file;
	int64_t preserve_fds;
	const char *listen_fds;	   /* $LISTEN_FDS, or NULL */
	const char *notify_socket; /* $NOTIFY_SOCKET, or NULL */
	bool no_pivot;
	bool no_new_keyring;
	bool keep_starting; /* run: init waits on the returned socket, not in the state directory */
	int console_fd;	    /* run with a foreground terminal: takes the master instead of
			     * console_socket; -1 otherwise */
	bool detached;	    /* a terminal needs console_socket then */
	char **args;	    /* NULL, or in place of process.args (Thunder's --args) */
};

struct created {
	struct container *container; /* locked; the caller frees */
	int pidfd;		     /* of init, a child of this process */
	int sync;     /* run: send SYNC_START here, then read the outcome; create: -1 */
	bool started; /* SYNC_START was sent in advance */
	bool terminal;
};

/**
 * container_create - do it all, or leave nothing.
 *
 * The journal is written before the first side effect; the state as soon as there is an init, while
 * that is at work. On failure what was made is removed again, and a later `delete --force` removes
 * what a killed runtime could not.
 */
int container_create(const struct runtime *rt, const struct create_options *o, struct created *out,
		     struct err *e);
void created_done(struct created *c);

#endif
