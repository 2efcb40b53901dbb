/* SPDX-License-Identifier: Apache-2.0 */
/**
 * json.h - JSON text to a tree and back, over yajl.
 *
 * Reading is strict RFC 8259: one value with nothing behind it, no comments, valid UTF-8 with no
 * lone surrogates, no duplicate keys, no U+0000 in strings (C strings would lie about them), at
 * most JSON_DEPTH_MAX levels, JSON_SIZE_MAX bytes and JSON_VALUES_MAX values. Time is linear
 * (n log n in the keys of one object), memory bounded by these limits. Numbers stay text until a
 * record asks for a type.
 */
#ifndef CORE_JSON_H
#define CORE_JSON_H

#include "core/err.h"
#include "core/str.h"

#define JSON_DEPTH_MAX 64
#define JSON_SIZE_MAX (16u << 20)
#define JSON_VALUES_MAX (1 << 18)

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_member;

struct json {
	enum json_type type;
	bool boolean;	  /* JSON_BOOL */
	const char *text; /* JSON_STRING, JSON_NUMBER (as written): NUL-terminated */
	size_t n;	  /* bytes of text, or number of elements or members */
	union {
		const struct json *items;	   /* JSON_ARRAY */
		const struct json_member *members; /* JSON_OBJECT, in the document's order */
	};
};

struct json_member {
	const char *name;
	struct json value;
};

/* A parsed document: the tree and the arena it lives in. */
struct json_doc;

/**
 * json_parse - read one JSON text.
 * @text: need not be NUL-terminated
 * @out: the document; free with json_free
 *
 * Returns: 0; -EINVAL not JSON, or refused by a rule above (the message gives the byte offset, and
 * for duplicate keys the path); -EFBIG too large or too many values; -ELOOP too deep.
 */
int json_parse(const char *text, size_t len, struct json_doc **out, struct err *e);
void json_free(struct json_doc *doc);
void json_free_p(struct json_doc **doc);
#define autojson _cleanup_(json_free_p) struct json_doc
const struct json *json_root(const struct json_doc *doc);

/* NULL when absent, or when j is not an object. */
const struct json *json_get(const struct json *j, const char *name);

/* "null", "boolean", "number", "string", "array", "object": for messages. */
const char *json_type_name(enum json_type type);

/**
 * Writing: a generator that appends to a str. Every call is made in the order of the document;
 * strings must be valid UTF-8 (invalid bytes are written as U+FFFD).
 */
struct json_out;

/* @indent: NULL for compact text; else one level's white space, laid out as Go's MarshalIndent. */
struct json_out *json_out_new(const char *indent);
void json_out_free(struct json_out *o);
void json_out_free_p(struct json_out **o);
#define autojsonout _cleanup_(json_out_free_p) struct json_out
void json_out_object(struct json_out *o);
void json_out_array(struct json_out *o);
void json_out_end(struct json_out *o); /* closes the innermost object or array */
void json_out_name(struct json_out *o, const char *name);
void json_out_null(struct json_out *o);
void json_out_bool(struct json_out *o, bool v);
void json_out_i64(struct json_out *o, int64_t v);
void json_out_u64(struct json_out *o, uint64_t v);
void json_out_hundredths(struct json_out *o, uint64_t v); /* 150 is 1.5 */
void json_out_string(struct json_out *o, const char *s);
void json_out_tree(struct json_out *o, const struct json *j); /* a parsed value, as it was */
/* The text so far, borrowed; valid until the next call. No newline at the end. */
const char *json_out_text(const struct json_out *o, size_t *len);

#endif
