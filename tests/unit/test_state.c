/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"
#include "orch/state/diff.h"
#include "orch/state/netmaker.h"
#include "orch/state/undo.h"
#include "test.h"

#include <errno.h>

static struct err e;

/* A document of these containers. */
static int decode(const char *containers, struct document *out)
{
	autofree char *text = xasprintf(
		"{\"version\":1,\"plugins\":{\"lxc\":{\"containers\":[%s]}}}", containers);
	autojson *doc = NULL;

	CHECK_INT(json_parse(text, strlen(text), &doc, &e), 0);
	return document_decode(json_root(doc), out, &e);
}

/* The actions as JSON, with a space between them. */
static char *diff(const char *current, const char *desired, bool prune)
{
	struct document have = { 0 }, want = { 0 };
	struct str out = { 0 };
	struct diff d;

	CHECK_INT(decode(current, &have), 0);
	CHECK_INT(decode(desired, &want), 0);
	diff_make(&have, &want, prune, &d);
	for (size_t i = 0; i < d.n; i++) {
		autojsonout *o = json_out_new(NULL);

		diff_encode(&d.actions[i], o);
		str_addf(&out, "%s%s", i ? " " : "", json_out_text(o, NULL));
	}
	diff_done(&d);
	document_done(&have);
	document_done(&want);
	return str_take(&out);
}

#define A "{\"id\":\"100\",\"bridge\":\"br0\",\"properties\":{\"memory\":512}}"
#define B "{\"id\":\"101\",\"bridge\":\"br0\"}"

TEST(reads_a_container)
{
	struct document d = { 0 };

	CHECK_INT(decode("{\"id\":\"100\",\"veth\":\"x0\",\"bridge\":\"br0\",\"running\":false,"
			 "\"properties\":{\"template\":\"oci:/a\",\"memory\":\"512\",\"cores\":2,"
			 "\"ipv4\":\"10.0.0.5/24\",\"firewall\":true}}," B,
			 &d),
		  0);
	CHECK_INT(d.n, 2);
	CHECK_STR(d.containers[0].veth, "x0");
	CHECK_STR(d.containers[0].image, "oci:/a");
	CHECK_INT(d.containers[0].running, false);
	CHECK_INT(d.containers[0].memory, 512);
	CHECK_INT(d.containers[0].cores, 2);
	CHECK_STR(d.containers[0].ipv4, "10.0.0.5/24");
	CHECK_STR(d.containers[1].veth, "vi101");
	CHECK_INT(d.containers[1].running, true);
	CHECK_INT(d.containers[1].network, DOCUMENT_BRIDGE);
	document_done(&d);
}

