/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/start.h"

#include "runlet/runlet.h"

static int run_start(const void *global, void *args _unused_, int argc _unused_, char **argv,
		     struct err *e)
{
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	r = open_container(global, argv[0], CONTAINER_EXCLUSIVE, &rt, &c, e);
	return r < 0 ? r : container_start(c, getenv("NOTIFY_SOCKET"), e);
}

const struct command cmd_start = {
	.name = "start",
	.synopsis = "ID",
	.about = "Run the user's program in a created container.",
	.min_args = 1,
	.max_args = 1,
	.run = run_start,
};
