/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ovs.h"

#include "net/cni/gateway.h"
#include "net/cni/type.h"
#include "net/cni/veth.h"
#include "net/ifname.h"
#include "net/lock.h"

#include <errno.h>

#define OWNER_ID "runlet-cni-owner"

static int open_db(struct cni *c, struct ovs **out, struct err *e)
{
	struct ovs_options options = { .db = c->conf.ovs_socket,
				       .timeout_ms = OVS_TIMEOUT_DEFAULT_MS };

	return ovs_open(&options, out, e);
}

static int check_conf(struct cni *c, struct err *e)
{
	struct cni_conf *f = &c->conf;

	if (!f->bridge || !*f->bridge)
		return cni_fail(c, CNI_ERROR_CONFIG, e, "ovs: bridge is missing");
	if (f->is_default_gateway)
		f->is_gateway = true;
	if (cni_vlans_check(c, e) < 0)
		return -EINVAL;
	return ifname_check(f->bridge, "bridge", e);
}

/* Ranges as a list. */
static struct u32list trunks_of(const struct cni_conf *f)
{
	struct u32list l = { 0 };

	for (size_t i = 0; i < f->n_trunk; i++) {
		int64_t first = f->trunk[i].id ? f->trunk[i].id : f->trunk[i].min;
		int64_t last = f->trunk[i].id ? f->trunk[i].id : f->trunk[i].max;

		l.v = xrealloc(l.v, l.n + (size_t)(last - first + 1), sizeof(*l.v));
		for (; first <= last; first++)
			l.v[l.n++] = (uint32_t)first;
	}
	return l;
}

static int add_port(struct cni *c, struct err *e)
{
	struct strmap_entry ids[] = {
		{ (char *)OVS_CONTAINER_ID, (char *)c->call.container },
		{ (char *)OWNER_ID, c->owner },
	};
	struct strmap map = { ids, ARRAY_SIZE(ids) };
	struct ovs_port_options options = {
		.may_exist = true,
		.tag = { .is_set = c->conf.vlan > 0, .value = (uint64_t)c->conf.vlan },
		.trunks = trunks_of(&c->conf),
		.external_ids = &map,
	};
	autofree uint32_t *trunks = options.trunks.v;
	autoovs *db = NULL;
	int r = open_db(c, &db, e);

	(void)trunks;
	if (r == 0)
		r = ovs_add_port(db, c->conf.bridge, c->host_ifname, &options, e);
	return r < 0 ? r : 0;
}

static int make(struct cni *c, struct err *e)
{
	char mac[MAC_TEXT_MAX];
	struct link host_end;
	int r = cni_veth_make(c, 0, &host_end, e);

	if (r == 0)
		r = add_port(c, e);
	if (r < 0)
		return r;
	(void)cni_result_add_iface(&c->result, host_end.name, mac_format(&host_end.mac, mac), NULL,
				   host_end.mtu);
	return 0;
}

/* The bridge's own interface is the gateway. */
static int finish(struct cni *c, struct err *e)
{
	struct link bridge;
	autofd int held = -1;
	int r;

	if (!c->conf.is_gateway)
		return 0;
	r = link_get(c->host, c->conf.bridge, &bridge, e);
	if (r == 0 && !(bridge.flags & IFF_UP))
		r = link_set_up(c->host, bridge.index, true, e);
	if (r < 0)
		return r;
	held = net_lock(c->state_dir, bridge.name, e);
	return held < 0 ? held : cni_gateway_assign(c, bridge.index, e);
}

/* The port is in the database though its interface may be gone. */
static int clean(struct cni *c, struct err *e)
{
	char name[IFNAMSIZ];
	autoovs *db = NULL;
	int r = open_db(c, &db, e);

	if (r == 0)
		r = ovs_del_port(db, NULL, cni_host_name(c, name), true, e);
	return r < 0 ? r : cni_veth_clean(c, e);
}

static int check(struct cni *c, struct err *e)
{
	char name[IFNAMSIZ];
	autofree char *bridge = NULL;
	autoovs *db = NULL;
	int r = open_db(c, &db, e);

	if (r == 0)
		r = ovs_port_to_br(db, cni_host_name(c, name), &bridge, e);
	if (r < 0)
		return r;
	if (r == 0 || !str_eq(bridge, c->conf.bridge))
		return err_msg(e, ENOENT, "%s is no port of %s", name, c->conf.bridge);
	return 0;
}

static int status(struct cni *c, struct err *e)
{
	autoovs *db = NULL;

	return open_db(c, &db, e);
}

int cni_ovs_keep(struct cni *c, bool (*keep)(const char *owner, void *data), void *data,
		 struct err *e)
{
	autofree char *prefix = cni_owner_prefix(c->conf.name);
	autoovsconfig config = { 0 };
	autoovs *db = NULL;
	int r = open_db(c, &db, e);

	if (r == 0)
		r = ovs_load(db, &config, e);
	for (size_t i = 0; i < config.n_bridges && r >= 0; i++)
		for (size_t k = 0; k < config.bridges[i].n_ports && r >= 0; k++) {
			const struct ovs_port *p = &config.bridges[i].ports[k];
			const char *owner = strmap_get(&p->external_ids, OWNER_ID);

			if (owner && str_starts(owner, prefix) && !keep(owner, data))
				r = ovs_del_port(db, NULL, p->name, true, e);
		}
	return r < 0 ? r : 0;
}

const struct cni_type cni_ovs = {
	.name = "ovs",
	.has_ipam = true,
	.kind = "veth",
	.check_conf = check_conf,
	.make = make,
	.finish = finish,
	.clean = clean,
	.check = check,
	.status = status,
};