TEST(refuses_what_cannot_be)
{
	static const struct {
		const char *containers, *why;
	} bad[] = {
		{ "{}", "plugins.lxc.containers[0].id: " },
		{ "{\"id\":\"../x\",\"bridge\":\"b\"}", "[0].id: " },
		{ "{\"id\":\"-x\",\"bridge\":\"b\"}", "[0].id: " },
		{ "{\"id\":\"1\"}", "[0].bridge: is missing" },
		{ "{\"id\":\"1\",\"bridge\":\"a/b\"}", "[0].bridge" },
		{ "{\"id\":\"1\",\"bridge\":\"b\",\"veth\":\"0123456789abcdef\"}", "[0].veth" },
		{ "{\"id\":\"12345678901234\",\"bridge\":\"b\"}", "[0].veth: is missing" },
		{ A "," A, "[1].id: \"100\" is there twice" },
		{ A ",{\"id\":\"9\",\"veth\":\"vi100\",\"bridge\":\"b\"}",
		  "container 100's already" },
		{ "{\"id\":\"1\",\"bridge\":\"b\",\"properties\":{\"memory\":true}}",
		  "properties.memory: has to be a number, not boolean" },
		{ "{\"id\":\"1\",\"bridge\":\"b\",\"properties\":{\"memory\":\"1G\"}}",
		  "properties.memory" },
		{ "{\"id\":\"1\",\"bridge\":\"b\",\"properties\":{\"network_type\":\"x\"}}",
		  "properties.network_type" },
		{ "{\"id\":\"1\",\"bridge\":\"b\",\"properties\":{\"ipv4\":\"10.0.0.0/24\"}}",
		  "properties.ipv4" },
		{ "{\"id\":\"1\",\"bridge\":\"b\",\"properties\":{\"nameserver\":\"x\"}}",
		  "properties.nameserver" },
		{ "{\"id\":\"1\",\"properties\":{\"network_type\":\"netmaker\",\"ipv4\":\"10.0.0.5/"
		  "24\"}}",
		  "has the host's addresses" },
		{ "7", "plugins.lxc.containers[0]" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct document d = { 0 };

		CHECK_INT(decode(bad[i].containers, &d), -EINVAL);
		CHECK_HAS(e.text, bad[i].why);
		document_done(&d);
	}
}

TEST(a_document_has_plugins)
{
	static const char *const bad[] = { "{}", "[]", "7", "{\"plugins\":[]}",
					   "{\"plugins\":null}" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct document d = { 0 };
		autojson *doc = NULL;

		CHECK_INT(json_parse(bad[i], strlen(bad[i]), &doc, &e), 0);
		CHECK_INT(document_decode(json_root(doc), &d, &e), -EINVAL);
		CHECK_STR(e.text, "plugins: has to be an object");
	}
}

TEST(finds_what_is_to_be_done)
{
	static const struct {
		const char *current, *desired;
		bool prune;
		const char *actions;
	} rows[] = {
		{ "", "", true, "" },
		{ A, A, true, "{\"NoOp\":{\"resource\":\"100\"}}" },
		{ A, "", false, "" },
		{ A, "", true, "{\"Delete\":{\"resource\":\"100\"}}" },
		{ "", B, false,
		  "{\"Create\":{\"resource\":\"101\",\"config\":{\"id\":\"101\",\"veth\":\"vi101\","
		  "\"bridge\":\"br0\",\"running\":true,\"properties\":{\"network_type\":\"bridge\"}"
		  "}}}" },
		{ A, "{\"id\":\"100\",\"bridge\":\"br1\",\"running\":false}", false,
		  "{\"Modify\":{\"resource\":\"100\",\"changes\":{\"running\":false,\"memory\":"
		  "null,"
		  "\"bridge\":\"br1\"}}}" },
		{ A, B, true,
		  "{\"Delete\":{\"resource\":\"100\"}} "
		  "{\"Create\":{\"resource\":\"101\",\"config\":{"
		  "\"id\":\"101\",\"veth\":\"vi101\",\"bridge\":\"br0\",\"running\":true,"
		  "\"properties\":{\"network_type\":\"bridge\"}}}}" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autofree char *got = diff(rows[i].current, rows[i].desired, rows[i].prune);

		CHECK_STR(got, rows[i].actions);
	}
}

TEST(knows_what_a_change_asks_for)
{
	static const struct {
		const char *current, *desired;
		unsigned changes;
	} rows[] = {
		{ A, "{\"id\":\"100\",\"bridge\":\"br0\",\"properties\":{\"memory\":256}}",
		  DIFF_LIMITS },
		{ B, "{\"id\":\"101\",\"bridge\":\"br0\",\"running\":false}", DIFF_RUNNING },
		{ B, "{\"id\":\"101\",\"bridge\":\"br0\",\"veth\":\"x\"}", DIFF_NETWORK },
		{ B, "{\"id\":\"101\",\"bridge\":\"br0\",\"properties\":{\"hostname\":\"x\"}}",
		  DIFF_RECREATE },
		{ B, "{\"id\":\"101\",\"bridge\":\"br0\",\"properties\":{\"template\":\"x\"}}",
		  DIFF_RECREATE },
		{ B, "{\"id\":\"101\",\"properties\":{\"network_type\":\"netmaker\"}}",
		  DIFF_RECREATE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct document have = { 0 }, want = { 0 };
		struct diff d;

		CHECK_INT(decode(rows[i].current, &have), 0);
		CHECK_INT(decode(rows[i].desired, &want), 0);
		diff_make(&have, &want, false, &d);
		CHECK_INT(d.n, 1);
		CHECK_INT(d.actions[0].kind, DIFF_MODIFY);
		CHECK_INT(d.actions[0].changes, rows[i].changes);
		CHECK(!diff_is_empty(&d));
		diff_done(&d);
		document_done(&have);
		document_done(&want);
	}
}

TEST(describes_a_change)
{
	struct document have = { 0 }, want = { 0 };
	autostrv char **v = NULL;
	struct diff d;

	CHECK_INT(decode(A, &have), 0);
	CHECK_INT(decode("{\"id\":\"100\",\"bridge\":\"br0\",\"properties\":{\"cores\":2}}", &want),
		  0);
	diff_make(&have, &want, false, &d);
	v = diff_describe(&d.actions[0]);
	CHECK_INT(strv_len(v), 2);
	CHECK_STR(v[0], "memory from 512 to none");
	CHECK_STR(v[1], "cores from none to 2");
	diff_done(&d);
	document_done(&have);
	document_done(&want);
}

TEST(finds_a_token)
{
	static const struct {
		const char *text, *token;
	} rows[] = {
		{ "NETMAKER_TOKEN=abc", "abc" },
		{ "# x\nA=b\nNETMAKER_TOKEN=\"abc=\" \r\nB=c\n", "abc=" },
		{ "NETMAKER_TOKEN='abc'\n", "abc" },
		{ "", NULL },
		{ "NETMAKER_TOKEN=\n", NULL },
		{ "NETMAKER_TOKEN=-x\n", NULL },
		{ "NETMAKER_TOKEN=a b\n", NULL },
		{ "XNETMAKER_TOKEN=a\n", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autofree char *token = netmaker_token(rows[i].text);

		CHECK_STR(token, rows[i].token);
	}
}

/* What a plan did, undone and done again: in reverse order, with all that an operation has. */
TEST(keeps_how_to_undo)
{
	struct plan_op ops[] = {
		{ .kind = PLAN_OVS_BRIDGE_ADD, .name = "ovs0", .datapath = "netdev" },
		{ .kind = PLAN_OVS_PORT_ADD, .name = "ovs0", .port = "p0", .internal = true },
		{ .kind = PLAN_ADDRESS_DEL, .name = "ovs0" },
		{ .kind = PLAN_ADDRESS_ADD, .name = "ovs0", .restores = true },
		{ .kind = PLAN_ROUTE_ADD, .name = "ovs0", .metric = 7 },
	};
	const struct plan plan = { .ops = ops, .n = ARRAY_SIZE(ops) };
	autojsonout *out = json_out_new(NULL), *again = json_out_new(NULL);
	autojson *doc = NULL;
	struct undo undo = { 0 };
	const char *text;
	size_t len;

	CHECK_INT(ip_parse("10.0.0.1/24", "ip", &ops[2].ip, &e), 0);
	CHECK_INT(ip_parse("10.0.0.2/24", "ip", &ops[3].ip, &e), 0);
	CHECK_INT(ip_parse_address("10.0.0.254", "ip", &ops[4].ip, &e), 0);
	undo_encode(&plan, out);
	text = json_out_text(out, &len);
	CHECK_INT(json_parse(text, len, &doc, &e), 0);
	CHECK_INT(undo_decode(json_root(doc), &undo, &e), 0);
	CHECK_INT(undo.plan.n, 4);
	CHECK_INT(undo.plan.ops[0].kind, PLAN_ROUTE_DEL);
	CHECK_INT(undo.plan.ops[0].metric, 7);
	CHECK(memcmp(&undo.plan.ops[0].ip, &ops[4].ip, sizeof(ops[4].ip)) == 0);
	CHECK_INT(undo.plan.ops[1].kind, PLAN_ADDRESS_ADD);
	CHECK(memcmp(&undo.plan.ops[1].ip, &ops[2].ip, sizeof(ops[2].ip)) == 0);
	CHECK_INT(undo.plan.ops[2].kind, PLAN_OVS_PORT_DEL);
	CHECK_STR(undo.plan.ops[2].port, "p0");
	CHECK(undo.plan.ops[2].internal);
	CHECK_INT(undo.plan.ops[3].kind, PLAN_OVS_BRIDGE_DEL);
	CHECK_STR(undo.plan.ops[3].datapath, "netdev");
	undo_encode(&undo.plan, again);
	CHECK_HAS(json_out_text(again, NULL), "ovs-bridge-add");
	undo_done(&undo);
	CHECK_INT(undo_decode(NULL, &undo, &e), 0);
	CHECK_INT(undo.plan.n, 0);
	undo_done(&undo);
}

TEST(refuses_what_is_no_undo)
{
	static const char *const rows[] = {
		"{}", "[7]", "[{}]", "[{\"op\":\"x\",\"name\":\"a\"}]",
		"[{\"op\":\"address-add\",\"name\":\"a\",\"ip\":\"x\"}]"
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autojson *doc = NULL;
		struct undo undo = { 0 };

		CHECK_INT(json_parse(rows[i], strlen(rows[i]), &doc, &e), 0);
		CHECK_INT(undo_decode(json_root(doc), &undo, &e), -EINVAL);
	}
}

TEST_MAIN
