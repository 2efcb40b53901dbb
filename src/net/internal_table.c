/* SPDX-License-Identifier: Apache-2.0 */
#include "net/internal_table.h"

#include "net/nft.h"

#define TABLE "inet netctl_internal"

/* The rules are the same for any number of bridges, which are elements. Chains are emptied before,
 * so that a repetition does not add a second copy. */
static const char rules[] =
	"add table " TABLE "\n"
	"add set " TABLE " bridges { type ifname; }\n"
	"add set " TABLE " hosts { type ifname . ipv4_addr; }\n"
	"add chain " TABLE " forward { type filter hook forward priority -10; policy accept; }\n"
	"add chain " TABLE " input { type filter hook input priority -10; policy accept; }\n"
	"flush chain " TABLE " forward\n"
	"flush chain " TABLE " input\n"
	"add rule " TABLE " forward iifname @bridges drop\n"
	"add rule " TABLE " forward oifname @bridges drop\n"
	"add rule " TABLE " input iifname . ip daddr @hosts accept\n"
	"add rule " TABLE " input iifname @bridges drop\n";

/* Names are hashes and addresses were formatted by us: there is nothing to quote. */
int internal_table_add(const struct internal_net *n, struct err *e)
{
	autostr text = { 0 };

	str_add(&text, rules);
	str_addf(&text, "add element " TABLE " bridges { \"%s\" }\n", n->bridge);
	str_addf(&text, "add element " TABLE " hosts { \"%s\" . %s }\n", n->bridge,
		 n->host_address);
	return nft_apply(&text, e);
}

int internal_table_remove(const struct internal_net *n, bool last, struct err *e)
{
	autostr text = { 0 };

	/* Adding before deleting: what is not there is no error. */
	str_add(&text, "add table " TABLE "\n");
	if (last) {
		str_add(&text, "delete table " TABLE "\n");
		return nft_apply(&text, e);
	}
	str_add(&text, rules);
	str_addf(&text, "add element " TABLE " bridges { \"%s\" }\n", n->bridge);
	str_addf(&text, "add element " TABLE " hosts { \"%s\" . %s }\n", n->bridge,
		 n->host_address);
	str_addf(&text, "delete element " TABLE " bridges { \"%s\" }\n", n->bridge);
	str_addf(&text, "delete element " TABLE " hosts { \"%s\" . %s }\n", n->bridge,
		 n->host_address);
	return nft_apply(&text, e);
}
