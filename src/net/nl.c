/* SPDX-License-Identifier: Apache-2.0 */
#include "net/nl_socket.h"

#include "core/rtnetlink.h"
#include "net/netns.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

/* A dump is overtaken by changes only while they come; this many in a row do not happen by chance.
 */
#define DUMP_ATTEMPTS 50

/* ---- opening ---- */

int nl_open(struct nl **out, struct err *e)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int one = 1;
	struct nl *nl;

	if (!s)
		return err_set(e, errno, "open a netlink socket");
	/* Each makes answers better or shorter; a kernel that lacks one answers all the same. */
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		(void)mnl_socket_setsockopt(s, options[i], &one, sizeof(one));
	nl = xmalloc(sizeof(*nl));
	nl->socket = s;
	nl->sequence = 0;
	nl->port = 0;
	nl->listening = false;
	*out = nl;
	return 0;
}

static int open_here(void *out, struct err *e)
{
	return nl_open(out, e);
}

int nl_open_in(int netns, struct nl **out, struct err *e)
{
	return netns < 0 ? nl_open(out, e) : netns_run(netns, open_here, out, e);
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	(void)mnl_socket_close(nl->socket); /* nothing that was written can be lost by it */
	free(nl);
}

void nl_close_p(struct nl **nl)
{
	nl_close(*nl);
}

/* ---- building ---- */

void nl_put_body(struct nl_request *r, const void *body, size_t len)
{
	size_t room = sizeof(r->bytes) - r->header.nlmsg_len;

	if (r->overflow || MNL_ALIGN(len) > room) {
		r->overflow = true;
		return;
	}
	if (len > 0)
		memcpy(mnl_nlmsg_put_extra_header(&r->header, len), body, len);
}

void nl_begin(struct nl_request *r, uint16_t type, uint16_t flags, const void *body, size_t len)
{
	bool dump = (flags & NLM_F_DUMP) == NLM_F_DUMP;
	struct nlmsghdr *h = mnl_nlmsg_put_header(r->bytes);

	h->nlmsg_type = type;
	h->nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST | (dump ? 0 : NLM_F_ACK));
	r->overflow = false;
	nl_put_body(r, body, len);
}

void nl_put(struct nl_request *r, uint16_t type, const void *data, size_t len)
{
	/* An attribute's length has 16 bits. */
	if (r->overflow || len > NL_REQUEST_MAX ||
	    !mnl_attr_put_check(&r->header, sizeof(r->bytes), type, len, data))
		r->overflow = true;
}

void nl_put_u8(struct nl_request *r, uint16_t type, uint8_t value)
{
	nl_put(r, type, &value, sizeof(value));
}

void nl_put_u16(struct nl_request *r, uint16_t type, uint16_t value)
{
	nl_put(r, type, &value, sizeof(value));
}

void nl_put_u32(struct nl_request *r, uint16_t type, uint32_t value)
{
	nl_put(r, type, &value, sizeof(value));
}

void nl_put_text(struct nl_request *r, uint16_t type, const char *text)
{
	nl_put(r, type, text, strlen(text) + 1);
}

struct nlattr *nl_nest(struct nl_request *r, uint16_t type)
{
	struct nlattr *nest = NULL;

	if (!r->overflow)
		nest = mnl_attr_nest_start_check(&r->header, sizeof(r->bytes), type);
	r->overflow |= !nest;
	return nest;
}

void nl_nest_end(struct nl_request *r, struct nlattr *nest)
{
	if (nest && !r->overflow)
		mnl_attr_nest_end(&r->header, nest);
}

/* ---- reading ---- */

const void *nl_body(const struct nlmsghdr *m, size_t len)
{
	return mnl_nlmsg_get_payload_len(m) >= len ? mnl_nlmsg_get_payload(m) : NULL;
}

static void file(const struct nlattr *a, const struct nlattr **table, uint16_t max)
{
	uint16_t type = mnl_attr_get_type(a);

	if (type <= max)
		table[type] = a;
}

void nl_attributes(const struct nlmsghdr *m, size_t body, const struct nlattr **table, uint16_t max)
{
	const struct nlattr *a;

	memset(table, 0, (max + 1u) * sizeof(*table));
	if (!nl_body(m, body))
		return;
	mnl_attr_for_each(a, m, (unsigned)body) file(a, table, max);
}

void nl_nested(const struct nlattr *nest, const struct nlattr **table, uint16_t max)
{
	const struct nlattr *a;

	memset(table, 0, (max + 1u) * sizeof(*table));
	if (!nest)
		return;
	mnl_attr_for_each_nested(a, nest) file(a, table, max);
}

static bool has_size(const struct nlattr *a, size_t size)
{
	return a && mnl_attr_get_payload_len(a) == size;
}

