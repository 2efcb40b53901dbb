/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/orchestrator.h"

#include "core/strv.h"
#include "orch/container.h"
#include "orch/create.h"
#include "orch/operation.h"
#include "orch/store.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LOCK_TIMEOUT_MS 60000

static int remove_container(const struct orch *o, const char *name, struct err *e)
{
	autofd int lock = store_lock(o, o->ns, name, LOCK_TIMEOUT_MS, e);
	int r = lock < 0 ? lock : create_remove(o, o->ns, name, e);

	return r < 0 ? r : operation_end(o, o->ns, name, NULL, e);
}

static int remove_containers(const struct orch *o, struct err *e)
{
	autostrv char **names = NULL;
	int r = container_names(o, o->ns, &names, e);

	for (size_t i = 0; r == 0 && i < strv_len(names); i++)
		r = remove_container(o, names[i], e);
	return r < 0 ? err_wrap(e, "delete all containers: ") : 0;
}

/* What is below the state directory and belongs to no container. Of other namespaces' containers
 * the layers are needed, so images only go with the last one. */
static int remove_state(const struct orch *o, struct err *e)
{
	static const char *const all[] = { "images", "data", "runtime_vnics.json" };
	autofd int dir = open(o->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autostrv char **namespaces = NULL;
	int r;

	if (dir < 0)
		return err_set(e, errno, "open %s", o->state_dir);
	r = container_namespaces(o, &namespaces, e);
	for (size_t i = 0; r == 0 && i < strv_len(namespaces); i++) {
		autostrv char **names = NULL;

		r = container_names(o, namespaces[i], &names, e);
		if (strv_len(names) > 0)
			return r;
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(all); i++)
		r = tree_remove(dir, all[i], e);
	return r;
}

int orchestrator_remove(const struct orch *o, struct err *e)
{
	static const struct {
		const char *step;
		int (*run)(const struct orch *o, struct err *e);
	} steps[] = {
		{ "deleting_runtimes", remove_containers },
		{ "deleting_volume", remove_state },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(steps); i++) {
		r = operation_step(o, o->ns, ORCHESTRATOR_DEVICE, steps[i].step, e);
		if (r == 0)
			r = steps[i].run(o, e);
	}
	return r;
}
