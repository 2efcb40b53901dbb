/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pause.h"

#include "runlet/runlet.h"

static int set_paused(const void *global, const char *id, bool pause, struct err *e)
{
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	r = open_container(global, id, CONTAINER_EXCLUSIVE, &rt, &c, e);
	return r < 0 ? r : container_pause(c, pause, e);
}

static int run_pause(const void *global, void *args _unused_, int argc _unused_, char **argv,
		     struct err *e)
{
	return set_paused(global, argv[0], true, e);
}

static int run_resume(const void *global, void *args _unused_, int argc _unused_, char **argv,
		      struct err *e)
{
	return set_paused(global, argv[0], false, e);
}

const struct command cmd_pause = {
	.name = "pause",
	.synopsis = "ID",
	.about = "Suspend every process of a container.",
	.min_args = 1,
	.max_args = 1,
	.run = run_pause,
};

const struct command cmd_resume = {
	.name = "resume",
	.synopsis = "ID",
	.about = "Let the processes of a paused container go on.",
	.min_args = 1,
	.max_args = 1,
	.run = run_resume,
};
