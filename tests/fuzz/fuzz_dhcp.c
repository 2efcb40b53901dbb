/* SPDX-License-Identifier: Apache-2.0 */
/* The environment of a DHCP event, a variable per NUL. Whatever a server sent, what is kept of it
 * is a host's address, a way out within its subnet, and names that can stand in a line. */
#include "net/dhcp_config.h"

#include "core/strv.h"

#include <ctype.h>

#define VARIABLES_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static char **environment(const char *text, size_t size)
{
	char **env = strv_new();

	for (size_t at = 0, n = 0; at < size && n < VARIABLES_MAX; n++) {
		strv_push(&env, text + at);
		at += strlen(text + at) + 1;
	}
	return env;
}

static void check_name(const char *name)
{
	require(strlen(name) < DHCP_NAME_MAX && name[0] != '-' && name[0] != '.');
	for (; *name; name++)
		require(isalnum((unsigned char)*name) || strchr("-._", *name));
}

static void check_gateway(const struct dhcp_config *c, const struct ip *gateway)
{
	require(!ip_is_set(gateway) ||
		(ip_contains(&c->address, gateway) && !ip_same_address(&c->address, gateway)));
}

static void check_config(const struct dhcp_config *c)
{
	require(c->address.family == AF_INET && c->address.prefix >= 8 &&
		ip_is_host_of_subnet(&c->address));
	check_gateway(c, &c->gateway);
	require(c->n_routes <= DHCP_ROUTES_MAX && c->n_dns <= DHCP_DNS_MAX);
	for (size_t i = 0; i < c->n_routes; i++) {
		require(c->routes[i].dst.prefix >= 8);
		check_gateway(c, &c->routes[i].gateway);
	}
	require(c->mtu == 0 || (c->mtu >= DHCP_MTU_MIN && c->mtu <= UINT16_MAX));
	check_name(c->domain);
	check_name(c->hostname);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct route other = {
		.dst = { .family = AF_INET, .prefix = 24, .bytes = { 10, 1, 2, 0 } },
		.index = 2,
		.table = RT_TABLE_MAIN,
	};
	autofree char *text = xmalloc(size + 1);
	autostrv char **env = NULL;
	autostr ignored = { 0 };
	struct dhcp_config c;

	if (size > 1 << 16)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	env = environment(text, size);
	if (dhcp_config_parse(env, &c, &ignored, NULL) < 0)
		return 0;
	check_config(&c);
	if (dhcp_config_fit(&c, 1, &other, 1, &ignored, NULL) == 0)
		for (size_t i = 0; i < c.n_routes; i++)
			require(!ip_overlaps(&c.routes[i].dst, &other.dst));
	return 0;
}
