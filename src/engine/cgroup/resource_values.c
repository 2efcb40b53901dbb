/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/resource_values.h"
#include <errno.h>
#include <stdio.h>

#define SHARES_MIN 2
#define SHARES_MAX 262144
#define BLKIO_WEIGHT_MAX 1000

static int put(char out[VALUE_MAX], int64_t number)
{
	(void)snprintf(out, VALUE_MAX, "%lld", (long long)number);
	return 1;
}

static int put_text(char out[VALUE_MAX], const char *text)
{
	(void)snprintf(out, VALUE_MAX, "%s", text);
	return 1;
}

static int out_of_range(const struct value *v, const char *why, struct err *e)
{
	return err_msg(e, EINVAL, "linux.resources.%s: %lld: %s", v->member, (long long)v->number,
		       why);
}

int value_plain(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	return put(out, v->number);
}

int value_nonzero(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	return v->number == 0 ? 0 : put(out, v->number);
}

int value_bytes_v1(struct value *v, char out[VALUE_MAX], struct err *e)
{
	if (v->number < -1)
		return out_of_range(v, "a size is -1 or more", e);
	return v->number == 0 ? 0 : put(out, v->number);
}

int value_swap_v1(struct value *v, char out[VALUE_MAX], struct err *e)
{
	const struct oci_memory *m = v->r->memory;

	/* Without swap accounting there is no such file, and "no limit" is the truth. */
	v->flags |= v->number == -1 ? LIMIT_OPTIONAL : 0;
	/* The kernel would only say "invalid argument". */
	if (v->number > 0 && m->limit.is_set && v->number < m->limit.value)
		return out_of_range(v, "memory+swap limit should be >= memory limit", e);
	return value_bytes_v1(v, out, e);
}

int value_max(struct value *v, char out[VALUE_MAX], struct err *e)
{
	if (v->number == -1)
		return put_text(out, "max");
	return value_bytes_v1(v, out, e);
}

int value_swap_v2(struct value *v, char out[VALUE_MAX], struct err *e)
{
	const struct oci_memory *m = v->r->memory;
	int64_t limit = m->limit.is_set ? m->limit.value : 0;

	if (v->number < -1)
		return out_of_range(v, "a size is -1 or more", e);
	/* A kernel without swap accounting has no such file, and no swap to allow or forbid. */
	v->flags |= v->number == -1 || v->number == limit ? LIMIT_OPTIONAL : 0;
	if (v->number <= 0)
		return v->number == 0 ? 0 : put_text(out, "max");
	if (limit <= 0)
		return out_of_range(v, "unable to set swap limit without memory limit", e);
	if (v->number < limit)
		return out_of_range(v, "memory+swap limit should be >= memory limit", e);
	return put(out, v->number - limit);
}

int value_swappiness(struct value *v, char out[VALUE_MAX], struct err *e)
{
	/* 2^64-1 is docker's -1, for "unset"; too large for here. */
	if (v->number == INT64_MAX)
		return 0;
	if (v->number > 100)
		return out_of_range(v, "the valid range is 0-100", e);
	return put(out, v->number);
}

/* The kernel would clamp, silently. */
int value_shares(struct value *v, char out[VALUE_MAX], struct err *e)
{
	if (v->number == 0)
		return 0;
	/* An idle group has no shares: its files refuse them. */
	if (v->r->cpu->idle.is_set && v->r->cpu->idle.value == 1)
		return 0;
	if (v->for_v2)
		return put(out, v->number);
	if (v->number < SHARES_MIN)
		return out_of_range(v, "the minimum allowed cpu-shares is 2", e);
	if (v->number > SHARES_MAX)
		return out_of_range(v, "the maximum allowed cpu-shares is 262144", e);
	return put(out, v->number);
}

/* The natural logarithm of x in [1, 2), by 2 * atanh((x - 1) / (x + 1)). */
static double log_of(double x)
{
	double y = (x - 1) / (x + 1), power = y, sum = 0;

	for (int k = 1; k < 40; k += 2, power *= y * y)
		sum += power / k;
	return 2 * sum;
}

/* e^x for x in [0, 10), by Taylor's series for x / 64. */
static double exp_of(double x)
{
	double term = 1, sum = 1;

	x /= 64;
	for (int k = 1; k < 14; k++)
		sum += term *= x / k;
	for (int k = 0; k < 6; k++)
		sum *= sum;
	return sum;
}

#define LN_2 0.69314718055994530942
#define LN_10 2.30258509299404568402

/*
 * ceil(10^((l^2 + 125 l) / 612 - 7 / 34)), where l is the binary logarithm of shares: a curve
 * through (2, 1), (1024, 100) and (262144, 10000), so that both scales' defaults meet; the straight
 * line that runtimes used before made 39 of the default 1024. These few lines keep libm out of the
 * program; what they round wrong is less than the 1e-9 that keeps 100 from becoming 101.
 */
uint64_t cpu_weight_from_shares(uint64_t shares)
{
	double mantissa = (double)shares, l = 0, weight;

	if (shares == 0)
		return 0;
	if (shares <= SHARES_MIN)
		return 1;
	if (shares >= SHARES_MAX)
		return 10000;
	for (; mantissa >= 2; mantissa /= 2)
		l++;
	l += log_of(mantissa) / LN_2;
	weight = exp_of(LN_10 * ((l * l + 125 * l) / 612 - 7.0 / 34)) - 1e-9;
	return (uint64_t)weight + 1;
}

int value_weight(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	return put(out, (int64_t)cpu_weight_from_shares((uint64_t)v->number));
}

int value_quota_v1(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	if (v->number == 0)
		return 0;
	return put(out, MAX(v->number, (int64_t)-1));
}

/* Both go in one write when both are there; the quota alone leaves the period as it is. */
int value_quota_v2(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	uint64_t period = v->r->cpu->period.is_set ? v->r->cpu->period.value : 0;
	char quota[24] = "max";

	if (v->number == 0)
		return 0;
	if (v->number > 0)
		(void)snprintf(quota, sizeof(quota), "%lld", (long long)v->number);
	if (period == 0)
		return put_text(out, quota);
	(void)snprintf(out, VALUE_MAX, "%s %llu", quota, (unsigned long long)period);
	return 1;
}

int value_period_v2(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	const struct opt_int *quota = &v->r->cpu->quota;

	if (v->number == 0 || (quota->is_set && quota->value != 0))
		return 0;
	v->flags |= LIMIT_KEEP_QUOTA;
	return put(out, v->number);
}

/* 0 forbids to fork, and so does 1, which lets the container's first process be born inside. */
int value_pids(struct value *v, char out[VALUE_MAX], _unused_ struct err *e)
{
	return v->number < 0 ? put_text(out, "max") : put(out, MAX(v->number, (int64_t)1));
}

/* 10..1000 to 1..10000. */
uint64_t io_weight_from_blkio(uint64_t weight)
{
	if (weight <= 10)
		return weight == 0 ? 0 : 1;
	return MIN((uint64_t)10000,
		   1 + (MIN(weight, (uint64_t)BLKIO_WEIGHT_MAX) - 10) * 9999 / 990);
}

int value_io_weight(struct value *v, char out[VALUE_MAX], struct err *e)
{
	if (v->number > BLKIO_WEIGHT_MAX)
		return out_of_range(v, "the valid range is 10-1000", e);
	return put(out, (int64_t)io_weight_from_blkio((uint64_t)v->number));
}
