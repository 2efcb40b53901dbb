/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"

#include <errno.h>
#include <inttypes.h>
#include <strings.h>

/* 0, -EINVAL when text is not digits of the base alone, -ERANGE when it exceeds max. */
static int digits(const char *text, size_t n, unsigned base, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	bool too_large = false;

	if (n == 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		unsigned digit = (unsigned char)text[i] - (unsigned)'0';

		if (digit >= base)
			return -EINVAL;
		if (too_large || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			too_large = true;
	}
	if (too_large || value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

int num_parse_u64(const char *text, uint64_t max, const char *what, uint64_t *out, struct err *e)
{
	int r = digits(text, strlen(text), 10, max, out);

	if (r == -EINVAL)
		return err_msg(e, EINVAL, "%s: \"%s\" is not a number", what, text);
	if (r < 0)
		return err_msg(e, ERANGE, "%s: %s is out of range 0..%" PRIu64, what, text, max);
	return 0;
}

int num_parse_i64(const char *text, int64_t min, int64_t max, const char *what, int64_t *out,
		  struct err *e)
{
	bool negative = text[0] == '-';
	const char *number = text + negative;
	uint64_t magnitude = 0;
	int64_t value = 0;
	int r;

	r = digits(number, strlen(number), 10, (uint64_t)INT64_MAX + negative, &magnitude);
	if (r == -EINVAL)
		return err_msg(e, EINVAL, "%s: \"%s\" is not a number", what, text);
	/* Through unsigned: the magnitude of INT64_MIN has no positive int64_t. */
	value = (int64_t)(negative ? 0 - magnitude : magnitude);
	if (r < 0 || value < min || value > max)
		return err_msg(e, ERANGE, "%s: %s is out of range %" PRId64 "..%" PRId64, what,
			       text, min, max);
	*out = value;
	return 0;
}

int num_parse_octal(const char *text, uint64_t max, const char *what, uint64_t *out, struct err *e)
{
	int r = digits(text, strlen(text), 8, max, out);

	if (r == -EINVAL)
		return err_msg(e, EINVAL, "%s: \"%s\" is not an octal number", what, text);
	if (r < 0)
		return err_msg(e, ERANGE, "%s: %s is out of range 0..%" PRIo64, what, text, max);
	return 0;
}

/* What "k", "KB" or "KiB" multiplies by; 0 for what is no such unit. */
static int64_t size_unit(const char *name)
{
	static const char units[] = "bkmgtp";
	const char *unit;

	if (!*name)
		return 1;
	unit = strchr(units, *name | 0x20);
	if (!unit || (unit == units && name[1]))
		return 0;
	if (name[1] && strcasecmp(name + 1, "b") != 0 && strcasecmp(name + 1, "ib") != 0)
		return 0;
	return (int64_t)1 << (10 * (unit - units));
}

/* The part of a unit that the digits behind a point name: less than the unit. */
static int64_t size_fraction(const char *text, size_t n, int64_t unit)
{
	int64_t sum = 0;

	while (n > 0)
		sum = ((text[--n] - '0') * unit + sum) / 10;
	return sum;
}

int num_parse_size(const char *text, int64_t *out, struct err *e)
{
	static const char set[] = "0123456789";
	size_t whole = strspn(text, set);
	bool point = text[whole] == '.';
	size_t part = point ? strspn(text + whole + 1, set) : 0;
	const char *unit = text + whole + point + part;
	int64_t factor;
	uint64_t value = 0;
	int r = -EINVAL;

	factor = size_unit(unit + (*unit == ' ' && unit[1]));
	if (factor > 0 && (!point || part > 0))
		r = digits(text, whole, 10, (uint64_t)(INT64_MAX / factor), &value);
	if (r == -EINVAL)
		return err_msg(e, EINVAL, "invalid size \"%s\"", text);
	if (r < 0)
		return err_msg(e, ERANGE, "size %s is out of range", text);
	*out = (int64_t)value * factor + size_fraction(text + whole + 1, part, factor);
	return 0;
}

static const struct {
	const char *name;
	int64_t ns;
} duration_units[] = {
	{ "ns", 1 },	       { "us", 1000 },	    { "\u00b5s", 1000 },  { "\u03bcs", 1000 },
	{ "ms", 1000 * 1000 }, { "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
};

static int64_t duration_unit(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(duration_units); i++)
		if (strlen(duration_units[i].name) == len &&
		    strncmp(name, duration_units[i].name, len) == 0)
			return duration_units[i].ns;
	return 0;
}

/* Adds "1.5h" to *ns. Returns its length, 0 when it is no such thing or too much. */
static size_t duration_part(const char *text, int64_t *ns)
{
	static const char decimal[] = "0123456789";
	size_t whole = strspn(text, decimal), point = text[whole] == '.';
	const char *fraction = text + whole + point;
	size_t tail = point ? strspn(fraction, decimal) : 0, name = whole + point + tail;
	size_t len = strcspn(text + name, "0123456789.");
	int64_t unit = duration_unit(text + name, len), part, value = 0, scale = 1;
	uint64_t number = 0;

	if (whole + tail == 0 || unit == 0 ||
	    (whole > 0 && digits(text, whole, 10, INT64_MAX, &number) < 0))
		return 0;
	/* The longest unit's nanoseconds times six digits' worth are just below INT64_MAX. */
	for (size_t i = 0; i < tail && i < 6; i++, scale *= 10)
		value = value * 10 + (fraction[i] - '0');
	if (__builtin_mul_overflow((int64_t)number, unit, &part) ||
	    __builtin_add_overflow(part, value * unit / scale, &part) ||
	    __builtin_add_overflow(*ns, part, ns))
		return 0;
	return name + len;
}

int num_parse_duration(const char *text, int64_t *ns, struct err *e)
{
	const char *start = text + (text[0] == '-' || text[0] == '+'), *p = start;
	int64_t sum = 0;
	size_t len = 1;

	if (str_eq(start, "0"))
		p++;
	for (; *p && len > 0; p += len)
		len = duration_part(p, &sum);
	if (len == 0 || p == start)
		return err_msg(e, EINVAL, "invalid duration \"%s\"", text);
	*ns = text[0] == '-' ? -sum : sum;
	return 0;
}
