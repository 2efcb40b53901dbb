/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/resources.h"
#include "engine/cgroup/resource_values.h"
#include <ctype.h>
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

/* What is being planned: where to look, and what comes out. */
struct plan {
	const struct oci_resources *r;
	unsigned v1, v2;
	struct limits *out;
};

/* Takes member and value. */
static struct limit *add(struct plan *p, enum controller c, char *member, const char *file,
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

static void add_alt(struct limit *l, const char *file, char *value)
{
	l->alt_file = xstrdup(file);
	l->alt_value = value;
}

/* 1: v2, 0: v1. */
static int where(const struct plan *p, enum controller c, const char *member, struct err *e)
{
	if (p->v1 & CTRL_BIT(c))
		return 0;
	if (p->v2 & CTRL_BIT(c))
		return 1;
	return err_msg(e, EOPNOTSUPP, "linux.resources.%s: this host has no %s cgroup controller",
		       member, controller_name(c, false));
}

static int no_v2(const char *member, struct err *e)
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
	on_v2 = where(p, row->controller, row->member, e);
	if (on_v2 < 0)
		return on_v2;
	if (on_v2 && !row->v2_file)
		return no_v2(row->member, e);
	if (on_v2 && row->kind != ROW_TEXT)
		r = row->v2(&v, text, e);
	if (r <= 0)
		return r;
	l = add(p, row->controller, xstrdup(row->member), on_v2 ? row->v2_file : row->v1_file,
		xstrdup(row->kind == ROW_TEXT ? v.text : text));
	l->flags = row->flags | v.flags;
	l->bytes = v.number;
	if (!on_v2 && row->alt_v1)
		add_alt(l, row->alt_v1, xstrdup(text));
	if (on_v2 && row->alt_v2) {
		r = row->alt(&v, text, e);
		add_alt(l, row->alt_v2, xstrdup(text));
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
		l = add(p, CTRL_MEMORY, xstrdup("memory.limit"), "memory.memsw.limit_in_bytes",
			xstrdup("-1"));
	else
		l = add(p, CTRL_MEMORY, xstrdup("memory.limit"), "memory.swap.max", xstrdup("max"));
	l->flags = LIMIT_OPTIONAL;
}

struct throttle_row {
	const char *member;
	size_t list, count;
	const char *v1_file;
	const char *v2_key; /* of io.max */
};

#define THROTTLE(m) offsetof(struct oci_block_io, m), offsetof(struct oci_block_io, n_##m)

static const struct throttle_row throttle_rows[] = {
	{ "throttleReadBpsDevice", THROTTLE(throttle_read_bps_device),
	  "blkio.throttle.read_bps_device", "rbps" },
	{ "throttleWriteBpsDevice", THROTTLE(throttle_write_bps_device),
	  "blkio.throttle.write_bps_device", "wbps" },
	{ "throttleReadIOPSDevice", THROTTLE(throttle_read_iops_device),
	  "blkio.throttle.read_iops_device", "riops" },
	{ "throttleWriteIOPSDevice", THROTTLE(throttle_write_iops_device),
	  "blkio.throttle.write_iops_device", "wiops" },
};

/* Rate 0 is how v1 spells no limit. */
static char *throttle_value(const struct throttle_device_value *t)
{
	if (!t->v2_key)
		return xasprintf("%lld:%lld %llu", t->major, t->minor, t->rate);
	if (t->rate == 0)
		return xasprintf("%lld:%lld %s=max", t->major, t->minor, t->v2_key);
	return xasprintf("%lld:%lld %s=%llu", t->major, t->minor, t->v2_key, t->rate);
}

static int plan_throttles(struct plan *p, const struct throttle_row *row, struct err *e)
{
	const char *io = (const char *)p->r->block_io;
	const struct oci_throttle_device *v =
		*(struct oci_throttle_device *const *)(io + row->list);
	size_t n = *(const size_t *)(io + row->count);

	for (size_t i = 0; i < n; i++) {
		autofree char *member = xasprintf("blockIO.%s[%zu]", row->member, i);
		int on_v2 = where(p, CTRL_BLKIO, member, e);
		struct throttle_device_value t = { v[i].major, v[i].minor, v[i].rate,
						   on_v2 ? row->v2_key : NULL };

		if (on_v2 < 0)
			return on_v2;
		(void)add(p, CTRL_BLKIO, TAKE(member), on_v2 ? "io.max" : row->v1_file,
			  throttle_value(&t));
	}
	return 0;
}

static char *device_number(const struct oci_weight_device *d, uint64_t value)
{
	return xasprintf("%lld:%lld %llu", (long long)d->major, (long long)d->minor,
			 (unsigned long long)value);
}

static int plan_weight_device(struct plan *p, size_t i, struct err *e)
{
	const struct oci_weight_device *d = &p->r->block_io->weight_device[i];
	autofree char *member = xasprintf("blockIO.weightDevice[%zu]", i);
	int on_v2 = where(p, CTRL_BLKIO, member, e);
	struct limit *l;

	if (on_v2 < 0)
		return on_v2;
	if (d->leaf_weight.is_set && d->leaf_weight.value != 0) {
		if (on_v2)
			return no_v2(member, e);
		(void)add(p, CTRL_BLKIO, xstrdup(member), "blkio.leaf_weight_device",
			  device_number(d, d->leaf_weight.value));
	}
	if (!d->weight.is_set || d->weight.value == 0)
		return 0;
	l = add(p, CTRL_BLKIO, xstrdup(member), on_v2 ? "io.bfq.weight" : "blkio.weight_device",
		device_number(d, d->weight.value));
	if (on_v2)
		add_alt(l, "io.weight", device_number(d, io_weight_from_blkio(d->weight.value)));
	else
		add_alt(l, "blkio.bfq.weight_device", device_number(d, d->weight.value));
	return 0;
}

static int plan_block_io(struct plan *p, struct err *e)
{
	int r = 0;

	if (!p->r->block_io)
		return 0;
	for (size_t i = 0; i < p->r->block_io->n_weight_device && r == 0; i++)
		r = plan_weight_device(p, i, e);
	for (size_t i = 0; i < ARRAY_SIZE(throttle_rows) && r == 0; i++)
		r = plan_throttles(p, &throttle_rows[i], e);
	return r;
}

bool hugepage_size_is_valid(const char *size)
{
	size_t n = strspn(size, "0123456789");

	return n > 0 && n < 10 && size[0] != '0' && size[n] && strchr("KMG", size[n]) &&
	       str_eq(size + n + 1, "B");
}

static int plan_hugepages(struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->r->n_hugepage_limits; i++) {
		const struct oci_hugepage_limit *h = &p->r->hugepage_limits[i];
		autofree char *member = xasprintf("hugepageLimits[%zu]", i);
		autofree char *file = NULL, *reserved = NULL;
		int on_v2;

		/* The size becomes part of a file name. */
		if (!h->page_size || !hugepage_size_is_valid(h->page_size))
			return err_msg(e, EINVAL, "linux.resources.%s.pageSize: not a page size",
				       member);
		on_v2 = where(p, CTRL_HUGETLB, member, e);
		if (on_v2 < 0)
			return on_v2;
		file = xasprintf("hugetlb.%s.%s", h->page_size, on_v2 ? "max" : "limit_in_bytes");
		reserved = xasprintf("hugetlb.%s.rsvd.%s", h->page_size,
				     on_v2 ? "max" : "limit_in_bytes");
		(void)add(p, CTRL_HUGETLB, xstrdup(member), file,
			  xasprintf("%llu", (unsigned long long)h->limit));
		/* Limiting reservations too turns a later SIGBUS into a failing mmap. Linux 5.7. */
		add(p, CTRL_HUGETLB, TAKE(member), reserved,
		    xasprintf("%llu", (unsigned long long)h->limit))
			->flags = LIMIT_OPTIONAL;
	}
	return 0;
}

