/* SPDX-License-Identifier: Apache-2.0 */
/* Where and when a process runs, and where its memory comes from. */
#include "engine/security/attrs.h"

#include <errno.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux has at most 8192 CPUs and 1024 memory nodes; it cuts a longer mask to its own length. */
#define MASK_BITS 8192
#define NODE_BITS 1024
#define WORD_BITS (sizeof(unsigned long) * CHAR_BIT)
#define LIST_MAX 4096 /* bytes of text */

struct mask {
	unsigned long word[MASK_BITS / WORD_BITS];
};

/* The first version of the kernel's struct, under our own name: the C library has begun to define
 * it, in a header that clashes with the kernel's. */
struct sched_attr_v0 {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

int attrs_set_scheduler(const struct oci_process *p, struct err *e)
{
	const struct oci_scheduler *s = p->scheduler;
	struct sched_attr_v0 attr;

	if (!s)
		return 0;
	attr = (struct sched_attr_v0){
		.size = sizeof(attr),
		.policy = (uint32_t)s->policy - 1,
		.flags = s->flags.value,
		.nice = (int32_t)s->nice.value,
		.priority = (uint32_t)s->priority.value,
		.runtime = s->runtime_ns.value,
		.deadline = s->deadline_ns.value,
		.period = s->period_ns.value,
	};
	if (syscall(SYS_sched_setattr, 0, &attr, 0) < 0)
		return err_set(e, errno, "error setting scheduler");
	return 0;
}

static int parse_number(const char **text, unsigned bits, unsigned *out)
{
	unsigned v = 0;
	const char *s = *text;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (unsigned)(*s - '0');
		if (v >= bits)
			return -ERANGE;
	}
	*text = s;
	*out = v;
	return 0;
}

/* "3" or "0-7". */
static int parse_range(const char **text, unsigned bits, struct mask *m)
{
	unsigned first, last;
	int r;

	r = parse_number(text, bits, &first);
	if (r < 0)
		return r;
	last = first;
	if (**text == '-') {
		(*text)++;
		r = parse_number(text, bits, &last);
		if (r < 0)
			return r;
	}
	if (last < first)
		return -EINVAL;
	for (unsigned i = first; i <= last; i++)
		m->word[i / WORD_BITS] |= 1UL << i % WORD_BITS;
	return 0;
}

/* A list as cpuset(7) writes it: "0-3,7". Not empty. */
static int parse_list(const char *text, unsigned bits, struct mask *m)
{
	int r;

	*m = (struct mask){ 0 };
	if (strnlen(text, LIST_MAX) == LIST_MAX)
		return -E2BIG;
	for (;;) {
		r = parse_range(&text, bits, m);
		if (r < 0)
			return r;
		if (!*text)
			return 0;
		if (*text++ != ',')
			return -EINVAL;
	}
}

int attrs_set_memory_policy(const struct oci_linux *l, struct err *e)
{
	const struct oci_memory_policy *p = l ? l->memory_policy : NULL;
	bool has_nodes = p && p->nodes && *p->nodes;
	struct mask m;
	int r;

	if (!p)
		return 0;
	if (has_nodes) {
		r = parse_list(p->nodes, NODE_BITS, &m);
		if (r < 0)
			return err_msg(e, -r, "linux.memoryPolicy.nodes: bad list \"%s\"",
				       p->nodes);
	}
	/* The kernel reads one bit less than it is told. */
	if (syscall(SYS_set_mempolicy, (p->mode - 1) | (int)p->flags.value,
		    has_nodes ? m.word : NULL, has_nodes ? NODE_BITS + 1UL : 0UL) < 0)
		return err_set(e, errno, "unable to set the memory policy");
	return 0;
}

/* The system call: the C library's mask of fixed size ends at 1024 CPUs. */
static int set_affinity(const struct mask *m)
{
	return (int)syscall(SYS_sched_setaffinity, 0, sizeof(m->word), m->word);
}

int attrs_reset_affinity(struct err *e)
{
	struct mask m;

	memset(&m, 0xff, sizeof(m));
	if (set_affinity(&m) < 0)
		return err_set(e, errno, "unable to reset the CPU affinity");
	return 0;
}

int attrs_set_affinity(const char *cpus, struct err *e)
{
	struct mask m;
	int r;

	if (!cpus || !*cpus)
		return 0;
	r = parse_list(cpus, MASK_BITS, &m);
	if (r < 0)
		return err_msg(e, -r, "execCPUAffinity: bad CPU list \"%s\"", cpus);
	if (set_affinity(&m) < 0)
		return err_set(e, errno, "unable to set the CPU affinity to %s", cpus);
	return 0;
}
