/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

typedef bool absent_fn(const void *at);
typedef void encode_fn(const struct field *f, const void *at, struct json_out *o);

static bool absent_bool(const void *at)
{
	return !*(const bool *)at;
}

static bool absent_opt_bool(const void *at)
{
	return !((const struct opt_bool *)at)->is_set;
}

static bool absent_int(const void *at)
{
	return *(const int64_t *)at == 0;
}

static bool absent_uint(const void *at)
{
	return *(const uint64_t *)at == 0;
}

static bool absent_u32(const void *at)
{
	return *(const uint32_t *)at == 0;
}

static bool absent_opt_int(const void *at)
{
	return !((const struct opt_int *)at)->is_set;
}

static bool absent_opt_uint(const void *at)
{
	return !((const struct opt_uint *)at)->is_set;
}

static bool absent_enum(const void *at)
{
	return *(const int *)at == 0;
}

/* Also the first member of struct u32list and struct strmap. */
static bool absent_pointer(const void *at)
{
	return !*(void *const *)at;
}

static void encode_bool(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_bool(o, *(const bool *)at);
}

static void encode_opt_bool(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_bool(o, ((const struct opt_bool *)at)->value);
}

static void encode_int(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_i64(o, *(const int64_t *)at);
}

static void encode_uint(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_u64(o, *(const uint64_t *)at);
}

static void encode_u32(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_u64(o, *(const uint32_t *)at);
}

static void encode_opt_int(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_i64(o, ((const struct opt_int *)at)->value);
}

static void encode_opt_uint(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_u64(o, ((const struct opt_uint *)at)->value);
}

static void encode_string(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_string(o, *(char *const *)at);
}

static void encode_enum(const struct field *f, const void *at, struct json_out *o)
{
	const char *name = names_get(f->ref, *(const int *)at);

	if (name)
		json_out_string(o, name);
	else
		json_out_null(o);
}

/* Rows in the table's order; a row that says nothing new (an alias) is passed over. */
static void encode_flags(const struct field *f, const void *at, struct json_out *o)
{
	uint64_t left = ((const struct opt_uint *)at)->value;

	json_out_array(o);
	for (const struct name *row = f->ref; row->name; row++) {
		uint64_t bits = (uint64_t)row->value;

		if (bits == 0 || (left & bits) != bits)
			continue;
		json_out_string(o, row->name);
		left &= ~bits;
	}
	json_out_end(o);
}

static void encode_strv(const struct field *f _unused_, const void *at, struct json_out *o)
{
	json_out_array(o);
	for (char *const *v = *(char **const *)at; *v; v++)
		json_out_string(o, *v);
	json_out_end(o);
}

static void encode_u32list(const struct field *f _unused_, const void *at, struct json_out *o)
{
	const struct u32list *list = at;

	json_out_array(o);
	for (size_t i = 0; i < list->n; i++)
		json_out_u64(o, list->v[i]);
	json_out_end(o);
}

static void encode_strmap(const struct field *f _unused_, const void *at, struct json_out *o)
{
	const struct strmap *map = at;

	json_out_object(o);
	for (size_t i = 0; i < map->n; i++) {
		json_out_name(o, map->v[i].name);
		json_out_string(o, map->v[i].value);
	}
	json_out_end(o);
}

static void encode_record(const struct field *f, const void *at, struct json_out *o)
{
	record_encode(f->ref, *(void *const *)at, o);
}

static size_t count_of(const struct field *f, const void *at)
{
	return *(const size_t *)((const char *)at - f->offset + f->n_offset);
}

static void encode_list(const struct field *f, const void *at, struct json_out *o)
{
	const struct record *r = f->ref;
	const char *v = *(void *const *)at;
	size_t n = count_of(f, at);

	json_out_array(o);
	for (size_t i = 0; i < n; i++)
		record_encode(r, v + i * r->size, o);
	json_out_end(o);
}

static void encode_dict(const struct field *f, const void *at, struct json_out *o)
{
	const struct record *r = f->ref;
	const char *v = *(void *const *)at;
	size_t n = count_of(f, at);

	json_out_object(o);
	for (size_t i = 0; i < n; i++) {
		json_out_name(o, *(char *const *)(const void *)(v + i * r->size));
		record_encode(r, v + i * r->size, o);
	}
	json_out_end(o);
}

static const struct {
	absent_fn *absent;
	encode_fn *encode;
	bool has_zero; /* false or 0 stands for absent, and can be written as itself */
} kinds[] = {
	[FIELD_BOOL] = { absent_bool, encode_bool, true },
	[FIELD_OPT_BOOL] = { absent_opt_bool, encode_opt_bool, false },
	[FIELD_INT] = { absent_int, encode_int, true },
	[FIELD_UINT] = { absent_uint, encode_uint, true },
	[FIELD_U32] = { absent_u32, encode_u32, true },
	[FIELD_OPT_INT] = { absent_opt_int, encode_opt_int, false },
	[FIELD_OPT_UINT] = { absent_opt_uint, encode_opt_uint, false },
	[FIELD_STRING] = { absent_pointer, encode_string, false },
	[FIELD_ENUM] = { absent_enum, encode_enum, false },
	[FIELD_FLAGS] = { absent_opt_uint, encode_flags, false },
	[FIELD_STRV] = { absent_pointer, encode_strv, false },
	[FIELD_U32LIST] = { absent_pointer, encode_u32list, false },
	[FIELD_STRMAP] = { absent_pointer, encode_strmap, false },
	[FIELD_RECORD] = { absent_pointer, encode_record, false },
	[FIELD_LIST] = { absent_pointer, encode_list, false },
	[FIELD_DICT] = { absent_pointer, encode_dict, false },
};

void record_encode(const struct record *r, const void *in, struct json_out *o)
{
	json_out_object(o);
	for (size_t i = 0; i < r->n_fields; i++) {
		const struct field *f = &r->fields[i];
		const void *at = (const char *)in + f->offset;
		bool absent = kinds[f->kind].absent(at);

		/* A required member that is 0 was there, and has to be there to be read again. */
		if (absent && !(f->flags & (FIELD_NO_OMIT | FIELD_REQUIRED)))
			continue;
		json_out_name(o, f->name);
		if (absent && !kinds[f->kind].has_zero)
			json_out_null(o);
		else
			kinds[f->kind].encode(f, at, o);
	}
	json_out_end(o);
}
