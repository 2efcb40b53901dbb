/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/audit_event.h"

#include <ctype.h>

/* Parts of members' names, in lower case, behind which a secret stands. Even a hash would give a
 * short one away. */
static const char *const secret_words[] = {
	"password", "passwd",	  "passphrase",	 "secret",     "token",	  "authorization",
	"cookie",   "credential", "private_key", "privatekey", "api_key", "apikey",
};

static bool names_secret(const char *name)
{
	autofree char *lower = xstrdup(name);

	for (char *p = lower; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < ARRAY_SIZE(secret_words); i++)
		if (strstr(lower, secret_words[i]))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	const struct json_member *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void write_value(const struct json *j, struct json_out *o);

static void write_object(const struct json *j, struct json_out *o)
{
	autofree const struct json_member **sorted = xcalloc(j->n + 1, sizeof(*sorted));

	for (size_t i = 0; i < j->n; i++)
		sorted[i] = &j->members[i];
	qsort(sorted, j->n, sizeof(*sorted), by_name);
	json_out_object(o);
	for (size_t i = 0; i < j->n; i++) {
		if (names_secret(sorted[i]->name))
			continue;
		json_out_name(o, sorted[i]->name);
		write_value(&sorted[i]->value, o);
	}
	json_out_end(o);
}

static void write_array(const struct json *j, struct json_out *o)
{
	json_out_array(o);
	for (size_t i = 0; i < j->n; i++)
		write_value(&j->items[i], o);
	json_out_end(o);
}

/* Depth is bounded by JSON_DEPTH_MAX. */
static void write_value(const struct json *j, struct json_out *o)
{
	if (j->type == JSON_OBJECT)
		write_object(j, o);
	else if (j->type == JSON_ARRAY)
		write_array(j, o);
	else
		json_out_tree(o, j);
}

void audit_data_hash(const struct json *data, char out[SHA256_HEX_LEN + 1])
{
	autojsonout *o = json_out_new(NULL);
	const char *text = NULL;
	size_t len = 0;

	write_value(data, o);
	text = json_out_text(o, &len);
	sha256_hex(text, len, out);
}
