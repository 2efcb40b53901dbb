/* SPDX-License-Identifier: Apache-2.0 */
#include "net/link.h"

#include <errno.h>
#include <linux/if.h>

/* Counters nobody asked for are most of an answer. */
#define SKIP_STATS (1 << 3)

static const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };

/* ---- reading ---- */

const struct name macvlan_mode_names[] = {
	{ "bridge", MACVLAN_MODE_BRIDGE },
	{ "private", MACVLAN_MODE_PRIVATE },
	{ "vepa", MACVLAN_MODE_VEPA },
	{ "passthru", MACVLAN_MODE_PASSTHRU },
	{ "passthrough", MACVLAN_MODE_PASSTHRU },
	{ "source", MACVLAN_MODE_SOURCE },
	{ NULL, 0 },
};

const struct name ipvlan_mode_names[] = {
	{ "l2", IPVLAN_MODE_L2 },
	{ "l3", IPVLAN_MODE_L3 },
	{ "l3s", IPVLAN_MODE_L3S },
	{ NULL, 0 },
};

const struct name link_operstate_names[] = {
	{ "up", IF_OPER_UP },
	{ "down", IF_OPER_DOWN },
	{ "lowerlayerdown", IF_OPER_LOWERLAYERDOWN },
	{ "dormant", IF_OPER_DORMANT },
	{ "unknown", IF_OPER_UNKNOWN },
	{ "testing", IF_OPER_TESTING },
	{ "notpresent", IF_OPER_NOTPRESENT },
	{ NULL, 0 },
};

static void read_macvlan(const struct nlattr *data, struct link *l)
{
	const struct nlattr *in[IFLA_MACVLAN_MAX + 1];

	nl_nested(data, in, IFLA_MACVLAN_MAX);
	l->mode = (int)nl_u32(in[IFLA_MACVLAN_MODE], (uint32_t)-1);
}

static void read_ipvlan(const struct nlattr *data, struct link *l)
{
	const struct nlattr *in[IFLA_IPVLAN_MAX + 1];

	nl_nested(data, in, IFLA_IPVLAN_MAX);
	l->mode = (int16_t)nl_u16(in[IFLA_IPVLAN_MODE], (uint16_t)-1);
}

static void read_vlan(const struct nlattr *data, struct link *l)
{
	const struct nlattr *in[IFLA_VLAN_MAX + 1];

	nl_nested(data, in, IFLA_VLAN_MAX);
	l->vlan_id = nl_u16(in[IFLA_VLAN_ID], 0);
}

static void read_bridge(const struct nlattr *data, struct link *l)
{
	const struct nlattr *in[IFLA_BR_MAX + 1];

	nl_nested(data, in, IFLA_BR_MAX);
	l->stp = nl_u32(in[IFLA_BR_STP_STATE], 0) != 0;
	l->vlan_filtering = nl_u8(in[IFLA_BR_VLAN_FILTERING], 0) != 0;
}

