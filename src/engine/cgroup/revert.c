/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/revert.h"
#include "core/str.h"
#include "engine/cgroup/tree.h"

#define TEXT_MAX 16384

void old_values_done(struct old_values *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->v[i].file);
		free(o->v[i].text);
	}
	free(o->v);
	*o = (struct old_values){ 0 };
}

/* Files with a line for each key, and what to write for a key that has none. */
static const struct {
	const char *file;
	const char *absent; /* NULL: every key has a line */
} keyed[] = {
	{ "io.max", "rbps=max wbps=max riops=max wiops=max" },
	{ "io.weight", "default" },
	{ "io.bfq.weight", "default" },
	{ "blkio.weight_device", "0" },
	{ "blkio.leaf_weight_device", "0" },
	{ "blkio.bfq.weight_device", "default" },
	{ "blkio.throttle.read_bps_device", "0" },
	{ "blkio.throttle.write_bps_device", "0" },
	{ "blkio.throttle.read_iops_device", "0" },
	{ "blkio.throttle.write_iops_device", "0" },
	{ "rdma.max", "hca_handle=max hca_object=max" },
	{ "misc.max", NULL },
	{ "dmem.max", NULL },
	{ "dmem.low", NULL },
	{ "dmem.min", NULL },
	{ "net_prio.ifpriomap", NULL },
};

/* The line that begins with this word; heap, or NULL. */
static char *line_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = text; *p;) {
		size_t end = strcspn(p, "\n");

		if (end > len && strncmp(p, key, len) == 0 && p[len] == ' ')
			return xstrndup(p, end);
		p += end;
		p += *p == '\n';
	}
	return NULL;
}

static char *keyed_text(const char *now, const char *written, const char *absent)
{
	autofree char *key = xstrndup(written, strcspn(written, " "));
	char *line;

	/* A weight alone is the default's. */
	if (!strchr(written, ' '))
		return line_of(now, "default") ?: xstrndup(now, strcspn(now, "\n"));
	line = line_of(now, key);
	if (line || !absent || str_eq(key, "default"))
		return line;
	return xasprintf("%s %s", key, absent);
}

char *revert_text(const char *file, const char *now, const char *written)
{
	static const char oom_control[] = "oom_kill_disable ";

	for (size_t i = 0; i < ARRAY_SIZE(keyed); i++)
		if (str_eq(file, keyed[i].file))
			return keyed_text(now, written, keyed[i].absent);
	if (str_starts(now, oom_control))
		now += strlen(oom_control);
	return xstrndup(now, strcspn(now, "\n"));
}

static bool read_one(const struct place *p, const char *file, const char *written,
		     struct old_values *out)
{
	char path[CGROUP_FILE_MAX], now[TEXT_MAX];
	char *text;

	if (cgroup_read(p->root, place_file(p, path, file), now, sizeof(now)) < 0)
		return false;
	text = revert_text(file, now, written);
	if (!text)
		return true;
	out->v = xrealloc(out->v, out->n + 1, sizeof(*out->v));
	out->v[out->n++] = (struct old_value){ p, xstrdup(file), text };
	return true;
}

void old_values_read(const struct place *places, size_t n, const struct limits *l,
		     struct old_values *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct limit *limit = &l->v[i];
		const struct place *p = place_of_limit(places, n, limit);

		if (p && !read_one(p, limit->file, limit->value, out) && limit->alt_file)
			(void)read_one(p, limit->alt_file, limit->alt_value, out);
	}
}

void old_values_restore(const struct old_values *o)
{
	char path[CGROUP_FILE_MAX];

	/* Twice, for limits that bound each other: see places_apply. */
	for (size_t i = 0; i < 2 * o->n; i++) {
		const struct old_value *old = &o->v[o->n - 1 - i % o->n];

		(void)cgroup_write(old->place->root, place_file(old->place, path, old->file),
				   old->text);
	}
}
