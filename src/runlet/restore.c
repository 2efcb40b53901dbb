/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"
#include "runlet/criu_args.h"
#include "runlet/stay.h"

#include <errno.h>
#include <sys/prctl.h>
#include <unistd.h>

struct restore_args {
	struct criu_args criu;
	char *bundle, *console_socket, *pid_file, *lsm_profile, *lsm_mount_context;
	bool detach, no_new_keyring, no_pivot, no_subreaper, tcp_close;
};

static const struct opt restore_opts[] = {
	CRIU_OPTS(struct restore_args),
	O_STRING_("bundle", 'b', struct restore_args, bundle, "DIR",
		  "the bundle, by default the working directory"),
	O_STRING_("console-socket", 0, struct restore_args, console_socket, "SOCKET",
		  "send the terminal's master to this Unix socket"),
	O_FLAG_("detach", 'd', struct restore_args, detach, "return once the container runs"),
	O_STRING_("lsm-mount-context", 0, struct restore_args, lsm_mount_context, "CONTEXT",
		  "mount with this SELinux context instead of the saved one"),
	O_STRING_("lsm-profile", 0, struct restore_args, lsm_profile, "TYPE:NAME",
		  "run under this profile instead of the saved one"),
	O_FLAG_("no-new-keyring", 0, struct restore_args, no_new_keyring,
		"keep the caller's session keyring"),
	O_FLAG_("no-pivot", 0, struct restore_args, no_pivot,
		"accepted for callers; CRIU enters the root in its own way"),
	O_FLAG_("no-subreaper", 0, struct restore_args, no_subreaper,
		"do not adopt the container's orphans"),
	O_STRING_("pid-file", 0, struct restore_args, pid_file, "FILE",
		  "write the pid of init to FILE"),
	O_FLAG_("tcp-close", 0, struct restore_args, tcp_close,
		"restore open TCP connections as closed ones"),
	{ 0 },
};

static struct restore_options options_of(const struct restore_args *a, const struct globals *g,
					 const char *id)
{
	return (struct restore_options){
		.criu = criu_options_of(&a->criu, g),
		.create = {
			.id = id,
			.bundle = a->bundle,
			.console_socket = a->console_socket,
			.pid_file = a->pid_file,
			.no_pivot = a->no_pivot,
			.no_new_keyring = a->no_new_keyring,
			.console_fd = -1,
			.detached = a->detach,
		},
		.lsm_profile = a->lsm_profile,
		.lsm_mount_context = a->lsm_mount_context,
		.tcp_close = a->tcp_close,
	};
}

static int restore_and_stay(const struct runtime *rt, const struct restore_args *a,
			    const struct restore_options *o, struct foreground *f, struct err *e)
{
	struct created c = { .pidfd = -1, .sync = -1 };
	int r = container_restore(rt, o, &c, e);

	f->terminal = f->terminal && c.terminal;
	if (r == 0 && !a->detach)
		r = stay(&c, f, false, e);
	created_done(&c);
	return r;
}

static int restore(const struct globals *g, const struct restore_args *a, const char *id,
		   struct err *e)
{
	struct restore_options o = options_of(a, g, id);
	struct foreground f = { .signals = -1, .console = { -1, -1 } };
	autoruntime rt = RUNTIME_NONE;
	int r;

	if (geteuid() != 0)
		return err_msg(e, EPERM, "cannot restore container %s: CRIU needs root", id);
	if (a->no_pivot)
		log_warning("--no-pivot: has no effect, CRIU enters the root in its own way");
	r = open_runtime(g, true, &rt, e);
	if (r == 0 && !a->detach) {
		if (!a->no_subreaper)
			(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* since 3.4 */
		r = foreground_begin(&f, !a->console_socket, e);
		o.create.console_fd = f.console[1];
	}
	if (r == 0)
		r = restore_and_stay(&rt, a, &o, &f, e);
	foreground_end(&f);
	return r;
}

static int run_restore(const void *global, void *args, int argc _unused_, char **argv,
		       struct err *e)
{
	struct restore_args *a = args;
	int r = restore(global, a, argv[0], e);

	strv_free(a->criu.empty_ns);
	return r < 0 ? err_wrap(e, "runlet restore failed: ") : r;
}

const struct command cmd_restore = {
	.name = "restore",
	.synopsis = "ID",
	.about = "Make a container of what checkpoint saved.",
	.opts = restore_opts,
	.args_size = sizeof(struct restore_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_restore,
	.flags = COMMAND_NEW_ID,
};
