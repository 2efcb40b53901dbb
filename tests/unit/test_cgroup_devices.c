/* SPDX-License-Identifier: Apache-2.0 */
#include "core/str.h"
#include "engine/cgroup/bpf_devices.h"
#include "engine/cgroup/devices.h"
#include "test.h"
#include <errno.h>
#include <unistd.h>

#define N(x)                                                                                       \
	{                                                                                          \
		.is_set = true, .value = (x)                                                       \
	}
#define ANY                                                                                        \
	{                                                                                          \
		0                                                                                  \
	}
#define RULE(al, ty, ma, mi, ac)                                                                   \
	{                                                                                          \
		.allow = al, .type = (char *)(ty), .major = ma, .minor = mi,                       \
		.access = (char *)(ac)                                                             \
	}

static const struct oci_device_cgroup deny_all = { .allow = false, .access = (char *)"rwm" };
static const struct oci_device_cgroup allow_all = { .allow = true, .access = (char *)"rwm" };
static struct err error;

/* "deny" or "allow", then the exceptions beyond those that every container has. */
#define STANDARD 11

static const char *reduced(const struct oci_device_cgroup *c, size_t n)
{
	static char text[1024];
	_cleanup_(device_rules_done) struct device_rules d = { 0 };
	char rule[DEVICE_TEXT_MAX];
	autostr s = { 0 };

	if (devices_reduce(c, n, &d, &error) < 0)
		return "refused";
	str_add(&s, d.allow ? "allow" : "deny");
	for (size_t i = 0; i < d.n; i++) {
		bool standard = false;
		_cleanup_(device_rules_done) struct device_rules none = { 0 };

		CHECK_INT(devices_reduce(NULL, 0, &none, NULL), 0);
		for (size_t k = 0; k < none.n; k++)
			standard |= memcmp(&none.v[k], &d.v[i], sizeof(none.v[k])) == 0;
		if (!standard || d.allow)
			str_addf(&s, "; %s", device_format(&d.v[i], rule));
	}
	snprintf(text, sizeof(text), "%s", s.p);
	return text;
}

#define REDUCED(...)                                                                               \
	reduced((struct oci_device_cgroup[]){ __VA_ARGS__ },                                       \
		sizeof((struct oci_device_cgroup[]){ __VA_ARGS__ }) /                              \
			sizeof(struct oci_device_cgroup))

TEST(standard_devices)
{
	_cleanup_(device_rules_done) struct device_rules d = { 0 };
	char text[DEVICE_TEXT_MAX];

	CHECK_INT(devices_reduce(NULL, 0, &d, NULL), 0);
	CHECK(!d.allow);
	CHECK_INT(d.n, STANDARD);
	CHECK_STR(device_format(&d.v[0], text), "c *:* m");
	CHECK_STR(device_format(&d.v[1], text), "b *:* m");
	CHECK_STR(device_format(&d.v[2], text), "c 1:3 rwm");
	CHECK_STR(device_format(&d.v[10], text), "c 136:* rwm");
	CHECK_STR(REDUCED(deny_all), "deny");
}

TEST(rules_in_order)
{
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", N(10), N(229), "rw")), "deny; c 10:229 rw");
	CHECK_STR(REDUCED(RULE(true, "c", N(10), N(229), "rw"), deny_all), "deny");
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", N(10), N(229), "r"),
			  RULE(true, "c", N(10), N(229), "w")),
		  "deny; c 10:229 rw");
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", N(10), N(229), "rwm"),
			  RULE(false, "c", N(10), N(229), "w")),
		  "deny; c 10:229 rm");
	CHECK_STR(REDUCED(allow_all), "allow");
	CHECK_STR(REDUCED(allow_all, RULE(false, "b", N(8), ANY, "rwm")), "allow; b 8:* rw");
}

/* docker denies /dev/fuse after its allow list, though nothing allowed it. */
TEST(denied_but_never_allowed)
{
	CHECK_STR(REDUCED(deny_all, RULE(false, "c", N(10), N(229), "rwm")), "deny");
}

/* Only "a" with all devices and all access is the new default. */
TEST(type_a)
{
	CHECK_STR(REDUCED(RULE(true, NULL, N(-1), N(-1), NULL)), "allow");
	CHECK_STR(REDUCED(RULE(true, "a", ANY, ANY, "rwm")), "allow");
	CHECK_STR(REDUCED(RULE(true, "a", N(7), N(1), "r")), "deny; c 7:1 r; b 7:1 r");
	CHECK_STR(REDUCED(RULE(true, "a", ANY, ANY, "r")), "deny; c *:* rm; b *:* rm");
}

