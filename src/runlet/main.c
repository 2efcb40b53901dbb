/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"

#include "core/log.h"
#include "core/procfs.h"
#include "engine/selfexe.h"
#include "libocispec/config.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "config.h"

#define STACK_MIN (64u << 10)

static char **main_argv;

/* They make processes that share a namespace with a container's. */
static bool exposes_itself(const struct command *c)
{
	return c == &cmd_create || c == &cmd_run || c == &cmd_exec;
}

/* With less, the kernel would end us in the middle of something. */
static int check_stack(struct err *e)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_STACK, &l) < 0)
		return err_set(e, errno, "ask for the stack's limit");
	if (l.rlim_cur < STACK_MIN)
		return err_msg(
			e, ENOMEM,
			"the stack is limited to %llu KiB (RLIMIT_STACK), at least %u are needed",
			(unsigned long long)l.rlim_cur >> 10, STACK_MIN >> 10);
	return 0;
}

static int prepare(void *globals, const struct command *c, struct err *e)
{
	const struct globals *g = globals;
	enum log_level level = LOG_LEVEL_WARNING;
	int r;

	if (exposes_itself(c)) {
		autofd int proc = procfs_open_root(e);

		r = proc < 0 ? proc : selfexe_protect(proc, main_argv, e);
		if (r < 0)
			return r;
	}
	if (g->log_level)
		level = (enum log_level)g->log_level;
	if (g->debug)
		level = LOG_LEVEL_DEBUG;
	/* A caller that gives a file reads it whole, and expects one entry: the error. */
	else if (!g->log_level && g->log && *g->log)
		level = LOG_LEVEL_ERROR;
	r = log_open(g->log, g->log_format ? (enum log_format)g->log_format : LOG_TEXT, level, e);
	return r < 0 ? r : check_stack(e);
}

static int fail(const void *globals _unused_, const struct command *c, const struct err *e)
{
	log_error("%s", e->text);
	return c == &cmd_exec ? 255 : 1;
}

/* A program whose standard descriptors are closed would get its own files under their numbers. */
static void open_standard_fds(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
			_exit(1);
}

int main(int argc, char **argv)
{
	struct program p = runlet_program;
	const struct scmp_version *seccomp = seccomp_version();
	autofree char *version =
		xasprintf("runlet version %s\ncommit: %s\nspec: %s\nlibseccomp: %u.%u.%u\n",
			  PACKAGE_VERSION, RUNLET_COMMIT, OCI_VERSION, seccomp->major,
			  seccomp->minor, seccomp->micro);

	open_standard_fds();
	/* Ignored, the kernel would reap children before we can ask how they ended. */
	(void)signal(SIGCHLD, SIG_DFL);
	/* A file size limit is to be an error of write, not our sudden end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	main_argv = argv;
	p.version = version;
	p.prepare = prepare;
	p.fail = fail;
	return program_main(&p, argc, argv);
}
