/* SPDX-License-Identifier: Apache-2.0 */
/* Members that are lists: of block devices, page sizes, interfaces, RDMA devices, and unified. */
#include "core/names.h"
#include "engine/cgroup/resource_plan.h"
#include <ctype.h>
#include <errno.h>

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

struct throttle_device_value {
	long long major, minor;
	unsigned long long rate;
	const char *v2_key; /* NULL for v1 */
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
		int on_v2 = limits_where(p, CTRL_BLKIO, member, e);
		struct throttle_device_value t = { v[i].major, v[i].minor, v[i].rate,
						   on_v2 ? row->v2_key : NULL };

		if (on_v2 < 0)
			return on_v2;
		(void)limits_add(p, CTRL_BLKIO, TAKE(member), on_v2 ? "io.max" : row->v1_file,
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
	int on_v2 = limits_where(p, CTRL_BLKIO, member, e);
	struct limit *l;

	if (on_v2 < 0)
		return on_v2;
	if (d->leaf_weight.is_set && d->leaf_weight.value != 0) {
		if (on_v2)
			return limits_no_v2(member, e);
		(void)limits_add(p, CTRL_BLKIO, xstrdup(member), "blkio.leaf_weight_device",
				 device_number(d, d->leaf_weight.value));
	}
	if (!d->weight.is_set || d->weight.value == 0)
		return 0;
	l = limits_add(p, CTRL_BLKIO, xstrdup(member),
		       on_v2 ? "io.bfq.weight" : "blkio.weight_device",
		       device_number(d, d->weight.value));
	if (on_v2)
		limits_add_alt(l, "io.weight",
			       device_number(d, io_weight_from_blkio(d->weight.value)));
	else
		limits_add_alt(l, "blkio.bfq.weight_device", device_number(d, d->weight.value));
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
		on_v2 = limits_where(p, CTRL_HUGETLB, member, e);
		if (on_v2 < 0)
			return on_v2;
		file = xasprintf("hugetlb.%s.%s", h->page_size, on_v2 ? "max" : "limit_in_bytes");
		reserved = xasprintf("hugetlb.%s.rsvd.%s", h->page_size,
				     on_v2 ? "max" : "limit_in_bytes");
		(void)limits_add(p, CTRL_HUGETLB, xstrdup(member), file,
				 xasprintf("%llu", (unsigned long long)h->limit));
		/* Limiting reservations too turns a later SIGBUS into a failing mmap. Linux 5.7. */
		limits_add(p, CTRL_HUGETLB, TAKE(member), reserved,
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
		int on_v2 = limits_where(p, CTRL_NET_PRIO, member, e);

		if (on_v2 < 0)
			return on_v2;
		if (on_v2)
			return limits_no_v2(member, e);
		if (!is_word(net->priorities[i].name))
			return err_msg(e, EINVAL, "linux.resources.%s.name: not an interface name",
				       member);
		(void)limits_add(p, CTRL_NET_PRIO, TAKE(member), "net_prio.ifpriomap",
				 xasprintf("%s %u", net->priorities[i].name,
					   net->priorities[i].priority));
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
		on_v2 = limits_where(p, CTRL_RDMA, member, e);
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
		(void)limits_add(p, CTRL_RDMA, TAKE(member), "rdma.max",
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
		struct limit *l = limits_add(p, c, xasprintf("unified.%s", u->name), u->name,
					     xstrndup(line, len));

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

int limits_plan_lists(struct plan *p, struct err *e)
{
	int r = plan_block_io(p, e);

	r = r ?: plan_hugepages(p, e);
	r = r ?: plan_network(p, e);
	r = r ?: plan_rdma(p, e);
	return r ?: plan_unified(p, e);
}
