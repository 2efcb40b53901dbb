/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/result.h"

#include "core/strv.h"

#include <errno.h>

/* clang-format off */
static const struct field iface_fields[] = {
	F_STRING("name", struct cni_iface, name, FIELD_REQUIRED),
	F_STRING("mac", struct cni_iface, mac, 0),
	F_STRING("sandbox", struct cni_iface, sandbox, 0),
	F_INT("mtu", struct cni_iface, mtu, 0, UINT32_MAX, 0),
	F_STRING("socketPath", struct cni_iface, socket_path, 0),
	F_STRING("pciID", struct cni_iface, pci, 0),
};
static const struct record iface_record = RECORD(struct cni_iface, "SPEC.md#add-success", iface_fields);

static const struct field ip_fields[] = {
	F_STRING("address", struct cni_ip, address, FIELD_REQUIRED),
	F_STRING("gateway", struct cni_ip, gateway, 0),
	F_OPT_INT("interface", struct cni_ip, iface, 0, INT32_MAX, 0),
};
static const struct record ip_record = RECORD(struct cni_ip, "SPEC.md#add-success", ip_fields);

static const struct field result_fields[] = {
	F_LIST("interfaces", struct cni_result, ifaces, n_ifaces, &iface_record, 0),
	F_LIST("ips", struct cni_result, ips, n_ips, &ip_record, 0),
	F_LIST("routes", struct cni_result, routes, n_routes, &cni_route_record, 0),
	F_RECORD("dns", struct cni_result, dns, &cni_dns_record, 0),
};
static const struct record result_record = RECORD(struct cni_result, "SPEC.md#add-success", result_fields);
/* clang-format on */

/* An address that names an interface which is not there would be taken for another one's. */
static int check(const struct cni_result *r, struct err *e)
{
	for (size_t i = 0; i < r->n_ips; i++)
		if (r->ips[i].iface.is_set && (size_t)r->ips[i].iface.value >= r->n_ifaces)
			return err_msg(e, EINVAL, "ips[%zu].interface: there is no interface %lld",
				       i, (long long)r->ips[i].iface.value);
	return 0;
}

static int known_version(const struct json *j, struct err *e)
{
	const struct json *v = json_get(j, "cniVersion");

	if (v && v->type == JSON_STRING && !names_find(cni_version_names, v->text, &(int64_t){ 0 }))
		return err_msg(e, EINVAL, "cniVersion: results of version \"%s\" are not read",
			       v->text);
	return 0;
}

int cni_result_read(const struct json *j, struct cni_result *out, struct err *e)
{
	struct cni_result result = { 0 };
	int r = known_version(j, e);

	if (r == 0)
		r = record_decode(&result_record, j, &result, e);
	if (r == 0)
		r = check(&result, e);
	if (r < 0) {
		record_done(&result_record, &result);
		return r;
	}
	*out = result;
	return 0;
}

int cni_result_parse(const char *text, size_t len, struct cni_result *out, struct err *e)
{
	autojson *doc = NULL;
	int r = json_parse(text, len, &doc, e);

	return r < 0 ? r : cni_result_read(json_root(doc), out, e);
}

void cni_result_done(struct cni_result *r)
{
	record_done(&result_record, r);
	*r = (struct cni_result){ 0 };
}

/* ---- appending ---- */

/* The list is grown by one; what is new is zero. */
#define GROW(list, n)                                                                              \
	({                                                                                         \
		(list) = xrealloc((list), (n) + 1, sizeof(*(list)));                               \
		memset(&(list)[n], 0, sizeof(*(list)));                                            \
		&(list)[(n)++];                                                                    \
	})

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

size_t cni_result_add_iface(struct cni_result *r, const char *name, const char *mac,
			    const char *sandbox, uint32_t mtu)
{
	struct cni_iface *i = GROW(r->ifaces, r->n_ifaces);

	i->name = xstrdup(name);
	i->mac = copy(mac);
	i->sandbox = copy(sandbox);
	i->mtu = mtu;
	return r->n_ifaces - 1;
}

void cni_result_add_ip(struct cni_result *r, const char *address, const char *gateway)
{
	struct cni_ip *ip = GROW(r->ips, r->n_ips);

	ip->address = xstrdup(address);
	ip->gateway = copy(gateway);
}

void cni_result_add_route(struct cni_result *r, const char *dst, const char *gw)
{
	struct cni_route *route = GROW(r->routes, r->n_routes);

	route->dst = xstrdup(dst);
	route->gw = copy(gw);
}

void cni_result_add_routes(struct cni_result *r, const struct cni_route *routes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct cni_route *route = GROW(r->routes, r->n_routes);

		*route = routes[i];
		route->dst = copy(routes[i].dst);
		route->gw = copy(routes[i].gw);
	}
}

