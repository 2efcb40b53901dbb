/* SPDX-License-Identifier: Apache-2.0 */
#include "net/nft.h"

#include "core/proc.h"

#include <errno.h>
#include <unistd.h>

#define NFT_TIMEOUT_MS 30000
#define NFT_OUTPUT_MAX 4096

const char *const nft_set_names[NFT_SETS] = {
	[NFT_HOST4] = "host4",	   [NFT_ANY4] = "any4",	      [NFT_HOST6] = "host6",
	[NFT_ANY6] = "any6",	   [NFT_NEAR4] = "near4",     [NFT_NEAR6] = "near6",
	[NFT_SOURCE4] = "source4", [NFT_SOURCE6] = "source6",
};

/*
 * The guard: with route_localnet, which lets the host reach a container by 127.0.0.1, the kernel
 * would take packets for 127.0.0.0/8 from the network, too (CVE-2020-8558).
 */
static const char table_text[] =
	"add table inet runlet { comment \"" NFT_TABLE_VERSION "\"; }\n"
	"add map inet runlet host4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . "
	"inet_service; }\n"
	"add map inet runlet any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }\n"
	"add map inet runlet host6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . "
	"inet_service; }\n"
	"add map inet runlet any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }\n"
	"add set inet runlet near4 { type ipv4_addr . ipv4_addr; flags interval; }\n"
	"add set inet runlet near6 { type ipv6_addr . ipv6_addr; flags interval; }\n"
	"add set inet runlet source4 { type ipv4_addr; }\n"
	"add set inet runlet source6 { type ipv6_addr; }\n"
	"add chain inet runlet ports\n"
	"add chain inet runlet prerouting { type nat hook prerouting priority -100; }\n"
	"add chain inet runlet output { type nat hook output priority -100; }\n"
	"add chain inet runlet postrouting { type nat hook postrouting priority 100; }\n"
	"add chain inet runlet guard { type filter hook prerouting priority -300; }\n"
	"flush table inet runlet\n"
	"add rule inet runlet prerouting fib daddr type local jump ports\n"
	"add rule inet runlet output fib daddr type local jump ports\n"
	"add rule inet runlet ports meta l4proto { tcp, udp } "
	"dnat ip to ip daddr . meta l4proto . th dport map @host4\n"
	"add rule inet runlet ports meta nfproto ipv4 meta l4proto { tcp, udp } "
	"dnat ip to meta l4proto . th dport map @any4\n"
	"add rule inet runlet ports meta l4proto { tcp, udp } "
	"dnat ip6 to ip6 daddr . meta l4proto . th dport map @host6\n"
	"add rule inet runlet ports meta nfproto ipv6 meta l4proto { tcp, udp } "
	"dnat ip6 to meta l4proto . th dport map @any6\n"
	"add rule inet runlet postrouting ct status dnat ip saddr . ip daddr @near4 masquerade\n"
	"add rule inet runlet postrouting ct status dnat ip6 saddr . ip6 daddr @near6 masquerade\n"
	"add rule inet runlet postrouting ct status dnat ip saddr 127.0.0.0/8 oifname != \"lo\" "
	"masquerade\n"
	"add rule inet runlet postrouting ip saddr @source4 ip daddr . ip saddr != @near4 "
	"ip daddr != 224.0.0.0/4 oifname != \"lo\" masquerade\n"
	"add rule inet runlet postrouting ip6 saddr @source6 ip6 daddr . ip6 saddr != @near6 "
	"ip6 daddr != ff00::/8 oifname != \"lo\" masquerade\n"
	"add rule inet runlet guard iifname != \"lo\" ip daddr 127.0.0.0/8 drop\n";

void nft_table_text(struct str *out)
{
	str_add(out, table_text);
}

static const char *program(void)
{
	static const char *const places[] = { "/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft",
					      "/usr/bin/nft" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (access(places[i], X_OK) == 0)
			return places[i];
	return NULL;
}

/* The first line of what nft says is the reason; behind it is the text again, with a mark. */
static int explain(int status, struct str *output, struct err *e)
{
	char *end = output->p ? strchr(output->p, '\n') : NULL;

	if (end)
		*end = '\0';
	if (output->p && strstr(output->p, "File exists"))
		return err_msg(e, EEXIST, "nft: %s", output->p);
	if (output->p && strstr(output->p, "Operation not permitted"))
		return err_msg(e, EPERM, "nft: %s", output->p);
	return err_msg(e, EIO, "nft: %s (status %d)", output->p ? output->p : "no reason given",
		       proc_exit_code(status));
}

int nft_apply(const struct str *text, struct err *e)
{
	const char *path = program();
	char *argv[] = { (char *)"nft", (char *)"-f", (char *)"-", NULL };
	autostr output = { 0 };
	struct proc_run run = {
		.path = path,
		.argv = argv,
		.input = text->p,
		.input_len = text->len,
		.timeout_ms = NFT_TIMEOUT_MS,
		.output_max = NFT_OUTPUT_MAX,
		.output = &output,
	};
	int r;

	if (!path)
		return err_msg(e, ENOENT,
			       "nft is not installed, which port maps and masquerade need");
	r = proc_run(&run, e);
	if (r < 0)
		return err_wrap(e, "nft: ");
	return r == 0 ? 0 : explain(r, &output, e);
}
