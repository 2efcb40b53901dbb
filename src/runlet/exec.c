/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/exec.h"

#include "core/file.h"
#include "core/num.h"
#include "core/proc.h"
#include "engine/foreground.h"
#include "engine/security/caps.h"
#include "engine/security/creds.h"
#include "runlet/runlet.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>

struct exec_args {
	char *console_socket, *pidfd_socket, *cwd, *user, *process, *pid_file, *process_label;
	char *apparmor;
	char **env, **additional_gids, **cap, **cgroup;
	int64_t preserve_fds;
	bool tty, detach, no_new_privs, ignore_paused, no_subreaper;
};

static const struct opt exec_opts[] = {
	O_STRV_("additional-gids", 'g', struct exec_args, additional_gids, "GID",
		"add a supplementary group (may be repeated)"),
	O_STRING_("apparmor", 0, struct exec_args, apparmor, "PROFILE",
		  "run under this AppArmor profile"),
	O_STRV_("cap", 'c', struct exec_args, cap, "CAP", "add a capability (may be repeated)"),
	O_STRV_("cgroup", 0, struct exec_args, cgroup, "PATH",
		"run in a cgroup below the container's, PATH or CONTROLLER:PATH (may be repeated)"),
	O_STRING_("console-socket", 0, struct exec_args, console_socket, "SOCKET",
		  "send the terminal's master to this Unix socket"),
	O_STRING_("cwd", 0, struct exec_args, cwd, "DIR", "working directory in the container"),
	O_FLAG_("detach", 'd', struct exec_args, detach, "return once the process runs"),
	O_STRV_("env", 'e', struct exec_args, env, "NAME=VALUE",
		"set an environment variable (may be repeated)"),
	O_FLAG_("ignore-paused", 0, struct exec_args, ignore_paused,
		"allow exec in a paused container"),
	O_FLAG_("no-new-privs", 0, struct exec_args, no_new_privs,
		"set no_new_privs for the process"),
	O_FLAG_("no-subreaper", 0, struct exec_args, no_subreaper,
		"do not adopt the process's orphans"),
	O_STRING_("pid-file", 0, struct exec_args, pid_file, "FILE",
		  "write the process's pid to FILE"),
	O_STRING_("pidfd-socket", 0, struct exec_args, pidfd_socket, "SOCKET",
		  "send a pidfd of the process to this Unix socket"),
	O_INT_("preserve-fds", 0, struct exec_args, preserve_fds, "N",
	       "pass N more descriptors on, from 3"),
	O_STRING_("process", 'p', struct exec_args, process, "FILE",
		  "read the whole process document from FILE"),
	O_STRING_("process-label", 0, struct exec_args, process_label, "LABEL",
		  "run with this SELinux label"),
	O_FLAG_("tty", 't', struct exec_args, tty, "give the process a terminal"),
	O_STRING_("user", 'u', struct exec_args, user, "UID[:GID]", "run as this user, in numbers"),
	{ 0 },
};

static int load_process(const char *path, struct oci_process **out, struct err *e)
{
	autostr text = { 0 };
	int r;

	r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, &text, e);
	if (r == 0)
		r = oci_process_parse(text.p ?: "", text.len, out, e);
	return r < 0 ? err_wrap(e, "--process: ") : 0;
}

static void replace(char **member, const char *value)
{
	if (!value)
		return;
	free(*member);
	*member = xstrdup(value);
}

static struct oci_user *user_of(struct oci_process *p)
{
	if (!p->user)
		p->user = xcalloc(1, sizeof(*p->user));
	return p->user;
}

static int set_user(struct oci_process *p, const struct exec_args *a, struct err *e)
{
	struct oci_user *u = user_of(p);
	bool has_gid;
	int r;

	if (a->user && *a->user) {
		r = creds_parse(a->user, &u->uid, &u->gid, &has_gid, e);
		if (r < 0)
			return err_wrap(e, "--user: ");
	}
	for (size_t i = 0; a->additional_gids && a->additional_gids[i]; i++) {
		struct u32list *g = &u->additional_gids;
		uint64_t gid;

		r = num_parse_u64(a->additional_gids[i], UINT32_MAX - 1, "--additional-gids", &gid,
				  e);
		if (r < 0)
			return r;
		g->v = xrealloc(g->v, g->n + 1, sizeof(*g->v));
		g->v[g->n++] = (uint32_t)gid;
	}
	return 0;
}

