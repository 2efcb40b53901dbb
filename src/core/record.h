/* SPDX-License-Identifier: Apache-2.0 */
/**
 * record.h - structs described once, by a table of members.
 *
 * The same table decodes a JSON object into the struct, checks it, encodes it, compares two and
 * frees one. Unknown members are ignored (config.md#extensibility). A member whose JSON value is
 * null counts as absent, unless it is required. Messages carry the full path of the member:
 * `process.rlimits[1].type: unknown value "RLIMIT_X"`.
 *
 * Absence: a pointer is NULL; an opt_* has is_set false; an enum is 0 (tables begin at 1); a bool
 * or a plain number is 0. A list's pointer is NULL when absent and non-NULL when present, even if
 * it is empty, so that what was read prints and reads back equal.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/json.h"
#include "core/names.h"

struct opt_bool {
	bool is_set;
	bool value;
};
struct opt_int {
	bool is_set;
	int64_t value;
};
struct opt_uint {
	bool is_set;
	uint64_t value;
};

/* A JSON object with string values, in the document's order. */
struct strmap_entry {
	char *name;
	char *value;
};
struct strmap {
	struct strmap_entry *v; /* NULL when absent */
	size_t n;
};
const char *strmap_get(const struct strmap *m, const char *name); /* NULL when absent */
struct strmap strmap_copy(const struct strmap *m);
void strmap_done(struct strmap *m);

struct u32list {
	uint32_t *v; /* NULL when absent */
	size_t n;
};

enum field_kind {
	FIELD_BOOL,	/* bool */
	FIELD_OPT_BOOL, /* struct opt_bool */
	FIELD_INT,	/* int64_t, min..max */
	FIELD_UINT,	/* uint64_t, 0..umax */
	FIELD_U32,	/* uint32_t */
	FIELD_OPT_INT,	/* struct opt_int, min..max */
	FIELD_OPT_UINT, /* struct opt_uint, 0..umax */
	FIELD_STRING,	/* char * */
	FIELD_ENUM,	/* int, from a names table */
	FIELD_FLAGS,	/* struct opt_uint: an array of names, or-ed */
	FIELD_STRV,	/* char ** */
	FIELD_U32LIST,	/* struct u32list */
	FIELD_STRMAP,	/* struct strmap */
	FIELD_RECORD,	/* struct x *: an object */
	FIELD_LIST,	/* struct x * and a size_t: an array of objects */
	FIELD_DICT,	/* the same from an object of objects; struct x begins with `char *key` */
};

enum {
	FIELD_REQUIRED = 1 << 0, /* absent or null is an error; encoded even if false or 0 */
	FIELD_NONEMPTY = 1 << 1, /* "" or [] is an error */
	FIELD_NO_OMIT = 1 << 2,	 /* encode a false or 0 too, and anything absent as null */
	FIELD_ABSOLUTE = 1 << 3, /* FIELD_STRING: must begin with '/' */
	FIELD_ENUM_LAX = 1 << 4, /* FIELD_ENUM: an unknown name reads as absent, not as an error */
};

struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	size_t offset;
	size_t n_offset; /* FIELD_LIST, FIELD_DICT: of the size_t */
	int64_t min;
	uint64_t max;
	const void *ref; /* names table, or struct record */
	/* NULL, or a further check of a FIELD_STRING's text: returns 0 or -errno; names no path */
	int (*check)(const char *text, struct err *e);
};

struct record {
	const char *spec; /* the spec's section, e.g. "config.md#posix-process" */
	size_t size;
	const struct field *fields;
	size_t n_fields;
	/* NULL, or a check across members after all were read; the message begins with a member
	 * name and gets the object's path in front */
	int (*check)(const void *object, struct err *e);
};

/* Offsets that do not compile when the member has another type. */
#define FIELD_OFF(type, member, want)                                                              \
	(offsetof(type, member) +                                                                  \
	 0 * sizeof(char[1 - 2 * !__builtin_types_compatible_p(__typeof__(((type *)0)->member),    \
							       want)]))
#define FIELD_OFF_PTR(type, member) (offsetof(type, member) + 0 * sizeof(*((type *)0)->member))