static bool is_empty(char *const *v)
{
	return strv_len(v) == 0;
}

static void take_list(char ***to, char *const *from)
{
	if (!is_empty(*to) || is_empty(from))
		return;
	strv_free(*to);
	*to = strv_copy(from);
}

void cni_result_add_dns(struct cni_result *r, const struct cni_dns *dns)
{
	if (!dns)
		return;
	if (!r->dns)
		r->dns = xcalloc(1, sizeof(*r->dns));
	take_list(&r->dns->nameservers, dns->nameservers);
	take_list(&r->dns->search, dns->search);
	take_list(&r->dns->options, dns->options);
	if (!r->dns->domain)
		r->dns->domain = copy(dns->domain);
}

const struct cni_iface *cni_result_inside(const struct cni_result *r, const char *ifname)
{
	for (size_t i = 0; i < r->n_ifaces; i++)
		if (r->ifaces[i].sandbox && *r->ifaces[i].sandbox &&
		    str_eq(r->ifaces[i].name, ifname))
			return &r->ifaces[i];
	return NULL;
}

/* ---- writing ---- */

static void write_text(struct json_out *o, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	json_out_name(o, name);
	json_out_string(o, text);
}

static void write_number(struct json_out *o, const char *name, int64_t v)
{
	if (v == 0)
		return;
	json_out_name(o, name);
	json_out_i64(o, v);
}

static void write_list(struct json_out *o, const char *name, char *const *v)
{
	if (is_empty(v))
		return;
	json_out_name(o, name);
	json_out_array(o);
	for (; *v; v++)
		json_out_string(o, *v);
	json_out_end(o);
}

static void write_iface(struct json_out *o, const struct cni_iface *i, enum cni_version version)
{
	json_out_object(o);
	json_out_name(o, "name");
	json_out_string(o, i->name);
	write_text(o, "mac", i->mac);
	if (version >= CNI_1_1_0)
		write_number(o, "mtu", i->mtu);
	write_text(o, "sandbox", i->sandbox);
	if (version >= CNI_1_1_0) {
		write_text(o, "socketPath", i->socket_path);
		write_text(o, "pciID", i->pci);
	}
	json_out_end(o);
}

static void write_ip(struct json_out *o, const struct cni_ip *ip, enum cni_version version)
{
	json_out_object(o);
	if (version < CNI_1_0_0)
		write_text(o, "version", strchr(ip->address, ':') ? "6" : "4");
	if (ip->iface.is_set) {
		json_out_name(o, "interface");
		json_out_i64(o, ip->iface.value);
	}
	write_text(o, "address", ip->address);
	write_text(o, "gateway", ip->gateway);
	json_out_end(o);
}

static void write_route(struct json_out *o, const struct cni_route *r, enum cni_version version)
{
	json_out_object(o);
	json_out_name(o, "dst");
	json_out_string(o, r->dst);
	write_text(o, "gw", r->gw);
	if (version >= CNI_1_1_0) {
		write_number(o, "mtu", r->mtu);
		write_number(o, "advmss", r->advmss);
		write_number(o, "priority", r->priority);
		if (r->table.is_set) {
			json_out_name(o, "table");
			json_out_i64(o, r->table.value);
		}
		if (r->scope.is_set) {
			json_out_name(o, "scope");
			json_out_i64(o, r->scope.value);
		}
	}
	json_out_end(o);
}

static void write_dns(struct json_out *o, const struct cni_dns *dns)
{
	json_out_name(o, "dns");
	json_out_object(o);
	if (dns) {
		write_list(o, "nameservers", dns->nameservers);
		write_text(o, "domain", dns->domain);
		write_list(o, "search", dns->search);
		write_list(o, "options", dns->options);
	}
	json_out_end(o);
}

void cni_result_write(const struct cni_result *r, enum cni_version version, struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "cniVersion");
	json_out_string(o, names_get(cni_version_names, version));
	if (r->n_ifaces > 0) {
		json_out_name(o, "interfaces");
		json_out_array(o);
		for (size_t i = 0; i < r->n_ifaces; i++)
			write_iface(o, &r->ifaces[i], version);
		json_out_end(o);
	}
	if (r->n_ips > 0) {
		json_out_name(o, "ips");
		json_out_array(o);
		for (size_t i = 0; i < r->n_ips; i++)
			write_ip(o, &r->ips[i], version);
		json_out_end(o);
	}
	if (r->n_routes > 0) {
		json_out_name(o, "routes");
		json_out_array(o);
		for (size_t i = 0; i < r->n_routes; i++)
			write_route(o, &r->routes[i], version);
		json_out_end(o);
	}
	write_dns(o, r->dns);
	json_out_end(o);
}