uint8_t nl_u8(const struct nlattr *a, uint8_t fallback)
{
	return has_size(a, sizeof(fallback)) ? mnl_attr_get_u8(a) : fallback;
}

uint16_t nl_u16(const struct nlattr *a, uint16_t fallback)
{
	return has_size(a, sizeof(fallback)) ? mnl_attr_get_u16(a) : fallback;
}

uint32_t nl_u32(const struct nlattr *a, uint32_t fallback)
{
	return has_size(a, sizeof(fallback)) ? mnl_attr_get_u32(a) : fallback;
}

const char *nl_text(const struct nlattr *a)
{
	if (!a || !memchr(mnl_attr_get_payload(a), '\0', mnl_attr_get_payload_len(a)))
		return "";
	return mnl_attr_get_str(a);
}

void nl_copy_text(const struct nlattr *a, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", nl_text(a)); /* cut, as promised */
}

/* ---- talking ----
 * Messages are told apart by core/rtnetlink: mnl_nlmsg_ok takes lengths beyond INT_MAX for good. */

ssize_t nl_receive(struct nl *nl, int flags, struct err *e)
{
	struct sockaddr_nl from;
	socklen_t from_len = sizeof(from);
	ssize_t n;

	do
		n = recvfrom(nl_fd(nl), nl->buf, sizeof(nl->buf), MSG_TRUNC | flags,
			     (struct sockaddr *)&from, &from_len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, errno, "receive from netlink");
	/* Only the kernel's own word counts: any process may send to a netlink socket. */
	if ((size_t)n > sizeof(nl->buf) || from_len != sizeof(from) || from.nl_pid != 0)
		return err_msg(e, EBADMSG, "malformed netlink message");
	return n;
}

bool nl_is_answer(const struct nl *nl, const struct nl_request *r, const struct nlmsghdr *m)
{
	return m->nlmsg_seq == r->header.nlmsg_seq && (!nl->port || m->nlmsg_pid == nl->port);
}

/* The kernel does not say what it wants. */
static int explain(int r, struct err *e)
{
	return r == -EPERM ? err_wrap(e, "needs CAP_NET_ADMIN: ") : r;
}

int nl_error(const struct nlmsghdr *m, struct err *e)
{
	return explain(rtnl_error(m, e), e);
}

/* To its end whatever happens: a socket with half a dump in it takes no other request. */
int nl_talk(struct nl *nl, struct nl_request *r, nl_each *each, void *data, struct err *e)
{
	struct rtnl_reply to = { .each = each, .data = data };

	if (r->overflow)
		return err_msg(e, EMSGSIZE, "netlink request too long");
	r->header.nlmsg_seq = ++nl->sequence;
	if (mnl_socket_sendto(nl->socket, r->bytes, r->header.nlmsg_len) < 0)
		return err_set(e, errno, "send to netlink");
	while (!to.complete) {
		struct rtnl_reader in = { nl->buf, 0 };
		const struct nlmsghdr *m;
		ssize_t n = nl_receive(nl, 0, e);

		if (n < 0)
			return (int)n;
		in.len = (size_t)n;
		while ((m = rtnl_next_message(&in)))
			if (nl_is_answer(nl, r, m))
				rtnl_reply_take(&to, m, e);
	}
	return explain(to.result, e);
}

int nl_dump(struct nl *nl, struct nl_request *r, nl_each *each, void (*restart)(void *data),
	    void *data, struct err *e)
{
	int ret = -EAGAIN;

	for (int i = 0; i < DUMP_ATTEMPTS && ret == -EAGAIN; i++) {
		if (restart)
			restart(data);
		ret = nl_talk(nl, r, each, data, e);
	}
	return ret;
}

/* ---- listening ---- */

int nl_fd(const struct nl *nl)
{
	return mnl_socket_get_fd(nl->socket);
}

int nl_listen(struct nl *nl, unsigned group, struct err *e)
{
	if (!nl->listening && mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_set(e, errno, "bind a netlink socket");
	nl->listening = true;
	if (mnl_socket_setsockopt(nl->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return err_set(e, errno, "listen to netlink group %u", group);
	return 0;
}

int nl_events(struct nl *nl, nl_each *each, void *data, struct err *e)
{
	int count = 0;

	for (;;) {
		struct rtnl_reader in = { nl->buf, 0 };
		const struct nlmsghdr *m;
		ssize_t n = nl_receive(nl, MSG_DONTWAIT, e);
		int r;

		if (n == -EAGAIN)
			return count;
		if (n < 0)
			return (int)n;
		in.len = (size_t)n;
		while ((m = rtnl_next_message(&in))) {
			if (m->nlmsg_type < NLMSG_MIN_TYPE)
				continue;
			count++;
			r = each(m, data, e);
			if (r < 0)
				return r;
		}
	}
}
