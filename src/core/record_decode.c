/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include "core/num.h"
#include "core/strv.h"

#include <errno.h>
#include <inttypes.h>

/*
 * A failing member names itself, and each level on the way back puts its own name in front. So a
 * path costs nothing unless there is an error.
 */
typedef int decode_fn(const struct field *f, const struct json *j, void *at, struct err *e);

static int expect(const char *name, const struct json *j, enum json_type type, struct err *e)
{
	if (j->type == type)
		return 0;
	return err_msg(e, EINVAL, "%s: expected %s, found %s", name, json_type_name(type),
		       json_type_name(j->type));
}

static int expect_item(const char *name, size_t i, const struct json *j, enum json_type type,
		       struct err *e)
{
	if (j->type == type)
		return 0;
	return err_msg(e, EINVAL, "%s[%zu]: expected %s, found %s", name, i, json_type_name(type),
		       json_type_name(j->type));
}

/* JSON has one kind of number: 1.0 and 1e3 are integers to some readers and errors to others. */
static int expect_integer(const char *name, const struct json *j, struct err *e)
{
	int r = expect(name, j, JSON_NUMBER, e);

	if (r == 0 && strpbrk(j->text, ".eE"))
		r = err_msg(e, EINVAL, "%s: %s must be an integer", name, j->text);
	return r;
}

static int get_unsigned(const char *name, const struct json *j, uint64_t max, uint64_t *out,
			struct err *e)
{
	int r = expect_integer(name, j, e);

	if (r == 0 && j->text[0] == '-')
		r = err_msg(e, EINVAL, "%s: %s is out of range 0..%" PRIu64, name, j->text, max);
	if (r < 0)
		return r;
	return num_parse_u64(j->text, max, name, out, e) < 0 ? -EINVAL : 0;
}

static int get_signed(const struct field *f, const struct json *j, int64_t *out, struct err *e)
{
	int r = expect_integer(f->name, j, e);

	if (r < 0)
		return r;
	return num_parse_i64(j->text, f->min, (int64_t)f->max, f->name, out, e) < 0 ? -EINVAL : 0;
}

static int decode_bool(const struct field *f, const struct json *j, void *at, struct err *e)
{
	int r = expect(f->name, j, JSON_BOOL, e);

	if (r == 0)
		*(bool *)at = j->boolean;
	return r;
}

static int decode_opt_bool(const struct field *f, const struct json *j, void *at, struct err *e)
{
	struct opt_bool *out = at;
	int r = decode_bool(f, j, &out->value, e);

	out->is_set = r == 0;
	return r;
}

static int decode_int(const struct field *f, const struct json *j, void *at, struct err *e)
{
	return get_signed(f, j, at, e);
}

static int decode_opt_int(const struct field *f, const struct json *j, void *at, struct err *e)
{
	struct opt_int *out = at;
	int r = get_signed(f, j, &out->value, e);

	out->is_set = r == 0;
	return r;
}

static int decode_uint(const struct field *f, const struct json *j, void *at, struct err *e)
{
	return get_unsigned(f->name, j, f->max, at, e);
}

static int decode_opt_uint(const struct field *f, const struct json *j, void *at, struct err *e)
{
	struct opt_uint *out = at;
	int r = get_unsigned(f->name, j, f->max, &out->value, e);

	out->is_set = r == 0;
	return r;
}

static int decode_u32(const struct field *f, const struct json *j, void *at, struct err *e)
{
	uint64_t value = 0;
	int r = get_unsigned(f->name, j, UINT32_MAX, &value, e);

	if (r == 0)
		*(uint32_t *)at = (uint32_t)value;
	return r;
}

static int decode_string(const struct field *f, const struct json *j, void *at, struct err *e)
{
	int r = expect(f->name, j, JSON_STRING, e);

	if (r < 0)
		return r;
	if ((f->flags & FIELD_ABSOLUTE) && j->text[0] != '/')
		return err_msg(e, EINVAL, "%s: \"%s\" is not an absolute path", f->name, j->text);
	if (f->check && f->check(j->text, e) < 0) {
		(void)err_wrap(e, "%s: ", f->name);
		return -EINVAL;
	}
	*(char **)at = xstrdup(j->text);
	return 0;
}

