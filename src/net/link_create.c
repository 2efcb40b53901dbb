/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "net/link.h"

#include <errno.h>
#include <linux/veth.h>
#include <stdio.h>

/* ---- the request ---- */

static void put_macvlan(struct nl_request *r, const struct link_new *new)
{
	if (new->mode >= 0)
		nl_put_u32(r, IFLA_MACVLAN_MODE, (uint32_t) new->mode);
}

static void put_ipvlan(struct nl_request *r, const struct link_new *new)
{
	if (new->mode >= 0)
		nl_put_u16(r, IFLA_IPVLAN_MODE, (uint16_t) new->mode);
}

static void put_vlan(struct nl_request *r, const struct link_new *new)
{
	nl_put_u16(r, IFLA_VLAN_ID, (uint16_t) new->vlan_id);
}

static void put_bridge(struct nl_request *r, const struct link_new *new)
{
	if (new->stp)
		nl_put_u32(r, IFLA_BR_STP_STATE, 1);
	if (new->vlan_filtering)
		nl_put_u8(r, IFLA_BR_VLAN_FILTERING, 1);
}

static void put_end(struct nl_request *r, const struct link_end *end)
{
	nl_put_text(r, IFLA_IFNAME, end->name);
	if (end->netns >= 0)
		nl_put_u32(r, IFLA_NET_NS_FD, (uint32_t)end->netns);
	if (end->mac)
		nl_put(r, IFLA_ADDRESS, end->mac, sizeof(*end->mac));
	if (end->mtu)
		nl_put_u32(r, IFLA_MTU, end->mtu);
}

static struct ifinfomsg end_body(const struct link_end *end)
{
	unsigned up = end->up ? IFF_UP : 0;

	return (struct ifinfomsg){ .ifi_family = AF_UNSPEC, .ifi_flags = up, .ifi_change = up };
}

static void put_veth(struct nl_request *r, const struct link_new *new)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
	struct nlattr *peer = nl_nest(r, VETH_INFO_PEER);

	nl_put_body(r, &body, sizeof(body));
	put_end(r, &new->peer);
	nl_nest_end(r, peer);
}

/* What a kind has of its own; other kinds have nothing that is set here. */
static const struct kind {
	const char *name;
	void (*put)(struct nl_request *r, const struct link_new *new);
} kinds[] = {
	{ "bridge", put_bridge },   { "ipvlan", put_ipvlan }, { "macvlan", put_macvlan },
	{ "macvtap", put_macvlan }, { "veth", put_veth },     { "vlan", put_vlan },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static void put_info(struct nl_request *r, const struct link_new *new)
{
	const struct kind *kind = find_kind(new->kind);
	struct nlattr *info = nl_nest(r, IFLA_LINKINFO), *data;

	nl_put_text(r, IFLA_INFO_KIND, new->kind);
	if (kind) {
		data = nl_nest(r, IFLA_INFO_DATA);
		kind->put(r, new);
		nl_nest_end(r, data);
	}
	nl_nest_end(r, info);
}

/* The kernel says "Unknown device type" to what it has no module for. */
static int refused(const struct link_new *new, const struct err *why, struct err *e)
{
	const char *name = new->end.name;

	switch (why->num) {
	case EOPNOTSUPP:
		/* Kernels before 4.12 give no words of their own. */
		if (strstr(why->text, "Unknown device type") ||
		    (!new->master &&str_eq(why->text, err_words(EOPNOTSUPP))))
			return err_msg(e, EOPNOTSUPP, "%s %s: not supported by this kernel%s",
				       new->kind, name,
				       new->vlan_filtering ? " with VLAN filtering" : "");
		break;
	case EEXIST:
		if (str_eq(new->kind, "veth"))
			return err_msg(e, EEXIST, "veth %s: this name or its peer's, %s, is taken",
				       name, new->peer.name);
		return err_msg(e, EEXIST, "%s %s: an interface of that name exists", new->kind,
			       name);
	case ENETDOWN:
		return err_msg(e, ENETDOWN, "%s %s: its parent is down", new->kind, name);
	case EINVAL:
		/* Without a word of the kernel's: passthru does not share. */
		if (str_eq(new->kind, "macvlan") && str_eq(why->text, err_words(EINVAL)))
			return err_msg(e, EBUSY,
				       "macvlan %s: its parent has a passthru child, or is to have "
				       "one beside others",
				       name);
		break;
	case EBUSY:
		if (str_eq(why->text, err_words(EBUSY)))
			return err_msg(e, EBUSY, "%s %s: its parent is used otherwise, as a port",
				       new->kind, name);
		break;
	default:
		break;
	}
	return err_msg(e, why->num, "%s %s: %s", new->kind, name, why->text);
}

static int check_names(const struct link_new *new, struct err *e)
{
	int r = ifname_check(new->end.name, new->kind, e);

	if (r == 0 && str_eq(new->kind, "veth"))
		r = ifname_check(new->peer.name, "veth's peer", e);
	return r;
}

/* In its own namespace. */
static int bring_up(struct nl *nl, const struct link_end *end, struct err *e)
{
	autonl *there = NULL;
	struct link l;
	int r;

	if (end->netns >= 0) {
		r = nl_open_in(end->netns, &there, e);
		if (r < 0)
			return r;
		nl = there;
	}
	r = link_get(nl, end->name, &l, e);
	return r < 0 ? r : link_set_up(nl, l.index, true, e);
}

/* Not by the request that makes the pair: the peer is born first, and cannot be up while it is
 * alone. Nobody but the caller knows of the pair yet. */
static int bring_up_peer(struct nl *nl, const struct link_new *new, struct err *e)
{
	autonl *there = NULL;
	int r = bring_up(nl, &new->peer, e);

	if (r == 0)
		return 0;
	if (new->end.netns < 0)
		(void)link_delete_name(nl, new->end.name, NULL);
	else if (nl_open_in(new->end.netns, &there, NULL) == 0)
		(void)link_delete_name(there, new->end.name, NULL);
	return r;
}

/* In one request, under its name. */
static int create(struct nl *nl, const struct link_new *new, struct err *e)
{
	struct ifinfomsg body = end_body(&new->end);
	struct nl_request r;

	nl_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	put_end(&r, &new->end);
	if (new->parent)
		nl_put_u32(&r, IFLA_LINK, (uint32_t) new->parent);
	if (new->master)
		nl_put_u32(&r, IFLA_MASTER, (uint32_t) new->master);
	put_info(&r, new);
	return nl_talk(nl, &r, NULL, NULL, e);
}

void link_birth_name(const char *name, char out[IFNAMSIZ])
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	(void)snprintf(out, IFNAMSIZ, "rlnew%08x", hash); /* it fits */
}

