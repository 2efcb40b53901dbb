/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/criu_args.h"

#include <errno.h>
#include <unistd.h>

const struct name criu_cgroups_mode_names[] = {
	{ "soft", CRIU_CGROUPS_SOFT + 1 },
	{ "full", CRIU_CGROUPS_FULL + 1 },
	{ "strict", CRIU_CGROUPS_STRICT + 1 },
	{ "ignore", CRIU_CGROUPS_IGNORE + 1 },
	{ 0 },
};

struct checkpoint_args {
	struct criu_args criu;
	char *parent_path, *page_server;
	int64_t status_fd;
	bool leave_running, link_remap, pre_dump, tcp_skip_in_flight;
};

static const struct opt checkpoint_opts[] = {
	CRIU_OPTS(struct checkpoint_args),
	O_FLAG_("leave-running", 0, struct checkpoint_args, leave_running,
		"let the container go on afterwards"),
	O_FLAG_("link-remap", 0, struct checkpoint_args, link_remap,
		"link files that were unlinked back where possible"),
	O_STRING_("page-server", 0, struct checkpoint_args, page_server, "ADDRESS:PORT",
		  "send memory to this page server"),
	O_STRING_("parent-path", 0, struct checkpoint_args, parent_path, "DIR",
		  "images of an earlier pre-dump"),
	O_FLAG_("pre-dump", 0, struct checkpoint_args, pre_dump,
		"save memory only, and let the container go on"),
	O_INT_("status-fd", 0, struct checkpoint_args, status_fd, "FD",
	       "where to write a zero byte once lazy pages are served"),
	O_FLAG_("tcp-skip-in-flight", 0, struct checkpoint_args, tcp_skip_in_flight,
		"leave out TCP connections that are being made"),
	{ 0 },
};

static int checkpoint(const struct globals *g, const struct checkpoint_args *a, const char *id,
		      struct err *e)
{
	const struct checkpoint_options o = {
		.criu = criu_options_of(&a->criu, g),
		.parent_path = a->parent_path,
		.page_server = a->page_server,
		.status_fd = a->status_fd > 0 ? a->status_fd + 1 : 0,
		.leave_running = a->leave_running,
		.link_remap = a->link_remap,
		.pre_dump = a->pre_dump,
		.tcp_skip_in_flight = a->tcp_skip_in_flight,
	};
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	if (geteuid() != 0)
		return err_msg(e, EPERM, "cannot checkpoint container %s: CRIU needs root", id);
	r = open_container(g, id, CONTAINER_EXCLUSIVE, &rt, &c, e);
	return r < 0 ? r : container_checkpoint(c, &o, e);
}

static int run_checkpoint(const void *global, void *args, int argc _unused_, char **argv,
			  struct err *e)
{
	struct checkpoint_args *a = args;
	int r = checkpoint(global, a, argv[0], e);

	strv_free(a->criu.empty_ns);
	return r;
}

const struct command cmd_checkpoint = {
	.name = "checkpoint",
	.synopsis = "ID",
	.about = "Save the processes of a container, to be restored later.",
	.opts = checkpoint_opts,
	.args_size = sizeof(struct checkpoint_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_checkpoint,
};