static int decode_enum(const struct field *f, const struct json *j, void *at, struct err *e)
{
	int64_t value = 0;
	int r = expect(f->name, j, JSON_STRING, e);

	if (r < 0)
		return r;
	if (!names_find(f->ref, j->text, &value) && !(f->flags & FIELD_ENUM_LAX))
		return err_msg(e, EINVAL, "%s: unknown value \"%s\"", f->name, j->text);
	*(int *)at = (int)value;
	return 0;
}

static int decode_flags(const struct field *f, const struct json *j, void *at, struct err *e)
{
	struct opt_uint *out = at;
	int r = expect(f->name, j, JSON_ARRAY, e);

	for (size_t i = 0; r == 0 && i < j->n; i++) {
		int64_t value = 0;

		r = expect_item(f->name, i, &j->items[i], JSON_STRING, e);
		if (r == 0 && !names_find(f->ref, j->items[i].text, &value))
			r = err_msg(e, EINVAL, "%s[%zu]: unknown value \"%s\"", f->name, i,
				    j->items[i].text);
		out->value |= (uint64_t)value;
	}
	out->is_set = r == 0;
	return r;
}

static int decode_strv(const struct field *f, const struct json *j, void *at, struct err *e)
{
	int r = expect(f->name, j, JSON_ARRAY, e);
	char **v;

	if (r < 0)
		return r;
	v = *(char ***)at = xcalloc(j->n + 1, sizeof(*v));
	for (size_t i = 0; i < j->n; i++) {
		r = expect_item(f->name, i, &j->items[i], JSON_STRING, e);
		if (r < 0)
			return r;
		v[i] = xstrdup(j->items[i].text);
	}
	return 0;
}

static int decode_u32list(const struct field *f, const struct json *j, void *at, struct err *e)
{
	struct u32list *out = at;
	int r = expect(f->name, j, JSON_ARRAY, e);

	if (r < 0)
		return r;
	out->v = xcalloc(j->n, sizeof(*out->v));
	out->n = j->n;
	for (size_t i = 0; i < j->n; i++) {
		uint64_t value = 0;

		/* Named without its index, which is put in only when needed. */
		if (get_unsigned("", &j->items[i], UINT32_MAX, &value, e) < 0) {
			(void)err_wrap(e, "%s[%zu]", f->name, i);
			return -EINVAL;
		}
		out->v[i] = (uint32_t)value;
	}
	return 0;
}

static int decode_strmap(const struct field *f, const struct json *j, void *at, struct err *e)
{
	struct strmap *out = at;
	int r = expect(f->name, j, JSON_OBJECT, e);

	if (r < 0)
		return r;
	out->v = xcalloc(j->n, sizeof(*out->v));
	for (size_t i = 0; i < j->n; i++) {
		const struct json_member *m = &j->members[i];

		r = expect(m->name, &m->value, JSON_STRING, e);
		if (r < 0) {
			(void)err_wrap(e, "%s.", f->name);
			return r;
		}
		out->v[out->n++] =
			(struct strmap_entry){ xstrdup(m->name), xstrdup(m->value.text) };
	}
	return 0;
}

static int decode_record(const struct field *f, const struct json *j, void *at, struct err *e)
{
	const struct record *r = f->ref;
	int ret = expect(f->name, j, JSON_OBJECT, e);
	void *object;

	if (ret < 0)
		return ret;
	object = *(void **)at = xcalloc(1, r->size);
	ret = record_decode(r, j, object, e);
	if (ret < 0)
		(void)err_wrap(e, "%s.", f->name);
	return ret;
}

/* The place of the size_t that counts what the pointer at `at` points to. */
static size_t *count_of(const struct field *f, void *at)
{
	return (size_t *)((char *)at - f->offset + f->n_offset);
}