/*
 * Kernels before 6.14 look for the name in the socket's namespace, wherever the interface is to be
 * born: there it is born under another, down, and renamed where nothing has that name.
 */
static int create_renamed(struct nl *nl, const struct link_new *new, struct err *e)
{
	struct link_new temporary = *new;
	char name[IFNAMSIZ];
	autonl *there = NULL;
	struct link l;
	int r;

	r = nl_open_in(new->end.netns, &there, e);
	if (r == 0)
		r = link_find(there, new->end.name, &l, e);
	if (r > 0)
		return err_set(e, EEXIST, "there");
	if (r < 0)
		return r;
	link_birth_name(new->end.name, name);
	/* Of one who was killed. */
	r = link_delete_name(there, name, e);
	if (r < 0)
		return r;
	temporary.end.name = name;
	temporary.end.up = false;
	r = create(nl, &temporary, e);
	if (r == 0)
		r = link_get(there, name, &l, e);
	if (r < 0)
		return r;
	r = link_rename(there, l.index, new->end.name, e);
	if (r == 0 && new->end.up)
		r = link_set_up(there, l.index, true, e);
	if (r < 0)
		(void)link_delete(there, l.index, NULL);
	return r;
}

/* An MTU that a bridge is born with is not yet its administrator's wish: its first port's would
 * replace it. */
static int create_bridge(struct nl *nl, const struct link_new *new, struct err *e)
{
	struct link_new plain = *new;
	struct link l;
	int r;

	plain.end.mtu = 0;
	r = create(nl, &plain, e);
	if (r == 0)
		r = link_get(nl, new->end.name, &l, e);
	if (r < 0)
		return r;
	r = link_set_mtu(nl, l.index, new->end.mtu, e);
	if (r < 0)
		(void)link_delete(nl, l.index, NULL);
	return r;
}

int link_create(struct nl *nl, const struct link_new *new, struct err *e)
{
	bool wishes = str_eq(new->kind, "bridge") && new->end.mtu &&new->end.netns < 0;
	struct err why = { 0 };
	int ret = check_names(new, e);

	if (ret < 0)
		return ret;
	ret = wishes ? create_bridge(nl, new, &why) : create(nl, new, &why);
	if (ret == -EEXIST && new->end.netns >= 0)
		ret = create_renamed(nl, new, &why);
	if (ret < 0)
		return refused(new, &why, e);
	return new->peer.up ? bring_up_peer(nl, new, e) : 0;
}
