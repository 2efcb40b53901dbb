/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/netdev_replay.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <sys/socket.h>

/* Far more than anybody has at one device; a full routing table is not carried about. */
#define REPLAY_MAX 4096
#define TRIES 16

/* The flags that are a user's to set; the others tell of a state. */
#define ADDRESS_FLAGS                                                                              \
	(IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE |            \
	 IFA_F_MCAUTOJOIN)

void replay_done(struct replay *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct replay){ 0 };
}

static int keep(struct replay *l, const struct nlmsghdr *m, struct err *e)
{
	struct nlmsghdr *copy;

	if (l->n == REPLAY_MAX)
		return err_msg(e, E2BIG, "more than %d addresses or routes", REPLAY_MAX);
	copy = xmalloc(m->nlmsg_len);
	memcpy(copy, m, m->nlmsg_len);
	l->v = xrealloc(l->v, l->n + 1, sizeof(struct nlmsghdr *));
	l->v[l->n++] = copy;
	return 0;
}

struct wanted {
	int index;
	struct replay *out;
};

static uint32_t address_flags(const struct nlmsghdr *m, const struct ifaddrmsg *body)
{
	const struct rtattr *wide = rtnl_find(m, sizeof(*body), IFA_FLAGS);

	return wide ? rtnl_u32(wide) : body->ifa_flags;
}

static int keep_address(const struct nlmsghdr *m, void *data, struct err *e)
{
	const struct ifaddrmsg *body = rtnl_body(m, sizeof(*body));
	struct wanted *w = data;

	if (m->nlmsg_type != RTM_NEWADDR || !body || (int)body->ifa_index != w->index)
		return 0;
	return keep(w->out, m, e);
}

static int keep_route(const struct nlmsghdr *m, void *data, struct err *e)
{
	const struct rtmsg *body = rtnl_body(m, sizeof(*body));
	struct wanted *w = data;

	if (m->nlmsg_type != RTM_NEWROUTE || !body || body->rtm_flags & RTM_F_CLONED ||
	    body->rtm_protocol == RTPROT_KERNEL || body->rtm_protocol == RTPROT_RA ||
	    (int)rtnl_u32(rtnl_find(m, sizeof(*body), RTA_OIF)) != w->index)
		return 0;
	return keep(w->out, m, e);
}

/* Adds to out, or leaves it as it is. A change of the network in between means to begin again. */
static int dump(int sock, struct rtnl_request *r, rtnl_each *keep_one, struct wanted *w,
		struct err *e)
{
	struct replay *out = w->out;
	size_t had = out->n;
	int ret;

	for (int tries = 0; tries < TRIES; tries++) {
		ret = rtnl_talk(sock, r, keep_one, w, e);
		if (ret == 0)
			return 0;
		while (out->n > had)
			free(out->v[--out->n]);
		if (ret != -EAGAIN)
			break;
	}
	return ret;
}

int replay_addresses(int sock, int index, struct replay *out, struct err *e)
{
	const struct ifaddrmsg body = { .ifa_family = AF_UNSPEC };
	struct wanted w = { index, out };
	struct rtnl_request r;

	rtnl_begin(&r, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
	return dump(sock, &r, keep_address, &w, e);
}

int replay_routes(int sock, int index, struct replay *out, struct err *e)
{
	static const unsigned char families[] = { AF_INET, AF_INET6 };
	struct wanted w = { index, out };
	struct rtnl_request r;
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families) && ret == 0; i++) {
		const struct rtmsg body = { .rtm_family = families[i] };

		rtnl_begin(&r, RTM_GETROUTE, NLM_F_DUMP, &body, sizeof(body));
		ret = dump(sock, &r, keep_route, &w, e);
	}
	return ret;
}

bool replay_is_portable(const struct nlmsghdr *m)
{
	const struct ifaddrmsg *body = rtnl_body(m, sizeof(*body));

	return body && body->ifa_scope == RT_SCOPE_UNIVERSE &&
	       address_flags(m, body) & IFA_F_PERMANENT;
}

static void put_again(struct rtnl_request *out, const struct rtattr *a)
{
	rtnl_put(out, a->rta_type, RTA_DATA(a), rtnl_length(a));
}

void replay_address_request(const struct nlmsghdr *m, int index, bool as_it_was,
			    struct rtnl_request *out)
{
	struct ifaddrmsg body = *(const struct ifaddrmsg *)rtnl_body(m, sizeof(body));
	struct rtnl_reader in = rtnl_attributes(m, sizeof(body));
	uint32_t flags = address_flags(m, &body) & ADDRESS_FLAGS;
	const struct rtattr *a;

	body.ifa_index = (uint32_t)index;
	body.ifa_flags = (unsigned char)flags;
	rtnl_begin(out, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	while ((a = rtnl_next_attribute(&in))) {
		/* A label begins with the device's name, and there is none to expire here. */
		bool local = a->rta_type == IFA_LABEL || a->rta_type == IFA_CACHEINFO;

		if (a->rta_type != IFA_FLAGS && (as_it_was || !local))
			put_again(out, a);
	}
	rtnl_put_u32(out, IFA_FLAGS, flags);
}

void replay_route_request(const struct nlmsghdr *m, int index, struct rtnl_request *out)
{
	struct rtmsg body = *(const struct rtmsg *)rtnl_body(m, sizeof(body));
	struct rtnl_reader in = rtnl_attributes(m, sizeof(body));
	const struct rtattr *a;

	body.rtm_flags &= RTNH_F_ONLINK;
	rtnl_begin(out, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND, &body, sizeof(body));
	while ((a = rtnl_next_attribute(&in)))
		if (a->rta_type != RTA_OIF && a->rta_type != RTA_CACHEINFO)
			put_again(out, a);
	rtnl_put_u32(out, RTA_OIF, (uint32_t)index);
}