static int decode_list(const struct field *f, const struct json *j, void *at, struct err *e)
{
	const struct record *r = f->ref;
	size_t *n = count_of(f, at);
	int ret = expect(f->name, j, JSON_ARRAY, e);
	char *v;

	if (ret < 0)
		return ret;
	v = *(void **)at = xcalloc(j->n, r->size);
	for (size_t i = 0; i < j->n; i++) {
		ret = expect_item(f->name, i, &j->items[i], JSON_OBJECT, e);
		if (ret < 0)
			return ret;
		ret = record_decode(r, &j->items[i], v + i * r->size, e);
		if (ret < 0) {
			(void)err_wrap(e, "%s[%zu].", f->name, i);
			return ret;
		}
		*n = i + 1;
	}
	return 0;
}

static int decode_dict(const struct field *f, const struct json *j, void *at, struct err *e)
{
	const struct record *r = f->ref;
	size_t *n = count_of(f, at);
	int ret = expect(f->name, j, JSON_OBJECT, e);
	char *v;

	if (ret < 0)
		return ret;
	v = *(void **)at = xcalloc(j->n, r->size);
	for (size_t i = 0; i < j->n; i++) {
		const struct json_member *m = &j->members[i];
		char *object = v + i * r->size;

		ret = expect(m->name, &m->value, JSON_OBJECT, e);
		if (ret < 0) {
			(void)err_wrap(e, "%s.", f->name);
			return ret;
		}
		ret = record_decode(r, &m->value, object, e);
		if (ret < 0) {
			(void)err_wrap(e, "%s.%s.", f->name, m->name);
			return ret;
		}
		*(char **)(void *)object = xstrdup(m->name);
		*n = i + 1;
	}
	return 0;
}

static decode_fn *const decoders[] = {
	[FIELD_BOOL] = decode_bool,	    [FIELD_OPT_BOOL] = decode_opt_bool,
	[FIELD_INT] = decode_int,	    [FIELD_UINT] = decode_uint,
	[FIELD_U32] = decode_u32,	    [FIELD_OPT_INT] = decode_opt_int,
	[FIELD_OPT_UINT] = decode_opt_uint, [FIELD_STRING] = decode_string,
	[FIELD_ENUM] = decode_enum,	    [FIELD_FLAGS] = decode_flags,
	[FIELD_STRV] = decode_strv,	    [FIELD_U32LIST] = decode_u32list,
	[FIELD_STRMAP] = decode_strmap,	    [FIELD_RECORD] = decode_record,
	[FIELD_LIST] = decode_list,	    [FIELD_DICT] = decode_dict,
};

static bool is_empty(const struct json *j)
{
	return j->n == 0 &&
	       (j->type == JSON_STRING || j->type == JSON_ARRAY || j->type == JSON_OBJECT);
}

static int decode_field(const struct field *f, const struct json *object, void *out, struct err *e)
{
	const struct json *j = json_get(object, f->name);
	int r;

	if (!j || j->type == JSON_NULL) {
		if (f->flags & FIELD_REQUIRED)
			return err_msg(e, EINVAL, "%s: required member is missing", f->name);
		return 0;
	}
	r = decoders[f->kind](f, j, (char *)out + f->offset, e);
	if (r == 0 && (f->flags & FIELD_NONEMPTY) && is_empty(j))
		r = err_msg(e, EINVAL, "%s: must not be empty", f->name);
	return r;
}

int record_decode(const struct record *r, const struct json *j, void *out, struct err *e)
{
	int ret = 0;

	if (j->type != JSON_OBJECT)
		return err_msg(e, EINVAL, "expected object, found %s", json_type_name(j->type));
	for (size_t i = 0; ret == 0 && i < r->n_fields; i++)
		ret = decode_field(&r->fields[i], j, out, e);
	if (ret == 0 && r->check && r->check(out, e) < 0)
		ret = -EINVAL;
	if (ret < 0)
		record_done(r, out);
	return ret;
}

int record_parse(const struct record *r, const char *text, size_t len, void *out, struct err *e)
{
	autojson *doc = NULL;
	int ret;

	ret = json_parse(text, len, &doc, e);
	if (ret < 0)
		return ret;
	return record_decode(r, json_root(doc), out, e);
}
