/* SPDX-License-Identifier: Apache-2.0 */
#include "net/shape.h"

#include <errno.h>
#include <linux/pkt_sched.h>
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
