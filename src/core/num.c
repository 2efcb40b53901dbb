/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"

#include <errno.h>
#include <inttypes.h>

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

int num_parse_size(const char *text, int64_t *out, struct err *e)
{
	static const char units[] = "bkmgt";
	size_t n = strlen(text);
	const char *unit = n ? strchr(units, text[n - 1] | 0x20) : NULL;
	int64_t factor = unit ? (int64_t)1 << (10 * (unit - units)) : 1;
	uint64_t value = 0;
	int r;

	r = digits(text, n - (unit ? 1 : 0), 10, INT64_MAX / factor, &value);
	if (r == -EINVAL)
		return err_msg(e, EINVAL, "invalid size \"%s\"", text);
	if (r < 0)
		return err_msg(e, ERANGE, "size %s is out of range", text);
	*out = (int64_t)value * factor;
	return 0;
}
