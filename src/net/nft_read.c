/* SPDX-License-Identifier: Apache-2.0 */
#include "net/nft.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <unistd.h>

#define TABLE "runlet"
/* The user data of tables and of elements are rows of type, length and value; a comment is type 0
 * in both. */
#define USERDATA_COMMENT 0
#define READ_TRIES 8

struct reading {
	enum nft_set set;
	struct nft_elements *out;
	bool version_is_ours;
};

static void mnl_close_p(struct mnl_socket **s)
{
	if (*s)
		(void)mnl_socket_close(*s);
}

void nft_elements_done(struct nft_elements *l)
{
	free(l->v);
	*l = (struct nft_elements){ 0 };
}

/* Copies the comment of user data, "" without one. */
static void read_comment(const unsigned char *p, size_t len, char *out, size_t size)
{
	out[0] = '\0';
	while (len >= 2 && len - 2 >= p[1]) {
		size_t n = p[1];

		if (p[0] == USERDATA_COMMENT) {
			n = strnlen((const char *)p + 2, n);
			n = MIN(n, size - 1);
			memcpy(out, p + 2, n);
			out[n] = '\0';
			return;
		}
		p += 2 + n;
		len -= 2 + n;
	}
}

/* The value of a nested NFTA_DATA_VALUE. Returns false when there is none that fits. */
static bool read_value(const struct nlattr *nest, unsigned char *out, size_t *len)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest)
	{
		size_t n = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) != NFTA_DATA_VALUE)
			continue;
		if (n == 0 || n > NFT_KEY_MAX)
			return false;
		memcpy(out, mnl_attr_get_payload(a), n);
		*len = n;
		return true;
	}
	return false;
}

static bool read_element(const struct nlattr *nest, enum nft_set set, struct nft_element *out)
{
	const struct nlattr *a;
	bool ok = true;

	*out = (struct nft_element){ .set = set };
	mnl_attr_for_each_nested(a, nest)
	{
		switch (mnl_attr_get_type(a)) {
		case NFTA_SET_ELEM_KEY:
			ok &= read_value(a, out->key, &out->key_len);
			break;
		case NFTA_SET_ELEM_KEY_END:
			ok &= read_value(a, out->key_end, &out->key_end_len);
			break;
		case NFTA_SET_ELEM_DATA:
			ok &= read_value(a, out->data, &out->data_len);
			break;
		case NFTA_SET_ELEM_USERDATA:
			read_comment(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a),
				     out->comment, sizeof(out->comment));
			break;
		default:
			break;
		}
	}
	return ok && out->key_len > 0;
}

static bool read_list(const struct nlattr *list, enum nft_set set, struct nft_elements *out)
{
	const struct nlattr *a;
	struct nft_element element;

	mnl_attr_for_each_nested(a, list)
	{
		if (!read_element(a, set, &element))
			return false;
		/* doubled when the number is a power of two */
		if ((out->n & (out->n - 1)) == 0)
			out->v = xrealloc(out->v, MAX(out->n * 2, (size_t)1), sizeof(*out->v));
		out->v[out->n++] = element;
	}
	return true;
}

int nft_message_read(const void *message, size_t len, enum nft_set set, struct nft_elements *out)
{
	const struct nlmsghdr *m = message;
	const struct nlattr *a;

	/* libmnl takes a length that is too large for negative, and so for small */
	if (len < sizeof(*m) || len > INT32_MAX || m->nlmsg_len > len ||
	    !mnl_nlmsg_ok(m, (int)len) || mnl_nlmsg_get_payload_len(m) < sizeof(struct nfgenmsg))
		return -EBADMSG;
	mnl_attr_for_each(a, m,
			  sizeof(struct nfgenmsg)) if (mnl_attr_get_type(a) ==
							       NFTA_SET_ELEM_LIST_ELEMENTS &&
						       !read_list(a, set, out)) return -EBADMSG;
	return 0;
}

static int on_elements(const struct nlmsghdr *m, void *data)
{
	struct reading *r = data;

	if (nft_message_read(m, m->nlmsg_len, r->set, r->out) == 0)
		return MNL_CB_OK;
	errno = EBADMSG;
	return MNL_CB_ERROR;
}

static int on_table(const struct nlmsghdr *m, void *data)
{
	struct reading *r = data;
	const struct nlattr *a;
	char comment[NFT_COMMENT_MAX + 1];

	mnl_attr_for_each(a, m, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(a) != NFTA_TABLE_USERDATA)
			continue;
		read_comment(mnl_attr_get_payload(a), mnl_attr_get_payload_len(a), comment,
			     sizeof(comment));
		r->version_is_ours = str_eq(comment, NFT_TABLE_VERSION);
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *request(void *buf, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *body;

	m->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	body = mnl_nlmsg_put_extra_header(m, sizeof(*body));
	body->nfgen_family = NFPROTO_INET;
	body->version = NFNETLINK_V0;
	return m;
}

/* Sends, and reads all of the reply. Returns 0 or -errno. */
static int talk(struct mnl_socket *s, const struct nlmsghdr *m, mnl_cb_t each, struct reading *r)
{
	char buf[16384];
	ssize_t n;
	int ret = MNL_CB_OK;

	if (mnl_socket_sendto(s, m, m->nlmsg_len) < 0)
		return -errno;
	while (ret == MNL_CB_OK) {
		n = mnl_socket_recvfrom(s, buf, sizeof(buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(buf, (size_t)n, 0, mnl_socket_get_portid(s), each, r);
	}
	return ret < 0 ? -errno : 0;
}

/* Returns -ENOENT without such a table. */
static int read_table(struct mnl_socket *s, struct reading *r)
{
	char buf[256];
	struct nlmsghdr *m = request(buf, NFT_MSG_GETTABLE, NLM_F_ACK);

	mnl_attr_put_strz(m, NFTA_TABLE_NAME, TABLE);
	return talk(s, m, on_table, r);
}

static int read_set(struct mnl_socket *s, struct reading *r)
{
	char buf[256];
	struct nlmsghdr *m = request(buf, NFT_MSG_GETSETELEM, NLM_F_DUMP);

	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, TABLE);
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_SET, nft_set_names[r->set]);
	return talk(s, m, on_elements, r);
}

static int read_all(struct mnl_socket *s, struct reading *r)
{
	int ret = read_table(s, r);

	for (int set = 0; set < NFT_SETS && ret == 0; set++) {
		r->set = set;
		ret = read_set(s, r);
	}
	return ret;
}

int nft_table_read(struct nft_elements *out, struct err *e)
{
	_cleanup_(mnl_close_p) struct mnl_socket *s =
		mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	struct reading r = { .out = out };
	int ret = -EINTR;

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_set(e, errno, "netfilter netlink");
	/* A dump that a change has overtaken is interrupted. */
	for (int i = 0; i < READ_TRIES && (ret == -EINTR || ret == -EAGAIN); i++) {
		nft_elements_done(out);
		ret = read_all(s, &r);
	}
	if (ret == -ENOENT)
		return 0;
	if (ret < 0) {
		nft_elements_done(out);
		return err_set(e, -ret, "read the nftables table %s", TABLE);
	}
	return r.version_is_ours ? 1 : 0;
}
