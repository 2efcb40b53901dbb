/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted prints, compact and indented, and reads back as the same tree. */
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const struct json *a, const struct json *b);

static bool same_members(const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->members[i].name, b->members[i].name) ||
		    !same(&a->members[i].value, &b->members[i].value))
			return false;
	return true;
}

static bool same_items(const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!same(&a->items[i], &b->items[i]))
			return false;
	return true;
}

static bool same(const struct json *a, const struct json *b)
{
	if (a->type != b->type || a->n != b->n)
		return false;
	switch (a->type) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return a->boolean == b->boolean;
	case JSON_NUMBER:
	case JSON_STRING:
		return strlen(a->text) == a->n && str_eq(a->text, b->text);
	case JSON_ARRAY:
		return same_items(a, b);
	case JSON_OBJECT:
		return same_members(a, b);
	}
	return false;
}

static bool reads_back(const struct json *root, const char *indent)
{
	autojsonout *o = json_out_new(indent);
	autojson *doc = NULL;
	const char *text;
	size_t len;

	json_out_tree(o, root);
	text = json_out_text(o, &len);
	return json_parse(text, len, &doc, NULL) == 0 && same(root, json_root(doc));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autojson *doc = NULL;
	struct err e = { 0 };
	int r;

	r = json_parse((const char *)data, size, &doc, &e);
	if (r < 0 && (r != -e.num || !e.text[0] || doc))
		abort();
	if (r == 0 && (!reads_back(json_root(doc), NULL) || !reads_back(json_root(doc), "\t")))
		abort();
	return 0;
}
