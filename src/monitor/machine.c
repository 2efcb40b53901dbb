/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/machine.h"

#define TO(state, action)                                                                          \
	{                                                                                          \
		MACHINE_##state, ACTION_##action                                                   \
	}

static const struct machine_edge table[MACHINE_STATES][MACHINE_EVENTS] = {
	[MACHINE_CLEARING] = { [EVENT_DONE] = TO(CREATING, CREATE),
			       [EVENT_FAILED] = TO(DECIDING, DECIDE),
			       [EVENT_TIMER] = TO(CLEARING, END_COMMAND),
			       [EVENT_STOP] = TO(REMOVING, NONE),
			       [EVENT_RESTART] = TO(CLEARING, NONE) },
	[MACHINE_CREATING] = { [EVENT_DONE] = TO(STARTING, START),
			       [EVENT_FAILED] = TO(REMOVING, REMOVE),
			       [EVENT_EXIT] = TO(ABORTING, NONE),
			       [EVENT_TIMER] = TO(CREATING, END_COMMAND),
			       [EVENT_STOP] = TO(ABORTING, NONE),
			       [EVENT_RESTART] = TO(CREATING, NONE) },
	[MACHINE_STARTING] = { [EVENT_DONE] = TO(RUNNING, NONE),
			       [EVENT_FAILED] = TO(REMOVING, REMOVE),
			       [EVENT_EXIT] = TO(ABORTING, NONE),
			       [EVENT_TIMER] = TO(STARTING, END_COMMAND),
			       [EVENT_STOP] = TO(ABORTING, NONE),
			       [EVENT_RESTART] = TO(STARTING, NONE) },
	[MACHINE_RUNNING] = { [EVENT_EXIT] = TO(REMOVING, REMOVE),
			      [EVENT_STOP] = TO(STOPPING, SIGNAL),
			      [EVENT_RESTART] = TO(STOPPING, SIGNAL) },
	[MACHINE_STOPPING] = { [EVENT_EXIT] = TO(REMOVING, REMOVE),
			       [EVENT_TIMER] = TO(KILLING, KILL),
			       [EVENT_STOP] = TO(STOPPING, NONE),
			       [EVENT_RESTART] = TO(STOPPING, NONE) },
	/* A frozen container takes no signal: the runtime's delete knows what to do. */
	[MACHINE_KILLING] = { [EVENT_EXIT] = TO(REMOVING, REMOVE),
			      [EVENT_TIMER] = TO(REMOVING, REMOVE),
			      [EVENT_STOP] = TO(KILLING, NONE),
			      [EVENT_RESTART] = TO(KILLING, NONE) },
	[MACHINE_ABORTING] = { [EVENT_DONE] = TO(REMOVING, REMOVE),
			       [EVENT_FAILED] = TO(REMOVING, REMOVE),
			       [EVENT_EXIT] = TO(ABORTING, NONE),
			       [EVENT_TIMER] = TO(ABORTING, END_COMMAND),
			       [EVENT_STOP] = TO(ABORTING, NONE),
			       [EVENT_RESTART] = TO(ABORTING, NONE) },
	[MACHINE_REMOVING] = { [EVENT_DONE] = TO(DECIDING, DECIDE),
			       [EVENT_FAILED] = TO(DECIDING, DECIDE),
			       [EVENT_EXIT] = TO(REMOVING, NONE),
			       [EVENT_TIMER] = TO(REMOVING, END_COMMAND),
			       [EVENT_STOP] = TO(REMOVING, NONE),
			       [EVENT_RESTART] = TO(REMOVING, NONE) },
	[MACHINE_DECIDING] = { [EVENT_AGAIN] = TO(WAITING, WAIT),
			       [EVENT_NOW] = TO(CLEARING, CLEAR),
			       [EVENT_END] = TO(DOWN, LEAVE) },
	[MACHINE_WAITING] = { [EVENT_TIMER] = TO(CLEARING, CLEAR),
			      [EVENT_STOP] = TO(DOWN, LEAVE),
			      [EVENT_RESTART] = TO(CLEARING, CLEAR) },
};

struct machine_edge machine_next(enum machine_state state, enum machine_event event)
{
	return table[state][event];
}
