/* SPDX-License-Identifier: Apache-2.0 */
/* Members of one value: a table. Lists of devices, sizes and names are in resource_lists.c. */
#include "engine/cgroup/resource_plan.h"
#include "engine/cgroup/resource_values.h"
#include <errno.h>

void limits_done(struct limits *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].member);
		free(l->v[i].file);
		free(l->v[i].value);
		free(l->v[i].alt_file);
		free(l->v[i].alt_value);
	}
	free(l->v);
	*l = (struct limits){ 0 };
}

struct limit *limits_add(struct plan *p, enum controller c, char *member, const char *file,
			 char *value)
{
	struct limits *l = p->out;

	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n] = (struct limit){ .controller = c,
				     .v2 = !(p->v1 & CTRL_BIT(c)),
				     .needs_controller = true,
				     .member = member,
				     .file = xstrdup(file),
				     .value = value };
	return &l->v[l->n++];
}

void limits_add_alt(struct limit *l, const char *file, char *value)
{
	l->alt_file = xstrdup(file);
	l->alt_value = value;
}

int limits_where(const struct plan *p, enum controller c, const char *member, struct err *e)
{
	if (p->v1 & CTRL_BIT(c))
		return 0;
	if (p->v2 & CTRL_BIT(c))
		return 1;
	return err_msg(e, EOPNOTSUPP, "linux.resources.%s: this host has no %s cgroup controller",
		       member, controller_name(c, false));
}

int limits_no_v2(const char *member, struct err *e)
{
	return err_msg(e, EOPNOTSUPP, "linux.resources.%s: cgroup v2 has no such setting", member);
}

enum part { PART_MEMORY, PART_CPU, PART_PIDS, PART_BLOCK_IO, PART_NETWORK, PARTS };
static const size_t part_offsets[PARTS] = {
	[PART_MEMORY] = offsetof(struct oci_resources, memory),
	[PART_CPU] = offsetof(struct oci_resources, cpu),
	[PART_PIDS] = offsetof(struct oci_resources, pids),
	[PART_BLOCK_IO] = offsetof(struct oci_resources, block_io),
	[PART_NETWORK] = offsetof(struct oci_resources, network),
};

enum row_kind { ROW_INT, ROW_UINT, ROW_BOOL, ROW_TEXT };

/* One member, where its value goes, and how it is written there. */
struct row {
	const char *member;
	enum part part;
	enum row_kind kind;
	size_t offset;
	enum controller controller;
	const char *v1_file;
	value_format *v1;
	const char *v2_file; /* NULL: v2 has none */
	value_format *v2;
	unsigned flags;
	const char *alt_v1, *alt_v2;
	value_format *alt; /* alt_v2's */
};

#define INT(t, m) ROW_INT, offsetof(struct t, m) + 0 * sizeof(((struct t *)0)->m.is_set)
#define UINT(t, m) ROW_UINT, offsetof(struct t, m) + 0 * sizeof(((struct t *)0)->m.is_set)
#define BOOL(t, m) ROW_BOOL, offsetof(struct t, m) + 0 * sizeof(((struct t *)0)->m.is_set)
#define TEXT(t, m) ROW_TEXT, offsetof(struct t, m)

/*
 * In the order of writing. Limits that bound each other (memory and memory+swap; quota, period and
 * burst) are written in an order that a new cgroup accepts; the writer tries those that a used one
 * refuses once more at the end. cpu.idle comes after shares, which an idle group refuses.
 */
