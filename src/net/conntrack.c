/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conntrack.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#define TUPLE_MAX 512
#define FOUND_MAX 65536

/* The tuple of an entry's first packet, as the kernel wrote it: it is what names the entry. */
struct found {
	uint8_t family;
	uint16_t len;
	unsigned char tuple[TUPLE_MAX];
};

struct search {
	const struct conntrack_port *ports;
	size_t n_ports;
	struct found *v;
	size_t n;
};

static const struct nlattr *find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) if (mnl_attr_get_type(a) == type) return a;
	return NULL;
}

/* 0 when it is not UDP. */
static uint16_t udp_port(const struct nlattr *tuple)
{
	const struct nlattr *proto = find(tuple, CTA_TUPLE_PROTO), *number, *port;

	if (!proto)
		return 0;
	number = find(proto, CTA_PROTO_NUM);
	port = find(proto, CTA_PROTO_DST_PORT);
	if (!number || mnl_attr_get_payload_len(number) < 1 ||
	    mnl_attr_get_u8(number) != IPPROTO_UDP || !port || mnl_attr_get_payload_len(port) < 2)
		return 0;
	return ntohs(mnl_attr_get_u16(port));
}

static bool is_wanted(const struct search *s, int family, uint16_t port)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (s->ports[i].family == family && s->ports[i].port == port)
			return true;
	return false;
}

static int on_entry(const struct nlmsghdr *m, void *data)
{
	struct search *s = data;
	const struct nfgenmsg *body = mnl_nlmsg_get_payload(m);
	const struct nlattr *a;
	struct found *f;

	mnl_attr_for_each(a, m, sizeof(*body))
	{
		size_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) != CTA_TUPLE_ORIG || len > TUPLE_MAX ||
		    s->n >= FOUND_MAX || !is_wanted(s, body->nfgen_family, udp_port(a)))
			continue;
		/* doubled when the number is a power of two */
		if ((s->n & (s->n - 1)) == 0)
			s->v = xrealloc(s->v, MAX(s->n * 2, (size_t)1), sizeof(*s->v));
		f = &s->v[s->n++];
		f->family = body->nfgen_family;
		f->len = (uint16_t)len;
		memcpy(f->tuple, mnl_attr_get_payload(a), len);
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *request(void *buf, uint16_t type, uint16_t flags, uint8_t family)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *body;

	m->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type);
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	body = mnl_nlmsg_put_extra_header(m, sizeof(*body));
	body->nfgen_family = family;
	body->version = NFNETLINK_V0;
	return m;
}

/* Returns 0 or -errno. */
static int talk(struct mnl_socket *s, const struct nlmsghdr *m, mnl_cb_t each, void *data)
{
	char buf[16384];
	ssize_t n;
	int r = MNL_CB_OK;

	if (mnl_socket_sendto(s, m, m->nlmsg_len) < 0)
		return -errno;
	while (r == MNL_CB_OK) {
		n = mnl_socket_recvfrom(s, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		r = mnl_cb_run(buf, (size_t)n, 0, mnl_socket_get_portid(s), each, data);
	}
	return r < 0 ? -errno : 0;
}

static int search(struct mnl_socket *socket, struct search *s)
{
	char buf[128];

	return talk(socket, request(buf, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC), on_entry, s);
}

/* Returns 1; 0 when it has gone by itself. */
static int forget(struct mnl_socket *socket, const struct found *f)
{
	char buf[128 + TUPLE_MAX];
	struct nlmsghdr *m = request(buf, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, f->family);
	int r;

	mnl_attr_put(m, CTA_TUPLE_ORIG | NLA_F_NESTED, f->len, f->tuple);
	r = talk(socket, m, NULL, NULL);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : 1;
}

static void mnl_close_p(struct mnl_socket **s)
{
	if (*s)
		(void)mnl_socket_close(*s);
}

int conntrack_forget_udp(const struct conntrack_port *ports, size_t n, struct err *e)
{
	_cleanup_(mnl_close_p) struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct search s = { .ports = ports, .n_ports = n };
	autofree struct found *found = NULL;
	int gone = 0, r;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_set(e, errno, "netfilter netlink");
	r = search(socket, &s);
	found = s.v;
	if (r == -EINVAL || r == -EOPNOTSUPP)
		return 0;
	for (size_t i = 0; i < s.n && r >= 0; i++) {
		r = forget(socket, &found[i]);
		gone += r > 0;
	}
	return r < 0 ? err_set(e, -r, "forget UDP streams") : gone;
}
