/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/variant.h"
#include "core/num.h"
#include "core/str.h"
#include "core/utf8.h"
#include <errno.h>

/* The keywords that stand before a value. */
static const struct {
	const char *word, *type;
} keywords[] = {
	{ "boolean ", "b" }, { "byte ", "y" },	 { "int16 ", "n" },	 { "uint16 ", "q" },
	{ "int32 ", "i" },   { "uint32 ", "u" }, { "int64 ", "x" },	 { "uint64 ", "t" },
	{ "double ", "d" },  { "string ", "s" }, { "objectpath ", "o" }, { "signature ", "g" },
};

static const struct {
	char type;
	int64_t min;
	uint64_t max;
} ranges[] = {
	{ 'y', 0, UINT8_MAX },	       { 'n', INT16_MIN, INT16_MAX }, { 'q', 0, UINT16_MAX },
	{ 'i', INT32_MIN, INT32_MAX }, { 'u', 0, UINT32_MAX },	      { 'x', INT64_MIN, INT64_MAX },
	{ 't', 0, UINT64_MAX },
};

struct parser {
	const char *p;
	struct err *e;
};

void variant_done(struct variant *v)
{
	for (size_t i = 0; i < v->n; i++)
		variant_done(&v->v[i]);
	free(v->v);
	free(v->text);
	*v = (struct variant){ 0 };
}

static bool is_utf8(const char *text, size_t n)
{
	for (size_t len; n > 0; text += len, n -= len) {
		len = utf8_len(text, n);
		if (len == 0)
			return false;
	}
	return true;
}

static int bad(struct parser *p, const char *what)
{
	return err_msg(p->e, EINVAL, "%s at \"%.40s\"", what, p->p);
}

static void skip_blanks(struct parser *p)
{
	p->p += strspn(p->p, " \t");
}

const char *variant_type_end(const char *type)
{
	unsigned open = 0;

	for (; *type; type++) {
		if (*type == 'a')
			continue;
		if (*type == '(')
			open++;
		else if (*type == ')' && (open == 0 || type[-1] == '('))
			return NULL;
		else if (*type == ')')
			open--;
		else if (!strchr("bynqiuxtdsog", *type))
			return NULL;
		if (open == 0)
			return type + 1;
		if (open > VARIANT_DEPTH_MAX)
			return NULL;
	}
	return NULL;
}

/* "@TYPE " or a keyword; *type is "" without. */
static int parse_type(struct parser *p, char type[VARIANT_TYPE_MAX])
{
	const char *end;

	type[0] = '\0';
	if (*p->p == '@') {
		end = variant_type_end(p->p + 1);
		if (!end || end - p->p > VARIANT_TYPE_MAX || *end != ' ')
			return bad(p, "no type");
		memcpy(type, p->p + 1, (size_t)(end - p->p - 1));
		type[end - p->p - 1] = '\0';
		p->p = end;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keywords) && !type[0]; i++) {
		if (!str_starts(p->p, keywords[i].word))
			continue;
		memcpy(type, keywords[i].type, 2);
		p->p += strlen(keywords[i].word);
	}
	skip_blanks(p);
	return 0;
}

static int parse_string(struct parser *p, struct variant *out)
{
	char quote = *p->p++;
	autostr text = { 0 };

	for (; *p->p && *p->p != quote; p->p++) {
		if (*p->p == '\\' && strchr("\\'\"", p->p[1]) && p->p[1])
			p->p++;
		else if (*p->p == '\\')
			return bad(p, "unknown escape");
		str_add_char(&text, *p->p);
	}
	if (*p->p != quote)
		return err_msg(p->e, EINVAL, "a string has no end");
	p->p++;
	out->kind = VARIANT_STRING;
	out->text = str_take(&text);
	return 0;
}

static int parse_word(struct parser *p, struct variant *out)
{
	size_t len = strspn(p->p, "+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFX");

	out->text = xstrndup(p->p, len);
	if (str_eq(out->text, "true") || str_eq(out->text, "false"))
		out->kind = VARIANT_BOOL;
	else if (len > 0 && strchr("+-.0123456789", *p->p))
		out->kind = VARIANT_NUMBER;
	else
		return bad(p, "no value");
	p->p += len;
	return 0;
}

static int parse_value(struct parser *p, unsigned depth, struct variant *out);

static int parse_list(struct parser *p, char end, unsigned depth, struct variant *out)
{
	size_t room = 0;
	int r;

	p->p++;
	for (skip_blanks(p); *p->p != end; skip_blanks(p)) {
		if (out->n == room) {
			room = room * 2 + 4;
			out->v = xrealloc(out->v, room, sizeof(*out->v));
		}
		out->v[out->n] = (struct variant){ 0 };
		r = parse_value(p, depth + 1, &out->v[out->n++]);
		if (r < 0)
			return r;
		skip_blanks(p);
		if (*p->p != end && *p->p != ',')
			return bad(p, "neither a comma nor the end of the list");
		p->p += *p->p == ',';
	}
	p->p++;
	return 0;
}

static int parse_value(struct parser *p, unsigned depth, struct variant *out)
{
	if (depth > VARIANT_DEPTH_MAX)
		return bad(p, "too deep");
	switch (*p->p) {
	case '\'':
	case '"':
		return parse_string(p, out);
	case '[':
		out->kind = VARIANT_ARRAY;
		return parse_list(p, ']', depth, out);
	case '(':
		out->kind = VARIANT_TUPLE;
		return parse_list(p, ')', depth, out);
	default:
		return parse_word(p, out);
	}
}

