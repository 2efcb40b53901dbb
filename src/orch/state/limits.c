/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/limits.h"

#include "core/proc.h"
#include "core/strv.h"

#include <errno.h>

#define TIMEOUT_MS 30000

static void push_number(char ***v, const char *option, int64_t value)
{
	strv_push(v, option);
	strv_push_take(v, xasprintf("%lld", (long long)value));
}

int64_t limits_memory(const struct container *c)
{
	return (int64_t)c->memory_mb << 20;
}

int64_t limits_swap(const struct container *c)
{
	return limits_memory(c) + ((int64_t)c->swap_mb << 20);
}

int64_t limits_quota(const struct container *c)
{
	return (int64_t)c->cores * LIMITS_CPU_PERIOD_US;
}

bool limits_memory_differs(const struct container *a, const struct container *b)
{
	return a->memory_mb != b->memory_mb || a->swap_mb != b->swap_mb;
}

static char **update_argv(const struct orch *o, const struct container *before,
			  const struct container *c)
{
	autofree char *root = orch_runtime_root(o, c->ns);
	char **v = NULL;

	strv_push(&v, c->runtime);
	strv_push(&v, "--root");
	strv_push(&v, root);
	strv_push(&v, "update");
	if (limits_memory_differs(before, c)) {
		push_number(&v, "--memory", c->memory_mb ? limits_memory(c) : -1);
		push_number(&v, "--memory-swap", c->memory_mb ? limits_swap(c) : -1);
	}
	if (before->cores != c->cores) {
		push_number(&v, "--cpu-period", LIMITS_CPU_PERIOD_US);
		push_number(&v, "--cpu-quota", c->cores ? limits_quota(c) : -1);
	}
	strv_push(&v, c->name);
	return v;
}

int limits_update(const struct orch *o, const struct container *before, const struct container *c,
		  struct err *e)
{
	autostrv char **argv = update_argv(o, before, c);
	autostr output = { 0 };
	const struct proc_run run = { .path = c->runtime,
				      .argv = argv,
				      .env = o->env,
				      .timeout_ms = TIMEOUT_MS,
				      .output = &output,
				      .output_max = ERR_TEXT_MAX };
	int status = proc_run(&run, e);

	if (status < 0)
		return err_wrap(e, "update: ");
	while (output.len > 0 && output.p[output.len - 1] == '\n')
		output.p[--output.len] = '\0';
	if (status != 0)
		return err_msg(e, EIO, "update: %s", output.len ? output.p : "it says nothing");
	return 0;
}
