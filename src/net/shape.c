/* SPDX-License-Identifier: Apache-2.0 */
#include "net/shape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <net/if.h>

#define LATENCY_MS 25

int shape_set(struct nl *nl, int index, uint64_t rate, uint32_t burst, struct err *e)
{
	struct tcmsg body = { .tcm_ifindex = index, .tcm_parent = TC_H_ROOT };
	uint64_t limit = rate / 1000 * LATENCY_MS + burst;
	struct tc_tbf_qopt options = {
		.rate = { .rate = (uint32_t)MIN(rate, (uint64_t)UINT32_MAX),
			  .linklayer = TC_LINKLAYER_ETHERNET },
		.limit = (uint32_t)MIN(limit, (uint64_t)UINT32_MAX),
	};
	struct nl_request r;
	struct nlattr *nest;
	int ret;

	nl_begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &body, sizeof(body));
	nl_put_text(&r, TCA_KIND, "tbf");
	nest = nl_nest(&r, TCA_OPTIONS);
	nl_put(&r, TCA_TBF_PARMS, &options, sizeof(options));
	nl_put_u32(&r, TCA_TBF_BURST, burst);
	if (rate > UINT32_MAX)
		nl_put(&r, TCA_TBF_RATE64, &rate, sizeof(rate));
	nl_nest_end(&r, nest);
	ret = nl_talk(nl, &r, NULL, NULL, e);
	if (ret == -ENOENT)
		return err_msg(e, EOPNOTSUPP, "limit the rate: this kernel has no tbf");
	return ret < 0 ? err_wrap(e, "limit the rate: ") : 0;
}

/* ---- what comes in ---- */

#define INGRESS_HANDLE 0xffff0000
#define RULE_PRIORITY 1

static void put_redirect(struct nl_request *r, int to)
{
	const struct tc_mirred mirred = {
		.action = TC_ACT_STOLEN,
		.eaction = TCA_EGRESS_REDIR,
		.ifindex = (uint32_t)to,
	};
	struct nlattr *actions = nl_nest(r, TCA_U32_ACT), *first = nl_nest(r, 1), *options;

	nl_put_text(r, TCA_ACT_KIND, "mirred");
	options = nl_nest(r, TCA_ACT_OPTIONS);
	nl_put(r, TCA_MIRRED_PARMS, &mirred, sizeof(mirred));
	nl_nest_end(r, options);
	nl_nest_end(r, first);
	nl_nest_end(r, actions);
}

/* One rule, which every packet meets: no bit of its key is looked at. */
static int add_rule(struct nl *nl, int index, int to, struct err *e)
{
	const struct tcmsg body = {
		.tcm_ifindex = index,
		.tcm_parent = INGRESS_HANDLE,
		.tcm_info = TC_H_MAKE(RULE_PRIORITY << 16, htons(ETH_P_ALL)),
	};
	const struct tc_u32_sel head = { .flags = TC_U32_TERMINAL, .nkeys = 1 };
	unsigned char selector[sizeof(head) + sizeof(struct tc_u32_key)] = { 0 };
	struct nl_request r;
	struct nlattr *options;

	memcpy(selector, &head, sizeof(head));
	nl_begin(&r, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	nl_put_text(&r, TCA_KIND, "u32");
	options = nl_nest(&r, TCA_OPTIONS);
	nl_put(&r, TCA_U32_SEL, selector, sizeof(selector));
	put_redirect(&r, to);
	nl_nest_end(&r, options);
	return nl_talk(nl, &r, NULL, NULL, e);
}

static int add_ingress(struct nl *nl, int index, struct err *e)
{
	const struct tcmsg body = {
		.tcm_ifindex = index,
		.tcm_parent = TC_H_INGRESS,
		.tcm_handle = INGRESS_HANDLE,
	};
	struct nl_request r;

	nl_begin(&r, RTM_NEWQDISC, NLM_F_CREATE, &body, sizeof(body));
	nl_put_text(&r, TCA_KIND, "ingress");
	return nl_talk(nl, &r, NULL, NULL, e);
}

int shape_receive(struct nl *nl, int index, int through, struct err *e)
{
	int r = add_ingress(nl, index, e);

	if (r == 0)
		r = add_rule(nl, index, through, e);
	if (r == -ENOENT)
		return err_msg(e, EOPNOTSUPP,
			       "limit what is received: this kernel has no ingress, u32 or mirred");
	return r < 0 ? err_wrap(e, "limit what is received: ") : 0;
}

/* ---- what is there ---- */

struct search {
	int index;
	bool found;
	uint64_t rate;
};

static int on_qdisc(const struct nlmsghdr *m, void *data, struct err *e _unused_)
{
	const struct tcmsg *body = nl_body(m, sizeof(*body));
	const struct nlattr *table[TCA_MAX + 1], *options[TCA_TBF_MAX + 1];
	const struct tc_tbf_qopt *qopt;
	struct search *s = data;

	if (!body || body->tcm_ifindex != s->index || body->tcm_parent != TC_H_ROOT)
		return 0;
	nl_attributes(m, sizeof(*body), table, TCA_MAX);
	if (!str_eq(nl_text(table[TCA_KIND]), "tbf"))
		return 0;
	nl_nested(table[TCA_OPTIONS], options, TCA_TBF_MAX);
	if (!options[TCA_TBF_PARMS] ||
	    mnl_attr_get_payload_len(options[TCA_TBF_PARMS]) < sizeof(*qopt))
		return 0;
	qopt = mnl_attr_get_payload(options[TCA_TBF_PARMS]);
	s->found = true;
	s->rate = qopt->rate.rate;
	if (options[TCA_TBF_RATE64] && mnl_attr_get_payload_len(options[TCA_TBF_RATE64]) >= 8)
		s->rate = mnl_attr_get_u64(options[TCA_TBF_RATE64]);
	return 0;
}

int shape_get(struct nl *nl, int index, uint64_t *rate, struct err *e)
{
	struct tcmsg body = { .tcm_ifindex = index };
	struct search s = { .index = index };
	struct nl_request r;
	int ret;

	nl_begin(&r, RTM_GETQDISC, NLM_F_DUMP, &body, sizeof(body));
	ret = nl_dump(nl, &r, on_qdisc, NULL, &s, e);
	if (ret < 0)
		return ret;
	if (s.found)
		*rate = s.rate;
	return s.found;
}
