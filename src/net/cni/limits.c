/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/limits.h"

#include "net/cni/gateway.h"
#include "net/portmap.h"

#include <errno.h>

/* ---- ports ---- */

static size_t n_ports(const struct cni *c)
{
	return c->conf.runtime ? c->conf.runtime->n_ports : 0;
}

static int read_port(struct cni *c, const struct cni_port *p, struct portmap *out, struct err *e)
{
	const char *protocol = p->protocol && *p->protocol ? p->protocol : "tcp";
	struct portmap m = { .host_port = (uint16_t)p->host_port,
			     .to_port = (uint16_t)p->container_port,
			     .count = 1 };
	int64_t number = 0;

	if (!names_find(portmap_protocols, protocol, &number))
		return cni_fail(c, CNI_ERROR_UNSUPPORTED, e,
				"portMappings: protocol \"%s\" is not supported", protocol);
	if (!p->host_port)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "portMappings: hostPort is missing");
	m.protocol = (int)number;
	if (p->host_ip && *p->host_ip &&
	    ip_parse_address(p->host_ip, "portMappings: hostIP", &m.host, e) < 0) {
		c->code = CNI_ERROR_CONFIG;
		return -EINVAL;
	}
	*out = m;
	return 0;
}

int cni_limits_check(struct cni *c, bool has_host_end, struct err *e)
{
	struct portmap m;
	int r = 0;

	for (size_t i = 0; i < n_ports(c) && r == 0; i++)
		r = read_port(c, &c->conf.runtime->ports[i], &m, e);
	if (r == 0 && !has_host_end && n_ports(c) > 0)
		return cni_fail(c, CNI_ERROR_UNSUPPORTED, e,
				"portMappings: the host does not reach a container of type %s",
				c->conf.type);
	return r == 0 ? cni_bandwidth_conf(c, has_host_end, e) : r;
}

/* The maps for every address of the family that is wanted. *out has room for all. */
static int make_maps(struct cni *c, const struct ip *to, size_t n_to, struct portmap *out,
		     size_t *n, struct err *e)
{
	for (size_t i = 0; i < n_ports(c); i++) {
		struct portmap m;
		int r = read_port(c, &c->conf.runtime->ports[i], &m, e);

		if (r < 0)
			return r;
		for (size_t k = 0; k < n_to; k++) {
			if (ip_is_set(&m.host) && m.host.family != to[k].family)
				continue;
			out[*n] = m;
			if (ip_is_unspecified(&m.host))
				out[*n].host = (struct ip){ 0 };
			out[(*n)++].to = to[k];
		}
	}
	return 0;
}

/* Of each family the first: a port leads to one address. */
static size_t first_of_each(struct ip *to, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 || (kept == 1 && to[i].family != to[0].family))
			to[kept++] = to[i];
	return kept;
}

/* What the container is to have. The lists are on the heap. */
static int make_nat(struct cni *c, struct nat *out, struct ip **sources, struct portmap **maps,
		    struct err *e)
{
	autofree struct ip *all = NULL, *to = NULL;
	autofree struct portmap *list = NULL;
	size_t n = 0, n_to, n_maps = 0;
	int r = cni_addresses(&c->result, &all, &n, e);

	if (r < 0)
		return r;
	to = xcalloc(n + 1, sizeof(*to));
	memcpy(to, all, n * sizeof(*to));
	n_to = first_of_each(to, n);
	list = xcalloc(n_ports(c) * n_to + 1, sizeof(*list));
	r = make_maps(c, to, n_to, list, &n_maps, e);
	if (r < 0)
		return r;
	*out = (struct nat){ .owner = c->owner,
			     .ports = list,
			     .n_ports = n_maps,
			     .sources = all,
			     .n_sources = c->conf.ip_masq ? n : 0 };
	*maps = TAKE(list);
	*sources = TAKE(all);
	return 0;
}

int cni_nat_add(struct cni *c, struct err *e)
{
	autofree struct ip *sources = NULL;
	autofree struct portmap *maps = NULL;
	struct nat nat;
	int r;

	if (n_ports(c) == 0 && !c->conf.ip_masq)
		return 0;
	r = make_nat(c, &nat, &sources, &maps, e);
	return r < 0 ? r : portmap_add(c->state_dir, &nat, e);
}

static bool has_row(const struct portmap_row *rows, size_t n, const struct portmap *m)
{
	for (size_t i = 0; i < n; i++) {
		const struct portmap *have = &rows[i].map;
		int skip = m->host_port - have->host_port;

		if (have->protocol == m->protocol && skip >= 0 && skip < have->count &&
		    have->to_port + skip == m->to_port && ip_same_address(&have->to, &m->to) &&
		    ip_same_address(&have->host, &m->host))
			return true;
	}
	return false;
}

int cni_nat_check(struct cni *c, struct err *e)
{
	autofree struct portmap_row *rows = NULL;
	autofree struct ip *sources = NULL;
	autofree struct portmap *maps = NULL;
	struct nat nat;
	size_t n = 0;
	int r;

	if (n_ports(c) == 0)
		return 0;
	r = make_nat(c, &nat, &sources, &maps, e);
	if (r == 0)
		r = portmap_list(c->owner, &rows, &n, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < nat.n_ports; i++)
		if (!has_row(rows, n, &nat.ports[i])) {
			autofree char *text = portmap_format(&nat.ports[i]);

			return err_msg(e, ENOENT, "port map %s is not there", text);
		}
	return 0;
}
