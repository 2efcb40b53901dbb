/* SPDX-License-Identifier: Apache-2.0 */
/**
 * sync.h - what the runtime and the container's first process say to each other.
 *
 * One SOCK_SEQPACKET message per step: an error in the child is the same struct err in the parent,
 * and only that carries one. The end of the stream means that the peer is gone or, after
 * SYNC_START, that execve succeeded: the socket is close-on-exec.
 */
#ifndef ENGINE_INIT_SYNC_H
#define ENGINE_INIT_SYNC_H

#include "core/err.h"

enum sync_type {
	SYNC_MAPS = 1, /* child: write my uid and gid maps */
	SYNC_PID,      /* stage: here is the pid of init */
	SYNC_NETDEVS,  /* child: move network devices to where this netlink socket is */
	SYNC_HOOKS,    /* child: namespaces and mounts are there, run the host's hooks */
	SYNC_NOTIFY,   /* child: the seccomp listener, its fd or its number here; then waits */
	SYNC_READY,    /* child: all is set up, and verified */
	SYNC_GO,       /* parent: done, go on */
	SYNC_CGROUP,   /* parent: the cgroup is made; the descriptors to enter it by */
	SYNC_COMMIT,   /* parent: you are on record; live on without me */
	SYNC_START,    /* `run`: execute the user's program; `start` passes the gate */
	SYNC_ERROR,    /* child: failed; err says why. It ends. */
};

struct sync_msg {
	enum sync_type type;
	pid_t pid;	/* SYNC_PID */
	int remote_fd;	/* SYNC_NOTIFY without a descriptor: its number in the sender */
	struct err err; /* SYNC_ERROR; as received, num is above 0 and the text one line */
};

/* @fd_to_pass: -1 for none. */
int sync_send(int sock, enum sync_type type, int fd_to_pass, struct err *e);
int sync_send_pid(int sock, pid_t pid, struct err *e);
int sync_send_fds(int sock, enum sync_type type, const int *fds, size_t n_fds, struct err *e);
/* A descriptor that the other side has to fetch, by its number here. */
int sync_send_remote_fd(int sock, enum sync_type type, int fd, struct err *e);
void sync_send_error(int sock, const struct err *err); /* best effort: the peer may be gone */

/**
 * sync_recv - wait for a message.
 * @fd: receives a passed descriptor, or -1; may be NULL
 *
 * Returns: 1 and *msg; 0 at the end of the stream; or -errno.
 */
int sync_recv(int sock, struct sync_msg *msg, int *fd, struct err *e);

/* The same from a pipe, as gate_pass() gives it. */
int sync_read(int pipe, struct sync_msg *msg, struct err *e);

/* Waits for exactly this type. -EPIPE when the peer is gone, or the peer's own error. */
int sync_expect(int sock, enum sync_type type, struct err *e);
/* The same, with descriptors. *n_fds: room, then count; 0 on failure, and none is open then. */
int sync_expect_fds(int sock, enum sync_type type, int *fds, size_t *n_fds, struct err *e);

/**
 * sync_interruptible - from now on SIGTERM, SIGINT, SIGHUP and SIGQUIT end a wait with -EINTR, so
 * that what was begun can be undone, instead of ending this process.
 *
 * Until sync_uninterruptible, which puts the signals back as they were. @done: all was done, so
 * that they stay blocked: what comes now is too late to undo it, and this process, which is about
 * to end anyway, is to end with success. A child calls sync_forget_interrupts: the signals are not
 * its business. From there on it speaks by read(2) and write(2), as far as no descriptors are
 * passed: a seccomp profile may take the rest away.
 *
 * May be called again meanwhile, which changes nothing.
 */
int sync_interruptible(struct err *e);
void sync_uninterruptible(bool done);
void sync_forget_interrupts(void);
/* sync_interrupted - whether one has come: 0, or -EINTR and its message. */
int sync_interrupted(struct err *e);
/* Readable when one has come; -1 outside of sync_interruptible. */
int sync_interrupt_fd(void);

#endif