/* Not inheritable: that would hand them to every program run later (CVE-2022-29162). Ambient stays
 * what the configuration says. Of a name that nobody knows there is a warning later, as of those in
 * the configuration. */
static void add_caps(struct oci_process *p, char *const *names)
{
	for (size_t i = 0; names && names[i]; i++) {
		const char *name = caps_name(caps_parse(names[i])) ?: names[i];
		struct oci_capabilities *c;

		if (!p->capabilities)
			p->capabilities = xcalloc(1, sizeof(*p->capabilities));
		c = p->capabilities;
		if (!strv_has(c->bounding, name))
			strv_push(&c->bounding, name);
		if (!strv_has(c->permitted, name))
			strv_push(&c->permitted, name);
		if (!strv_has(c->effective, name))
			strv_push(&c->effective, name);
	}
}

static int add_env(struct oci_process *p, char *const *entries, struct err *e)
{
	for (; entries && *entries; entries++) {
		const char *equals = strchr(*entries, '=');

		if (!equals || equals == *entries)
			return err_msg(e, EINVAL, "--env: invalid environment variable: \"%s\"",
				       *entries);
		strv_push(&p->env, *entries);
	}
	return 0;
}

/* The container's own process document, changed by the options. */
static int adapt_process(struct oci_process *p, const struct exec_args *a, char *const *argv,
			 struct err *e)
{
	int r;

	if (!argv[0])
		return err_msg(e, EINVAL, "process args cannot be empty");
	strv_free(p->args);
	p->args = strv_copy(argv);
	replace(&p->cwd, a->cwd);
	replace(&p->apparmor_profile, a->apparmor);
	replace(&p->selinux_label, a->process_label);
	p->no_new_privileges |= a->no_new_privs;
	r = add_env(p, a->env, e);
	if (r == 0)
		r = set_user(p, a, e);
	if (r < 0)
		return r;
	add_caps(p, a->cap);
	p->terminal = a->tty;
	return oci_process_check(p, e);
}

static int exec_and_wait(struct runtime *rt, struct container *c, const struct oci_process *p,
			 const struct exec_args *a, struct err *e)
{
	struct exec_options o = {
		.console_socket = a->console_socket,
		.pidfd_socket = a->pidfd_socket,
		.pid_file = a->pid_file,
		.cgroup = a->cgroup,
		.preserve_fds = a->preserve_fds,
		.listen_fds = getenv("LISTEN_FDS"),
		.ignore_paused = a->ignore_paused,
		.detached = a->detach,
		.console_fd = -1,
	};
	struct foreground f = { .signals = -1, .console = { -1, -1 } };
	struct executed x = { .pidfd = -1 };
	int r = 0;

	if (!a->detach) {
		if (!a->no_subreaper)
			(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); /* since 3.4 */
		r = foreground_begin(&f, p->terminal && !a->console_socket, e);
		o.console_fd = f.console[1];
	}
	if (r == 0)
		r = container_exec(rt, c, p, &o, &x, e);
	if (r == 0 && !a->detach)
		r = foreground_wait(&f, x.pidfd, e);
	foreground_end(&f);
	(void)fd_close(x.pidfd);
	return r;
}

static int exec_in(const struct globals *g, const struct exec_args *a, char **argv, struct err *e)
{
	struct oci_process *own = NULL, *p;
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	r = open_container(g, argv[0], CONTAINER_SHARED, &rt, &c, e);
	if (r == 0)
		r = container_load_journal(c, e);
	if (r < 0)
		return r;
	if (a->process) {
		r = load_process(a->process, &own, e);
		p = own;
		if (r == 0)
			p->terminal |= a->tty;
	} else {
		p = c->journal.config->process;
		r = adapt_process(p, a, argv + 1, e);
	}
	if (r == 0)
		r = exec_and_wait(&rt, c, p, a, e);
	oci_process_free(own);
	return r;
}

static int run_exec(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	struct exec_args *a = args;
	int r = exec_in(global, a, argv, e);

	strv_free(a->env);
	strv_free(a->additional_gids);
	strv_free(a->cap);
	strv_free(a->cgroup);
	return r < 0 ? err_wrap(e, "exec failed: ") : r;
}

const struct command cmd_exec = {
	.name = "exec",
	.synopsis = "ID [COMMAND [ARG...]]",
	.about = "Run a further process in a container.",
	.opts = exec_opts,
	.args_size = sizeof(struct exec_args),
	.min_args = 1,
	.max_args = -1,
	.run = run_exec,
	.flags = COMMAND_STOP_AT_ARG,
};
