/* SPDX-License-Identifier: Apache-2.0 */
#include "net/vnic.h"

#include "core/strv.h"
#include "net/ifname.h"
#include "net/mac.h"
#include "net/vnic_rules.h"

#include <errno.h>

/* The first name of a mode is the one that is written. */
const struct name vnic_modes[] = {
	{ "dhcp", VNIC_DHCP },
	{ "manual", VNIC_STATIC },
	{ "static", VNIC_STATIC },
	{ 0 },
};

/* clang-format off */
static const struct field vnic_fields[] = { VNIC_FIELDS(struct vnic, ) };
/* clang-format on */
const struct record vnic_record = RECORD(struct vnic, NULL, vnic_fields);

/* As it was written, by whatever names. */
struct raw {
	char *name;
	char *parent_interface;
	int network_mode;
	char *parent_subnet, *subnet;
	char *parent_gateway, *gateway;
	char *ip_address, *ip;
	char *mac_address, *mac;
	char **dns;
	uint64_t mtu;
};

static const struct field raw_fields[] = {
	F_STRING("name", struct raw, name, FIELD_REQUIRED),
	F_STRING("parent_interface", struct raw, parent_interface, FIELD_REQUIRED),
	F_ENUM("network_mode", struct raw, network_mode, vnic_modes, 0),
	F_STRING("parent_subnet", struct raw, parent_subnet, 0),
	F_STRING("subnet", struct raw, subnet, 0),
	F_STRING("parent_gateway", struct raw, parent_gateway, 0),
	F_STRING("gateway", struct raw, gateway, 0),
	F_STRING("ip_address", struct raw, ip_address, 0),
	F_STRING("ip", struct raw, ip, 0),
	F_STRING("mac_address", struct raw, mac_address, 0),
	F_STRING("mac", struct raw, mac, 0),
	F_STRV("dns", struct raw, dns, 0),
	F_UINT("mtu", struct raw, mtu, VNIC_MTU_MAX, 0),
};
static const struct record raw_record = RECORD(struct raw, NULL, raw_fields);

static void raw_done(struct raw *r)
{
	record_done(&raw_record, r);
}

static bool is_given(const char *text)
{
	return text && *text;
}

static int conflict(const char *name_a, const char *a, const char *name_b, const char *b,
		    struct err *e)
{
	return err_msg(e, EINVAL, "%s \"%s\" and %s \"%s\" are not the same", name_a, a, name_b, b);
}

/* An address by its two names; none when it has neither. */
static int pick_address(const char *name_a, const char *a, const char *name_b, const char *b,
			struct ip *out, struct err *e)
{
	struct ip x = { 0 }, y = { 0 };
	int r = 0;

	if (is_given(a))
		r = ip_parse(a, name_a, &x, e);
	if (r == 0 && is_given(b))
		r = ip_parse(b, name_b, &y, e);
	if (r < 0)
		return r;
	if (is_given(a) && is_given(b) && !ip_same_address(&x, &y))
		return conflict(name_a, a, name_b, b, e);
	*out = is_given(a) ? x : y;
	if (ip_is_set(out) && out->family != AF_INET)
		return err_msg(e, EINVAL, "%s \"%s\": not an IPv4 address",
			       is_given(a) ? name_a : name_b, is_given(a) ? a : b);
	return 0;
}

/* NETWORK/PREFIX, or a mask alone, which is in the network of @near. */
static int parse_subnet(const char *text, const char *name, const struct ip *near, struct ip *out,
			struct err *e)
{
	struct ip net = { 0 };
	int r;

	if (strchr(text, '/')) {
		r = ip_parse_subnet(text, name, &net, e);
		if (r == 0 && net.family != AF_INET)
			r = err_msg(e, EINVAL, "%s \"%s\": not an IPv4 network", name, text);
	} else if (!ip_is_set(near)) {
		r = err_msg(e, EINVAL,
			    "%s \"%s\": a mask alone needs a gateway or an address beside it", name,
			    text);
	} else {
		net = *near;
		r = ip_parse_prefix(text, AF_INET, name, &net.prefix, e);
		net = ip_network(&net);
	}
	if (r == 0)
		*out = net;
	return r;
}

