/* SPDX-License-Identifier: Apache-2.0 */
#include "net/netavark.h"

#include "core/file.h"
#include "netctl/netctl.h"

#include <stdio.h>
#include <unistd.h>

#include "config.h"

#define INPUT_MAX (4u << 20)

static const struct opt no_opts[] = { { 0 } };

static int read_input(struct str *out, struct err *e)
{
	int r = fd_read_all(STDIN_FILENO, INPUT_MAX, out, e);

	if (r < 0)
		return err_wrap(e, "standard input: ");
	if (!out->p)
		str_add(out, "");
	return 0;
}

/* netavark reads an error from standard output. */
static int refuse(const struct err *why, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	int r;

	json_out_object(o);
	json_out_name(o, "error");
	json_out_string(o, why->text);
	json_out_end(o);
	r = print_json(o, e);
	return r < 0 ? r : 1;
}

static int print_text(const struct str *out, struct err *e)
{
	(void)fputs(out->p ? out->p : "", stdout);
	return finish_output(e);
}

static int run_info(const void *global _unused_, void *args _unused_, int argc _unused_,
		    char **argv _unused_, struct err *e)
{
	(void)printf("{\"version\":\"" PACKAGE_VERSION "\",\"api_version\":\"" NETAVARK_API
		     "\"}\n");
	return finish_output(e);
}

static int run_create(const void *global _unused_, void *args _unused_, int argc _unused_,
		      char **argv _unused_, struct err *e)
{
	autostr in = { 0 }, out = { 0 };
	struct err why = { 0 };
	int r = read_input(&in, e);

	if (r < 0)
		return r;
	if (netavark_create(in.p, in.len, &out, &why) < 0)
		return refuse(&why, e);
	return print_text(&out, e);
}

static int run_change(const void *global, char **argv, bool setup, struct err *e)
{
	autostr in = { 0 }, out = { 0 };
	struct netavark_call call = { .netns = argv[0],
				      .state_dir = ((const struct globals *)global)->state_dir };
	struct err why = { 0 };
	int r = read_input(&in, e);

	if (r < 0)
		return r;
	call.text = in.p;
	call.len = in.len;
	r = setup ? netavark_setup(&call, &out, &why) : netavark_teardown(&call, &why);
	return r < 0 ? refuse(&why, e) : print_text(&out, e);
}

static int run_setup(const void *global, void *args _unused_, int argc _unused_, char **argv,
		     struct err *e)
{
	return run_change(global, argv, true, e);
}

static int run_teardown(const void *global, void *args _unused_, int argc _unused_, char **argv,
			struct err *e)
{
	return run_change(global, argv, false, e);
}

/* What netavark calls of a plugin; nobody types them. */
#define ROW(row, n, words, count, fn, what)                                                        \
	const struct command row = { .name = n,                                                    \
				     .synopsis = words,                                            \
				     .about = what,                                                \
				     .opts = no_opts,                                              \
				     .min_args = count,                                            \
				     .max_args = count,                                            \
				     .run = fn,                                                    \
				     .flags = COMMAND_HIDDEN }

ROW(cmd_netavark_info, "info", "", 0, run_info, "Say what this plugin is.");
ROW(cmd_netavark_create, "create", "", 0, run_create, "Complete a network.");
ROW(cmd_netavark_setup, "setup", "NETNS", 1, run_setup, "Attach a container.");
ROW(cmd_netavark_teardown, "teardown", "NETNS", 1, run_teardown, "Detach a container.");
