/* SPDX-License-Identifier: Apache-2.0 */
/**
 * job.h - a command of the runtime that runs while the monitor goes on.
 */
#ifndef MONITOR_JOB_H
#define MONITOR_JOB_H

#include "monitor/runtime.h"

/* Its standard input is /dev/null. */
struct job_output {
	int out, err; /* descriptors, borrowed; -1: /dev/null */
};

/**
 * job_start - start `RUNTIME --root ROOT --log LOG --log-format json ARGS…`.
 * @log: emptied before
 *
 * Returns: its pid, a child of the caller's to reap; or -errno.
 */
pid_t job_start(const struct oci_runtime *rt, const char *log, char *const *args,
		const struct job_output *output, struct err *e);

/* job_failure - why it failed: what its log says last, else how it ended. Fills *e. */
void job_failure(const char *log, const char *command, int wait_status, struct err *e);

#endif
