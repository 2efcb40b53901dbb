/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/datetime.h"

#include <ctype.h>

/* Takes @n digits whose value is within bounds from *p. */
static bool number(const char **p, int n, int min, int max, int *out)
{
	int value = 0;

	for (; n > 0; n--, (*p)++) {
		if (!isdigit((unsigned char)**p))
			return false;
		value = value * 10 + (**p - '0');
	}
	*out = value;
	return value >= min && value <= max;
}

static bool letter(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static int days_of(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool date(const char **p)
{
	int year, month, day;

	return number(p, 4, 1, 9999, &year) && letter(p, '-') && number(p, 2, 1, 12, &month) &&
	       letter(p, '-') && number(p, 2, 1, days_of(year, month), &day);
}

/* Of a fraction any number of digits, at least one. */
static bool fraction(const char **p)
{
	size_t n;

	if (!letter(p, '.'))
		return true;
	n = strspn(*p, "0123456789");
	*p += n;
	return n > 0;
}

static bool clock_time(const char **p)
{
	int x;

	if (!number(p, 2, 0, 23, &x) || !letter(p, ':') || !number(p, 2, 0, 59, &x))
		return false;
	return !letter(p, ':') || (number(p, 2, 0, 59, &x) && fraction(p));
}

static bool zone(const char **p)
{
	int x;

	if (letter(p, 'Z') || **p == '\0')
		return true;
	return (letter(p, '+') || letter(p, '-')) && number(p, 2, 0, 23, &x) && letter(p, ':') &&
	       number(p, 2, 0, 59, &x);
}

bool datetime_is_iso(const char *text)
{
	if (!date(&text))
		return false;
	if (*text == '\0')
		return true;
	return (letter(&text, 'T') || letter(&text, ' ')) && clock_time(&text) && zone(&text) &&
	       *text == '\0';
}
