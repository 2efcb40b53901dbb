/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/devices.h"
#include "core/num.h"
#include "core/strv.h"
#include <errno.h>
#include <stdio.h>

#define NUMBER_MAX UINT32_MAX

void device_rules_done(struct device_rules *d)
{
	free(d->v);
	*d = (struct device_rules){ 0 };
}

static const struct device_rule defaults[] = {
	/* a node that cannot be opened is harmless */
	{ 'c', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
	{ 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
	{ 'c', 1, 3, DEVICE_ALL },	      /* null */
	{ 'c', 1, 5, DEVICE_ALL },	      /* zero */
	{ 'c', 1, 7, DEVICE_ALL },	      /* full */
	{ 'c', 1, 8, DEVICE_ALL },	      /* random */
	{ 'c', 1, 9, DEVICE_ALL },	      /* urandom */
	{ 'c', 5, 0, DEVICE_ALL },	      /* tty */
	{ 'c', 5, 2, DEVICE_ALL },	      /* ptmx */
	{ 'c', 10, 200, DEVICE_ALL },	      /* net/tun */
	{ 'c', 136, DEVICE_ANY, DEVICE_ALL }, /* pts/N */
};

static bool same_device(const struct device_rule *a, const struct device_rule *b)
{
	return a->type == b->type && a->major == b->major && a->minor == b->minor;
}

static bool overlap(int64_t a, int64_t b)
{
	return a == DEVICE_ANY || b == DEVICE_ANY || a == b;
}

static struct device_rule *find(const struct device_rules *d, const struct device_rule *rule)
{
	for (size_t i = 0; i < d->n; i++)
		if (same_device(&d->v[i], rule))
			return &d->v[i];
	return NULL;
}

static void add_exception(struct device_rules *d, const struct device_rule *rule)
{
	struct device_rule *there = find(d, rule);

	if (there) {
		there->access |= rule->access;
		return;
	}
	d->v = xrealloc(d->v, d->n + 1, sizeof(*d->v));
	d->v[d->n++] = *rule;
}

/* Whether a contains every device of b. */
static bool covers(const struct device_rule *a, const struct device_rule *b)
{
	return a->type == b->type && (a->major == DEVICE_ANY || a->major == b->major) &&
	       (a->minor == DEVICE_ANY || a->minor == b->minor);
}

/*
 * Takes access away from the exceptions. One that is wholly inside the rule's devices shrinks or
 * goes; one that is only partly inside would need an exception to the exception. The kernel keeps
 * such an exception whole, silently.
 */
static int remove_exception(struct device_rules *d, const struct device_rule *rule)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].type == rule->type && (d->v[i].access & rule->access) &&
		    overlap(d->v[i].major, rule->major) && overlap(d->v[i].minor, rule->minor) &&
		    !covers(rule, &d->v[i]))
			return -EINVAL;
	for (size_t i = 0; i < d->n; i++) {
		if (covers(rule, &d->v[i]))
			d->v[i].access &= ~rule->access;
		if (d->v[i].access)
			d->v[kept++] = d->v[i];
	}
	d->n = kept;
	return 0;
}

static int apply(struct device_rules *d, bool allow, const struct device_rule *rule)
{
	if (allow == d->allow)
		return remove_exception(d, rule);
	add_exception(d, rule);
	return 0;
}

static int access_parse(const char *text, unsigned *out)
{
	unsigned bits = 0;

	for (const char *p = text ? text : "rwm"; *p; p++) {
		unsigned bit = *p == 'r' ? DEVICE_READ :
			       *p == 'w' ? DEVICE_WRITE :
			       *p == 'm' ? DEVICE_MKNOD :
					   0;

		if (!bit)
			return -EINVAL;
		bits |= bit;
	}
	*out = bits;
	return bits ? 0 : -EINVAL;
}

static int number_get(const struct opt_int *n, int64_t *out)
{
	*out = n->is_set ? n->value : DEVICE_ANY;
	return *out < DEVICE_ANY || *out > (int64_t)NUMBER_MAX ? -EINVAL : 0;
}

/* One rule of the config. Of type "a" it is both a 'c' and a 'b' rule, or the new default. */
static int apply_config(struct device_rules *d, const struct oci_device_cgroup *c, size_t i,
			struct err *e)
{
	struct device_rule rule = { 0 };
	bool both = !c->type || str_eq(c->type, "a");
	const char *types = both ? "cb" : c->type;