static int pick_subnet(const struct raw *raw, const struct ip *gateway, const struct ip *address,
		       struct ip *out, struct err *e)
{
	const struct ip *near = ip_is_set(gateway) ? gateway : address;
	struct ip x = { 0 }, y = { 0 };
	int r = 0;

	if (is_given(raw->parent_subnet))
		r = parse_subnet(raw->parent_subnet, "parent_subnet", near, &x, e);
	if (r == 0 && is_given(raw->subnet))
		r = parse_subnet(raw->subnet, "subnet", ip_is_set(&x) ? &x : near, &y, e);
	if (r < 0)
		return r;
	if (ip_is_set(&x) && ip_is_set(&y) && !ip_equal(&x, &y))
		return conflict("parent_subnet", raw->parent_subnet, "subnet", raw->subnet, e);
	*out = ip_is_set(&x) ? x : y;
	return 0;
}

/* A prefix behind the address says what its subnet is, or the same as the subnet. */
static int merge_prefix(const struct raw *raw, const struct ip *address, struct ip *subnet,
			struct err *e)
{
	const char *text = is_given(raw->ip_address) ? raw->ip_address : raw->ip;

	if (!ip_is_set(address) || !strchr(text, '/'))
		return 0;
	if (!ip_is_set(subnet))
		*subnet = ip_network(address);
	else if (subnet->prefix != address->prefix)
		return err_msg(e, EINVAL, "ip_address \"%s\": its prefix is not its subnet's, /%u",
			       text, subnet->prefix);
	return 0;
}

static int pick_addresses(const struct raw *raw, struct vnic *v, struct err *e)
{
	struct ip gateway = { 0 }, address = { 0 }, subnet = { 0 };
	char text[IP_TEXT_MAX];
	int r;

	r = pick_address("parent_gateway", raw->parent_gateway, "gateway", raw->gateway, &gateway,
			 e);
	if (r == 0)
		r = pick_address("ip_address", raw->ip_address, "ip", raw->ip, &address, e);
	if (r == 0)
		r = pick_subnet(raw, &gateway, &address, &subnet, e);
	if (r == 0)
		r = merge_prefix(raw, &address, &subnet, e);
	if (r < 0)
		return r;
	if (ip_is_set(&gateway))
		v->parent_gateway = xstrdup(ip_format_address(&gateway, text));
	if (ip_is_set(&address))
		v->ip_address = xstrdup(ip_format_address(&address, text));
	if (ip_is_set(&subnet))
		v->parent_subnet = xstrdup(ip_format(&subnet, text));
	return 0;
}

static int pick_mac(const struct raw *raw, struct vnic *v, struct err *e)
{
	struct mac x, y;
	char text[MAC_TEXT_MAX];
	int r = 0;

	if (is_given(raw->mac_address))
		r = mac_parse_host(raw->mac_address, "mac_address", &x, e);
	if (r == 0 && is_given(raw->mac))
		r = mac_parse_host(raw->mac, "mac", &y, e);
	if (r < 0 || !(is_given(raw->mac_address) || is_given(raw->mac)))
		return r;
	if (is_given(raw->mac_address) && is_given(raw->mac) && !mac_equal(&x, &y))
		return conflict("mac_address", raw->mac_address, "mac", raw->mac, e);
	v->mac_address = xstrdup(mac_format(is_given(raw->mac_address) ? &x : &y, text));
	return 0;
}

