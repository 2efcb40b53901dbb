/* SPDX-License-Identifier: Apache-2.0 */
#include "core/command_parse.h"
#include "core/num.h"
#include "core/str.h"
#include "core/strv.h"
#include <errno.h>

struct parser {
	const struct options *o;
	char *const *next; /* the arguments after the present one */
	char *const *end;
};

/* One option as it was typed: its name without dashes, and what follows "=". */
struct typed {
	const char *name;
	size_t len;
	char *value; /* NULL without "=" */
};

static void *place(const struct parser *p, const struct opt *opt)
{
	return (char *)p->o->values + opt->offset;
}

static const struct opt *find_letter(const struct opt *table, char letter)
{
	for (const struct opt *o = table; o && o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static const struct opt *find(const struct opt *table, const struct typed *t)
{
	for (const struct opt *o = table; o && o->name; o++)
		if (strlen(o->name) == t->len && strncmp(o->name, t->name, t->len) == 0)
			return o;
	return t->len == 1 ? find_letter(table, t->name[0]) : NULL;
}

static bool typed_is(const struct typed *t, const char *name, char letter)
{
	return (t->len == 1 && t->name[0] == letter) ||
	       (t->len == strlen(name) && strncmp(t->name, name, t->len) == 0);
}

/* The texts that Go's strconv.ParseBool takes. */
static int parse_bool(const char *text, bool *out)
{
	static const char *const yes[] = { "1", "t", "T", "true", "TRUE", "True" };
	static const char *const no[] = { "0", "f", "F", "false", "FALSE", "False" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (str_eq(text, yes[i]) || str_eq(text, no[i])) {
			*out = str_eq(text, yes[i]);
			return 0;
		}
	}
	return -EINVAL;
}

static int set_flag(const struct parser *p, const struct opt *opt, const struct typed *t,
		    struct err *e)
{
	bool value = true;

	if (t->value && parse_bool(t->value, &value) < 0)
		return err_msg(e, EINVAL, "invalid boolean value \"%s\" for -%.*s: parse error",
			       t->value, (int)t->len, t->name);
	*(bool *)place(p, opt) = value;
	return 0;
}

static int set_int(const struct parser *p, const struct opt *opt, const struct typed *t,
		   const char *value, struct err *e)
{
	int64_t n;
	int r = num_parse_i64(value, INT64_MIN, INT64_MAX, opt->name, &n, NULL);

	if (r < 0)
		return err_msg(e, EINVAL, "invalid value \"%s\" for flag -%.*s: %s", value,
			       (int)t->len, t->name,
			       r == -ERANGE ? "value out of range" : "parse error");
	*(int64_t *)place(p, opt) = n;
	return 0;
}

static int set_duration(const struct parser *p, const struct opt *opt, const struct typed *t,
			const char *value, struct err *e)
{
	struct opt_int *d = place(p, opt);

	if (num_parse_duration(value, &d->value, NULL) < 0)
		return err_msg(e, EINVAL, "invalid value \"%s\" for flag -%.*s: parse error", value,
			       (int)t->len, t->name);
	d->is_set = true;
	return 0;
}

static int set_enum(const struct parser *p, const struct opt *opt, const struct typed *t,
		    const char *value, struct err *e)
{
	autostr known = { 0 };
	int64_t n;

	if (names_find(opt->names, value, &n) > 0) {
		*(int *)place(p, opt) = (int)n;
		return 0;
	}
	for (const struct name *row = opt->names; row->name; row++)
		str_addf(&known, "%s%s", known.len ? ", " : "", row->name);
	if (opt->bad_name)
		return err_msg(e, EINVAL, "%s: %s (must be one of %s)", opt->bad_name, value,
			       known.p);
	return err_msg(e, EINVAL, "invalid value \"%s\" for flag -%.*s: must be one of %s", value,
		       (int)t->len, t->name, known.len ? known.p : "none");
}

static int set_value(struct parser *p, const struct opt *opt, const struct typed *t, struct err *e)
{
	char *value = t->value;

	if (opt->kind == OPT_FLAG)
		return set_flag(p, opt, t, e);
	if (!value && p->next == p->end)
		return err_msg(e, EINVAL, "flag needs an argument: -%.*s", (int)t->len, t->name);
	if (!value)
		value = *p->next++;
	switch (opt->kind) {
	case OPT_STRING:
		*(char **)place(p, opt) = *value ? value : NULL;
		return 0;
	case OPT_STRV:
		strv_push(place(p, opt), value);
		return 0;
	case OPT_INT:
		return set_int(p, opt, t, value, e);
	case OPT_DURATION:
		return set_duration(p, opt, t, value, e);
	default:
		return set_enum(p, opt, t, value, e);
	}
}

/* Letters behind one dash: all known, and only the last may take a value. */
static bool is_group(const struct parser *p, const struct typed *t)
{
	for (size_t i = 0; i < t->len; i++) {
		const struct opt *opt = find_letter(p->o->table, t->name[i]);

		if (!opt || (opt->kind != OPT_FLAG && i + 1 < t->len))
			return false;
	}
	return t->len > 1;
}

static int set_group(struct parser *p, const struct typed *t, struct err *e)
{
	for (size_t i = 0; i < t->len; i++) {
		struct typed one = { .name = t->name + i, .len = 1 };
		int r;

		if (i + 1 == t->len)
			one.value = t->value;
		r = set_value(p, find_letter(p->o->table, t->name[i]), &one, e);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Reads one argument that begins with a dash. Returns OPTIONS_* or -EINVAL. */
static int parse_option(struct parser *p, char *arg, struct err *e)
{
	bool two = arg[1] == '-';
	struct typed t = { .name = arg + 1 + two };
	const struct opt *opt;

	t.len = strcspn(t.name, "=");
	if (t.len == 0 || t.name[0] == '-')
		return err_msg(e, EINVAL, "bad flag syntax: %s", arg);
	if (t.name[t.len] == '=')
		t.value = arg + (t.name - arg) + t.len + 1;
	opt = find(p->o->table, &t);
	if (opt)
		return set_value(p, opt, &t, e);
	if (typed_is(&t, "help", 'h'))
		return OPTIONS_HELP;
	if (p->o->version && typed_is(&t, "version", 'v'))
		return OPTIONS_VERSION;
	if (!two && is_group(p, &t))
		return set_group(p, &t, e);
	return err_msg(e, EINVAL, "flag provided but not defined: -%.*s", (int)t.len, t.name);
}

int options_parse(const struct options *o, int argc, char *const *argv, char **args, int *n_args,
		  struct err *e)
{
	struct parser p = { .o = o, .next = argv, .end = argv + argc };
	bool ended = false;
	int n = 0, r;

	while (p.next < p.end) {
		char *arg = *p.next++;

		if (ended || arg[0] != '-' || arg[1] == '\0') {
			args[n++] = arg;
			ended = ended || o->stop_at_arg;
		} else if (str_eq(arg, "--")) {
			ended = true;
		} else {
			r = parse_option(&p, arg, e);
			if (r != OPTIONS_READ)
				return r;
		}
	}
	args[n] = NULL;
	*n_args = n;
	return OPTIONS_READ;
}

void options_free(const struct opt *table, void *values)
{
	for (const struct opt *o = table; o && o->name; o++)
		if (o->kind == OPT_STRV)
			strv_free(*(char ***)((char *)values + o->offset));
}
