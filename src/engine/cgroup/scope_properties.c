/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/scope_properties.h"
#include "core/num.h"
#include "core/str.h"
#include "core/strv.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define ANNOTATION "org.systemd.property."
#define CPUS_MAX 8192
#define USEC_PER_SEC 1000000
#define QUOTA_STEP 10000 /* systemd keeps whole per cents of a CPU */

/* ---- limits ---- */

struct quota {
	int64_t quota; /* microseconds; -1: none */
	uint64_t period;
};

struct limits_out {
	char ***out;
	struct quota v1; /* in two files there */
};

typedef void limit_convert(struct limits_out *o, const char *property, const char *value);

/* "max", and v1's "-1", are infinity. */
static uint64_t amount(const char *value)
{
	uint64_t n = UINT64_MAX;

	(void)num_parse_u64(value, UINT64_MAX, "limit", &n, NULL);
	return n;
}

static void add_amount(struct limits_out *o, const char *property, const char *value)
{
	strv_push_take(o->out, xasprintf("%s=uint64 %" PRIu64, property, amount(value)));
}

/* systemd has no "none at all": the file has it. */
static void add_tasks(struct limits_out *o, const char *property, const char *value)
{
	add_amount(o, property, str_eq(value, "0") ? "1" : value);
}

static void add_weight(struct limits_out *o, const char *property, const char *value)
{
	static const char word[] = "default ";

	value += str_starts(value, word) ? strlen(word) : 0;
	/* A weight of one device has a number before it. */
	if (!strchr(value, ' '))
		add_amount(o, property, value);
}

static void add_quota(struct limits_out *o, const struct quota *q)
{
	uint64_t per_sec = UINT64_MAX;

	if (q->quota > 0 && q->period > 0) {
		per_sec = (uint64_t)q->quota * USEC_PER_SEC / q->period;
		per_sec = (per_sec + QUOTA_STEP - 1) / QUOTA_STEP * QUOTA_STEP;
	}
	strv_push_take(o->out, xasprintf("CPUQuotaPerSecUSec=uint64 %" PRIu64, per_sec));
	if (q->period > 0)
		strv_push_take(o->out, xasprintf("CPUQuotaPeriodUSec=uint64 %" PRIu64, q->period));
}

/* "QUOTA PERIOD", "QUOTA", with "max" for no quota. */
static void add_cpu_max(struct limits_out *o, _unused_ const char *property, const char *value)
{
	autostrv char **words = strv_split(value, ' ');
	struct quota q = { -1, 0 };

	if (strv_len(words) == 0)
		return;
	(void)num_parse_i64(words[0], 0, INT64_MAX / USEC_PER_SEC, "quota", &q.quota, NULL);
	if (strv_len(words) > 1)
		(void)num_parse_u64(words[1], USEC_PER_SEC, "period", &q.period, NULL);
	if (q.quota > 0 && q.period == 0)
		q.period = o->v1.period;
	add_quota(o, &q);
}

static void note_period(struct limits_out *o, _unused_ const char *property, const char *value)
{
	(void)num_parse_u64(value, USEC_PER_SEC, "period", &o->v1.period, NULL);
}

static void add_cfs_quota(struct limits_out *o, _unused_ const char *property, const char *value)
{
	(void)num_parse_i64(value, -1, INT64_MAX / USEC_PER_SEC, "quota", &o->v1.quota, NULL);
	add_quota(o, &o->v1);
}

static int set_range(uint8_t mask[CPUS_MAX / 8], const char *range, size_t *bytes)
{
	const char *dash = strchr(range, '-');
	autofree char *text = dash ? xstrndup(range, (size_t)(dash - range)) : xstrdup(range);
	uint64_t first, last;
	int r;

	r = num_parse_u64(text, CPUS_MAX - 1, "cpu", &first, NULL);
	last = first;
	if (r == 0 && dash)
		r = num_parse_u64(dash + 1, CPUS_MAX - 1, "cpu", &last, NULL);
	for (; r == 0 && first <= last; first++) {
		mask[first / 8] |= (uint8_t)(1u << first % 8);
		*bytes = MAX(*bytes, (size_t)first / 8 + 1);
	}
	return r;
}

/* A list such as "0-2,7"; what is none, the kernel will refuse. */
static void add_cpus(struct limits_out *o, const char *property, const char *value)
{
	autostrv char **ranges = strv_split(value, ',');
	uint8_t mask[CPUS_MAX / 8] = { 0 };
	autostr text = { 0 };
	size_t bytes = 0;

	for (char **range = ranges; *range; range++)
		if (set_range(mask, *range, &bytes) < 0)
			return;
	for (size_t i = 0; i < bytes; i++)
		str_addf(&text, "%s%u", i ? ", " : "", mask[i]);
	strv_push_take(o->out, xasprintf("%s=@ay [%s]", property, text.p ?: ""));
}

static const struct limit_row {
	const char *file, *property;
	limit_convert *convert;
} limit_rows[] = {
	{ "memory.max", "MemoryMax", add_amount },
	{ "memory.high", "MemoryHigh", add_amount },
	{ "memory.low", "MemoryLow", add_amount },
	{ "memory.min", "MemoryMin", add_amount },
	{ "memory.swap.max", "MemorySwapMax", add_amount },
	{ "memory.limit_in_bytes", "MemoryLimit", add_amount },
	{ "cpu.weight", "CPUWeight", add_weight },
	{ "cpu.max", NULL, add_cpu_max },
	{ "cpu.shares", "CPUShares", add_amount },
	{ "cpu.cfs_period_us", NULL, note_period },
	{ "cpu.cfs_quota_us", NULL, add_cfs_quota },
	{ "cpuset.cpus", "AllowedCPUs", add_cpus },
	{ "cpuset.mems", "AllowedMemoryNodes", add_cpus },
	{ "io.weight", "IOWeight", add_weight },
	{ "blkio.weight", "BlockIOWeight", add_weight },
	{ "pids.max", "TasksMax", add_tasks },
};

