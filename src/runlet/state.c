/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"
#include "runlet/view.h"

static int run_state(const void *global, void *args _unused_, int argc _unused_, char **argv,
		     struct err *e)
{
	autojsonout *o = json_out_new("  ");
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	struct view v;
	size_t len;
	int r;

	r = open_container(global, argv[0], CONTAINER_UNLOCKED, &rt, &c, e);
	if (r < 0)
		return r;
	view_init(&v, c, false);
	view_encode(&v, c->has_state ? c->state.oci_version : OCI_VERSION, o);
	view_done(&v);
	puts(json_out_text(o, &len));
	return finish_output(e);
}

const struct command cmd_state = {
	.name = "state",
	.synopsis = "ID",
	.about = "Print a container's state as JSON.",
	.min_args = 1,
	.max_args = 1,
	.run = run_state,
};
