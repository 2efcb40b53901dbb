/* SPDX-License-Identifier: Apache-2.0 */
#include "net/neigh.h"

#include <errno.h>

const struct name neigh_state_names[] = {
	{ "permanent", NUD_PERMANENT },
	{ "reachable", NUD_REACHABLE },
	{ "stale", NUD_STALE },
	{ "delay", NUD_DELAY },
	{ "probe", NUD_PROBE },
	{ "failed", NUD_FAILED },
	{ "incomplete", NUD_INCOMPLETE },
	{ "noarp", NUD_NOARP },
	{ "none", NUD_NONE },
	{ NULL, 0 },
};

bool neigh_read(const struct nlmsghdr *m, struct neigh *out)
{
	const struct ndmsg *body = nl_body(m, sizeof(*body));
	const struct nlattr *in[NDA_MAX + 1];
	struct neigh n = { 0 };

	if (!body)
		return false;
	nl_attributes(m, sizeof(*body), in, NDA_MAX);
	n.index = body->ndm_ifindex;
	n.state = body->ndm_state;
	n.flags = body->ndm_flags;
	if (in[NDA_DST])
		n.ip = ip_from_bytes(mnl_attr_get_payload(in[NDA_DST]),
				     mnl_attr_get_payload_len(in[NDA_DST]), 128);
	n.has_mac = in[NDA_LLADDR] && mnl_attr_get_payload_len(in[NDA_LLADDR]) == sizeof(n.mac);
	if (n.has_mac)
		memcpy(&n.mac, mnl_attr_get_payload(in[NDA_LLADDR]), sizeof(n.mac));
	if (!ip_is_set(&n.ip) || n.ip.family != body->ndm_family)
		return false;
	*out = n;
	return true;
}

/* ---- listing ---- */

struct list {
	int index;
	struct neigh *v;
	size_t n, cap;
};

static int see_neigh(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	struct list *l = data;

	if (m->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	if (neigh_read(m, &l->v[l->n]) && (l->index == 0 || l->v[l->n].index == l->index))
		l->n++;
	return 0;
}

static void forget(void *data)
{
	((struct list *)data)->n = 0;
}

int neigh_list(struct nl *nl, int index, int family, struct neigh **out, size_t *n, struct err *e)
{
	const struct ndmsg body = { .ndm_family = (unsigned char)family };
	struct list l = { .index = index };
	struct nl_request r;
	int ret;

	nl_begin(&r, RTM_GETNEIGH, NLM_F_DUMP, &body, sizeof(body));
	ret = nl_dump(nl, &r, see_neigh, forget, &l, e);
	if (ret < 0) {
		free(l.v);
		return err_wrap(e, "list the neighbours: ");
	}
	*out = l.v;
	*n = l.n;
	return 0;
}

/* ---- changing ---- */

static struct ndmsg body_of(int index, const struct ip *ip)
{
	return (struct ndmsg){
		.ndm_family = ip->family,
		.ndm_ifindex = index,
		.ndm_state = NUD_PERMANENT,
	};
}

int neigh_add(struct nl *nl, int index, const struct ip *ip, const struct mac *mac, bool replace,
	      struct err *e)
{
	struct ndmsg body = body_of(index, ip);
	char text[IP_TEXT_MAX];
	struct nl_request r;

	nl_begin(&r, RTM_NEWNEIGH, NLM_F_CREATE | (replace ? NLM_F_REPLACE : NLM_F_EXCL), &body,
		 sizeof(body));
	nl_put(&r, NDA_DST, ip->bytes, ip_len(ip));
	nl_put(&r, NDA_LLADDR, mac, sizeof(*mac));
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "add neighbour %s: ", ip_format_address(ip, text));
	return 0;
}

int neigh_del(struct nl *nl, int index, const struct ip *ip, struct err *e)
{
	struct ndmsg body = body_of(index, ip);
	char text[IP_TEXT_MAX];
	struct nl_request r;

	nl_begin(&r, RTM_DELNEIGH, 0, &body, sizeof(body));
	nl_put(&r, NDA_DST, ip->bytes, ip_len(ip));
	if (nl_talk(nl, &r, NULL, NULL, e) < 0)
		return err_wrap(e, "delete neighbour %s: ", ip_format_address(ip, text));
	return 0;
}
