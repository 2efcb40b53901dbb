/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/json.h"
#include "orch/container_name.h"
#include "orch/inspect.h"

#include <errno.h>
#include <stdio.h>

static int run_inspect(const void *global, void *args _unused_, int argc, char **argv,
		       struct err *e)
{
	autojsonout *out = json_out_new("  ");
	autoorch o = { 0 };
	int r = 0;

	for (int i = 0; r == 0 && i < argc; i++)
		r = container_name_check(argv[i], e);
	if (r == 0)
		r = globals_orch(global, &o, e);
	if (r < 0)
		return r;
	json_out_array(out);
	for (int i = 0; r == 0 && i < argc; i++)
		r = inspect_encode(&o, argv[i], out, e);
	if (r < 0)
		return r;
	json_out_end(out);
	puts(json_out_text(out, NULL));
	return fflush(stdout) == EOF ? err_set(e, errno, "write to standard output") : 0;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.synopsis = "ID...",
	.about = "Print all that is known of containers.",
	.min_args = 1,
	.max_args = -1,
	.run = run_inspect,
};
