/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/ipam.h"
#include "net/ip.h"

#include <errno.h>

static int add_address(const char *address, const char *gateway, struct cni_result *out,
		       struct err *e)
{
	struct ip a, gw;
	int r = ip_parse(address, "ipam.addresses", &a, e);

	if (r == 0 && !strchr(address, '/'))
		r = err_msg(e, EINVAL, "ipam.addresses \"%s\": the prefix length is missing",
			    address);
	if (r == 0 && gateway && *gateway)
		r = ip_parse_address(gateway, "ipam.addresses: gateway", &gw, e);
	if (r == 0)
		cni_result_add_ip(out, address, gateway && *gateway ? gateway : NULL);
	return r;
}

/* What the caller asks for, where it does, instead of the configuration's. */
static int add_asked(char *const *asked, struct cni_result *out, struct err *e)
{
	int r = 0;

	for (; *asked && r == 0; asked++)
		r = add_address(*asked, NULL, out, e);
	return r;
}

static int add(struct cni *c, struct cni_result *out, struct err *e)
{
	const struct cni_ipam *p = c->conf.ipam;
	const struct cni_conf *f = &c->conf;
	int r = 0;

	c->code = CNI_ERROR_CONFIG;
	if (f->runtime && f->runtime->ips && f->runtime->ips[0])
		r = add_asked(f->runtime->ips, out, e);
	else if (f->args && f->args->cni && f->args->cni->ips && f->args->cni->ips[0])
		r = add_asked(f->args->cni->ips, out, e);
	else if (c->call.ip)
		r = add_asked((char *[]){ c->call.ip, NULL }, out, e);
	else
		for (size_t i = 0; i < p->n_addresses && r == 0; i++)
			r = add_address(p->addresses[i].address, p->addresses[i].gateway, out, e);
	if (r < 0)
		return r;
	if (out->n_ips == 0)
		return err_msg(e, EINVAL, "ipam: static, and no address is given");
	cni_result_add_routes(out, p->routes, p->n_routes);
	cni_result_add_dns(out, p->dns);
	c->code = CNI_ERROR_PLUGIN;
	return 0;
}

static int nothing(struct cni *c _unused_, struct err *e _unused_)
{
	return 0;
}

const struct cni_ipam_type cni_static = {
	.name = "static",
	.add = add,
	.del = nothing,
	.check = nothing,
	.gc = nothing,
	.status = nothing,
};
