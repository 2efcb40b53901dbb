/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/hooks.h"

#include "core/proc.h"
#include "core/strv.h"
#include "engine/init/sync.h"

#include <errno.h>
#include <sys/wait.h>

#define HOOK_OUTPUT_MAX 512 /* enough to say what went wrong, short enough for one error line */

static int run_one(const struct oci_hook *h, const char *state_json, const char *cwd, struct err *e)
{
	char *const argv_default[] = { h->path, NULL };
	static char *const env_empty[] = { NULL };
	autostr output = { 0 };
	struct proc_run run = {
		.path = h->path,
		.argv = h->args && h->args[0] ? h->args : argv_default,
		.env = h->env ? h->env : env_empty, /* never ours: it may hold secrets */
		.cwd = cwd,
		.input = state_json,
		.input_len = strlen(state_json),
		.timeout_ms = h->timeout.is_set ? h->timeout.value * 1000 : 0,
		.output_max = HOOK_OUTPUT_MAX,
		.output = &output,
		.interrupt_fd = sync_interrupt_fd(),
	};
	int status;

	status = proc_run(&run, e);
	if (status == -ETIMEDOUT)
		return err_msg(e, ETIMEDOUT, "hook ran past specified timeout of %.1fs",
			       (double)run.timeout_ms / 1000);
	if (status == -EINTR)
		return sync_interrupted(e) ?: status;
	if (status < 0)
		return status;
	if (status == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_msg(e, ECHILD, "signal: %s, stdout: , stderr: %s",
			       strsignal(WTERMSIG(status)), output.p ?: "");
	return err_msg(e, ECHILD, "exit status %d, stdout: , stderr: %s", WEXITSTATUS(status),
		       output.p ?: "");
}

int hooks_run(const char *kind, const struct oci_hook *hooks, size_t n, const char *state_json,
	      const char *cwd, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int r = run_one(&hooks[i], state_json, cwd, e);

		if (r < 0)
			return err_wrap(e, "error running %s hook #%zu: ", kind, i);
	}
	return 0;
}
