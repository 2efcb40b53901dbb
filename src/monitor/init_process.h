/* SPDX-License-Identifier: Apache-2.0 */
/**
 * init_process.h - a container's first process, as its monitor's files tell it.
 */
#ifndef MONITOR_INIT_PROCESS_H
#define MONITOR_INIT_PROCESS_H

#include "monitor/spec.h"

/* init_process_describe - fill a status's boot_id and, when pid is not 0, start_time. */
int init_process_describe(struct monitor_status *status, struct err *e);

/**
 * init_process_open - the process that a status names, if it is still that one and lives.
 *
 * Returns: a pidfd; -ESRCH when there is none: of another boot, ended, or its number is another's;
 * or -errno.
 */
int init_process_open(const struct monitor_status *status, struct err *e);

/* How a process ended that is no child of ours: 0 to 255, 128 + signal; -1 when nobody can tell. */
int init_process_exit_code(const struct monitor_status *status, int pidfd);

/* Milliseconds since the epoch. */
int64_t wall_ms(void);

#endif
