/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include "core/strv.h"

typedef bool equal_fn(const struct field *f, const void *a, const void *b);
typedef void done_fn(const struct field *f, void *at);

const char *strmap_get(const struct strmap *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (str_eq(m->v[i].name, name))
			return m->v[i].value;
	return NULL;
}

struct strmap strmap_copy(const struct strmap *m)
{
	struct strmap copy = { .n = m->n };

	if (!m->v)
		return copy;
	copy.v = xcalloc(m->n + 1, sizeof(*copy.v));
	for (size_t i = 0; i < m->n; i++)
		copy.v[i] = (struct strmap_entry){ xstrdup(m->v[i].name), xstrdup(m->v[i].value) };
	return copy;
}

void strmap_done(struct strmap *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].name);
		free(m->v[i].value);
	}
	free(m->v);
	*m = (struct strmap){ 0 };
}

static size_t count_of(const struct field *f, const void *at)
{
	return *(const size_t *)((const char *)at - f->offset + f->n_offset);
}

static void *pointer_at(const void *at)
{
	return *(void *const *)at;
}

/* Both absent: 1. One absent: 0. Both present: -1, the caller compares. */
static int compare_absence(const void *a, const void *b)
{
	bool has_a = pointer_at(a) != NULL, has_b = pointer_at(b) != NULL;

	if (has_a && has_b)
		return -1;
	return has_a == has_b;
}

static bool equal_bool(const struct field *f _unused_, const void *a, const void *b)
{
	return *(const bool *)a == *(const bool *)b;
}

static bool equal_opt_bool(const struct field *f _unused_, const void *a, const void *b)
{
	const struct opt_bool *x = a, *y = b;

	return x->is_set == y->is_set && (!x->is_set || x->value == y->value);
}

static bool equal_64(const struct field *f _unused_, const void *a, const void *b)
{
	return memcmp(a, b, sizeof(uint64_t)) == 0;
}

static bool equal_u32(const struct field *f _unused_, const void *a, const void *b)
{
	return *(const uint32_t *)a == *(const uint32_t *)b;
}

static bool equal_opt_int(const struct field *f _unused_, const void *a, const void *b)
{
	const struct opt_int *x = a, *y = b;

	return x->is_set == y->is_set && (!x->is_set || x->value == y->value);
}

static bool equal_opt_uint(const struct field *f _unused_, const void *a, const void *b)
{
	const struct opt_uint *x = a, *y = b;

	return x->is_set == y->is_set && (!x->is_set || x->value == y->value);
}

static bool equal_enum(const struct field *f _unused_, const void *a, const void *b)
{
	return *(const int *)a == *(const int *)b;
}

static bool equal_string(const struct field *f _unused_, const void *a, const void *b)
{
	int r = compare_absence(a, b);

	return r < 0 ? str_eq(pointer_at(a), pointer_at(b)) : r;
}

static bool equal_strv(const struct field *f _unused_, const void *a, const void *b)
{
	int r = compare_absence(a, b);

	return r < 0 ? strv_equal(pointer_at(a), pointer_at(b)) : r;
}

static bool equal_u32list(const struct field *f _unused_, const void *a, const void *b)
{
	const struct u32list *x = a, *y = b;
	int r = compare_absence(&x->v, &y->v);

	if (r >= 0)
		return r;
	return x->n == y->n && memcmp(x->v, y->v, x->n * sizeof(*x->v)) == 0;
}

static bool equal_strmap(const struct field *f _unused_, const void *a, const void *b)
{
	const struct strmap *x = a, *y = b;
	int r = compare_absence(&x->v, &y->v);

	if (r >= 0)
		return r;
	if (x->n != y->n)
		return false;
	for (size_t i = 0; i < x->n; i++)
		if (!str_eq(x->v[i].name, y->v[i].name) || !str_eq(x->v[i].value, y->v[i].value))
			return false;
	return true;
}

static bool equal_record(const struct field *f, const void *a, const void *b)
{
	int r = compare_absence(a, b);

	return r < 0 ? record_equal(f->ref, pointer_at(a), pointer_at(b)) : r;
}

static bool equal_objects(const struct field *f, const void *a, const void *b, bool keyed)
{
	const struct record *r = f->ref;
	const char *x = pointer_at(a), *y = pointer_at(b);
	size_t n = count_of(f, a);
	int absence = compare_absence(a, b);

	if (absence >= 0)
		return absence;
	if (n != count_of(f, b))
		return false;
	for (size_t i = 0; i < n; i++, x += r->size, y += r->size)
		if ((keyed && !equal_string(f, x, y)) || !record_equal(r, x, y))
			return false;
	return true;
}

static bool equal_list(const struct field *f, const void *a, const void *b)
{
	return equal_objects(f, a, b, false);
}

static bool equal_dict(const struct field *f, const void *a, const void *b)
{
	return equal_objects(f, a, b, true);
}

static void done_string(const struct field *f _unused_, void *at)
{
	free(pointer_at(at));
}

static void done_strv(const struct field *f _unused_, void *at)
{
	strv_free(pointer_at(at));
}

static void done_u32list(const struct field *f _unused_, void *at)
{
	free(((struct u32list *)at)->v);
}

static void done_strmap(const struct field *f _unused_, void *at)
{
	strmap_done(at);
}

static void done_record(const struct field *f, void *at)
{
	void *object = pointer_at(at);

	if (object)
		record_done(f->ref, object);
	free(object);
}

static void done_objects(const struct field *f, void *at, bool keyed)
{
	const struct record *r = f->ref;
	char *v = pointer_at(at);
	size_t n = count_of(f, at);

	for (size_t i = 0; i < n; i++) {
		if (keyed)
			free(pointer_at(v + i * r->size));
		record_done(r, v + i * r->size);
	}
	free(v);
}

static void done_list(const struct field *f, void *at)
{
	done_objects(f, at, false);
}

static void done_dict(const struct field *f, void *at)
{
	done_objects(f, at, true);
}

static const struct {
	equal_fn *equal;
	done_fn *done; /* NULL: owns nothing */
} kinds[] = {
	[FIELD_BOOL] = { equal_bool, NULL },
	[FIELD_OPT_BOOL] = { equal_opt_bool, NULL },
	[FIELD_INT] = { equal_64, NULL },
	[FIELD_UINT] = { equal_64, NULL },
	[FIELD_U32] = { equal_u32, NULL },
	[FIELD_OPT_INT] = { equal_opt_int, NULL },
	[FIELD_OPT_UINT] = { equal_opt_uint, NULL },
	[FIELD_STRING] = { equal_string, done_string },
	[FIELD_ENUM] = { equal_enum, NULL },
	[FIELD_FLAGS] = { equal_opt_uint, NULL },
	[FIELD_STRV] = { equal_strv, done_strv },
	[FIELD_U32LIST] = { equal_u32list, done_u32list },
	[FIELD_STRMAP] = { equal_strmap, done_strmap },
	[FIELD_RECORD] = { equal_record, done_record },
	[FIELD_LIST] = { equal_list, done_list },
	[FIELD_DICT] = { equal_dict, done_dict },
};

bool record_equal(const struct record *r, const void *a, const void *b)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (!kinds[f->kind].equal(f, (const char *)a + f->offset,
					  (const char *)b + f->offset))
			return false;
	}
	return true;
}

void record_done(const struct record *r, void *object)
{
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];

		if (kinds[f->kind].done)
			kinds[f->kind].done(f, (char *)object + f->offset);
	}
	memset(object, 0, r->size);
}
