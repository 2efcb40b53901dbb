/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"

#include "core/utf8.h"

#include <errno.h>
#include <yajl/yajl_parse.h>

#define BLOCK_SIZE 4096
#define PENDING_FIRST 64

struct block {
	struct block *next;
	_Alignas(max_align_t) char bytes[];
};

struct json_doc {
	struct json root;
	char *text; /* all names, strings and numbers, each with its NUL */
	struct block *blocks;
	size_t block_used, block_size;
};

/* An object or array that is still open; its elements so far are pending[first..]. */
struct level {
	size_t first;
	bool is_object;
	const char *name; /* of the member that comes next, or is being read */
};

struct parser {
	struct json_doc *doc;
	struct err *e;
	int failed; /* 0 or -errno, with *e filled */
	size_t text_len;
	struct json_member *pending;
	size_t n_pending, cap_pending, n_values;
	struct level levels[JSON_DEPTH_MAX];
	size_t depth;
};

static void *allocate(struct json_doc *doc, size_t n, size_t size)
{
	size_t bytes = n * size; /* both below JSON_SIZE_MAX */
	void *p;

	bytes = (bytes + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (!doc->blocks || doc->block_size - doc->block_used < bytes) {
		size_t want = MAX(bytes, (size_t)BLOCK_SIZE);
		struct block *b = xmalloc(sizeof(*b) + want);

		b->next = doc->blocks;
		doc->blocks = b;
		doc->block_used = 0;
		doc->block_size = want;
	}
	p = doc->blocks->bytes + doc->block_used;
	doc->block_used += bytes;
	return p;
}

static bool fail(struct parser *p, int r)
{
	p->failed = r;
	return false;
}

static const char *keep_text(struct parser *p, const char *s, size_t n)
{
	char *copy = p->doc->text + p->text_len;

	memcpy(copy, s, n);
	copy[n] = '\0';
	p->text_len += n + 1;
	return copy;
}

/* Where the parser is: "process.rlimits[1].type". */
static void add_path(const struct parser *p, struct str *path)
{
	for (size_t i = 0; i < p->depth; i++) {
		const struct level *level = &p->levels[i];
		size_t end = i + 1 < p->depth ? p->levels[i + 1].first : p->n_pending;

		if (!level->is_object)
			str_addf(path, "[%zu]", end - level->first);
		else if (level->name)
			str_addf(path, "%s%s", path->len ? "." : "", level->name);
	}
}

static int refuse(struct parser *p, int num, const char *what)
{
	autostr path = { 0 };

	add_path(p, &path);
	if (path.len == 0)
		return err_msg(p->e, num, "%s", what);
	return err_msg(p->e, num, "%s: %s", path.p, what);
}

static bool add_value(struct parser *p, struct json value)
{
	if (++p->n_values > JSON_VALUES_MAX)
		return fail(p, err_msg(p->e, EFBIG, "more than %d values", JSON_VALUES_MAX));
	if (p->depth == 0) {
		p->doc->root = value;
		return true;
	}
	if (p->n_pending == p->cap_pending) {
		p->cap_pending *= 2;
		p->pending = xrealloc(p->pending, p->cap_pending, sizeof(*p->pending));
	}
	p->pending[p->n_pending++] = (struct json_member){ p->levels[p->depth - 1].name, value };
	return true;
}

static int on_null(void *ctx)
{
	return add_value(ctx, (struct json){ .type = JSON_NULL });
}

static int on_bool(void *ctx, int v)
{
	return add_value(ctx, (struct json){ .type = JSON_BOOL, .boolean = v });
}

static int on_number(void *ctx, const char *s, size_t n)
{
	return add_value(
		ctx, (struct json){ .type = JSON_NUMBER, .text = keep_text(ctx, s, n), .n = n });
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
	struct parser *p = ctx;

	if (memchr(s, '\0', n))
		return fail(p, refuse(p, EINVAL, "U+0000 in a string"));
	return add_value(p, (struct json){ .type = JSON_STRING,
					   .text = keep_text(p, (const char *)s, n),
					   .n = n });
}

static int on_name(void *ctx, const unsigned char *s, size_t n)
{
	struct parser *p = ctx;

	p->levels[p->depth - 1].name = NULL;
	if (memchr(s, '\0', n))
		return fail(p, refuse(p, EINVAL, "U+0000 in a member's name"));
	p->levels[p->depth - 1].name = keep_text(p, (const char *)s, n);
	return true;
}

static int open_level(struct parser *p, bool is_object)
{
	if (p->depth == JSON_DEPTH_MAX)
		return fail(p, err_msg(p->e, ELOOP, "nested more than %d levels deep",
				       JSON_DEPTH_MAX));
	p->levels[p->depth++] = (struct level){ .first = p->n_pending, .is_object = is_object };
	return true;
}

static int on_object(void *ctx)
{
	return open_level(ctx, true);
}

static int on_array(void *ctx)
{
	return open_level(ctx, false);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* NULL, or a name that occurs twice. */
static const char *find_duplicate(const struct json_member *members, size_t n)
{
	autofree const char **names = NULL;

	if (n < 2)
		return NULL;
	names = xcalloc(n, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = members[i].name;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n; i++)
		if (str_eq(names[i - 1], names[i]))
			return names[i];
	return NULL;
}

static int on_object_end(void *ctx)
{
	struct parser *p = ctx;
	struct level *level = &p->levels[p->depth - 1];
	const struct json_member *first = p->pending + level->first;
	size_t n = p->n_pending - level->first;
	struct json_member *members = NULL;

	level->name = find_duplicate(first, n);
	if (level->name)
		return fail(p, refuse(p, EINVAL, "duplicate key"));
	if (n > 0) {
		members = allocate(p->doc, n, sizeof(*members));
		memcpy(members, first, n * sizeof(*members));
	}
	p->n_pending = level->first;
	p->depth--;
	return add_value(p, (struct json){ .type = JSON_OBJECT, .n = n, .members = members });
}

static int on_array_end(void *ctx)
{
	struct parser *p = ctx;
	size_t first = p->levels[p->depth - 1].first, n = p->n_pending - first;
	struct json *items = n ? allocate(p->doc, n, sizeof(*items)) : NULL;

	for (size_t i = 0; i < n; i++)
		items[i] = p->pending[first + i].value;
	p->n_pending = first;
	p->depth--;
	return add_value(p, (struct json){ .type = JSON_ARRAY, .n = n, .items = items });
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_name,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

/* The value of the escape \uXXXX at s, -1 when that is not what is there. */
static long unicode_escape(const char *s, size_t n)
{
	char hex[5] = { 0 };

	if (n < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	memcpy(hex, s + 2, 4);
	return strspn(hex, "0123456789abcdefABCDEF") == 4 ? strtol(hex, NULL, 16) : -1;
}

/* The length of the escape at s, 0 for half a surrogate pair. What is no escape yajl refuses. */
static size_t escape_len(const char *s, size_t n)
{
	long code = unicode_escape(s, n), low;

	if (code < 0)
		return n > 1 && (unsigned char)s[1] < 0x80 ? 2 : 1;
	if (code < 0xd800 || code > 0xdfff)
		return 6;
	low = code < 0xdc00 ? unicode_escape(s + 6, n - 6) : -1;
	return low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/*
 * yajl checks the form of UTF-8 but takes overlong sequences and encoded surrogates, replaces half
 * a pair by a question mark, and takes two more characters for white space than RFC 8259: so the
 * bytes are looked at before.
 */
static int check_text(const char *s, size_t len, struct err *e)
{
	bool in_string = false;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_len(s + i, len - i);
		if (n == 0)
			return err_msg(e, EINVAL, "byte %zu: invalid UTF-8", i);
		if (s[i] == '"')
			in_string = !in_string;
		if (!in_string && (s[i] == '\f' || s[i] == '\v'))
			return err_msg(e, EINVAL, "byte %zu: not white space to JSON", i);
		if (!in_string || s[i] != '\\')
			continue;
		n = escape_len(s + i, len - i);
		if (n == 0)
			return err_msg(e, EINVAL, "byte %zu: half a surrogate pair", i);
	}
	return 0;
}

static int syntax_error(yajl_handle h, size_t at, struct err *e)
{
	char *text = (char *)yajl_get_error(h, 0, NULL, 0);
	int r;

	r = err_msg(e, EINVAL, "byte %zu: %.*s", at, (int)strcspn(text, "\n"), text);
	yajl_free_error(h, (unsigned char *)text);
	return r;
}

static int run_yajl(struct parser *p, const char *text, size_t len)
{
	yajl_handle h = yajl_alloc(&callbacks, NULL, p);
	yajl_status status;
	size_t at;

	if (!h)
		abort();
	/* Done already, and better. */
	yajl_config(h, yajl_dont_validate_strings, 1);
	status = yajl_parse(h, (const unsigned char *)text, len);
	at = status == yajl_status_ok ? len : yajl_get_bytes_consumed(h);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(h);
	if (status != yajl_status_ok && p->failed == 0)
		p->failed = syntax_error(h, at, p->e);
	yajl_free(h);
	return p->failed;
}

int json_parse(const char *text, size_t len, struct json_doc **out, struct err *e)
{
	struct parser p = { .e = e, .cap_pending = PENDING_FIRST };
	int r;

	if (len > JSON_SIZE_MAX)
		return err_msg(e, EFBIG, "JSON text larger than %u bytes", JSON_SIZE_MAX);
	r = check_text(text, len, e);
	if (r < 0)
		return r;
	p.pending = xcalloc(p.cap_pending, sizeof(*p.pending));
	p.doc = xcalloc(1, sizeof(*p.doc));
	/* A string loses its quotes and a number has something behind it: the NULs fit. */
	p.doc->text = xmalloc(len + 1);
	r = run_yajl(&p, text, len);
	free(p.pending);
	if (r < 0)
		json_free(p.doc);
	else
		*out = p.doc;
	return r;
}

void json_free(struct json_doc *doc)
{
	if (!doc)
		return;
	while (doc->blocks) {
		struct block *next = doc->blocks->next;

		free(doc->blocks);
		doc->blocks = next;
	}
	free(doc->text);
	free(doc);
}

void json_free_p(struct json_doc **doc)
{
	json_free(*doc);
}

const struct json *json_root(const struct json_doc *doc)
{
	return &doc->root;
}

const struct json *json_get(const struct json *j, const char *name)
{
	if (j->type != JSON_OBJECT)
		return NULL;
	for (size_t i = 0; i < j->n; i++)
		if (str_eq(j->members[i].name, name))
			return &j->members[i].value;
	return NULL;
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",	  [JSON_BOOL] = "boolean", [JSON_NUMBER] = "number",
		[JSON_STRING] = "string", [JSON_ARRAY] = "array",  [JSON_OBJECT] = "object",
	};

	return names[type];
}