static const struct row rows[] = {
	{ "memory.limit", PART_MEMORY, INT(oci_memory, limit), CTRL_MEMORY, "memory.limit_in_bytes",
	  value_bytes_v1, "memory.max", value_max, LIMIT_MEMORY, NULL, NULL, NULL },
	{ "memory.swap", PART_MEMORY, INT(oci_memory, swap), CTRL_MEMORY,
	  "memory.memsw.limit_in_bytes", value_swap_v1, "memory.swap.max", value_swap_v2,
	  LIMIT_MEMORY_SWAP, NULL, NULL, NULL },
	{ "memory.reservation", PART_MEMORY, INT(oci_memory, reservation), CTRL_MEMORY,
	  "memory.soft_limit_in_bytes", value_bytes_v1, "memory.low", value_max, 0, NULL, NULL,
	  NULL },
	{ "memory.swappiness", PART_MEMORY, UINT(oci_memory, swappiness), CTRL_MEMORY,
	  "memory.swappiness", value_swappiness, NULL, NULL, 0, NULL, NULL, NULL },
	{ "memory.disableOOMKiller", PART_MEMORY, BOOL(oci_memory, disable_oom_killer), CTRL_MEMORY,
	  "memory.oom_control", value_nonzero, NULL, NULL, 0, NULL, NULL, NULL },

	{ "cpu.shares", PART_CPU, UINT(oci_cpu, shares), CTRL_CPU, "cpu.shares", value_shares,
	  "cpu.weight", value_weight, 0, NULL, NULL, NULL },
	{ "cpu.period", PART_CPU, UINT(oci_cpu, period), CTRL_CPU, "cpu.cfs_period_us",
	  value_nonzero, "cpu.max", value_period_v2, 0, NULL, NULL, NULL },
	{ "cpu.quota", PART_CPU, INT(oci_cpu, quota), CTRL_CPU, "cpu.cfs_quota_us", value_quota_v1,
	  "cpu.max", value_quota_v2, 0, NULL, NULL, NULL },
	{ "cpu.burst", PART_CPU, UINT(oci_cpu, burst), CTRL_CPU, "cpu.cfs_burst_us", value_plain,
	  "cpu.max.burst", value_plain, 0, NULL, NULL, NULL },
	{ "cpu.realtimePeriod", PART_CPU, UINT(oci_cpu, realtime_period), CTRL_CPU,
	  "cpu.rt_period_us", value_nonzero, NULL, NULL, 0, NULL, NULL, NULL },
	{ "cpu.realtimeRuntime", PART_CPU, INT(oci_cpu, realtime_runtime), CTRL_CPU,
	  "cpu.rt_runtime_us", value_nonzero, NULL, NULL, 0, NULL, NULL, NULL },
	{ "cpu.idle", PART_CPU, INT(oci_cpu, idle), CTRL_CPU, "cpu.idle", value_plain, "cpu.idle",
	  value_plain, 0, NULL, NULL, NULL },
	{ "cpu.cpus", PART_CPU, TEXT(oci_cpu, cpus), CTRL_CPUSET, "cpuset.cpus", NULL,
	  "cpuset.cpus", NULL, 0, NULL, NULL, NULL },
	{ "cpu.mems", PART_CPU, TEXT(oci_cpu, mems), CTRL_CPUSET, "cpuset.mems", NULL,
	  "cpuset.mems", NULL, 0, NULL, NULL, NULL },

	{ "pids.limit", PART_PIDS, INT(oci_pids, limit), CTRL_PIDS, "pids.max", value_pids,
	  "pids.max", value_pids, 0, NULL, NULL, NULL },

	{ "blockIO.weight", PART_BLOCK_IO, UINT(oci_block_io, weight), CTRL_BLKIO, "blkio.weight",
	  value_nonzero, "io.bfq.weight", value_nonzero, 0, "blkio.bfq.weight", "io.weight",
	  value_io_weight },
	{ "blockIO.leafWeight", PART_BLOCK_IO, UINT(oci_block_io, leaf_weight), CTRL_BLKIO,
	  "blkio.leaf_weight", value_nonzero, NULL, NULL, 0, "blkio.bfq.leaf_weight", NULL, NULL },

	{ "network.classID", PART_NETWORK, UINT(oci_network, class_id), CTRL_NET_CLS,
	  "net_cls.classid", value_nonzero, NULL, NULL, 0, NULL, NULL, NULL },
};

/* Whether the member is there; its number or text. */
static bool row_value(const struct row *row, const struct oci_resources *r, struct value *v)
{
	const char *part = *(const char *const *)((const char *)r + part_offsets[row->part]);
	const void *at = part ? part + row->offset : NULL;

	if (!at)
		return false;
	switch (row->kind) {
	case ROW_INT:
		v->number = ((const struct opt_int *)at)->value;
		return ((const struct opt_int *)at)->is_set;
	case ROW_UINT:
		v->number = (int64_t)MIN(((const struct opt_uint *)at)->value, (uint64_t)INT64_MAX);
		return ((const struct opt_uint *)at)->is_set;
	case ROW_BOOL:
		v->number = ((const struct opt_bool *)at)->value;
		return ((const struct opt_bool *)at)->is_set;
	case ROW_TEXT:
		v->text = *(char *const *)at;
		return v->text && v->text[0];
	}
	return false;
}