static bool is_word(const char *s)
{
	if (!s || !*s)
		return false;
	for (; *s; s++)
		if (isspace((unsigned char)*s) || iscntrl((unsigned char)*s))
			return false;
	return true;
}

static int plan_network(struct plan *p, struct err *e)
{
	const struct oci_network *net = p->r->network;

	for (size_t i = 0; net && i < net->n_priorities; i++) {
		autofree char *member = xasprintf("network.priorities[%zu]", i);
		int on_v2 = where(p, CTRL_NET_PRIO, member, e);

		if (on_v2 < 0)
			return on_v2;
		if (on_v2)
			return no_v2(member, e);
		if (!is_word(net->priorities[i].name))
			return err_msg(e, EINVAL, "linux.resources.%s.name: not an interface name",
				       member);
		(void)add(p, CTRL_NET_PRIO, TAKE(member), "net_prio.ifpriomap",
			  xasprintf("%s %u", net->priorities[i].name, net->priorities[i].priority));
	}
	return 0;
}

static int plan_rdma(struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->r->n_rdma; i++) {
		const struct oci_rdma *d = &p->r->rdma[i];
		autofree char *member = xasprintf("rdma.%s", d->key ? d->key : "");
		autofree char *handles = NULL, *objects = NULL;
		int on_v2;

		if (!is_word(d->key))
			return err_msg(e, EINVAL, "linux.resources.rdma: not a device name");
		if (!d->hca_handles.is_set && !d->hca_objects.is_set)
			continue;
		on_v2 = where(p, CTRL_RDMA, member, e);
		if (on_v2 < 0)
			return on_v2;
		handles = d->hca_handles.is_set ?
				  xasprintf(" hca_handle=%llu",
					    (unsigned long long)d->hca_handles.value) :
				  xstrdup("");
		objects = d->hca_objects.is_set ?
				  xasprintf(" hca_object=%llu",
					    (unsigned long long)d->hca_objects.value) :
				  xstrdup("");
		(void)add(p, CTRL_RDMA, TAKE(member), "rdma.max",
			  xasprintf("%s%s%s", d->key, handles, objects));
	}
	return 0;
}

