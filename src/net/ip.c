/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ip.h"

#include "core/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

size_t ip_len(const struct ip *a)
{
	return a->family == AF_INET ? 4 : a->family == AF_INET6 ? 16 : 0;
}

uint8_t ip_bits(const struct ip *a)
{
	return (uint8_t)(ip_len(a) * 8);
}

/* ---- text ---- */

static int bad(const char *text, const char *what, const char *why, struct err *e)
{
	return err_msg(e, EINVAL, "%s \"%s\": %s", what, text, why);
}

/* The part in front of the slash; the whole when there is none. */
static int parse_bytes(const char *text, size_t n, struct ip *out)
{
	char buf[INET6_ADDRSTRLEN];

	if (n == 0 || n >= sizeof(buf))
		return -EINVAL;
	memcpy(buf, text, n);
	buf[n] = '\0';
	out->family = strchr(buf, ':') ? AF_INET6 : AF_INET;
	return inet_pton(out->family, buf, out->bytes) == 1 ? 0 : -EINVAL;
}

int ip_parse(const char *text, const char *what, struct ip *out, struct err *e)
{
	const char *slash = strchrnul(text, '/');
	struct ip ip = { 0 };
	uint64_t prefix;

	if (parse_bytes(text, (size_t)(slash - text), &ip) < 0)
		return bad(text, what, "not an IP address", e);
	prefix = ip_bits(&ip);
	if (*slash && num_parse_u64(slash + 1, prefix, what, &prefix, NULL) < 0)
		return bad(text, what, "not a prefix length", e);
	ip.prefix = (uint8_t)prefix;
	*out = ip;
	return 0;
}

int ip_parse_address(const char *text, const char *what, struct ip *out, struct err *e)
{
	if (strchr(text, '/'))
		return bad(text, what, "an address has no prefix length here", e);
	return ip_parse(text, what, out, e);
}

int ip_parse_subnet(const char *text, const char *what, struct ip *out, struct err *e)
{
	struct ip ip;
	int r;

	if (!strchr(text, '/'))
		return bad(text, what, "a subnet needs a prefix length", e);
	r = ip_parse(text, what, &ip, e);
	if (r < 0)
		return r;
	*out = ip_network(&ip);
	return 0;
}

/* Ones, then zeros only. */
static int mask_length(const struct ip *mask)
{
	uint32_t bits = (uint32_t)mask->bytes[0] << 24 | (uint32_t)mask->bytes[1] << 16 |
			(uint32_t)mask->bytes[2] << 8 | mask->bytes[3];
	uint32_t rest = ~bits;

	return rest & (rest + 1) ? -EINVAL : __builtin_popcount(bits);
}

int ip_parse_prefix(const char *text, uint8_t family, const char *what, uint8_t *out, struct err *e)
{
	struct ip mask = { .family = family };
	uint64_t prefix;
	int n;

	if (family == AF_INET && strchr(text, '.')) {
		if (ip_parse_address(text, what, &mask, NULL) < 0)
			return bad(text, what, "not a netmask", e);
		n = mask_length(&mask);
		if (n < 0)
			return bad(text, what, "not a netmask", e);
		*out = (uint8_t)n;
		return 0;
	}
	if (num_parse_u64(text, ip_bits(&mask), what, &prefix, NULL) < 0)
		return bad(text, what, "not a prefix length", e);
	*out = (uint8_t)prefix;
	return 0;
}

struct ip ip_from_bytes(const void *bytes, size_t len, uint8_t prefix)
{
	struct ip ip = { 0 };

	if (len != 4 && len != 16)
		return ip;
	ip.family = len == 4 ? AF_INET : AF_INET6;
	ip.prefix = MIN(prefix, ip_bits(&ip));
	memcpy(ip.bytes, bytes, len);
	return ip;
}

const char *ip_format_address(const struct ip *a, char out[IP_TEXT_MAX])
{
	out[0] = '\0';
	if (ip_is_set(a))
		(void)inet_ntop(a->family, a->bytes, out, IP_TEXT_MAX); /* it fits */
	return out;
}

const char *ip_format(const struct ip *a, char out[IP_TEXT_MAX])
{
	size_t n = strlen(ip_format_address(a, out));

	if (n > 0)
		(void)snprintf(out + n, IP_TEXT_MAX - n, "/%u", a->prefix); /* it fits */
	return out;
}

