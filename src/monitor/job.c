/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/job.h"

#include "core/file.h"
#include "core/json.h"
#include "core/proc.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#define LOG_MAX (1 << 20)
#define FIRST_FD 3

/* All descriptors are high, or are what they shall become. */
static bool set_stdio(int null_fd, const struct job_output *output)
{
	return dup2(null_fd, 0) >= 0 && dup2(output->out >= 0 ? output->out : null_fd, 1) >= 0 &&
	       dup2(output->err >= 0 ? output->err : null_fd, 2) >= 0;
}

/* All signals wait while the child still has our handlers. */
static pid_t fork_into(char *const *argv, int null_fd, const struct job_output *output)
{
	sigset_t all, old;
	pid_t pid;
	int num;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0) {
		signals_reset();
		if (set_stdio(null_fd, output))
			execve(argv[0], argv, oci_runtime_env);
		_exit(errno == ENOENT ? 127 : 126);
	}
	num = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = num;
	return pid;
}

pid_t job_start(const struct oci_runtime *rt, const char *log, char *const *args,
		const struct job_output *output, struct err *e)
{
	autostrv char **argv = NULL, **all = NULL;
	autofd int low = -1, null_fd = -1;
	pid_t pid;

	if (unlink(log) < 0 && errno != ENOENT)
		return err_set(e, errno, "remove %s", log);
	low = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (low < 0)
		return err_set(e, errno, "open /dev/null");
	null_fd = fcntl(low, F_DUPFD_CLOEXEC, FIRST_FD);
	if (null_fd < 0)
		return err_set(e, errno, "open /dev/null");
	strv_push(&all, "--log");
	strv_push(&all, log);
	strv_push(&all, "--log-format");
	strv_push(&all, "json");
	for (size_t i = 0; args[i]; i++)
		strv_push(&all, args[i]);
	argv = oci_runtime_argv(rt, all);
	pid = fork_into(argv, null_fd, output);
	return pid < 0 ? err_set(e, errno, "fork") : pid;
}

/* The message of one entry, when that is an error; heap. */
static char *error_of(const char *line, size_t len)
{
	autojson *doc = NULL;
	const struct json *level, *msg;

	if (len == 0 || json_parse(line, len, &doc, NULL) < 0)
		return NULL;
	level = json_get(json_root(doc), "level");
	msg = json_get(json_root(doc), "msg");
	if (!level || level->type != JSON_STRING || !str_eq(level->text, "error"))
		return NULL;
	return msg && msg->type == JSON_STRING ? xstrdup(msg->text) : NULL;
}

/* The last error counts: what was logged before it is how it came to it. */
static char *last_error(const char *text, size_t len)
{
	char *found = NULL;

	for (const char *at = text, *end = text + len; at < end;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at)) ?: end;
		char *one = error_of(at, (size_t)(eol - at));

		if (one) {
			free(found);
			found = one;
		}
		at = eol + 1;
	}
	return found;
}

void job_failure(const char *log, const char *command, int wait_status, struct err *e)
{
	autostr text = { 0 };
	autofree char *said = NULL;

	if (file_read(AT_FDCWD, log, LOG_MAX, &text, NULL) == 0 && text.p)
		said = last_error(text.p, text.len);
	if (said)
		err_msg(e, ECANCELED, "%s: %s", command, said);
	else if (proc_exit_code(wait_status) == 127)
		err_msg(e, ENOENT, "%s: the runtime cannot be executed", command);
	else
		err_msg(e, ECANCELED, "%s: the runtime ended with status %d", command,
			proc_exit_code(wait_status));
}