static int pick_dns(char *const *in, struct vnic *v, struct err *e)
{
	char text[IP_TEXT_MAX];
	struct ip ip;
	int r;

	for (size_t i = 0; i < strv_len(in); i++) {
		r = ip_parse_address(in[i], "dns", &ip, e);
		if (r < 0)
			return r;
		if (!strv_has(v->dns, ip_format_address(&ip, text)))
			strv_push(&v->dns, text);
	}
	if (strv_len(v->dns) > VNIC_DNS_MAX)
		return err_msg(e, EINVAL, "dns: there are more than %d servers", VNIC_DNS_MAX);
	return 0;
}

static int from_raw(const struct raw *raw, struct vnic *v, struct err *e)
{
	int r = ifname_check(raw->name, "vNIC", e);

	if (r < 0)
		return r;
	v->name = xstrdup(raw->name);
	v->parent_interface = xstrdup(raw->parent_interface);
	v->network_mode = raw->network_mode ? raw->network_mode : VNIC_DHCP;
	v->mtu = raw->mtu;
	r = pick_addresses(raw, v, e);
	if (r == 0)
		r = pick_mac(raw, v, e);
	if (r == 0)
		r = pick_dns(raw->dns, v, e);
	if (r == 0)
		r = vnic_check(v, e);
	if (r < 0)
		(void)err_wrap(e, "vNIC \"%s\": ", raw->name);
	return r < 0 ? -EINVAL : 0;
}

static int decode_one(const struct json *j, size_t i, struct vnic *v, struct err *e)
{
	_cleanup_(raw_done) struct raw raw = { 0 };
	int r;

	if (j->type != JSON_OBJECT)
		return err_msg(e, EINVAL, "vnic_configs[%zu]: expected object, found %s", i,
			       json_type_name(j->type));
	r = record_decode(&raw_record, j, &raw, e);
	if (r < 0) {
		(void)err_wrap(e, "vnic_configs[%zu].", i);
		return -EINVAL;
	}
	return from_raw(&raw, v, e);
}

static int find_list(const struct json *j, const struct json **out, struct err *e)
{
	const struct json *list = j->type == JSON_OBJECT ? json_get(j, "vnic_configs") : j;

	if (!list)
		return err_msg(e, EINVAL, "vnic_configs: required member is missing");
	if (list->type != JSON_ARRAY)
		return err_msg(e, EINVAL, "vnic_configs: expected array, found %s",
			       json_type_name(list->type));
	if (list->n == 0)
		return err_msg(e, EINVAL, "At least one vNIC configuration is required");
	if (list->n > VNICS_MAX)
		return err_msg(e, EINVAL, "vnic_configs: there are more than %d", VNICS_MAX);
	*out = list;
	return 0;
}

int vnics_decode(const struct json *j, struct vnics *out, struct err *e)
{
	_cleanup_(vnics_done) struct vnics l = { 0 };
	const struct json *list = NULL;
	int r = find_list(j, &list, e);

	if (r < 0)
		return r;
	l.v = xcalloc(list->n, sizeof(*l.v));
	while (r == 0 && l.n < list->n) {
		l.n++;
		r = decode_one(&list->items[l.n - 1], l.n - 1, &l.v[l.n - 1], e);
	}
	if (r == 0)
		r = vnics_check(&l, e);
	if (r < 0)
		return r;
	*out = l;
	l = (struct vnics){ 0 };
	return 0;
}

int vnics_parse(const char *text, size_t len, struct vnics *out, struct err *e)
{
	autojson *doc = NULL;
	int r = json_parse(text, len, &doc, e);

	return r < 0 ? r : vnics_decode(json_root(doc), out, e);
}

void vnics_encode(const struct vnics *l, struct json_out *o)
{
	json_out_array(o);
	for (size_t i = 0; i < l->n; i++)
		record_encode(&vnic_record, &l->v[i], o);
	json_out_end(o);
}

void vnics_done(struct vnics *l)
{
	for (size_t i = 0; i < l->n; i++)
		record_done(&vnic_record, &l->v[i]);
	free(l->v);
	*l = (struct vnics){ 0 };
}