static int plan_row(struct plan *p, const struct row *row, struct err *e)
{
	struct value v = { .r = p->r, .member = row->member };
	char text[VALUE_MAX];
	struct limit *l;
	int on_v2, r = 1;

	if (!row_value(row, p->r, &v))
		return 0;
	/* Nowhere to be limited is no limit. */
	if (row->kind == ROW_INT && v.number == -1 &&
	    !((p->v1 | p->v2) & CTRL_BIT(row->controller)))
		return 0;
	v.for_v2 = !(p->v1 & CTRL_BIT(row->controller)) && p->v2 & CTRL_BIT(row->controller);
	/* The v1 reading decides whether anything is asked for, before the controller matters. */
	if (row->kind != ROW_TEXT)
		r = row->v1(&v, text, e);
	if (r <= 0)
		return r;
	on_v2 = limits_where(p, row->controller, row->member, e);
	if (on_v2 < 0)
		return on_v2;
	if (on_v2 && !row->v2_file)
		return limits_no_v2(row->member, e);
	if (on_v2 && row->kind != ROW_TEXT)
		r = row->v2(&v, text, e);
	if (r <= 0)
		return r;
	l = limits_add(p, row->controller, xstrdup(row->member),
		       on_v2 ? row->v2_file : row->v1_file,
		       xstrdup(row->kind == ROW_TEXT ? v.text : text));
	l->flags = row->flags | v.flags;
	l->bytes = v.number;
	if (!on_v2 && row->alt_v1)
		limits_add_alt(l, row->alt_v1, xstrdup(text));
	if (on_v2 && row->alt_v2) {
		r = row->alt(&v, text, e);
		limits_add_alt(l, row->alt_v2, xstrdup(text));
	}
	return MIN(r, 0);
}

/* A memory limit that is taken away takes memory+swap's with it: v1 keeps memsw >= limit. */
static void plan_swap_follows(struct plan *p)
{
	const struct oci_memory *m = p->r->memory;
	bool swap_set = m && m->swap.is_set && m->swap.value != 0;
	struct limit *l;

	if (!m || !m->limit.is_set || m->limit.value != -1 || swap_set ||
	    !((p->v1 | p->v2) & CTRL_BIT(CTRL_MEMORY)))
		return;
	if (p->v1 & CTRL_BIT(CTRL_MEMORY))
		l = limits_add(p, CTRL_MEMORY, xstrdup("memory.limit"),
			       "memory.memsw.limit_in_bytes", xstrdup("-1"));
	else
		l = limits_add(p, CTRL_MEMORY, xstrdup("memory.limit"), "memory.swap.max",
			       xstrdup("max"));
	l->flags = LIMIT_OPTIONAL;
}

int limits_plan(const struct oci_resources *res, unsigned v1, unsigned v2, struct limits *out,
		struct err *e)
{
	_cleanup_(limits_done) struct limits l = { 0 };
	struct plan p = { res, v1, v2, &l };
	int r = 0;

	if (!res)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rows) && r == 0; i++) {
		r = plan_row(&p, &rows[i], e);
		if (r == 0 && str_eq(rows[i].member, "memory.swap"))
			plan_swap_follows(&p);
	}
	r = r ?: limits_plan_lists(&p, e);
	if (r < 0)
		return r;
	l.check_before_update = res->memory && res->memory->check_before_update.value;
	*out = l;
	l = (struct limits){ 0 };
	return 0;
}

unsigned limits_controllers(const struct oci_resources *r)
{
	unsigned need = 0;

	if (!r)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct value v = { .r = r, .member = rows[i].member };

		if (row_value(&rows[i], r, &v))
			need |= CTRL_BIT(rows[i].controller);
	}
	need |= r->block_io ? CTRL_BIT(CTRL_BLKIO) : 0;
	need |= r->n_hugepage_limits ? CTRL_BIT(CTRL_HUGETLB) : 0;
	need |= r->network && r->network->n_priorities ? CTRL_BIT(CTRL_NET_PRIO) : 0;
	need |= r->n_rdma ? CTRL_BIT(CTRL_RDMA) : 0;
	return need;
}