/* What a kind has of its own; other kinds have nothing that is read here. */
static const struct kind {
	const char *name;
	void (*read)(const struct nlattr *data, struct link *l);
} kinds[] = {
	{ "bridge", read_bridge },   { "ipvlan", read_ipvlan }, { "macvlan", read_macvlan },
	{ "macvtap", read_macvlan }, { "vlan", read_vlan },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static void read_info(const struct nlattr *info, struct link *l)
{
	const struct nlattr *in[IFLA_INFO_MAX + 1];
	const struct kind *kind;

	nl_nested(info, in, IFLA_INFO_MAX);
	nl_copy_text(in[IFLA_INFO_KIND], l->kind, sizeof(l->kind));
	nl_copy_text(in[IFLA_INFO_SLAVE_KIND], l->port_kind, sizeof(l->port_kind));
	kind = find_kind(l->kind);
	if (kind && in[IFLA_INFO_DATA])
		kind->read(in[IFLA_INFO_DATA], l);
}

bool link_read(const struct nlmsghdr *m, struct link *out)
{
	const struct ifinfomsg *body = nl_body(m, sizeof(*body));
	const struct nlattr *in[IFLA_MAX + 1];
	struct link l = { .mode = -1 };

	if (!body || body->ifi_index <= 0)
		return false;
	nl_attributes(m, sizeof(*body), in, IFLA_MAX);
	l.index = body->ifi_index;
	l.type = body->ifi_type;
	l.flags = body->ifi_flags;
	nl_copy_text(in[IFLA_IFNAME], l.name, sizeof(l.name));
	nl_copy_text(in[IFLA_IFALIAS], l.alias, sizeof(l.alias));
	l.operstate = nl_u8(in[IFLA_OPERSTATE], IF_OPER_UNKNOWN);
	l.mtu = nl_u32(in[IFLA_MTU], 0);
	l.has_mac = in[IFLA_ADDRESS] && mnl_attr_get_payload_len(in[IFLA_ADDRESS]) == sizeof(l.mac);
	if (l.has_mac)
		memcpy(&l.mac, mnl_attr_get_payload(in[IFLA_ADDRESS]), sizeof(l.mac));
	l.master = (int)nl_u32(in[IFLA_MASTER], 0);
	l.parent = (int)nl_u32(in[IFLA_LINK], 0);
	l.parent_nsid = (int)nl_u32(in[IFLA_LINK_NETNSID], (uint32_t)-1);
	read_info(in[IFLA_LINKINFO], &l);
	*out = l;
	return l.name[0] != '\0';
}

/* ---- finding ---- */

struct list {
	struct link *v;
	size_t n, cap;
};

static int see_link(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	struct list *l = data;

	if (m->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->n += link_read(m, &l->v[l->n]);
	return 0;
}

static void forget(void *data)
{
	((struct list *)data)->n = 0;
}

int link_list(struct nl *nl, struct link **out, size_t *n, struct err *e)
{
	struct list l = { 0 };
	struct nl_request r;
	int ret;

	nl_begin(&r, RTM_GETLINK, NLM_F_DUMP, &any, sizeof(any));
	nl_put_u32(&r, IFLA_EXT_MASK, SKIP_STATS);
	ret = nl_dump(nl, &r, see_link, forget, &l, e);
	if (ret < 0) {
		free(l.v);
		return err_wrap(e, "list the interfaces: ");
	}
	*out = l.v;
	*n = l.n;
	return 0;
}

static int see_one(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	if (m->nlmsg_type == RTM_NEWLINK)
		(void)link_read(m, data); /* the index stays 0 */
	return 0;
}

/* 1, 0, or -errno with nothing but the kernel's words. */
static int ask_one(struct nl *nl, struct nl_request *r, struct link *out, struct err *e)
{
	struct link l = { 0 };
	struct err why = { 0 };
	int ret;

	nl_put_u32(r, IFLA_EXT_MASK, SKIP_STATS);
	ret = nl_talk(nl, r, see_one, &l, &why);
	if (ret < 0 && ret != -ENODEV)
		return err_msg(e, why.num, "%s", why.text);
	if (ret < 0 || l.index == 0)
		return 0;
	*out = l;
	return 1;
}

int link_find(struct nl *nl, const char *name, struct link *out, struct err *e)
{
	struct nl_request r;
	int ret;

	/* The kernel would not know it, but refuse it as malformed. */
	if (!*name || strlen(name) >= IFNAMSIZ)
		return 0;
	nl_begin(&r, RTM_GETLINK, 0, &any, sizeof(any));
	nl_put_text(&r, IFLA_IFNAME, name);
	ret = ask_one(nl, &r, out, e);
	return ret < 0 ? err_wrap(e, "interface \"%s\": ", name) : ret;
}

int link_get(struct nl *nl, const char *name, struct link *out, struct err *e)
{
	int r = link_find(nl, name, out, e);

	if (r == 0)
		return err_msg(e, ENODEV, "interface \"%s\": does not exist", name);
	return MIN(r, 0);
}

int link_get_index(struct nl *nl, int index, struct link *out, struct err *e)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = index };
	struct nl_request r;
	int ret;

	nl_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));
	ret = ask_one(nl, &r, out, e);
	if (ret == 0)
		return err_msg(e, ENODEV, "interface %d: does not exist", index);
	return ret < 0 ? err_wrap(e, "interface %d: ", index) : 0;
}

const struct link *link_in(const struct link *list, size_t n, int index)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].index == index)
			return &list[i];
	return NULL;
}
