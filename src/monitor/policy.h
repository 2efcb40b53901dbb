/* SPDX-License-Identifier: Apache-2.0 */
/**
 * policy.h - whether a container that ended is started again, and when; pure.
 */
#ifndef MONITOR_POLICY_H
#define MONITOR_POLICY_H

#include "monitor/spec.h"

#define POLICY_RESTARTS_MAX 5		  /* within … */
#define POLICY_WINDOW_MS (10 * 60 * 1000) /* … this long */
#define POLICY_WAIT_FIRST_MS 100	  /* twice as long each further time */
#define POLICY_WAIT_MOST_MS 60000

/* When a container was restarted, in milliseconds since the epoch: those that still count. */
struct policy_history {
	int64_t at_ms[POLICY_RESTARTS_MAX];
	size_t n;
};

/* Forgets what is older than the window. A clock that was set back forgets what is to come. */
void policy_forget(struct policy_history *h, int64_t now_ms);
/* There has to be room: policy_next said so. */
void policy_note(struct policy_history *h, int64_t now_ms);

enum { POLICY_LEAVE = -1, POLICY_GIVE_UP = -2 };

/**
 * policy_next - what becomes of a container that ended by itself, or could not be started.
 * @exit_code: as in struct monitor_status; not set counts as a failure
 *
 * Returns: the milliseconds to wait before it is started again; POLICY_LEAVE: it is to stay as it
 * is; POLICY_GIVE_UP: it was restarted too often.
 */
int64_t policy_next(enum monitor_restart restart, struct opt_int exit_code,
		    const struct policy_history *h);

/**
 * policy_at_boot - whether a container that has no monitor is to be started.
 * @state: as monitor_status gives it
 * @same_boot: it was written in this boot
 *
 * One that was cut off, as by a loss of power, or whose monitor was told to end at a shutdown, is
 * started again. One that ended by itself stays down until the next boot, and then its policy
 * decides.
 */
bool policy_at_boot(enum monitor_restart restart, enum monitor_state state,
		    struct opt_int exit_code, bool same_boot);

#endif
