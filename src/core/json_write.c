/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

#include "core/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <yajl/yajl_gen.h>

/* yajl's own limit, which its header does not export. */
#define LEVELS_MAX 128

struct json_out {
	yajl_gen gen;
	struct str text;
	char *indent;
	unsigned depth;
	bool is_object[LEVELS_MAX];
	bool empty; /* the innermost object or array has nothing in it yet */
	bool fresh; /* the next piece that yajl prints is the first of an element */
	bool close; /* ... or the end of an object or array */
};

static void new_line(struct json_out *o, unsigned depth)
{
	str_add_char(&o->text, '\n');
	for (unsigned i = 0; i < depth; i++)
		str_add(&o->text, o->indent);
}

/*
 * yajl's own indentation puts a line break into an empty object, Go's does not: so yajl prints
 * compact text, and the white space goes in here. The first piece of an element is the separator
 * if there is one, and no element begins like a separator.
 */
static void print(void *ctx, const char *piece, size_t len)
{
	struct json_out *o = ctx;
	bool fresh = o->fresh && o->indent;

	o->fresh = false;
	if (!fresh) {
		str_add_bytes(&o->text, piece, len);
	} else if (o->close) {
		if (!o->empty)
			new_line(o, o->depth - 1);
		str_add_bytes(&o->text, piece, len);
	} else if (piece[0] == ':') {
		str_add(&o->text, ": ");
	} else if (piece[0] == ',') {
		str_add_char(&o->text, ',');
		new_line(o, o->depth);
	} else {
		if (o->depth > 0)
			new_line(o, o->depth);
		str_add_bytes(&o->text, piece, len);
	}
}

struct json_out *json_out_new(const char *indent)
{
	struct json_out *o = xcalloc(1, sizeof(*o));

	o->gen = yajl_gen_alloc(NULL);
	if (!o->gen)
		abort();
	yajl_gen_config(o->gen, yajl_gen_print_callback, print, o);
	o->indent = indent ? xstrdup(indent) : NULL;
	return o;
}

void json_out_free(struct json_out *o)
{
	if (!o)
		return;
	yajl_gen_free(o->gen);
	str_done(&o->text);
	free(o->indent);
	free(o);
}

void json_out_free_p(struct json_out **o)
{
	json_out_free(*o);
}

/* Every element passes here; a refusal by yajl is a mistake in this program. */
static yajl_gen begin(struct json_out *o)
{
	o->fresh = true;
	return o->gen;
}

static void done(struct json_out *o, yajl_gen_status status)
{
	if (status != yajl_gen_status_ok)
		abort();
	o->empty = false;
}

static void open_level(struct json_out *o, bool is_object)
{
	yajl_gen gen = begin(o);

	if (o->depth >= LEVELS_MAX)
		abort();
	done(o, is_object ? yajl_gen_map_open(gen) : yajl_gen_array_open(gen));
	o->is_object[o->depth++] = is_object;
	o->empty = true;
}

void json_out_object(struct json_out *o)
{
	open_level(o, true);
}

void json_out_array(struct json_out *o)
{
	open_level(o, false);
}

void json_out_end(struct json_out *o)
{
	yajl_gen gen = begin(o);

	if (o->depth == 0)
		abort();
	o->close = true;
	done(o, o->is_object[o->depth - 1] ? yajl_gen_map_close(gen) : yajl_gen_array_close(gen));
	o->close = false;
	o->depth--;
}

static size_t valid_prefix(const char *s, size_t n)
{
	size_t len = 0, k;

	while ((k = utf8_len(s + len, n - len)) > 0)
		len += k;
	return len;
}

static void put_string(struct json_out *o, const char *s)
{
	size_t n = strlen(s), len = valid_prefix(s, n);
	autostr fixed = { 0 };

	while (len < n) {
		str_add_bytes(&fixed, s, len);
		str_add(&fixed, "\xef\xbf\xbd");
		s += len + 1;
		n -= len + 1;
		len = valid_prefix(s, n);
	}
	if (fixed.p) {
		str_add_bytes(&fixed, s, n);
		s = fixed.p;
		n = fixed.len;
	}
	done(o, yajl_gen_string(begin(o), (const unsigned char *)s, n));
}

void json_out_name(struct json_out *o, const char *name)
{
	put_string(o, name);
}

void json_out_string(struct json_out *o, const char *s)
{
	put_string(o, s);
}

void json_out_null(struct json_out *o)
{
	done(o, yajl_gen_null(begin(o)));
}

void json_out_bool(struct json_out *o, bool v)
{
	done(o, yajl_gen_bool(begin(o), v));
}

static void put_number(struct json_out *o, const char *text)
{
	done(o, yajl_gen_number(begin(o), text, strlen(text)));
}

void json_out_i64(struct json_out *o, int64_t v)
{
	done(o, yajl_gen_integer(begin(o), v));
}

void json_out_u64(struct json_out *o, uint64_t v)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, v);
	put_number(o, text);
}

void json_out_hundredths(struct json_out *o, uint64_t v)
{
	char text[32];
	unsigned cents = (unsigned)(v % 100);

	if (cents == 0)
		snprintf(text, sizeof(text), "%" PRIu64, v / 100);
	else if (cents % 10 == 0)
		snprintf(text, sizeof(text), "%" PRIu64 ".%u", v / 100, cents / 10);
	else
		snprintf(text, sizeof(text), "%" PRIu64 ".%02u", v / 100, cents);
	put_number(o, text);
}

static void put_array(struct json_out *o, const struct json *j)
{
	json_out_array(o);
	for (size_t i = 0; i < j->n; i++)
		json_out_tree(o, &j->items[i]);
	json_out_end(o);
}

static void put_object(struct json_out *o, const struct json *j)
{
	json_out_object(o);
	for (size_t i = 0; i < j->n; i++) {
		json_out_name(o, j->members[i].name);
		json_out_tree(o, &j->members[i].value);
	}
	json_out_end(o);
}

void json_out_tree(struct json_out *o, const struct json *j)
{
	switch (j->type) {
	case JSON_NULL:
		json_out_null(o);
		break;
	case JSON_BOOL:
		json_out_bool(o, j->boolean);
		break;
	case JSON_NUMBER:
		put_number(o, j->text);
		break;
	case JSON_STRING:
		json_out_string(o, j->text);
		break;
	case JSON_ARRAY:
		put_array(o, j);
		break;
	case JSON_OBJECT:
		put_object(o, j);
		break;
	}
}

const char *json_out_text(const struct json_out *o, size_t *len)
{
	if (len)
		*len = o->text.len;
	return o->text.p ? o->text.p : "";
}
