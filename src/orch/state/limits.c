/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/limits.h"

#include "core/proc.h"
#include "core/strv.h"
#include "orch/create_steps.h"
#include "orch/rootfs.h"
#include "orch/template.h"

#include <errno.h>

#define CPU_PERIOD_US 100000
#define TIMEOUT_MS 30000

static void push_number(char ***v, const char *option, int64_t value)
{
	strv_push(v, option);
	strv_push_take(v, xasprintf("%lld", (long long)value));
}

static char **update_argv(const struct orch *o, const struct container *c)
{
	autofree char *root = orch_runtime_root(o, c->ns);
	int64_t memory = (int64_t)c->memory_mb << 20;
	char **v = NULL;

	strv_push(&v, c->runtime);
	strv_push(&v, "--root");
	strv_push(&v, root);
	strv_push(&v, "update");
	push_number(&v, "--memory", memory ?: -1);
	push_number(&v, "--memory-swap", memory ? memory + ((int64_t)c->swap_mb << 20) : -1);
	push_number(&v, "--cpu-period", CPU_PERIOD_US);
	push_number(&v, "--cpu-quota", c->cores ? (int64_t)c->cores * CPU_PERIOD_US : -1);
	strv_push(&v, c->name);
	return v;
}

int limits_update(const struct orch *o, const struct container *c, struct err *e)
{
	autostrv char **argv = update_argv(o, c);
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

int limits_rewrite(const struct orch *o, const struct container *c, bool running, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name), *rootfs = NULL;
	autofree char *images = orch_image_dir(o);
	struct container copy = *c; /* borrowed: the step only reads it */
	struct creation s = { .o = o, .c = &copy };
	autoimagestore store = { 0 };
	autoimage *image = NULL;
	int r = image_store_open(images, o->env, &store, e);

	if (r == 0 && !template_is(c->image))
		r = MIN(image_pull(&store, c->image, IMAGE_PULL_NEVER, 0, &image, e), 0);
	/* The names of users are looked up in it. */
	if (r == 0)
		r = MIN(rootfs_mount(&store, dir, &rootfs, e), 0);
	if (r < 0)
		return r;
	s.image = image;
	r = create_config(&s, rootfs, e);
	if (!running && rootfs_unmount(dir, r < 0 ? NULL : e) < 0 && r == 0)
		r = -e->num;
	return r;
}