/* clang-format off */
#define F_BOOL(n, t, m, fl) { .name = n, .kind = FIELD_BOOL, .flags = fl, .offset = FIELD_OFF(t, m, bool) }
#define F_OPT_BOOL(n, t, m, fl) { .name = n, .kind = FIELD_OPT_BOOL, .flags = fl, .offset = FIELD_OFF(t, m, struct opt_bool) }
#define F_INT(n, t, m, lo, hi, fl) { .name = n, .kind = FIELD_INT, .flags = fl, .offset = FIELD_OFF(t, m, int64_t), .min = lo, .max = hi }
#define F_UINT(n, t, m, hi, fl) { .name = n, .kind = FIELD_UINT, .flags = fl, .offset = FIELD_OFF(t, m, uint64_t), .max = hi }
#define F_U32(n, t, m, fl) { .name = n, .kind = FIELD_U32, .flags = fl, .offset = FIELD_OFF(t, m, uint32_t), .max = UINT32_MAX }
#define F_OPT_INT(n, t, m, lo, hi, fl) { .name = n, .kind = FIELD_OPT_INT, .flags = fl, .offset = FIELD_OFF(t, m, struct opt_int), .min = lo, .max = hi }
#define F_OPT_UINT(n, t, m, hi, fl) { .name = n, .kind = FIELD_OPT_UINT, .flags = fl, .offset = FIELD_OFF(t, m, struct opt_uint), .max = hi }
#define F_STRING(n, t, m, fl) { .name = n, .kind = FIELD_STRING, .flags = fl, .offset = FIELD_OFF(t, m, char *) }
#define F_STRING_CHECK(n, t, m, fl, fn) { .name = n, .kind = FIELD_STRING, .flags = fl, .offset = FIELD_OFF(t, m, char *), .check = fn }
#define F_ENUM(n, t, m, table, fl) { .name = n, .kind = FIELD_ENUM, .flags = fl, .offset = FIELD_OFF(t, m, int), .ref = table }
#define F_FLAGS(n, t, m, table, fl) { .name = n, .kind = FIELD_FLAGS, .flags = fl, .offset = FIELD_OFF(t, m, struct opt_uint), .ref = table }
#define F_STRV(n, t, m, fl) { .name = n, .kind = FIELD_STRV, .flags = fl, .offset = FIELD_OFF(t, m, char **) }
#define F_U32LIST(n, t, m, fl) { .name = n, .kind = FIELD_U32LIST, .flags = fl, .offset = FIELD_OFF(t, m, struct u32list) }
#define F_STRMAP(n, t, m, fl) { .name = n, .kind = FIELD_STRMAP, .flags = fl, .offset = FIELD_OFF(t, m, struct strmap) }
#define F_RECORD(n, t, m, rec, fl) { .name = n, .kind = FIELD_RECORD, .flags = fl, .offset = FIELD_OFF_PTR(t, m), .ref = rec }
#define F_LIST(n, t, m, count, rec, fl) { .name = n, .kind = FIELD_LIST, .flags = fl, .offset = FIELD_OFF_PTR(t, m), .n_offset = FIELD_OFF(t, count, size_t), .ref = rec }
#define F_DICT(n, t, m, count, rec, fl) { .name = n, .kind = FIELD_DICT, .flags = fl, .offset = FIELD_OFF_PTR(t, m), .n_offset = FIELD_OFF(t, count, size_t), .ref = rec }
#define RECORD(type, section, table) { .spec = section, .size = sizeof(type), .fields = table, .n_fields = ARRAY_SIZE(table) }
#define RECORD_CHECK(type, section, table, fn) { .spec = section, .size = sizeof(type), .fields = table, .n_fields = ARRAY_SIZE(table), .check = fn }
/* clang-format on */

/**
 * record_decode - fill a zeroed struct from a JSON object.
 * @out: of r->size bytes, zeroed by the caller; on failure left zeroed
 *
 * Returns: 0, or -EINVAL with the path of the offending member.
 */
int record_decode(const struct record *r, const struct json *j, void *out, struct err *e);

/* record_parse - json_parse and record_decode in one. */
int record_parse(const struct record *r, const char *text, size_t len, void *out, struct err *e);

/* Writes one JSON object; absent members are left out. */
void record_encode(const struct record *r, const void *in, struct json_out *o);
bool record_equal(const struct record *r, const void *a, const void *b);
/* Frees what the struct owns and zeroes it; the struct itself is the caller's. */
void record_done(const struct record *r, void *object);

#endif
