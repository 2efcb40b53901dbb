/* SPDX-License-Identifier: Apache-2.0 */
/**
 * supervisor_state.h - what a monitor knows; for supervisor.c and actions.c.
 */
#ifndef MONITOR_SUPERVISOR_STATE_H
#define MONITOR_SUPERVISOR_STATE_H

#include "core/loop.h"
#include "monitor/control.h"
#include "monitor/job.h"
#include "monitor/machine.h"
#include "monitor/pipes.h"
#include "monitor/policy.h"
#include "monitor/supervisor.h"

struct supervisor {
	const char *dir;
	struct monitor_spec spec;
	struct monitor_status status;
	struct policy_history history;
	struct loop *loop;
	int run;     /* the run directory */
	int lock;    /* held while we live */
	int signals; /* signalfd */
	struct logfile log;
	struct pipes pipes;
	struct control control;

	enum machine_state state;
	int timer;	     /* of the state; 0: none */
	int64_t wait_ms;     /* before the next start */
	pid_t job;	     /* the runtime's command, 0 when none runs */
	const char *command; /* its name */
	int init;	     /* pidfd of the container's first process */
	bool adopted;	     /* it is no child of ours */

	bool want_down; /* asked to */
	bool again;	/* asked to have it anew */
	bool ran;	/* under us, at least once */
	bool failed;	/* this attempt to have it up, or to remove it, with this: */
	struct err failure;

	supervisor_ready_fn *ready;
	void *ready_data;
};

/* One row per action. Each returns the event that follows at once, or NO_EVENT. */
enum { NO_EVENT = -1 };
typedef int action_fn(struct supervisor *s);
extern action_fn *const supervisor_actions[];

/* How long a state may last; 0: as long as it likes. */
int64_t supervisor_time_of(const struct supervisor *s);

/* Saves the status as the state is now. @final: on the disk when it returns. */
void supervisor_tell(struct supervisor *s, enum monitor_state state, bool final);
void supervisor_say(struct supervisor *s, const char *fmt, ...) _printf_(2, 3);

void supervisor_failed(struct supervisor *s, const struct err *why);

/* To all who wait until it runs. @why: NULL when it does */
void supervisor_answer_up(struct supervisor *s, const char *why);

#define RUNTIME_LOG "runtime.log"
#define PID_FILE "pid"

#endif