/* ---- comparing ---- */

bool ip_same_address(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, ip_len(a)) == 0;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return ip_same_address(a, b) && a->prefix == b->prefix;
}

int ip_compare(const struct ip *a, const struct ip *b)
{
	int d = a->family - b->family;

	if (d == 0)
		d = memcmp(a->bytes, b->bytes, ip_len(a));
	return d != 0 ? d : a->prefix - b->prefix;
}

/* The bits of byte i that belong to the host part. */
static uint8_t host_bits(const struct ip *a, size_t i)
{
	int fixed = (int)a->prefix - (int)(i * 8);

	return fixed >= 8 ? 0 : fixed <= 0 ? 0xff : (uint8_t)(0xff >> fixed);
}

struct ip ip_network(const struct ip *a)
{
	struct ip out = *a;

	for (size_t i = 0; i < ip_len(a); i++)
		out.bytes[i] &= (uint8_t)~host_bits(a, i);
	return out;
}

struct ip ip_broadcast(const struct ip *a)
{
	struct ip out = *a;

	for (size_t i = 0; i < ip_len(a); i++)
		out.bytes[i] |= host_bits(a, i);
	return out;
}

struct ip ip_host(const struct ip *a)
{
	struct ip out = *a;

	out.prefix = ip_bits(a);
	return out;
}

bool ip_contains(const struct ip *net, const struct ip *a)
{
	struct ip n = ip_network(net), other = *a;

	other.prefix = net->prefix;
	other = ip_network(&other);
	return ip_is_set(net) && ip_same_address(&n, &other);
}

bool ip_overlaps(const struct ip *a, const struct ip *b)
{
	return a->prefix <= b->prefix ? ip_contains(a, b) : ip_contains(b, a);
}

struct ip ip_add(const struct ip *a, uint64_t n)
{
	struct ip out = *a;

	for (size_t i = ip_len(a); i-- > 0 && n > 0;) {
		uint64_t sum = out.bytes[i] + (n & 0xff);

		out.bytes[i] = (uint8_t)sum;
		n = (n >> 8) + (sum >> 8);
	}
	return n > 0 ? (struct ip){ 0 } : out;
}

bool ip_is_host_of_subnet(const struct ip *a)
{
	struct ip first = ip_network(a), last = ip_broadcast(a);

	if (!ip_is_set(a) || a->prefix + 1 >= ip_bits(a))
		return ip_is_set(a);
	return !ip_same_address(a, &first) && (a->family != AF_INET || !ip_same_address(a, &last));
}

/* ---- kinds ---- */

/* The well-known blocks, RFC 6890 and RFC 4291. */
static const struct ip unspecified[] = {
	{ AF_INET, 32, { 0 } },
	{ AF_INET6, 128, { 0 } },
};
static const struct ip loopback[] = {
	{ AF_INET, 8, { 127 } },
	{ AF_INET6, 128, { [15] = 1 } },
};
static const struct ip multicast[] = {
	{ AF_INET, 4, { 224 } },
	{ AF_INET6, 8, { 0xff } },
};
static const struct ip link_local[] = {
	{ AF_INET, 16, { 169, 254 } },
	{ AF_INET6, 10, { 0xfe, 0x80 } },
};

static bool is_one_of(const struct ip blocks[2], const struct ip *a)
{
	return ip_contains(&blocks[0], a) || ip_contains(&blocks[1], a);
}

bool ip_is_unspecified(const struct ip *a)
{
	return is_one_of(unspecified, a);
}

bool ip_is_loopback(const struct ip *a)
{
	return is_one_of(loopback, a);
}

bool ip_is_multicast(const struct ip *a)
{
	return is_one_of(multicast, a);
}

bool ip_is_link_local(const struct ip *a)
{
	return is_one_of(link_local, a);
}

bool ip_is_global(const struct ip *a)
{
	static const struct ip limited = { AF_INET, 32, { 255, 255, 255, 255 } };

	return ip_is_set(a) && !ip_is_unspecified(a) && !ip_is_loopback(a) && !ip_is_multicast(a) &&
	       !ip_is_link_local(a) && !ip_same_address(&limited, a);
}