/* "<controller>.<parameter>": 1 and the controller, or 0 when it is not of that form. */
static int unified_controller(const char *key, enum controller *out)
{
	size_t dot = strcspn(key, ".");
	autofree char *name = xstrndup(key, dot);
	int64_t value;

	if (key[dot] != '.' || key[dot + 1] == '\0' || strlen(key) > 128)
		return 0;
	for (const char *c = key; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("_.-", *c))
			return 0;
	if (!names_find(controller_names, name, &value) ||
	    !str_eq(name, controller_name((enum controller)value, true)))
		return 0;
	*out = (enum controller)value;
	return 1;
}

/* The cgroup core's own files move processes and make subtrees; these two only bound. */
static bool is_core_limit(const char *key)
{
	return str_eq(key, "cgroup.max.depth") || str_eq(key, "cgroup.max.descendants");
}

/* A value of several lines (io.max has one a device) is one write a line, as the kernel takes it.
 */
static void add_lines(struct plan *p, enum controller c, const struct strmap_entry *u)
{
	const char *line = u->value ? u->value : "";

	do {
		size_t len = strcspn(line, "\n");
		struct limit *l =
			add(p, c, xasprintf("unified.%s", u->name), u->name, xstrndup(line, len));

		l->v2 = true;
		l->needs_controller = !is_core_limit(u->name);
		line += len;
		line += *line == '\n';
	} while (*line);
}

static int plan_unified(struct plan *p, struct err *e)
{
	for (size_t i = 0; i < p->r->unified.n; i++) {
		const struct strmap_entry *u = &p->r->unified.v[i];
		enum controller c = CTRL_PIDS; /* whose presence a core limit does not need */
		bool core = is_core_limit(u->name);

		if (!core && !unified_controller(u->name, &c))
			return err_msg(e, EINVAL,
				       "linux.resources.unified: \"%s\" is not of the form "
				       "controller.parameter",
				       u->name);
		if (!core && !(p->v2 & CTRL_BIT(c)))
			return err_msg(e, EOPNOTSUPP,
				       "linux.resources.unified: \"%s\" can't be set: controller "
				       "\"%s\" is not in a cgroup v2 hierarchy of this host",
				       u->name, controller_name(c, true));
		add_lines(p, c, u);
	}
	return 0;
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
	r = r ?: plan_block_io(&p, e);
	r = r ?: plan_hugepages(&p, e);
	r = r ?: plan_network(&p, e);
	r = r ?: plan_rdma(&p, e);
	r = r ?: plan_unified(&p, e);
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
