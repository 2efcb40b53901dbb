/* SPDX-License-Identifier: Apache-2.0 */
/**
 * machine.h - what a monitor does next: states and events as a table, pure.
 *
 * At most one command of the runtime runs at a time. What the events mean for "wanted up" or "down"
 * the supervisor remembers; the table only says when it is asked (MACHINE_DECIDE).
 */
#ifndef MONITOR_MACHINE_H
#define MONITOR_MACHINE_H

#include "core/base.h"

enum machine_state {
	MACHINE_CLEARING, /* deletes what a container before left at the runtime */
	MACHINE_CREATING,
	MACHINE_STARTING,
	MACHINE_RUNNING,
	MACHINE_STOPPING, /* signalled; it has a while to end */
	MACHINE_KILLING,
	MACHINE_ABORTING, /* a command runs whose container ended or is not wanted any more */
	MACHINE_REMOVING, /* deletes it from the runtime */
	MACHINE_DECIDING, /* it is gone: again, or not? */
	MACHINE_WAITING,  /* to start it again */
	MACHINE_DOWN,
	MACHINE_STATES,
};

enum machine_event {
	EVENT_DONE,    /* the runtime's command succeeded */
	EVENT_FAILED,  /* it failed */
	EVENT_EXIT,    /* the container's first process ended */
	EVENT_TIMER,   /* the time of the state is over */
	EVENT_STOP,    /* asked to have it down */
	EVENT_RESTART, /* asked to have it anew */
	EVENT_AGAIN,   /* decided: start it again after a while */
	EVENT_NOW,     /* decided: start it again at once */
	EVENT_END,     /* decided: leave it down */
	MACHINE_EVENTS,
};

enum machine_action {
	ACTION_NONE = 1,
	ACTION_CLEAR,
	ACTION_CREATE,
	ACTION_START,
	ACTION_SIGNAL, /* and allow it some time */
	ACTION_KILL,
	ACTION_REMOVE,
	ACTION_END_COMMAND, /* kill the runtime's command, which takes too long */
	ACTION_DECIDE,
	ACTION_WAIT,
	ACTION_LEAVE,
};

struct machine_edge {
	enum machine_state next;
	enum machine_action action; /* 0: the event means nothing in this state */
};

struct machine_edge machine_next(enum machine_state state, enum machine_event event);

#endif