TEST(holes_in_wildcards)
{
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", N(10), ANY, "rwm"),
			  RULE(false, "c", N(10), N(229), "w")),
		  "refused");
	CHECK_HAS(error.text, "linux.resources.devices[2]: cannot punch a hole");
	/* the wildcard does not have the access that is denied */
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", N(10), ANY, "r"),
			  RULE(false, "c", N(10), N(229), "w")),
		  "deny; c 10:* r");
	/* denying more than was allowed is no hole */
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", N(10), N(229), "rw"),
			  RULE(false, "c", N(10), ANY, "w")),
		  "deny; c 10:229 r");
	CHECK_STR(REDUCED(allow_all, RULE(false, "c", ANY, ANY, "rwm")), "refused");
}

TEST(malformed_rules)
{
	CHECK_STR(REDUCED(RULE(true, "z", ANY, ANY, "r")), "refused");
	CHECK_HAS(error.text, "linux.resources.devices[0].type");
	CHECK_STR(REDUCED(deny_all, RULE(true, "c", ANY, ANY, "rx")), "refused");
	CHECK_HAS(error.text, "linux.resources.devices[1].access");
	CHECK_STR(REDUCED(RULE(true, "c", ANY, ANY, "")), "refused");
	CHECK_STR(REDUCED(RULE(true, "c", N(1LL << 40), ANY, "r")), "refused");
	CHECK_STR(REDUCED(RULE(true, "c", N(-2), ANY, "r")), "refused");
}

/* ---- v1's writes ---- */

static const char *writes(const char *from, const char *to)
{
	static char text[1024];
	_cleanup_(device_rules_done) struct device_rules a = { 0 }, b = { 0 };
	autofree struct device_write *w = NULL;
	autostr s = { 0 };
	size_t n;

	if ((from && devices_from_list(from, &a, &error) < 0) ||
	    devices_from_list(to, &b, &error) < 0)
		return "refused";
	devices_transition(from ? &a : NULL, &b, &w, &n);
	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s%s %s", i ? "; " : "", w[i].allow ? "+" : "-", w[i].text);
	snprintf(text, sizeof(text), "%s", s.p ? s.p : "");
	return text;
}

TEST(writes_for_a_new_cgroup)
{
	CHECK_STR(writes(NULL, "c 1:3 rwm\nb *:* m\n"), "- a; + c 1:3 rwm; + b *:* m");
	CHECK_STR(writes(NULL, "a *:* rwm\n"), "+ a");
}

TEST(writes_are_the_difference)
{
	CHECK_STR(writes("c 1:3 rwm\n", "c 1:3 rwm\n"), "");
	CHECK_STR(writes("c 1:3 rwm\nc 1:5 rwm\n", "c 1:3 rwm\nc 1:7 r\n"),
		  "+ c 1:7 r; - c 1:5 rwm");
	CHECK_STR(writes("c 1:3 rw\n", "c 1:3 rm\n"), "+ c 1:3 m; - c 1:3 w");
	CHECK_STR(writes("c 1:3 rwm\n", "a *:* rwm\n"), "+ a");
	CHECK_STR(writes("a *:* rwm\n", "c 1:3 rwm\n"), "- a; + c 1:3 rwm");
}

TEST(writes_among_denials)
{
	_cleanup_(device_rules_done) struct device_rules a = { .allow = true },
							 b = { .allow = true };
	struct device_rule x = { 'c', 1, 3, DEVICE_ALL }, y = { 'b', 8, DEVICE_ANY, DEVICE_WRITE };
	autofree struct device_write *w = NULL;
	size_t n;

	a.v = xmalloc(sizeof(x));
	b.v = xmalloc(sizeof(y));
	a.v[0] = x;
	b.v[0] = y;
	a.n = b.n = 1;
	devices_transition(&a, &b, &w, &n);
	CHECK_INT(n, 2);
	CHECK(w[0].allow);
	CHECK_STR(w[0].text, "c 1:3 rwm");
	CHECK(!w[1].allow);
	CHECK_STR(w[1].text, "b 8:* w");
}

TEST(malformed_lists)
{
	CHECK_STR(writes(NULL, "c 1:3\n"), "refused");
	CHECK_STR(writes(NULL, "c 1 rwm\n"), "refused");
	CHECK_STR(writes(NULL, "c x:3 rwm\n"), "refused");
	CHECK_STR(writes(NULL, " 1:3 rwm\n"), "refused");
	CHECK_STR(writes(NULL, "p 1:3 rwm\n"), "refused");
	CHECK_STR(writes(NULL, "nonsense"), "refused");
	CHECK_HAS(error.text, "nonsense");
}

/* ---- v2's program, run here as the kernel would ---- */

static uint64_t operand(const struct bpf_insn *i, const uint64_t *reg)
{
	return BPF_SRC(i->code) == BPF_X ? reg[i->src_reg] : (uint64_t)(int64_t)i->imm;
}

