/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/default_spec.h"

#include "core/file.h"
#include "runlet/runlet.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct spec_args {
	char *bundle;
	bool rootless;
};

static const struct opt spec_opts[] = {
	O_STRING_("bundle", 'b', struct spec_args, bundle, "DIR",
		  "the bundle, by default the working directory"),
	O_FLAG_("rootless", 0, struct spec_args, rootless,
		"for a user without privilege: a user namespace with the caller's own ids"),
	{ 0 },
};

static int run_spec(const void *global _unused_, void *args, int argc _unused_,
		    char **argv _unused_, struct err *e)
{
	const struct spec_args *a = args;
	autojsonout *o = json_out_new("\t");
	autofd int dir = -1;
	autoconfig *c = NULL;
	const char *text;
	size_t len;
	int r;

	dir = open(a->bundle ?: ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno, "chdir %s", a->bundle ?: ".");
	c = default_spec(a->rootless ? DEFAULT_SPEC_ROOTLESS : DEFAULT_SPEC_ROOT, geteuid(),
			 getegid());
	record_encode(&oci_config_record, c, o);
	text = json_out_text(o, &len);
	r = file_create(dir, "config.json", 0644, text, len, e);
	if (r == -EEXIST)
		return err_msg(e, EEXIST, "File config.json exists. Remove it first");
	return MIN(r, 0);
}

const struct command cmd_spec = {
	.name = "spec",
	.synopsis = "",
	.about = "Write a config.json to begin with.",
	.opts = spec_opts,
	.args_size = sizeof(struct spec_args),
	.run = run_spec,
};