	if (!both && !str_eq(c->type, "c") && !str_eq(c->type, "b"))
		return err_msg(e, EINVAL, "linux.resources.devices[%zu].type: unknown value \"%s\"",
			       i, c->type);
	if (number_get(&c->major, &rule.major) < 0 || number_get(&c->minor, &rule.minor) < 0)
		return err_msg(e, EINVAL,
			       "linux.resources.devices[%zu]: device number out of range", i);
	if (access_parse(c->access, &rule.access) < 0)
		return err_msg(e, EINVAL,
			       "linux.resources.devices[%zu].access: \"%s\" is not of \"rwm\"", i,
			       c->access);
	if (both && rule.access == DEVICE_ALL && rule.major == DEVICE_ANY &&
	    rule.minor == DEVICE_ANY) {
		d->allow = c->allow;
		d->n = 0;
		return 0;
	}
	for (; *types; types++) {
		rule.type = *types;
		if (apply(d, c->allow, &rule) < 0)
			return err_msg(e, EINVAL,
				       "linux.resources.devices[%zu]: cannot punch a hole in the "
				       "wildcard of an earlier rule",
				       i);
	}
	return 0;
}

int devices_reduce(const struct oci_device_cgroup *config, size_t n, struct device_rules *out,
		   struct err *e)
{
	_cleanup_(device_rules_done) struct device_rules d = { 0 };

	for (size_t i = 0; i < n; i++) {
		int r = apply_config(&d, &config[i], i, e);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		if (apply(&d, true, &defaults[i]) < 0)
			return err_msg(e, EINVAL,
				       "linux.resources.devices: a denied wildcard covers a device "
				       "that every container has");
	*out = d;
	d = (struct device_rules){ 0 };
	return 0;
}

static int list_number(const char *text, int64_t *out)
{
	uint64_t value;

	*out = DEVICE_ANY;
	if (str_eq(text, "*"))
		return 0;
	if (num_parse_u64(text, NUMBER_MAX, "device number", &value, NULL) < 0)
		return -EINVAL;
	*out = (int64_t)value;
	return 0;
}

/* "c 1:3 rwm"; "a *:* rwm" is alone, and says that nothing is denied. */
static int list_line(char *line, struct device_rules *d)
{
	struct device_rule rule;
	char *number, *minor, *access;

	number = strchr(line, ' ');
	access = number ? strchr(number + 1, ' ') : NULL;
	minor = number ? strchr(number + 1, ':') : NULL;
	if (!access || !minor || minor > access || number != line + 1 || !strchr("abc", line[0]))
		return -EINVAL;
	*number++ = *minor++ = *access++ = '\0';
	rule.type = line[0];
	if (list_number(number, &rule.major) < 0 || list_number(minor, &rule.minor) < 0 ||
	    access_parse(access, &rule.access) < 0)
		return -EINVAL;
	if (rule.type == 'a')
		d->allow = true;
	else
		add_exception(d, &rule);
	return 0;
}

int devices_from_list(const char *text, struct device_rules *out, struct err *e)
{
	_cleanup_(device_rules_done) struct device_rules d = { 0 };
	autostrv char **lines = strv_split(text, '\n');

	for (char **line = lines; *line; line++)
		if ((*line)[0] && list_line(*line, &d) < 0)
			return err_msg(e, EINVAL, "devices.list: unexpected line \"%s\"", *line);
	*out = d;
	d = (struct device_rules){ 0 };
	return 0;
}

static void put_number(char out[16], int64_t n)
{
	(void)snprintf(out, 16, "%lld", (long long)n);
	if (n == DEVICE_ANY)
		(void)snprintf(out, 16, "*");
}

const char *device_format(const struct device_rule *rule, char out[DEVICE_TEXT_MAX])
{
	char major[16], minor[16];

	put_number(major, rule->major);
	put_number(minor, rule->minor);
	(void)snprintf(out, DEVICE_TEXT_MAX, "%c %s:%s %s%s%s", rule->type, major, minor,
		       rule->access & DEVICE_READ ? "r" : "",
		       rule->access & DEVICE_WRITE ? "w" : "",
		       rule->access & DEVICE_MKNOD ? "m" : "");
	return out;
}

/* Writes for what a's exceptions have beyond b's. */
static void difference(const struct device_rules *a, const struct device_rules *b, bool allow,
		       struct device_write *out, size_t *n)
{
	for (size_t i = 0; i < a->n; i++) {
		struct device_rule rule = a->v[i];
		const struct device_rule *there = b ? find(b, &rule) : NULL;

		if (there)
			rule.access &= ~there->access;
		if (!rule.access)
			continue;
		out[*n].allow = allow;
		(void)device_format(&rule, out[(*n)++].text);
	}
}

void devices_transition(const struct device_rules *from, const struct device_rules *to,
			struct device_write **out, size_t *n)
{
	struct device_write *w = xcalloc(1 + to->n + (from ? from->n : 0), sizeof(*w));

	*n = 0;
	if (!from || from->allow != to->allow) {
		w[(*n)++] = (struct device_write){ .allow = to->allow, .text = "a" };
		from = NULL;
	}
	/* What becomes allowed comes before what becomes denied. */
	if (to->allow && from)
		difference(from, to, true, w, n);
	difference(to, from, !to->allow, w, n);
	if (!to->allow && from)
		difference(from, to, false, w, n);
	*out = w;
}
