/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/make.h"

#include "net/addr.h"
#include "net/ifname.h"
#include "net/route.h"

#include <errno.h>

#define MTU_MIN 68
#define MTU_MAX 65535

/* ---- the options ---- */

/* What they say, read. */
struct wishes {
	int netns; /* -1: the caller's */
	struct mac mac;
	struct ip *addresses;
	size_t n_addresses;
	struct ip *gateways;
	size_t n_gateways;
};

static void wishes_done(struct wishes *w)
{
	if (w->netns >= 0)
		(void)fd_close(w->netns); /* read only */
	free(w->addresses);
	free(w->gateways);
}

static int read_ips(char *const *texts, const char *what,
		    int (*parse)(const char *, const char *, struct ip *, struct err *),
		    struct ip **out, size_t *n, struct err *e)
{
	int r = 0;

	*n = strv_len(texts);
	*out = xcalloc(*n + 1, sizeof(**out));
	for (size_t i = 0; r == 0 && i < *n; i++)
		r = parse(texts[i], what, &(*out)[i], e);
	return r;
}

/* A host's address, in a subnet that it can be in. */
static int parse_own(const char *text, const char *what, struct ip *out, struct err *e)
{
	int r = ip_parse(text, what, out, e);

	if (r < 0)
		return r;
	if (!strchr(text, '/'))
		return err_msg(e, EINVAL, "%s \"%s\": needs a prefix length", what, text);
	if (!ip_is_host_of_subnet(out))
		return err_msg(e, EINVAL,
			       "%s \"%s\": the network's own address or its broadcast address",
			       what, text);
	if (ip_is_multicast(out) || ip_is_unspecified(out))
		return err_msg(e, EINVAL, "%s \"%s\": no host's address", what, text);
	return 0;
}

static int check_gateway(const struct wishes *w, size_t i, struct err *e)
{
	const struct ip *gw = &w->gateways[i];
	char text[IP_TEXT_MAX];
	bool reached = ip_is_link_local(gw) && gw->family == AF_INET6;

	ip_format_address(gw, text);
	for (size_t k = 0; k < i; k++)
		if (w->gateways[k].family == gw->family)
			return err_msg(e, EINVAL, "gateway \"%s\": the second of its family", text);
	for (size_t k = 0; k < w->n_addresses; k++) {
		if (ip_same_address(&w->addresses[k], gw))
			return err_msg(e, EINVAL, "gateway \"%s\": is the address itself", text);
		reached |= ip_contains(&w->addresses[k], gw);
	}
	return reached ? 0 : err_msg(e, EINVAL, "gateway \"%s\": in no address's subnet", text);
}

static int read_mtu(const struct make_args *a, struct link_end *inner, struct err *e)
{
	if (a->mtu == 0)
		return 0;
	if (a->mtu < MTU_MIN || a->mtu > MTU_MAX)
		return err_msg(e, EINVAL, "MTU %lld: not from %d to %d", (long long)a->mtu, MTU_MIN,
			       MTU_MAX);
	inner->mtu = (uint32_t)a->mtu;
	return 0;
}

static int read_wishes(const struct globals *g, const struct make_args *a, struct link_end *inner,
		       struct wishes *w, struct err *e)
{
	int r = read_mtu(a, inner, e);

	if (r == 0 && a->mac) {
		r = mac_parse_host(a->mac, "MAC address", &w->mac, e);
		inner->mac = &w->mac;
	}
	if (r == 0)
		r = read_ips(a->addresses, "address", parse_own, &w->addresses, &w->n_addresses, e);
	if (r == 0)
		r = read_ips(a->gateways, "gateway", ip_parse_address, &w->gateways, &w->n_gateways,
			     e);
	for (size_t i = 0; r == 0 && i < w->n_gateways; i++)
		r = check_gateway(w, i, e);
	if (r == 0 && a->down && w->n_gateways > 0)
		r = err_msg(e, EINVAL, "--gateway: there is no route through what is down");
	if (r == 0)
		r = target_open(g, &a->target, &w->netns, e);
	inner->netns = w->netns;
	inner->up = !a->down;
	return r;
}

/* ---- addresses and routes ---- */

static int configure(struct nl *nl, const struct link *l, const struct wishes *w, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->n_addresses; i++)
		r = addr_add(nl, l->index, &w->addresses[i], NULL, e);
	for (size_t i = 0; r == 0 && i < w->n_gateways; i++) {
		const struct route route = {
			.dst = { .family = w->gateways[i].family },
			.gateway = w->gateways[i],
			.index = l->index,
		};

		r = route_add(nl, &route, ROUTE_ALONE, e);
	}
	return r < 0 ? err_wrap(e, "interface \"%s\": ", l->name) : 0;
}

