/* SPDX-License-Identifier: Apache-2.0 */
#include "net/vnic_rules.h"

#include "net/ifname.h"

#include <errno.h>
#include <inttypes.h>

/* What was normalised parses; what is not there is none. */
static struct ip ip_of(const char *text)
{
	struct ip ip = { 0 };

	if (text)
		(void)ip_parse(text, "address", &ip, NULL);
	return ip;
}

static int check_name(const char *name, struct err *e)
{
	if (str_eq(name, "lo") || str_eq(name, VNIC_NAME_INTERNAL))
		return err_msg(e, EINVAL, "the name is reserved");
	return 0;
}

static int check_mode(const struct vnic *v, struct err *e)
{
	if (v->network_mode == VNIC_STATIC && !v->ip_address)
		return err_msg(e, EINVAL, "network_mode \"manual\" needs an ip_address");
	if (v->network_mode == VNIC_DHCP && v->ip_address)
		return err_msg(e, EINVAL, "ip_address \"%s\" needs network_mode \"manual\"",
			       v->ip_address);
	return 0;
}

static bool is_unicast(const struct ip *ip)
{
	return !ip_is_unspecified(ip) && !ip_is_loopback(ip) && !ip_is_multicast(ip) &&
	       ip->bytes[0] != 0 && ip->bytes[0] < 240;
}

static int check_kind(const char *what, const char *text, struct err *e)
{
	struct ip ip = ip_of(text);

	if (text && !is_unicast(&ip))
		return err_msg(e, EINVAL, "%s %s is no address that an interface may have", what,
			       text);
	return 0;
}

/* An address that has to be a host's one in the subnet. */
static int check_host(const char *what, const char *text, const struct ip *subnet, struct err *e)
{
	struct ip ip = ip_of(text), broadcast = ip_broadcast(subnet);
	char net[IP_TEXT_MAX];

	if (!text)
		return 0;
	if (!ip_contains(subnet, &ip))
		return err_msg(e, EINVAL, "%s %s is not in the subnet %s", what, text,
			       ip_format(subnet, net));
	ip.prefix = subnet->prefix;
	if (ip_is_host_of_subnet(&ip))
		return 0;
	return err_msg(e, EINVAL, "%s %s is the %s address of %s", what, text,
		       ip_same_address(&ip, &broadcast) ? "broadcast" : "network",
		       ip_format(subnet, net));
}

static int check_subnet(const struct ip *subnet, struct err *e)
{
	char text[IP_TEXT_MAX];

	if (subnet->prefix == 0 || !is_unicast(subnet))
		return err_msg(e, EINVAL, "parent_subnet %s is no subnet of hosts",
			       ip_format(subnet, text));
	return 0;
}

static int check_addresses(const struct vnic *v, struct err *e)
{
	struct ip subnet = ip_of(v->parent_subnet);
	int r = check_kind("ip_address", v->ip_address, e);

	if (r == 0)
		r = check_kind("parent_gateway", v->parent_gateway, e);
	if (r == 0 && v->ip_address && v->parent_gateway &&
	    str_eq(v->ip_address, v->parent_gateway))
		r = err_msg(e, EINVAL, "ip_address %s is the gateway's", v->ip_address);
	if (r < 0 || !ip_is_set(&subnet))
		return r;
	r = check_subnet(&subnet, e);
	if (r == 0)
		r = check_host("ip_address", v->ip_address, &subnet, e);
	if (r == 0)
		r = check_host("parent_gateway", v->parent_gateway, &subnet, e);
	return r;
}

int vnic_check(const struct vnic *v, struct err *e)
{
	int r = check_name(v->name, e);

	if (r == 0)
		r = ifname_check(v->parent_interface, "parent_interface", e);
	if (r == 0)
		r = check_mode(v, e);
	if (r == 0 && v->mtu != 0 && v->mtu < VNIC_MTU_MIN)
		r = err_msg(e, EINVAL, "mtu: %" PRIu64 " is less than %d", v->mtu, VNIC_MTU_MIN);
	if (r == 0)
		r = check_addresses(v, e);
	return r;
}