/* The type of a value that has none in front. */
static int infer(const struct variant *v, struct str *type, struct err *e)
{
	int r = 0;

	switch (v->kind) {
	case VARIANT_BOOL:
		str_add_char(type, 'b');
		return 0;
	case VARIANT_NUMBER:
		str_add_char(type, strchr(v->text, '.') ? 'd' : 'i');
		return 0;
	case VARIANT_STRING:
		str_add_char(type, 's');
		return 0;
	case VARIANT_ARRAY:
		if (v->n == 0)
			return err_msg(e, EINVAL, "an empty array needs a type");
		str_add_char(type, 'a');
		return infer(&v->v[0], type, e);
	default:
		break;
	}
	if (v->n == 0)
		return err_msg(e, EINVAL, "an empty tuple");
	str_add_char(type, '(');
	for (size_t i = 0; i < v->n && r == 0; i++)
		r = infer(&v->v[i], type, e);
	str_add_char(type, ')');
	return r;
}

/* Decimal, or hexadecimal after "0x"; without a sign. */
static int parse_unsigned(const char *text, uint64_t *out)
{
	char *end;
	int digit;

	if (!str_starts(text, "0x"))
		return num_parse_u64(text, UINT64_MAX, "number", out, NULL);
	*out = 0;
	for (text += 2; *text; text++) {
		end = memchr("0123456789abcdefABCDEF", *text, 22);
		if (!end || *out >> 60)
			return -EINVAL;
		digit = *text <= '9' ? *text - '0' : (*text | 0x20) - 'a' + 10;
		*out = *out << 4 | (uint64_t)digit;
	}
	return text[-1] == 'x' ? -EINVAL : 0;
}

uint64_t variant_unsigned(const struct variant *v)
{
	uint64_t n = 0;

	(void)parse_unsigned(v->text, &n);
	return n;
}

int64_t variant_signed(const struct variant *v)
{
	int64_t n = 0;

	if (num_parse_i64(v->text, INT64_MIN, INT64_MAX, "number", &n, NULL) < 0)
		n = (int64_t)variant_unsigned(v);
	return n;
}

/* Digits with at most one point: no exponent, since no property is that large or small. */
double variant_double(const struct variant *v)
{
	const char *p = v->text;
	double value = 0, unit = 1;
	bool negative = *p == '-';

	for (p += negative; *p && *p != '.'; p++)
		value = value * 10 + (*p - '0');
	for (p += *p == '.'; *p; p++) {
		unit /= 10;
		value += unit * (*p - '0');
	}
	return negative ? -value : value;
}

static bool is_double(const char *text)
{
	size_t digits;

	text += *text == '-';
	digits = strspn(text, "0123456789");
	text += digits;
	text += *text == '.';
	digits += strspn(text, "0123456789");
	return digits > 0 && text[strspn(text, "0123456789")] == '\0' && digits < 20;
}

static bool number_fits(const char *text, char type)
{
	uint64_t n;
	int64_t i;

	if (type == 'd')
		return is_double(text);
	for (size_t k = 0; k < ARRAY_SIZE(ranges); k++) {
		if (ranges[k].type != type)
			continue;
		if (text[0] == '-')
			return num_parse_i64(text, ranges[k].min, 0, "number", &i, NULL) == 0;
		return parse_unsigned(text, &n) == 0 && n <= ranges[k].max;
	}
	return false;
}

static int check(const struct variant *v, const char *type, struct err *e);

static int check_tuple(const struct variant *v, const char *type, struct err *e)
{
	int r;

	type++;
	for (size_t i = 0; i < v->n; i++, type = variant_type_end(type)) {
		if (*type == ')')
			return err_msg(e, EINVAL, "a tuple has too many values");
		r = check(&v->v[i], type, e);
		if (r < 0)
			return r;
	}
	return *type == ')' ? 0 : err_msg(e, EINVAL, "a tuple has too few values");
}

/* Whether the value is of the first type of the signature. */
static int check(const struct variant *v, const char *type, struct err *e)
{
	int r = 0;

	if (*type == '(' && v->kind == VARIANT_TUPLE)
		return check_tuple(v, type, e);
	if (*type == 'a' && v->kind == VARIANT_ARRAY) {
		for (size_t i = 0; i < v->n && r == 0; i++)
			r = check(&v->v[i], type + 1, e);
		return r;
	}
	if ((*type == 'b' && v->kind == VARIANT_BOOL) ||
	    (strchr("sog", *type) && v->kind == VARIANT_STRING) ||
	    (v->kind == VARIANT_NUMBER && number_fits(v->text, *type)))
		return 0;
	return err_msg(e, EINVAL, "a value is not of the type %c", *type);
}

int variant_parse(const char *text, struct variant *out, char type[VARIANT_TYPE_MAX], struct err *e)
{
	_cleanup_(variant_done) struct variant v = { 0 };
	struct parser p = { text, e };
	autostr inferred = { 0 };
	int r;

	if (strlen(text) > VARIANT_TEXT_MAX || !is_utf8(text, strlen(text)))
		return err_msg(e, EINVAL, "too long, or not UTF-8");
	skip_blanks(&p);
	r = parse_type(&p, type);
	if (r == 0)
		r = parse_value(&p, 0, &v);
	skip_blanks(&p);
	if (r == 0 && *p.p)
		r = bad(&p, "unexpected text");
	if (r == 0 && !type[0]) {
		r = infer(&v, &inferred, e);
		if (r == 0 && inferred.len >= VARIANT_TYPE_MAX)
			r = err_msg(e, EINVAL, "the type is too long");
		if (r == 0)
			memcpy(type, inferred.p, inferred.len + 1);
	}
	if (r == 0)
		r = check(&v, type, e);
	if (r < 0)
		return r;
	*out = v;
	v = (struct variant){ 0 };
	return 0;
}
