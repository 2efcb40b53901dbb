/* SPDX-License-Identifier: Apache-2.0 */
/**
 * process_id.h - a process that a record names: its pid, with what tells it from a later one of the
 * same pid.
 */
#ifndef NET_PROCESS_ID_H
#define NET_PROCESS_ID_H

#include "core/err.h"

#define BOOT_ID_SIZE 37

/* process_boot_id - this boot's. */
int process_boot_id(char out[BOOT_ID_SIZE], struct err *e);
/* process_identify - its start time, in ticks after boot. -ESRCH when it has ended. */
int process_identify(pid_t pid, uint64_t *start_time, struct err *e);

/**
 * process_id_open - the process that was meant, if it still runs.
 * @boot_id: NULL: this boot's
 *
 * Returns: a pidfd; -ESRCH when it has ended, which fills *e, too.
 */
int process_id_open(pid_t pid, uint64_t start_time, const char *boot_id, struct err *e);

#endif
