/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "net/link.h"

#include <errno.h>

static void begin(struct nl_request *r, uint16_t type, int index)
{
	const struct ifinfomsg body = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	nl_begin(r, type, 0, &body, sizeof(body));
}

/* Callers know an index; people know a name. */
static int name_it(struct nl *nl, int index, const char *what, struct err *e)
{
	struct link l;

	if (link_get_index(nl, index, &l, NULL) < 0)
		return err_wrap(e, "interface %d: %s: ", index, what);
	return err_wrap(e, "interface \"%s\": %s: ", l.name, what);
}

static int apply(struct nl *nl, struct nl_request *r, int index, const char *what, struct err *e)
{
	int ret = nl_talk(nl, r, NULL, NULL, e);

	return ret < 0 ? name_it(nl, index, what, e) : 0;
}

static int set_up(struct nl *nl, int index, bool up, struct err *e)
{
	const struct ifinfomsg body = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = index,
		.ifi_flags = up ? IFF_UP : 0,
		.ifi_change = IFF_UP,
	};
	struct nl_request r;

	nl_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));
	return apply(nl, &r, index, up ? "bring it up" : "take it down", e);
}

int link_set_up(struct nl *nl, int index, bool up, struct err *e)
{
	return set_up(nl, index, up, e);
}

int link_set_master(struct nl *nl, int index, int master, struct err *e)
{
	struct nl_request r;

	begin(&r, RTM_NEWLINK, index);
	nl_put_u32(&r, IFLA_MASTER, (uint32_t)master);
	return apply(nl, &r, index, master ? "make it a port" : "take it from its bridge", e);
}

int link_set_mtu(struct nl *nl, int index, uint32_t mtu, struct err *e)
{
	struct nl_request r;

	begin(&r, RTM_NEWLINK, index);
	nl_put_u32(&r, IFLA_MTU, mtu);
	return apply(nl, &r, index, "set its MTU", e);
}

int link_set_mac(struct nl *nl, int index, const struct mac *mac, struct err *e)
{
	struct nl_request r;

	begin(&r, RTM_NEWLINK, index);
	nl_put(&r, IFLA_ADDRESS, mac, sizeof(*mac));
	return apply(nl, &r, index, "set its MAC address", e);
}

int link_set_alias(struct nl *nl, int index, const char *alias, struct err *e)
{
	struct nl_request r;

	begin(&r, RTM_NEWLINK, index);
	nl_put(&r, IFLA_IFALIAS, alias, strlen(alias));
	return apply(nl, &r, index, "set its alias", e);
}

/* ---- renaming ---- */

static int rename_as_it_is(struct nl *nl, int index, const char *name, struct err *e)
{
	struct nl_request r;

	begin(&r, RTM_NEWLINK, index);
	nl_put_text(&r, IFLA_IFNAME, name);
	return apply(nl, &r, index, "rename it", e);
}

/* Kernels before 6.2 say EBUSY of what is up. Whatever comes of it, it ends up again. */
static int rename_while_down(struct nl *nl, int index, const char *name, struct err *e)
{
	struct err up_error = { 0 };
	int r = set_up(nl, index, false, e), up;

	if (r < 0)
		return r;
	r = rename_as_it_is(nl, index, name, e);
	up = set_up(nl, index, true, &up_error);
	if (r == 0 && up < 0)
		return err_msg(e, up_error.num, "%s", up_error.text);
	return r;
}

int link_rename(struct nl *nl, int index, const char *name, struct err *e)
{
	struct link l;
	int r = ifname_check(name, "new name", e);

	if (r < 0)
		return r;
	r = rename_as_it_is(nl, index, name, e);
	if (r != -EBUSY || link_get_index(nl, index, &l, NULL) < 0 || !(l.flags & IFF_UP))
		return r;
	return rename_while_down(nl, index, name, e);
}

/* ---- moving, deleting ---- */

/* The kernel moves it first, and then renames it: where the name is taken, it would be left there
 * under the one that it has. Who may not look there leaves it to the kernel. */
static int check_free(struct nl *nl, int index, int netns, const char *name, struct err *e)
{
	autonl *there = NULL;
	struct link l;
	int r = link_get_index(nl, index, &l, e);

	if (r < 0 || str_eq(l.name, name) || nl_open_in(netns, &there, NULL) < 0)
		return r;
	r = link_find(there, name, &l, e);
	return r > 0 ? err_msg(e, EEXIST, "the name \"%s\" is taken there", name) : r;
}

int link_move(struct nl *nl, int index, int netns, const char *name, struct err *e)
{
	struct nl_request r;
	int ret = name ? ifname_check(name, "new name", e) : 0;

	if (ret == 0 && name)
		ret = check_free(nl, index, netns, name, e);
	if (ret == -EEXIST)
		return name_it(nl, index, "move it", e);
	if (ret < 0)
		return ret;
	begin(&r, RTM_NEWLINK, index);
	nl_put_u32(&r, IFLA_NET_NS_FD, (uint32_t)netns);
	if (name)
		nl_put_text(&r, IFLA_IFNAME, name);
	return apply(nl, &r, index, "move it", e);
}

/* Not what a bridge says of a port that leaves it. */
static bool is_gone(const struct nlmsghdr *m, void *data)
{
	const struct ifinfomsg *body = nl_body(m, sizeof(*body));

	return m->nlmsg_type == RTM_DELLINK && body && body->ifi_family == AF_UNSPEC &&
	       body->ifi_index == *(int *)data;
}

/*
 * The kernel announces that it is gone when nobody finds it any more, its name, its MAC and its
 * addresses are free, and it forwards nothing; then it waits for whoever may still be reading the
 * structures (rcu_barrier, 10 to 30 ms), and answers. That wait is nobody's business but its own.
 */
int link_delete(struct nl *nl, int index, struct err *e)
{
	struct nl_request r;
	int ret;

	begin(&r, RTM_DELLINK, index);
	ret = nl_talk_until(nl, &r, RTNLGRP_LINK, is_gone, &index, e);
	if (ret == -EAGAIN) {
		ret = nl_talk(nl, &r, NULL, NULL, e);
		if (ret == -ENODEV)
			return 0;
	}
	return ret < 0 ? name_it(nl, index, "delete it", e) : 0;
}

int link_delete_name(struct nl *nl, const char *name, struct err *e)
{
	struct link l;
	int r = link_find(nl, name, &l, e);

	if (r <= 0)
		return r;
	r = link_delete(nl, l.index, e);
	return r == -ENODEV ? 0 : r < 0 ? r : 1;
}
