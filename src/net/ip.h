/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ip.h - IPv4 and IPv6 addresses with a prefix length; pure.
 *
 * One struct is an address (prefix 32 or 128), an address with its subnet (10.0.0.7/24) or a subnet
 * (10.0.0.0/24): what it means is its user's business. The bits beyond the prefix are kept.
 * `struct ip x = {0}` is "none".
 */
#ifndef NET_IP_H
#define NET_IP_H

#include "core/err.h"
#include <sys/socket.h>

struct ip {
	uint8_t family; /* AF_INET, AF_INET6, or 0: none */
	uint8_t prefix;
	uint8_t bytes[16]; /* network order; IPv4 uses the first 4 */
};

#define IP_TEXT_MAX 64 /* "…/128" and a NUL fit */

static inline bool ip_is_set(const struct ip *a)
{
	return a->family != 0;
}

/**
 * ip_parse - "10.0.0.7", "10.0.0.7/24", "fd00::1/64", in the notation of inet_pton(3) only.
 * @what: what it is, for the message ("gateway")
 *
 * Without "/" the prefix is the whole address. Returns: 0, or -EINVAL.
 */
int ip_parse(const char *text, const char *what, struct ip *out, struct err *e);
/* ip_parse_address - the same, with no prefix allowed. */
int ip_parse_address(const char *text, const char *what, struct ip *out, struct err *e);
/* ip_parse_subnet - the same, prefix required; the bits beyond it are cleared. */
int ip_parse_subnet(const char *text, const char *what, struct ip *out, struct err *e);
/* ip_parse_prefix - a prefix length, "24", or an IPv4 netmask, "255.255.255.0". */
int ip_parse_prefix(const char *text, uint8_t family, const char *what, uint8_t *out,
		    struct err *e);
/* ip_from_bytes - from network order; @len 4 or 16, else "none". */
struct ip ip_from_bytes(const void *bytes, size_t len, uint8_t prefix);

/* With "/prefix"; and without. "" for none. Both return @out. */
const char *ip_format(const struct ip *a, char out[IP_TEXT_MAX]);
const char *ip_format_address(const struct ip *a, char out[IP_TEXT_MAX]);

size_t ip_len(const struct ip *a);   /* 4, 16, or 0 */
uint8_t ip_bits(const struct ip *a); /* 32, 128, or 0 */

/* The same address, whatever the prefix; and the prefix, too. */
bool ip_same_address(const struct ip *a, const struct ip *b);
bool ip_equal(const struct ip *a, const struct ip *b);
/* An order: by family, address, prefix; <0, 0, >0. */
int ip_compare(const struct ip *a, const struct ip *b);

/* Whether the subnet that @net is in contains the address of @a. */
bool ip_contains(const struct ip *net, const struct ip *a);
/* Whether two subnets have an address in common. */
bool ip_overlaps(const struct ip *a, const struct ip *b);

struct ip ip_network(const struct ip *a);   /* 10.0.0.7/24 -> 10.0.0.0/24 */
struct ip ip_broadcast(const struct ip *a); /* the last address of the subnet, same prefix */
struct ip ip_host(const struct ip *a);	    /* the address alone: prefix 32 or 128 */
/* @a moved on by @n addresses; none when that is beyond the last there is. */
struct ip ip_add(const struct ip *a, uint64_t n);

/* Whether a host may have it in its subnet: not the network's own address and not the broadcast
 * address, of which /31, /32, /127 and /128 have none, IPv6 no broadcast. */
bool ip_is_host_of_subnet(const struct ip *a);

bool ip_is_unspecified(const struct ip *a); /* 0.0.0.0, :: */
bool ip_is_loopback(const struct ip *a);
bool ip_is_multicast(const struct ip *a);
bool ip_is_link_local(const struct ip *a);
/* Unicast, and of more than this host and this link. */
bool ip_is_global(const struct ip *a);

#endif