/* @nl: of the namespace that it was born in */
static int configure_inner(struct nl *nl, const struct link_end *inner, const struct wishes *w,
			   struct err *e)
{
	struct link l;
	int r = link_get(nl, inner->name, &l, e);

	if (r == 0)
		r = configure(nl, &l, w, e);
	if (r < 0)
		(void)link_delete_name(nl, inner->name, NULL); /* the error is what counts */
	return r;
}

/* ---- making ---- */

static int find(struct nl *nl, const char *name, const char *what, int *index, struct err *e)
{
	struct link l;
	int r;

	if (!name)
		return 0;
	r = ifname_check(name, what, e);
	if (r == 0)
		r = link_get(nl, name, &l, e);
	if (r < 0)
		return r;
	if (l.flags & IFF_LOOPBACK)
		return err_msg(e, EINVAL, "%s \"%s\": is the loopback", what, name);
	if (str_eq(what, "bridge") && !str_eq(l.kind, "bridge"))
		return err_msg(e, EINVAL, "bridge \"%s\": is no bridge", name);
	*index = l.index;
	return 0;
}

static int make(const struct wishes *w, const char *parent, const char *master,
		struct link_new *new, const struct link_end *inner, struct err *e)
{
	autonl *nl = NULL, *there = NULL;
	int r = nl_open(&nl, e);

	/* Before there is anything that would have to go again. */
	if (r == 0 && inner->netns >= 0)
		r = nl_open_in(inner->netns, &there, e);
	if (r == 0)
		r = find(nl, parent, "parent", &new->parent, e);
	if (r == 0)
		r = find(nl, master, "bridge", &new->master, e);
	if (r == 0)
		r = link_create(nl, new, e);
	if (r < 0)
		return r;
	return w->n_addresses > 0 ? configure_inner(there ? there : nl, inner, w, e) : 0;
}

int make_link(const struct globals *g, const struct make_args *a, const char *parent,
	      const char *master, struct link_new *new, struct link_end *inner, struct err *e)
{
	_cleanup_(wishes_done) struct wishes w = { .netns = -1 };
	int r = read_wishes(g, a, inner, &w, e);

	if (r == 0)
		r = make(&w, parent, master, new, inner, e);
	inner->mac = NULL; /* it was in w */
	inner->netns = -1;
	return r;
}

void make_args_done(struct make_args *a)
{
	strv_free(a->addresses);
	strv_free(a->gateways);
}

/* ---- removing ---- */

const struct opt remove_opts[] = {
	O_FLAG_("if-exists", 0, struct remove_args, if_exists, "be content when there is none"),
	O_TARGET_(struct remove_args, target),
	{ 0 },
};

/* An add that was killed may have left one that was to get the name. 1, 0 there was none, or
 * -errno. */
static int remove_unfinished(struct nl *nl, const char *name, struct err *e)
{
	char birth_name[IFNAMSIZ];

	link_birth_name(name, birth_name);
	return link_delete_name(nl, birth_name, e);
}

/* The one of this name, which was found. */
static int remove_found(struct nl *nl, const struct link *l, const char *kind, struct err *e)
{
	if (kind && !str_eq(l->kind, kind))
		return err_msg(e, EINVAL, "interface \"%s\": is no %s", l->name, kind);
	return link_delete(nl, l->index, e);
}

int remove_link(const struct globals *g, const struct remove_args *a, const char *kind,
		const char *name, struct err *e)
{
	bool found = false;
	autonl *nl = NULL;
	struct link l;
	int r = ifname_check(name, "interface", e);

	if (r == 0)
		r = target_open_nl(g, &a->target, &nl, e);
	/* Before the one of this name: while that goes, the kernel answers nothing. */
	if (r == 0)
		r = remove_unfinished(nl, name, e);
	if (r >= 0)
		r = link_find(nl, name, &l, e);
	if (r > 0) {
		found = true;
		r = remove_found(nl, &l, kind, e);
		/* Somebody else was quicker. */
		if (r == -ENODEV && a->if_exists)
			r = 0;
	}
	if (r == 0 && !found && !a->if_exists)
		return err_msg(e, ENODEV, "interface \"%s\": does not exist", name);
	return MIN(r, 0);
}