/* Runs the few instructions that such a program has; -1 for any other, or a jump out of it. */
static int64_t run(const struct bpf_insn *prog, size_t n, const struct bpf_cgroup_dev_ctx *ctx)
{
	uint64_t reg[11] = { 0 };

	for (size_t pc = 0; pc < n; pc++) {
		const struct bpf_insn *i = &prog[pc];
		uint32_t dst = (uint32_t)reg[i->dst_reg], src = (uint32_t)operand(i, reg);

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			memcpy(&dst, (const char *)ctx + i->off, sizeof(dst));
			reg[i->dst_reg] = dst;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
		case BPF_ALU64 | BPF_MOV | BPF_K:
			reg[i->dst_reg] = operand(i, reg);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			reg[i->dst_reg] = dst & src;
			break;
		case BPF_ALU | BPF_RSH | BPF_K:
			reg[i->dst_reg] = dst >> src;
			break;
		case BPF_JMP32 | BPF_JNE | BPF_K:
			pc += dst != src ? (size_t)i->off : 0;
			break;
		case BPF_JMP32 | BPF_JEQ | BPF_K:
			pc += dst == src ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_EXIT:
			return (int64_t)reg[0];
		default:
			return -1;
		}
	}
	return -1;
}

struct request {
	char type;
	uint32_t major, minor;
	unsigned access;
	int allowed;
};

static void check_requests(const struct oci_device_cgroup *c, size_t n, const struct request *q)
{
	_cleanup_(device_rules_done) struct device_rules d = { 0 };
	autofree struct bpf_insn *prog = NULL;
	size_t len;

	CHECK_INT(devices_reduce(c, n, &d, NULL), 0);
	devices_bpf(&d, &prog, &len);
	for (; q->type; q++) {
		uint32_t type = q->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK;
		struct bpf_cgroup_dev_ctx ctx = { (uint32_t)q->access << 16 | type, q->major,
						  q->minor };

		if (run(prog, len, &ctx) != q->allowed)
			TEST_FAIL("%c %u:%u %u is not %d", q->type, q->major, q->minor, q->access,
				  q->allowed);
	}
}

TEST(program_that_denies)
{
	const struct oci_device_cgroup c[] = { deny_all, RULE(true, "b", N(8), ANY, "r"),
					       RULE(true, "c", N(0xfffffff0), N(1), "rw") };
	static const struct request q[] = {
		{ 'c', 1, 3, DEVICE_READ | DEVICE_WRITE, 1 },
		{ 'c', 1, 3, DEVICE_ALL, 1 },
		{ 'c', 1, 1, DEVICE_READ, 0 },
		{ 'c', 1, 1, DEVICE_MKNOD, 1 },
		{ 'c', 1, 1, DEVICE_MKNOD | DEVICE_READ, 0 },
		{ 'c', 136, 77, DEVICE_WRITE, 1 },
		{ 'b', 1, 3, DEVICE_READ, 0 },
		{ 'b', 8, 3, DEVICE_READ, 1 },
		{ 'b', 8, 3, DEVICE_READ | DEVICE_WRITE, 0 },
		{ 'b', 8, 3, DEVICE_MKNOD, 1 },
		{ 'b', 9, 3, DEVICE_READ, 0 },
		{ 'c', 0xfffffff0, 1, DEVICE_WRITE, 1 },
		{ 'c', 0xfffffff0, 2, DEVICE_WRITE, 0 },
		{ 0 },
	};

	check_requests(c, ARRAY_SIZE(c), q);
}

TEST(program_that_allows)
{
	const struct oci_device_cgroup c[] = { allow_all, RULE(false, "b", N(8), N(0), "w") };
	static const struct request q[] = {
		{ 'c', 1, 1, DEVICE_ALL, 1 },
		{ 'b', 8, 0, DEVICE_READ, 1 },
		{ 'b', 8, 0, DEVICE_READ | DEVICE_WRITE, 0 },
		{ 'b', 8, 1, DEVICE_WRITE, 1 },
		{ 0 },
	};

	check_requests(c, ARRAY_SIZE(c), q);
}

TEST(kernel_accepts_the_program)
{
	const struct oci_device_cgroup c[] = { deny_all, RULE(true, "b", N(8), ANY, "r") };
	_cleanup_(device_rules_done) struct device_rules d = { 0 };
	autofree struct bpf_insn *prog = NULL;
	autofd int fd = -1;
	size_t n;

	if (geteuid() != 0)
		SKIP("needs root");
	CHECK_INT(devices_reduce(c, ARRAY_SIZE(c), &d, NULL), 0);
	devices_bpf(&d, &prog, &n);
	fd = bpf_devices_load(prog, n, &error);
	if (fd == -EPERM || fd == -ENOSYS)
		SKIP("BPF is not permitted here");
	if (fd < 0)
		TEST_FAIL("%s", error.text);
}

TEST_MAIN
