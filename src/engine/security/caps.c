/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/caps.h"
#include "core/procfs.h"
#include "libocispec/capabilities.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_MAX 63 /* capget(2), version 3, carries 64 bits */
#define BIT(n) (UINT64_C(1) << (n))

#define names oci_capability_names

int caps_parse(const char *name)
{
	size_t skip = strncasecmp(name, "CAP_", 4) == 0 ? 4 : 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(names[i] + 4, name + skip) == 0)
			return (int)i;
	return -EINVAL;
}

const char *caps_name(int cap)
{
	return cap >= 0 && (size_t)cap < ARRAY_SIZE(names) ? names[cap] : NULL;
}

static bool is_known_to_kernel(int cap)
{
	return prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0;
}

int caps_last(void)
{
	static int last = -1;

	if (last >= 0)
		return last;
	last = (int)ARRAY_SIZE(names) - 1;
	while (last > 0 && !is_known_to_kernel(last))
		last--;
	while (last < CAP_MAX && is_known_to_kernel(last + 1))
		last++;
	return last;
}

static void add_unknown(char ***unknown, const char *name)
{
	if (!strv_has(*unknown, name))
		strv_push(unknown, name);
}

/* In a configuration only the exact name counts: what runc drops must not be granted here. */
static uint64_t resolve_set(char *const *v, char ***unknown)
{
	uint64_t set = 0;

	for (; v && *v; v++) {
		int cap = caps_parse(*v);

		if (cap < 0 || cap > caps_last() || !str_eq(*v, names[cap]))
			add_unknown(unknown, *v);
		else
			set |= BIT(cap);
	}
	return set;
}

int caps_resolve(const struct oci_capabilities *c, struct caps *out, char ***unknown,
		 _unused_ struct err *e)
{
	static const struct oci_capabilities none;

	if (!c)
		c = &none;
	*out = (struct caps){
		.bounding = resolve_set(c->bounding, unknown),
		.permitted = resolve_set(c->permitted, unknown),
		.effective = resolve_set(c->effective, unknown),
		.inheritable = resolve_set(c->inheritable, unknown),
		.ambient = resolve_set(c->ambient, unknown),
	};
	return 0;
}

/* The kernel raises only what is permitted and inheritable. Default configurations list ambient
 * capabilities without making them inheritable; runc ignores those, and so do we. */
static uint64_t possible_ambient(const struct caps *c)
{
	return c->ambient & c->permitted & c->inheritable;
}

static int drop_bounding(int cap, struct err *e)
{
	int num;

	if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
		return 0;
	/* Without CAP_SETPCAP even a clear bit cannot be dropped, and need not be. */
	num = errno;
	if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 0)
		return 0;
	return err_set(e, num, "unable to apply caps: drop capability %d from the bounding set",
		       cap);
}

int caps_drop_bounding(const struct caps *c, struct err *e)
{
	int r;

	for (int cap = 0; cap <= caps_last(); cap++) {
		if (c->bounding & BIT(cap))
			continue;
		r = drop_bounding(cap, e);
		if (r < 0)
			return r;
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "unable to set keep caps");
	return 0;
}

static int set_sets(const struct caps *c, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].effective = (uint32_t)(c->effective >> (32 * i));
		data[i].permitted = (uint32_t)(c->permitted >> (32 * i));
		data[i].inheritable = (uint32_t)(c->inheritable >> (32 * i));
	}
	if (syscall(SYS_capset, &head, data) < 0)
		return err_set(e, errno, "unable to apply caps");
	return 0;
}

static int get_sets(struct caps *c, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data) < 0)
		return err_set(e, errno, "read capabilities");
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		c->effective |= (uint64_t)data[i].effective << (32 * i);
		c->permitted |= (uint64_t)data[i].permitted << (32 * i);
		c->inheritable |= (uint64_t)data[i].inheritable << (32 * i);
	}
	return 0;
}

/* Those of @among that are in the bounding set, or that the kernel does not tell of. */
static uint64_t get_bounding(uint64_t among)
{
	uint64_t set = 0;

	for (int cap = 0; cap <= caps_last(); cap++)
		if (among & BIT(cap) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0)
			set |= BIT(cap);
	return set;
}

/* What is not permitted and inheritable cannot be ambient (capabilities(7)): it is not asked for,
 * which mostly leaves nothing to ask. */
static uint64_t get_ambient(uint64_t possible)
{
	uint64_t set = 0;

	for (int cap = 0; cap <= caps_last(); cap++)
		if (possible & BIT(cap) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) != 0)
			set |= BIT(cap);
	return set;
}

static int set_ambient(uint64_t set, struct err *e)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return err_set(e, errno, "unable to apply caps: clear the ambient set");
	for (int cap = 0; set >> cap; cap++)
		if (set & BIT(cap) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return err_set(e, errno, "unable to apply caps: raise capability %d", cap);
	return 0;
}

int caps_apply(const struct caps *c, struct err *e)
{
	int r;

	r = set_sets(c, e);
	if (r < 0)
		return r;
	r = set_ambient(possible_ambient(c), e);
	if (r < 0)
		return r;
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return err_set(e, errno, "unable to clear keep caps");
	return 0;
}

/* All sets but the bounding one. */
static int get_other(struct caps *out, struct err *e)
{
	int r = get_sets(out, e);

	if (r < 0)
		return r;
	out->ambient = get_ambient(out->permitted & out->inheritable);
	return 0;
}

static int get_by_proc(int proc, struct caps *out)
{
	struct proc_mask m[] = { { .name = "CapInh" },
				 { .name = "CapPrm" },
				 { .name = "CapEff" },
				 { .name = "CapBnd" },
				 { .name = "CapAmb" } };
	int r = proc < 0 ? -EBADF : procfs_own_masks(proc, m, ARRAY_SIZE(m));

	if (r < 0)
		return r;
	*out = (struct caps){ .inheritable = m[0].value,
			      .permitted = m[1].value,
			      .effective = m[2].value,
			      .bounding = m[3].value,
			      .ambient = m[4].value };
	return 0;
}

/* What the bounding set of the caller lacks cannot be given, and takes nothing from us. */
static int check_bounding(const struct caps *c, uint64_t is, struct err *e)
{
	if (is & ~c->bounding)
		return err_msg(e, EPERM, "capabilities were not dropped from the bounding set");
	return 0;
}

int caps_verify_bounding(const struct caps *c, int proc, struct err *e)
{
	struct caps is = { 0 };

	if (get_by_proc(proc, &is) < 0)
		is.bounding = get_bounding(~c->bounding);
	return check_bounding(c, is.bounding, e);
}

int caps_verify(const struct caps *c, int proc, bool is_bounded, struct err *e)
{
	struct caps is = { 0 };
	int r = 0;

	if (get_by_proc(proc, &is) < 0) {
		r = get_other(&is, e);
		is.bounding = is_bounded ? 0 : get_bounding(~c->bounding);
	}
	if (r == 0)
		r = check_bounding(c, is.bounding, e);
	if (r < 0)
		return r;
	if (is.effective != c->effective || is.permitted != c->permitted ||
	    is.inheritable != c->inheritable || is.ambient != possible_ambient(c))
		return err_msg(e, EPERM, "capabilities are not what was asked for");
	return 0;
}
