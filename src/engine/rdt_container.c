/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rdt_container.h"

#include <errno.h>
#include <unistd.h>

static const struct rdt *rdt_of(const struct container *c)
{
	return c->has_state ? c->state.rdt : c->journal.rdt;
}

int container_rdt_add(const struct container *c, pid_t pid, struct err *e)
{
	const struct rdt *rdt = rdt_of(c);
	autofd int root = -1;

	if (!rdt)
		return 0;
	root = rdt_open_host(c->rt->proc, e);
	return root < 0 ? root : rdt_add(root, rdt, c->id, pid, e);
}

int container_rdt_remove(const struct container *c, struct err *e)
{
	const struct rdt *rdt = rdt_of(c);
	autofd int root = -1;

	if (!rdt)
		return 0;
	root = rdt_open_host(c->rt->proc, e);
	if (root < 0)
		return root == -ENODEV ? 0 : root;
	return rdt_remove(root, rdt, c->id, e);
}

static int check_available(int root, const struct oci_intel_rdt *want, struct err *e)
{
	if (want->l3_cache_schema && (root < 0 || !rdt_has_l3(root)))
		return err_msg(e, ENODEV,
			       "Intel RDT/CAT: l3 cache schema is not enabled on this host");
	if (want->mem_bw_schema && (root < 0 || !rdt_has_mb(root)))
		return err_msg(e, ENODEV,
			       "Intel RDT/MBA: memory bandwidth schema is not enabled on this "
			       "host");
	return 0;
}

int container_rdt_update(const struct container *c, const struct oci_intel_rdt *want, char **undo,
			 struct err *e)
{
	const struct rdt *rdt = rdt_of(c);
	autofd int root = -1;
	int r;

	*undo = NULL;
	if (!want->l3_cache_schema && !want->mem_bw_schema)
		return 0;
	root = rdt_open_host(c->rt->proc, NULL);
	r = check_available(root, want, e);
	if (r < 0)
		return r;
	if (!rdt)
		return err_msg(e, EOPNOTSUPP,
			       "Intel RDT: the container was created without linux.intelRdt");
	return rdt_update(root, rdt, want, undo, e);
}

void container_rdt_restore(const struct container *c, const char *undo)
{
	autofd int root = undo ? rdt_open_host(c->rt->proc, NULL) : -1;

	if (root >= 0)
		rdt_restore(root, rdt_of(c), undo);
}

int container_rdt_stats(const struct container *c, struct rdt_stats *out, struct err *e)
{
	const struct rdt *rdt = rdt_of(c);
	autofd int root = -1;

	if (!rdt)
		return 0;
	root = rdt_open_host(c->rt->proc, e);
	return root < 0 ? root : rdt_stats_read(root, rdt, c->id, out, e);
}
