/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base.h"
#include "monitor/machine.h"
#include "test.h"

static const char *const states[MACHINE_STATES] = {
	"clearing", "creating", "starting", "running", "stopping", "killing",
	"aborting", "removing", "deciding", "waiting", "down",
};
static const char *const events[MACHINE_EVENTS] = {
	"done", "failed", "exit", "timer", "stop", "restart", "again", "now", "end",
};
static const char *const actions[] = {
	NULL,	"none",	  "clear",	 "create", "start", "signal",
	"kill", "remove", "end-command", "decide", "wait",  "leave",
};

/* Every cell that means something, in the order of the table. */
static const char *const expected[] = {
	"clearing done -> creating create",
	"clearing failed -> deciding decide",
	"clearing timer -> clearing end-command",
	"clearing stop -> removing none",
	"clearing restart -> clearing none",
	"creating done -> starting start",
	"creating failed -> removing remove",
	"creating exit -> aborting none",
	"creating timer -> creating end-command",
	"creating stop -> aborting none",
	"creating restart -> creating none",
	"starting done -> running none",
	"starting failed -> removing remove",
	"starting exit -> aborting none",
	"starting timer -> starting end-command",
	"starting stop -> aborting none",
	"starting restart -> starting none",
	"running exit -> removing remove",
	"running stop -> stopping signal",
	"running restart -> stopping signal",
	"stopping exit -> removing remove",
	"stopping timer -> killing kill",
	"stopping stop -> stopping none",
	"stopping restart -> stopping none",
	"killing exit -> removing remove",
	"killing timer -> removing remove",
	"killing stop -> killing none",
	"killing restart -> killing none",
	"aborting done -> removing remove",
	"aborting failed -> removing remove",
	"aborting exit -> aborting none",
	"aborting timer -> aborting end-command",
	"aborting stop -> aborting none",
	"aborting restart -> aborting none",
	"removing done -> deciding decide",
	"removing failed -> deciding decide",
	"removing exit -> removing none",
	"removing timer -> removing end-command",
	"removing stop -> removing none",
	"removing restart -> removing none",
	"deciding again -> waiting wait",
	"deciding now -> clearing clear",
	"deciding end -> down leave",
	"waiting timer -> clearing clear",
	"waiting stop -> down leave",
	"waiting restart -> clearing clear",
};

TEST(every_cell)
{
	size_t row = 0;

	for (int s = 0; s < MACHINE_STATES; s++) {
		for (int ev = 0; ev < MACHINE_EVENTS; ev++) {
			struct machine_edge edge = machine_next(s, ev);
			char text[128];

			if (!edge.action)
				continue;
			snprintf(text, sizeof(text), "%s %s -> %s %s", states[s], events[ev],
				 states[edge.next], actions[edge.action]);
			CHECK(row < ARRAY_SIZE(expected));
			if (row < ARRAY_SIZE(expected))
				CHECK_STR(text, expected[row]);
			row++;
		}
	}
	CHECK_INT(row, ARRAY_SIZE(expected));
}

/* A command of the runtime runs in these: whatever comes of it there is an answer to. */
TEST(commands_end)
{
	static const enum machine_state running[] = { MACHINE_CLEARING, MACHINE_CREATING,
						      MACHINE_STARTING, MACHINE_ABORTING,
						      MACHINE_REMOVING };

	for (size_t i = 0; i < ARRAY_SIZE(running); i++) {
		CHECK(machine_next(running[i], EVENT_DONE).next != running[i]);
		CHECK(machine_next(running[i], EVENT_FAILED).next != running[i]);
		CHECK_INT(machine_next(running[i], EVENT_TIMER).action, ACTION_END_COMMAND);
	}
}

/* After a stop, what happens by itself leads down from everywhere, in a few steps. */
TEST(stop_leads_down)
{
	static const enum machine_event then[] = { EVENT_EXIT, EVENT_DONE, EVENT_TIMER, EVENT_END };

	for (int from = 0; from < MACHINE_DOWN; from++) {
		struct machine_edge edge = machine_next(from, EVENT_STOP);
		int state = edge.action ? (int)edge.next : from;

		for (int step = 0; step < 8 && state != MACHINE_DOWN; step++)
			for (size_t i = 0; i < ARRAY_SIZE(then); i++) {
				edge = machine_next(state, then[i]);
				if (edge.action && (int)edge.next != state) {
					state = edge.next;
					break;
				}
			}
		CHECK_STR(states[state], "down");
	}
}

TEST_MAIN
