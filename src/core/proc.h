/* SPDX-License-Identifier: Apache-2.0 */
/**
 * proc.h - processes by pidfd: start, signal, wait, run with a deadline.
 */
#ifndef CORE_PROC_H
#define CORE_PROC_H

#include "core/err.h"
#include "core/names.h"
#include "core/str.h"

int pidfd_open_(pid_t pid);	      /* the system call: an fd or -1 and errno */
int pidfd_signal(int pidfd, int sig); /* 0 or -errno */
/* Waits for a child by pidfd. *status as waitpid gives it. timeout_ms -1: for ever.
 * Returns 1 when it ended and was reaped, 0 on time-out, or -errno. */
int pidfd_wait(int pidfd, int timeout_ms, int *status, struct err *e);
/* How a process ended that somebody else has reaped, too; since 6.15. Returns 1 and the status as
 * waitpid gives it, 0 when it lives or nobody can tell. */
int pidfd_exit_status(int pidfd, int *status);
/* Polls for the end of any process, child or not. Returns 1 ended, 0 time-out, or -errno. */
int pidfd_poll(int pidfd, int timeout_ms);

/* 128 + signal, or the exit code. */
int proc_exit_code(int wait_status);

/* Milliseconds on CLOCK_MONOTONIC. */
int64_t monotonic_ms(void);

/* Names without "SIG", with their aliases. */
extern const struct name signal_names[];

/* "TERM", "SIGTERM", "15", "RTMIN+3", any case; 1..64. Returns the number or -EINVAL with runc's
 * message: unknown signal "X". */
int signal_parse(const char *text, struct err *e);

/* Every signal does its default and none is blocked; for a child between fork and exec. */
void signals_reset(void);
/* The two halves of it. @proc is a handle of core/procfs, which knows those few that do not do
 * their default already; with -1, or when it cannot tell, each of the 64 is set. */
void signals_default(int proc);
void signals_unblock(void);
/* Descriptors from this one on end with execve, those that were inherited, too; for the same. */
void proc_close_on_exec(int first);

/**
 * proc_run - run a program to its end, feeding and capturing it with bounds.
 *
 * In a process group of its own, which is killed whole at the deadline or when the leader has
 * ended (a grandchild that keeps the pipe cannot hold us); it dies with the caller. No shell; env
 * exactly as given.
 */
struct proc_run {
	const char *path; /* absolute */
	char *const *argv;
	char *const *env;  /* NULL: empty */
	const char *cwd;   /* NULL: inherited */
	const char *input; /* fed to stdin and closed; NULL: /dev/null */
	size_t input_len;
	int64_t timeout_ms; /* 0: none */
	int interrupt_fd;   /* readable: ends it; 0: none */
	size_t output_max;  /* bytes of stderr (and stdout) kept in output */
	struct str *output; /* NULL: /dev/null */
	bool keep_stderr;   /* stderr stays the caller's: output has stdout alone */
};
/* Returns the wait status >= 0; -ETIMEDOUT; -EINTR by interrupt_fd; or -errno when it could not be
 * started. */
int proc_run(const struct proc_run *run, struct err *e);

#endif
