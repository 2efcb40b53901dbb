/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/range.h"

#include <errno.h>

#define RANGES_MAX 256

/* The bounds as hosts of the subnet: of IPv4 without its first and its last address. */
static struct ip first_of(const struct ip *subnet)
{
	struct ip net = ip_network(subnet);

	return ip_add(&net, 1);
}

static struct ip last_of(const struct ip *subnet)
{
	struct ip last = ip_broadcast(subnet);

	if (subnet->family == AF_INET && subnet->prefix < 31)
		last.bytes[3]--;
	return last;
}

/* An address of the subnet, with its prefix length. @fallback when there is no text. */
static int address_in(const char *text, const char *what, const struct ip *subnet,
		      struct ip fallback, struct ip *out, struct err *e)
{
	struct ip a = fallback;
	int r = 0;

	if (text && *text)
		r = ip_parse_address(text, what, &a, e);
	if (r == 0 && !ip_contains(subnet, &a))
		r = err_msg(e, EINVAL, "%s \"%s\" is not in the subnet", what, text ? text : "");
	if (r < 0)
		return r;
	a.prefix = subnet->prefix;
	*out = a;
	return 0;
}

static int read_range(const struct cni_range *c, struct range *out, struct err *e)
{
	struct range r = { 0 };
	struct ip subnet;
	int ret = ip_parse_subnet(c->subnet, "subnet", &subnet, e);

	if (ret == 0 && subnet.prefix + 1 >= ip_bits(&subnet))
		ret = err_msg(e, EINVAL, "subnet \"%s\" is too small", c->subnet);
	if (ret == 0)
		ret = address_in(c->range_start, "rangeStart", &subnet, first_of(&subnet), &r.first,
				 e);
	if (ret == 0)
		ret = address_in(c->range_end, "rangeEnd", &subnet, last_of(&subnet), &r.last, e);
	if (ret == 0 && c->gateway && *c->gateway)
		ret = ip_parse_address(c->gateway, "gateway", &r.gateway, e);
	else if (ret == 0)
		ret = address_in(NULL, "gateway", &subnet, first_of(&subnet), &r.gateway, e);
	if (ret == 0 && ip_compare(&r.first, &r.last) > 0)
		ret = err_msg(e, EINVAL, "rangeStart is behind rangeEnd");
	if (ret < 0)
		return err_wrap(e, "ipam: ");
	*out = r;
	return 0;
}

static bool overlap(const struct range *a, const struct range *b)
{
	return a->first.family == b->first.family && ip_compare(&a->first, &b->last) <= 0 &&
	       ip_compare(&b->first, &a->last) <= 0;
}

static int check_new(const struct range_sets *all, const struct range_set *s, const struct range *r,
		     struct err *e)
{
	if (s->n > 0 && s->v[0].first.family != r->first.family)
		return err_msg(e, EINVAL, "ipam: a set of ranges mixes IPv4 and IPv6");
	for (size_t i = 0; i < all->n; i++)
		for (size_t k = 0; k < all->v[i].n; k++)
			if (overlap(&all->v[i].v[k], r))
				return err_msg(e, EINVAL, "ipam: ranges overlap");
	return 0;
}

/* The set is the last of @all, so that what it has already counts for overlaps. */
static int add_range(struct range_sets *all, const struct cni_range *c, struct err *e)
{
	struct range_set *s = &all->v[all->n - 1];
	struct range range;
	int r = read_range(c, &range, e);

	if (r == 0)
		r = check_new(all, s, &range, e);
	if (r < 0)
		return r;
	if (s->n >= RANGES_MAX)
		return err_msg(e, EINVAL, "ipam: a set has more than %d ranges", RANGES_MAX);
	s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = range;
	return 0;
}

static int new_set(struct range_sets *all, struct err *e)
{
	if (all->n >= RANGES_MAX)
		return err_msg(e, EINVAL, "ipam: more than %d sets of ranges", RANGES_MAX);
	all->v = xrealloc(all->v, all->n + 1, sizeof(*all->v));
	all->v[all->n++] = (struct range_set){ 0 };
	return 0;
}

/* An array of arrays of ranges. */
static int read_sets(const struct json *j, const char *path, struct range_sets *all, struct err *e)
{
	if (!j || j->type == JSON_NULL)
		return 0;
	if (j->type != JSON_ARRAY)
		return err_msg(e, EINVAL, "%s: must be an array, not %s", path,
			       json_type_name(j->type));
	for (size_t i = 0; i < j->n; i++) {
		const struct json *set = &j->items[i];
		int r = new_set(all, e);

		if (r == 0 && (set->type != JSON_ARRAY || set->n == 0))
			r = err_msg(e, EINVAL, "%s[%zu]: must be an array of ranges", path, i);
		for (size_t k = 0; k < set->n && r == 0; k++) {
			struct cni_range range = { 0 };

			r = record_decode(&cni_range_record, &set->items[k], &range, e);
			if (r == 0)
				r = add_range(all, &range, e);
			record_done(&cni_range_record, &range);
		}
		if (r < 0)
			return err_wrap(e, "%s[%zu]: ", path, i);
	}
	return 0;
}

int range_sets_read(const struct cni_conf *c, struct range_sets *out, struct err *e)
{
	struct range_sets all = { 0 };
	int r = read_sets(c->runtime_ranges, "runtimeConfig.ipRanges", &all, e);

	if (r == 0 && c->ipam->subnet) {
		struct cni_range one = { c->ipam->subnet, c->ipam->range_start, c->ipam->range_end,
					 c->ipam->gateway };

		r = new_set(&all, e);
		if (r == 0)
			r = add_range(&all, &one, e);
	}
	if (r == 0)
		r = read_sets(c->ranges, "ipam.ranges", &all, e);
	if (r == 0 && all.n == 0)
		r = err_msg(e, EINVAL, "ipam: neither subnet nor ranges");
	if (r < 0) {
		range_sets_done(&all);
		return r;
	}
	*out = all;
	return 0;
}

void range_sets_done(struct range_sets *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->v[i].v);
	free(s->v);
	*s = (struct range_sets){ 0 };
}

static bool is_in(const struct range *r, const struct ip *a)
{
	struct ip x = *a;

	x.prefix = r->first.prefix;
	return a->family == r->first.family && ip_compare(&r->first, &x) <= 0 &&
	       ip_compare(&x, &r->last) <= 0;
}

static bool is_gateway(const struct range_set *s, const struct ip *a)
{
	for (size_t i = 0; i < s->n; i++)
		if (ip_same_address(&s->v[i].gateway, a))
			return true;
	return false;
}

const struct range *range_find(const struct range_set *s, const struct ip *a)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_in(&s->v[i], a))
			return is_gateway(s, a) ? NULL : &s->v[i];
	return NULL;
}

/* The one behind, gateways included. */
static struct ip step(const struct range_set *s, const struct ip *a)
{
	for (size_t i = 0; i < s->n; i++) {
		struct ip x = *a;

		if (!is_in(&s->v[i], a))
			continue;
		x.prefix = s->v[i].first.prefix;
		if (ip_same_address(&x, &s->v[i].last))
			return s->v[(i + 1) % s->n].first;
		return ip_add(&x, 1);
	}
	return s->v[0].first;
}

struct ip range_next(const struct range_set *s, const struct ip *a)
{
	struct ip x = *a;

	/* every range has one gateway at most, so that this ends behind the last of them */
	for (size_t i = 0; i <= 2 * s->n; i++) {
		x = step(s, &x);
		if (!is_gateway(s, &x))
			return x;
	}
	return (struct ip){ 0 };
}
