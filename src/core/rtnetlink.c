/* SPDX-License-Identifier: Apache-2.0 */
#include "core/rtnetlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel makes its messages of a dump as large as the receiver's buffer, up to this. */
#define REPLY_MAX 32768

#ifndef NLM_F_ACK_TLVS
#define NLM_F_ACK_TLVS 0x200
#endif

/* ---- building ---- */

static void append(struct rtnl_request *r, const void *data, size_t len)
{
	size_t at = r->header.nlmsg_len, padded = NLMSG_ALIGN(len);

	if (r->overflow || len > sizeof(r->bytes) || at + padded > sizeof(r->bytes)) {
		r->overflow = true;
		return;
	}
	memset(r->bytes + at, 0, padded);
	if (len > 0)
		memcpy(r->bytes + at, data, len);
	r->header.nlmsg_len = (uint32_t)(at + padded);
}

void rtnl_begin(struct rtnl_request *r, uint16_t type, uint16_t flags, const void *body, size_t len)
{
	bool dump = (flags & NLM_F_DUMP) == NLM_F_DUMP;

	r->overflow = false;
	r->header = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = type,
		.nlmsg_flags = (uint16_t)(flags | NLM_F_REQUEST | (dump ? 0 : NLM_F_ACK)),
	};
	append(r, body, len);
}

void rtnl_put(struct rtnl_request *r, uint16_t type, const void *data, size_t len)
{
	struct rtattr a = { .rta_len = (unsigned short)RTA_LENGTH(len), .rta_type = type };

	if (len > RTNL_REQUEST_MAX)
		r->overflow = true;
	append(r, &a, sizeof(a));
	append(r, data, len);
}

void rtnl_put_u32(struct rtnl_request *r, uint16_t type, uint32_t value)
{
	rtnl_put(r, type, &value, sizeof(value));
}

void rtnl_put_text(struct rtnl_request *r, uint16_t type, const char *text)
{
	rtnl_put(r, type, text, strlen(text) + 1);
}

/* ---- reading ---- */

const struct nlmsghdr *rtnl_next_message(struct rtnl_reader *in)
{
	const struct nlmsghdr *m = in->p;
	size_t step;

	if (in->len < sizeof(*m) || m->nlmsg_len < sizeof(*m) || m->nlmsg_len > in->len)
		return NULL;
	step = MIN((size_t)NLMSG_ALIGN(m->nlmsg_len), in->len);
	in->p = (const char *)in->p + step;
	in->len -= step;
	return m;
}

const void *rtnl_body(const struct nlmsghdr *m, size_t len)
{
	return m->nlmsg_len >= NLMSG_HDRLEN + len ? (const char *)m + NLMSG_HDRLEN : NULL;
}

struct rtnl_reader rtnl_attributes(const struct nlmsghdr *m, size_t body)
{
	size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(body);

	if (m->nlmsg_len < skip)
		return (struct rtnl_reader){ NULL, 0 };
	return (struct rtnl_reader){ (const char *)m + skip, m->nlmsg_len - skip };
}

const struct rtattr *rtnl_next_attribute(struct rtnl_reader *in)
{
	const struct rtattr *a = in->p;
	size_t step;

	if (in->len < sizeof(*a) || a->rta_len < sizeof(*a) || a->rta_len > in->len)
		return NULL;
	step = MIN((size_t)RTA_ALIGN(a->rta_len), in->len);
	in->p = (const char *)in->p + step;
	in->len -= step;
	return a;
}

const struct rtattr *rtnl_find(const struct nlmsghdr *m, size_t body, uint16_t type)
{
	struct rtnl_reader in = rtnl_attributes(m, body);
	const struct rtattr *a;

	while ((a = rtnl_next_attribute(&in)))
		if ((a->rta_type & ~NLA_F_NESTED) == type)
			return a;
	return NULL;
}

size_t rtnl_length(const struct rtattr *a)
{
	return a->rta_len - RTA_LENGTH(0);
}