static int check_pair(const struct vnic *a, const struct vnic *b, struct err *e)
{
	if (str_eq(a->name, b->name))
		return err_msg(e, EINVAL, "vNIC \"%s\": there are two of this name", a->name);
	if (a->ip_address && b->ip_address && str_eq(a->ip_address, b->ip_address))
		return err_msg(e, EINVAL, "vNICs \"%s\" and \"%s\" have the same address %s",
			       a->name, b->name, a->ip_address);
	if (str_eq(a->parent_interface, b->parent_interface) && a->mac_address && b->mac_address &&
	    str_eq(a->mac_address, b->mac_address))
		return err_msg(e, EINVAL, "MAC address %s is already in use by vNIC \"%s\"",
			       a->mac_address, a->name);
	return 0;
}

/* @unknown: whether two subnets that are not known count as the same. */
static int check_networks(const struct vnics *l, bool unknown, struct err *e)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = i + 1; k < l->n; k++) {
			autofree char *a = vnic_network_name(&l->v[i]);
			autofree char *b = vnic_network_name(&l->v[k]);

			if (str_eq(a, b) && (unknown || l->v[i].parent_subnet))
				return err_msg(e, EINVAL,
					       "Invalid vNIC configuration: vNICs '%s' and '%s' "
					       "would connect to the same MACVLAN network (%s)",
					       l->v[i].name, l->v[k].name, a);
		}
	return 0;
}

int vnics_check_subnets(const struct vnics *l, struct err *e)
{
	return check_networks(l, true, e);
}

int vnics_check(const struct vnics *l, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->n; i++)
		for (size_t k = i + 1; r == 0 && k < l->n; k++)
			r = check_pair(&l->v[i], &l->v[k], e);
	return r < 0 ? r : check_networks(l, false, e);
}

/* ---- with what is known of the parent ---- */

static struct ip detect_subnet(const struct vnic *v, const struct vnic_parent *p)
{
	struct ip address = ip_of(v->ip_address);

	if (ip_is_set(&address))
		for (size_t i = 0; i < p->n; i++)
			if (ip_contains(&p->addresses[i].ip, &address))
				return ip_network(&p->addresses[i].ip);
	for (size_t i = 0; i < p->n; i++)
		if (p->addresses[i].global)
			return ip_network(&p->addresses[i].ip);
	return (struct ip){ 0 };
}

/* The parent's gateway, where it lies in the subnet. */
static void detect_gateway(struct vnic *v, const struct ip *subnet, const struct vnic_parent *p)
{
	char text[IP_TEXT_MAX];

	if (v->parent_gateway || v->network_mode != VNIC_STATIC || !ip_is_set(&p->gateway))
		return;
	if (ip_contains(subnet, &p->gateway))
		v->parent_gateway = xstrdup(ip_format_address(&p->gateway, text));
}

static int check_parents_own(const struct vnic *v, const struct vnic_parent *p, struct err *e)
{
	struct ip address = ip_of(v->ip_address);

	for (size_t i = 0; v->ip_address && i < p->n; i++)
		if (ip_same_address(&p->addresses[i].ip, &address))
			return err_msg(e, EINVAL, "ip_address %s is the parent's own",
				       v->ip_address);
	return 0;
}

static int detect(struct vnic *v, const struct vnic_parent *p, struct err *e)
{
	struct ip subnet = ip_of(v->parent_subnet);
	char text[IP_TEXT_MAX];
	int r;

	if (!v->parent_subnet) {
		subnet = detect_subnet(v, p);
		if (ip_is_set(&subnet))
			v->parent_subnet = xstrdup(ip_format(&subnet, text));
	}
	if (!ip_is_set(&subnet))
		return v->network_mode == VNIC_DHCP ?
			       0 :
			       err_msg(e, EINVAL,
				       "Could not detect subnet for interface %s, which has no "
				       "address: parent_subnet and parent_gateway are needed",
				       v->parent_interface);
	detect_gateway(v, &subnet, p);
	r = check_addresses(v, e);
	return r < 0 ? r : check_parents_own(v, p, e);
}

int vnic_detect(struct vnic *v, const struct vnic_parent *p, struct err *e)
{
	int r = detect(v, p, e);

	if (r < 0) {
		(void)err_wrap(e, "vNIC \"%s\": ", v->name);
		return -EINVAL;
	}
	return 0;
}

unsigned vnic_prefix(const struct vnic *v)
{
	return ip_of(v->parent_subnet).prefix;
}

char *vnic_network_name(const struct vnic *v)
{
	char *name = xasprintf("macvlan_%s%s%s", v->parent_interface, v->parent_subnet ? "_" : "",
			       v->parent_subnet ? v->parent_subnet : "");
	char *slash = strchr(name, '/');

	if (slash)
		*slash = '_';
	return name;
}
