/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/bpf_devices.h"
#include "engine/cgroup/devices.h"
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ATTACHED_MAX 64

static int bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* What the program needs of an instruction set. */
#define LOAD(dst, src, o)                                                                          \
	((struct bpf_insn){ BPF_LDX | BPF_MEM | BPF_W, dst, src, (int16_t)(o), 0 })
#define MOVE(dst, src) ((struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0 })
#define SET(dst, value) ((struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value })
#define AND(dst, value)                                                                            \
	((struct bpf_insn){ BPF_ALU | BPF_AND | BPF_K, dst, 0, 0, (int32_t)(value) })
#define SHIFT(dst, n) ((struct bpf_insn){ BPF_ALU | BPF_RSH | BPF_K, dst, 0, 0, n })
/* JMP32 compares 32 bits unsigned; a 64-bit comparison would sign-extend numbers from 2^31. */
#define UNLESS(dst, op, value)                                                                     \
	((struct bpf_insn){ BPF_JMP32 | (op) | BPF_K, dst, 0, 0, (int32_t)(value) })
#define RETURN ((struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 })

enum { R0, R1_CTX, R2_TYPE, R3_ACCESS, R4_MAJOR, R5_MINOR };
#define RULE_INSNS 8

/*
 * One exception: each test jumps past it when it does not match. An allowing one matches when it
 * grants all that is asked for; a denying one when it denies any of it.
 */
static size_t put_rule(struct bpf_insn *to, const struct device_rule *rule, bool allow)
{
	size_t n = 0;

	to[n++] = UNLESS(R2_TYPE, BPF_JNE,
			 rule->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
	to[n++] = MOVE(R0, R3_ACCESS);
	to[n++] = AND(R0, allow ? ~rule->access & DEVICE_ALL : rule->access);
	to[n++] = UNLESS(R0, allow ? BPF_JNE : BPF_JEQ, 0);
	if (rule->major != DEVICE_ANY)
		to[n++] = UNLESS(R4_MAJOR, BPF_JNE, (uint32_t)rule->major);
	if (rule->minor != DEVICE_ANY)
		to[n++] = UNLESS(R5_MINOR, BPF_JNE, (uint32_t)rule->minor);
	to[n++] = SET(R0, allow);
	to[n++] = RETURN;
	for (size_t i = 0; i < n; i++)
		if (BPF_CLASS(to[i].code) == BPF_JMP32)
			to[i].off = (int16_t)(n - i - 1);
	return n;
}

void devices_bpf(const struct device_rules *rules, struct bpf_insn **out, size_t *n)
{
	struct bpf_insn *to = xcalloc(8 + rules->n * RULE_INSNS, sizeof(*to));
	size_t i = 0;

	to[i++] = LOAD(R2_TYPE, R1_CTX, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	to[i++] = LOAD(R4_MAJOR, R1_CTX, offsetof(struct bpf_cgroup_dev_ctx, major));
	to[i++] = LOAD(R5_MINOR, R1_CTX, offsetof(struct bpf_cgroup_dev_ctx, minor));
	to[i++] = MOVE(R3_ACCESS, R2_TYPE);
	to[i++] = SHIFT(R3_ACCESS, 16);
	to[i++] = AND(R2_TYPE, 0xffff);
	for (size_t k = 0; k < rules->n; k++)
		i += put_rule(to + i, &rules->v[k], !rules->allow);
	to[i++] = SET(R0, rules->allow);
	to[i++] = RETURN;
	*out = to;
	*n = i;
}

int bpf_devices_load(const struct bpf_insn *insns, size_t n, struct err *e)
{
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = (uint32_t)n;
	attr.license = (uintptr_t) "Apache-2.0";
	/* The descriptor is close-on-exec from birth. */
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		return err_set(e, errno, "load the device program");
	return fd;
}

static int query(int cgroup, uint32_t ids[ATTACHED_MAX], uint32_t *n, struct err *e)
{
	union bpf_attr attr = { 0 };

	attr.query.target_fd = (uint32_t)cgroup;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = ATTACHED_MAX;
	if (bpf(BPF_PROG_QUERY, &attr) < 0)
		return err_set(e, errno, "query the device programs");
	*n = attr.query.prog_cnt;
	return 0;
}

static int prog_open(uint32_t id)
{
	union bpf_attr attr = { 0 };

	attr.prog_id = id;
	return bpf(BPF_PROG_GET_FD_BY_ID, &attr);
}

static int attach(int cgroup, int prog, int replaced)
{
	union bpf_attr attr = { 0 };

	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	if (replaced >= 0) {
		attr.attach_flags |= BPF_F_REPLACE;
		attr.replace_bpf_fd = (uint32_t)replaced;
	}
	return bpf(BPF_PROG_ATTACH, &attr) < 0 ? -errno : 0;
}

static int detach(int cgroup, int prog)
{
	union bpf_attr attr = { 0 };

	attr.target_fd = (uint32_t)cgroup;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return bpf(BPF_PROG_DETACH, &attr) < 0 ? -errno : 0;
}

int bpf_devices_attach(int cgroup, int prog, struct err *e)
{
	uint32_t ids[ATTACHED_MAX] = { 0 }, n = 0;
	int r;

	r = query(cgroup, ids, &n, e);
	if (r < 0)
		return r;
	if (n == 1) {
		autofd int old = prog_open(ids[0]);

		if (old >= 0 && attach(cgroup, prog, old) == 0)
			return 0;
	}
	r = attach(cgroup, prog, -1);
	if (r < 0)
		return err_set(e, -r, "attach the device program");
	for (uint32_t i = 0; i < n; i++) {
		autofd int old = prog_open(ids[i]);

		r = old < 0 ? -errno : detach(cgroup, old);
		if (r < 0 && r != -ENOENT)
			return err_set(e, -r, "detach the old device program");
	}
	return 0;
}
