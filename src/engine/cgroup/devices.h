/* SPDX-License-Identifier: Apache-2.0 */
/**
 * devices.h - which devices a container may use: the rules reduced, and made into writes or BPF.
 *
 * All pure. The rules have the meaning that the v1 controller gives them: one default, and a list
 * of exceptions to it.
 */
#ifndef ENGINE_CGROUP_DEVICES_H
#define ENGINE_CGROUP_DEVICES_H

#include "core/err.h"
#include "libocispec/config.h"
#include <linux/bpf.h>

/* The kernel's bits (BPF_DEVCG_ACC_*). */
enum { DEVICE_MKNOD = 1, DEVICE_READ = 2, DEVICE_WRITE = 4, DEVICE_ALL = 7 };
#define DEVICE_ANY (-1)

struct device_rule {
	char type;	      /* 'c' or 'b' */
	int64_t major, minor; /* or DEVICE_ANY */
	unsigned access;
};

struct device_rules {
	bool allow;	       /* what is done with a device that no exception matches */
	struct device_rule *v; /* the exceptions */
	size_t n;
};

void device_rules_done(struct device_rules *d);

/**
 * devices_reduce - the config's rules in order, then the devices that every container has.
 *
 * Those are null, zero, full, random, urandom, tty, ptmx, pts/N, net/tun, and mknod of anything.
 * Without a rule, the default is to deny.
 *
 * Returns: 0, or -EINVAL naming the rule: a malformed one, or one that would punch a hole in an
 * earlier wildcard, which neither kernel interface can express.
 */
int devices_reduce(const struct oci_device_cgroup *config, size_t n, struct device_rules *out,
		   struct err *e);

/* devices_from_list - what v1's devices.list says is in force. */
int devices_from_list(const char *text, struct device_rules *out, struct err *e);

/* "c 1:3 rwm", as devices.allow and devices.deny take it. */
#define DEVICE_TEXT_MAX 40
const char *device_format(const struct device_rule *rule, char out[DEVICE_TEXT_MAX]);

struct device_write {
	bool allow; /* devices.allow or devices.deny */
	char text[DEVICE_TEXT_MAX];
};

/**
 * devices_transition - the fewest writes from one set of rules to another.
 * @from: NULL when it is not known, as in a new cgroup
 *
 * What both allow stays allowed throughout.
 */
void devices_transition(const struct device_rules *from, const struct device_rules *to,
			struct device_write **out, size_t *n);

/* devices_bpf - the same rules as a BPF_PROG_TYPE_CGROUP_DEVICE program; *out is heap. */
void devices_bpf(const struct device_rules *rules, struct bpf_insn **out, size_t *n);

#endif