void scope_limits(const struct limits *l, char ***out)
{
	struct limits_out o = { out, { -1, 100000 } };

	for (size_t i = 0; i < l->n; i++) {
		const struct limit *limit = &l->v[i];

		for (size_t k = 0; k < ARRAY_SIZE(limit_rows); k++) {
			const struct limit_row *row = &limit_rows[k];

			/* cpuset is no property of v1's. */
			if (limit->controller == CTRL_CPUSET && !limit->v2)
				continue;
			if (limit->v2 && limit->flags & LIMIT_KEEP_QUOTA)
				continue;
			if (str_eq(row->file, limit->file))
				row->convert(&o, row->property, limit->value);
			else if (limit->alt_file && str_eq(row->file, limit->alt_file))
				row->convert(&o, row->property, limit->alt_value);
		}
	}
}

/* ---- devices ---- */

/* The name of a major number in /proc/devices, below the heading of its kind; heap or NULL. */
static char *major_name(const char *devices, char type, int64_t major)
{
	const char *p = strstr(devices, type == 'c' ? "Character devices:" : "Block devices:");
	uint64_t number;

	while (p && (p = strchr(p, '\n')) && *++p && *p != '\n') {
		const char *start = p + strspn(p, " ");
		const char *space = start + strspn(start, "0123456789");
		autofree char *text = xstrndup(start, (size_t)(space - start));

		if (num_parse_u64(text, UINT32_MAX, "major", &number, NULL) < 0 || *space != ' ')
			return NULL;
		if (number == (uint64_t)major)
			return xstrndup(space + 1, strcspn(space + 1, "\n"));
	}
	return NULL;
}

/* The first word of a DeviceAllow; NULL when systemd has none for this. */
static char *device_node(const struct device_rule *rule, const char *devices)
{
	const char *kind = rule->type == 'c' ? "char" : "block";
	autofree char *name = NULL;

	if (rule->major == DEVICE_ANY)
		return rule->minor == DEVICE_ANY ? xasprintf("%s-*", kind) : NULL;
	if (rule->minor != DEVICE_ANY)
		return xasprintf("/dev/%s/%" PRId64 ":%" PRId64, kind, rule->major, rule->minor);
	name = major_name(devices, rule->type, rule->major);
	return name && !strpbrk(name, "'\\*?[") ? xasprintf("%s-%s", kind, name) : NULL;
}

static char *device_list(const struct device_rules *rules, const char *devices)
{
	autostr list = { 0 };

	for (size_t i = 0; i < rules->n; i++) {
		const struct device_rule *rule = &rules->v[i];
		autofree char *node = device_node(rule, devices);

		if (!node)
			return NULL;
		str_addf(&list, "%s('%s', '%s%s%s')", list.len ? ", " : "", node,
			 rule->access & DEVICE_READ ? "r" : "",
			 rule->access & DEVICE_WRITE ? "w" : "",
			 rule->access & DEVICE_MKNOD ? "m" : "");
	}
	return str_take(&list);
}

void scope_devices(const struct device_rules *rules, const char *proc_devices, char ***out)
{
	autofree char *list = rules->allow ? NULL : device_list(rules, proc_devices);

	strv_push_take(out, xasprintf("DevicePolicy='%s'", list ? "strict" : "auto"));
	/* Lists are appended to; an empty one clears. */
	strv_push(out, "DeviceAllow=@a(ss) []");
	if (list && *list)
		strv_push_take(out, xasprintf("DeviceAllow=@a(ss) [%s]", list));
}

/* ---- annotations ---- */

/* "10", "uint32 10" or "1.5" seconds in microseconds. */
static int seconds(const char *value, uint64_t *usec)
{
	const char *space = strrchr(value, ' ');
	autofree char *duration = xasprintf("%ss", space ? space + 1 : value);
	int64_t ns;
	int r;

	r = num_parse_duration(duration, &ns, NULL);
	if (r < 0 || ns < 0)
		return -EINVAL;
	*usec = (uint64_t)ns / 1000;
	return 0;
}

static int add_annotation(const struct strmap_entry *a, char ***out, struct err *e)
{
	const char *name = a->name + strlen(ANNOTATION);
	size_t len = strlen(name);
	uint64_t usec;

	for (size_t i = 0; i < len; i++)
		if (!isalpha((unsigned char)name[i]))
			len = 0;
	if (len < 3)
		return err_msg(e, EINVAL, "annotation %s: no name of a property", a->name);
	if (len == 3 || !str_eq(name + len - 3, "Sec") || (len > 4 && name[len - 4] == 'U')) {
		strv_push_take(out, xasprintf("%s=%s", name, a->value));
		return 0;
	}
	if (seconds(a->value, &usec) < 0)
		return err_msg(e, EINVAL, "annotation %s: \"%s\" is no number of seconds", a->name,
			       a->value);
	strv_push_take(out, xasprintf("%.*sUSec=uint64 %" PRIu64, (int)len - 3, name, usec));
	return 0;
}

int scope_annotations(const struct strmap *annotations, char ***out, struct err *e)
{
	for (size_t i = 0; i < annotations->n; i++) {
		int r = str_starts(annotations->v[i].name, ANNOTATION) ?
				add_annotation(&annotations->v[i], out, e) :
				0;

		if (r < 0)
			return r;
	}
	return 0;
}
