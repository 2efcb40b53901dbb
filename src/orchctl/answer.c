/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "orch/serve/answer.h"

static int run_answer(const void *global, void *args _unused_, int argc _unused_,
		      char **argv _unused_, struct err *e)
{
	autoorch o = { 0 };
	int r = globals_orch(global, &o, e);

	return r < 0 ? r : answer_run(&o, 0, 1, e);
}

const struct command cmd_answer = {
	.name = "answer",
	.about = "Answer messages for orchctl serve.",
	.run = run_answer,
	.flags = COMMAND_HIDDEN,
};
