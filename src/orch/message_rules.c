/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/message.h"

#include "orch/container_name.h"
#include "orch/datetime.h"

#include <errno.h>

/* The cloud agent is a Python program, and so are its texts. */
static const struct {
	enum json_type type;
	const char *what;
} kinds[] = {
	[MESSAGE_STRING] = { JSON_STRING, "a string" },
	[MESSAGE_TEXT] = { JSON_STRING, "a non-empty string" },
	[MESSAGE_NUMBER] = { JSON_NUMBER, "a number" },
	[MESSAGE_BOOL] = { JSON_BOOL, "a boolean" },
	[MESSAGE_LIST] = { JSON_ARRAY, "a list" },
	[MESSAGE_OBJECT] = { JSON_OBJECT, "an object" },
	[MESSAGE_DATETIME] = { JSON_STRING, "a valid ISO datetime string" },
};

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\n\v\f\r")] == '\0';
}

static bool fits(const struct json *v, enum message_kind kind)
{
	if (v->type != kinds[kind].type)
		return false;
	if (kind == MESSAGE_TEXT)
		return !is_blank(v->text);
	return kind != MESSAGE_DATETIME || datetime_is_iso(v->text);
}

/* What Python says of a value that has no members; a text or a list just lacks them. */
static const char *python_type(const struct json *v)
{
	switch (v->type) {
	case JSON_NULL:
		return "NoneType";
	case JSON_BOOL:
		return "bool";
	case JSON_NUMBER:
		return strpbrk(v->text, ".eE") ? "float" : "int";
	default:
		return NULL;
	}
}

int message_check(const struct json *m, const struct message_rule *rules, size_t n, struct err *e)
{
	const char *type = python_type(m);

	if (type)
		return err_msg(e, EINVAL,
			       "Invalid field type: argument of type '%s' is not iterable", type);
	for (size_t i = 0; i < n; i++) {
		const struct message_rule *rule = &rules[i];
		const struct json *v = json_get(m, rule->name);

		if (!v && (rule->flags & MESSAGE_REQUIRED))
			return err_msg(e, EINVAL, "Missing required field: 'Missing key: %s'",
				       rule->name);
		if (!v || (v->type == JSON_NULL && !(rule->flags & MESSAGE_REQUIRED)))
			continue;
		if (!fits(v, rule->kind))
			return err_msg(e, EINVAL, "Invalid field type: Value must be %s.",
				       kinds[rule->kind].what);
	}
	return 0;
}

const struct json *message_get(const struct json *m, const char *name)
{
	const struct json *v = json_get(m, name);

	return v && v->type != JSON_NULL ? v : NULL;
}

const char *message_text(const struct json *m, const char *name)
{
	const struct json *v = message_get(m, name);

	return v && (v->type == JSON_STRING || v->type == JSON_NUMBER) ? v->text : NULL;
}

bool message_bool(const struct json *m, const char *name, bool otherwise)
{
	const struct json *v = message_get(m, name);

	return v && v->type == JSON_BOOL ? v->boolean : otherwise;
}

int message_device(const struct json *m, const char **name, struct err *e)
{
	const char *text = message_text(m, "device_id");
	int r = text ? container_name_check(text, e) :
		       err_msg(e, EINVAL, "Missing required field: 'Missing key: device_id'");

	if (r < 0)
		return r;
	*name = text;
	return 0;
}
