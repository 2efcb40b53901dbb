/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"
#include "net/ovsdb.h"

#include <ctype.h>

/* The array behind ["set", [...]], ["map", [...]]; NULL when it is something else. */
static const struct json *tagged(const struct json *value, const char *tag)
{
	if (value->type != JSON_ARRAY || value->n != 2 || value->items[0].type != JSON_STRING ||
	    !str_eq(value->items[0].text, tag) || value->items[1].type != JSON_ARRAY)
		return NULL;
	return &value->items[1];
}

size_t ovsdb_set_size(const struct json *value)
{
	const struct json *set = value ? tagged(value, "set") : NULL;

	return set ? set->n : value != NULL;
}

const struct json *ovsdb_set_item(const struct json *value, size_t i)
{
	const struct json *set = tagged(value, "set");

	return set ? &set->items[i] : value;
}

/* The one value of a column, which may be a set of at most one. */
static const struct json *single(const struct json *row, const char *column, enum json_type type)
{
	const struct json *value = json_get(row, column);

	if (ovsdb_set_size(value) != 1)
		return NULL;
	value = ovsdb_set_item(value, 0);
	return value->type == type ? value : NULL;
}

const char *ovsdb_text(const struct json *row, const char *column)
{
	const struct json *value = single(row, column, JSON_STRING);

	return value ? value->text : NULL;
}

bool ovsdb_number(const struct json *row, const char *column, int64_t *out)
{
	const struct json *value = single(row, column, JSON_NUMBER);

	return value && ovsdb_integer(value, out);
}

bool ovsdb_integer(const struct json *value, int64_t *out)
{
	return value->type == JSON_NUMBER &&
	       num_parse_i64(value->text, INT64_MIN, INT64_MAX, "value", out, NULL) == 0;
}

static bool is_uuid(const char *s)
{
	if (strlen(s) != OVSDB_UUID_SIZE - 1)
		return false;
	for (size_t i = 0; s[i]; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
			return false;
	}
	return true;
}

const char *ovsdb_uuid(const struct json *value)
{
	if (!value || value->type != JSON_ARRAY || value->n != 2 ||
	    value->items[0].type != JSON_STRING || !str_eq(value->items[0].text, "uuid") ||
	    value->items[1].type != JSON_STRING || !is_uuid(value->items[1].text))
		return NULL;
	return value->items[1].text;
}

static bool is_pair(const struct json *j)
{
	return j->type == JSON_ARRAY && j->n == 2 && j->items[0].type == JSON_STRING &&
	       j->items[1].type == JSON_STRING;
}

struct strmap ovsdb_map(const struct json *row, const char *column)
{
	const struct json *value = json_get(row, column);
	const struct json *pairs = value ? tagged(value, "map") : NULL;
	struct strmap map = { 0 };

	if (!pairs || pairs->n == 0)
		return map;
	map.v = xcalloc(pairs->n, sizeof(*map.v));
	for (size_t i = 0; i < pairs->n; i++) {
		if (!is_pair(&pairs->items[i]))
			continue;
		map.v[map.n].name = xstrdup(pairs->items[i].items[0].text);
		map.v[map.n++].value = xstrdup(pairs->items[i].items[1].text);
	}
	return map;
}