uint32_t rtnl_u32(const struct rtattr *a)
{
	uint32_t value = 0;

	if (a && rtnl_length(a) == sizeof(value))
		memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

const char *rtnl_text(const struct rtattr *a)
{
	if (!a || !memchr(RTA_DATA(a), '\0', rtnl_length(a)))
		return "";
	return RTA_DATA(a);
}

/* Behind the copy of the request, of which only the header is there with NLM_F_CAPPED. */
static const char *explanation(const struct nlmsghdr *m, const struct nlmsgerr *body)
{
	size_t skip = sizeof(*body);

	if (!(m->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (!(m->nlmsg_flags & NLM_F_CAPPED)) {
		if (body->msg.nlmsg_len < NLMSG_HDRLEN || body->msg.nlmsg_len > m->nlmsg_len)
			return "";
		skip += body->msg.nlmsg_len - NLMSG_HDRLEN;
	}
	return rtnl_text(rtnl_find(m, skip, NLMSGERR_ATTR_MSG));
}

int rtnl_error(const struct nlmsghdr *m, struct err *e)
{
	const struct nlmsgerr *body = rtnl_body(m, sizeof(*body));
	const char *why;

	if (!body || body->error > 0 || body->error < -4095)
		return err_msg(e, EBADMSG, "malformed netlink message");
	if (body->error == 0)
		return 0;
	why = explanation(m, body);
	if (*why)
		return err_msg(e, -body->error, "%s: %s", why, err_words(-body->error));
	return err_msg(e, -body->error, "%s", err_words(-body->error));
}

/* ---- talking ---- */

int rtnl_open(struct err *e)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	autofd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int one = 1;

	if (fd < 0)
		return err_set(e, errno, "open a netlink socket");
	/* Each makes answers better or shorter; a kernel that lacks one answers all the same. */
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		(void)setsockopt(fd, SOL_NETLINK, options[i], &one, sizeof(one));
	return TAKE_FD(fd);
}

static int send_request(int sock, struct rtnl_request *r, struct err *e)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	static uint32_t sequence;

	if (r->overflow)
		return err_msg(e, EMSGSIZE, "netlink request too long");
	r->header.nlmsg_seq = ++sequence;
	if (sendto(sock, r->bytes, r->header.nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return err_set(e, errno, "send a netlink request");
	return 0;
}

static ssize_t receive(int sock, void *buf, struct err *e)
{
	struct sockaddr_nl from;
	socklen_t from_len = sizeof(from);
	ssize_t n;

	do
		n = recvfrom(sock, buf, REPLY_MAX, MSG_TRUNC, (struct sockaddr *)&from, &from_len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(e, errno, "receive a netlink reply");
	if (n > REPLY_MAX || from_len != sizeof(from) || from.nl_pid != 0)
		return err_msg(e, EBADMSG, "malformed netlink message");
	return n;
}

/* A dump that failed on its way says so at its end. */
static int dump_result(const struct nlmsghdr *m, struct err *e)
{
	const int *code = rtnl_body(m, sizeof(*code));

	if (!code || *code >= 0 || *code < -4095)
		return 0;
	return err_msg(e, -*code, "%s", err_words(-*code));
}

void rtnl_reply_take(struct rtnl_reply *to, const struct nlmsghdr *m, struct err *e)
{
	int r = 0;

	to->complete |= m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE;
	if (to->result < 0)
		return;
	if (m->nlmsg_flags & NLM_F_DUMP_INTR)
		r = err_msg(e, EAGAIN, "the network changed while it was read");
	else if (m->nlmsg_type == NLMSG_ERROR)
		r = rtnl_error(m, e);
	else if (m->nlmsg_type == NLMSG_DONE)
		r = dump_result(m, e);
	else if (m->nlmsg_type >= NLMSG_MIN_TYPE && to->each)
		r = to->each(m, to->data, e);
	to->result = MIN(r, 0);
}

/* To its end whatever happens: a socket with half a dump in it takes no other request. */
int rtnl_talk(int sock, struct rtnl_request *r, rtnl_each *each, void *data, struct err *e)
{
	autofree void *buf = xmalloc(REPLY_MAX);
	struct rtnl_reply to = { .each = each, .data = data };
	int ret = send_request(sock, r, e);

	while (ret == 0 && !to.complete) {
		struct rtnl_reader in = { buf, 0 };
		const struct nlmsghdr *m;
		ssize_t n = receive(sock, buf, e);

		if (n < 0)
			return (int)n;
		in.len = (size_t)n;
		while ((m = rtnl_next_message(&in)))
			if (m->nlmsg_seq == r->header.nlmsg_seq)
				rtnl_reply_take(&to, m, e);
	}
	return ret < 0 ? ret : to.result;
}
