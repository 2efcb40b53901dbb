/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/seccomp.h"

#include "engine/security/seccomp_cache.h"
#include "engine/security/seccomp_enosys.h"
#include "engine/security/seccomp_rules.h"
#include <ctype.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARCH_PREFIX "SCMP_ARCH_"
/* From this many rules on libseccomp orders the calls as a tree. Loading is then twice as fast,
 * since the kernel (5.11) tries every number to find those that are always allowed. A tree is up to
 * twice as large, and must not be what makes a profile too large. */
#define TREE_MIN 32
#define TREE_COST_MAX (BPF_MAXINSNS / 2)

struct archs {
	uint32_t v[SECCOMP_ARCHS_MAX];
	size_t n;
};

static void release_p(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

/* The kernel reads the filter only when it knows the flags: EFAULT, then. */
static bool is_supported(unsigned long flags)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}

/*
 * TSYNC means nothing to a process with one thread, and WAIT_KILLABLE_RECV nothing without a
 * listener; the kernel refuses both there. Absent flags mean SPEC_ALLOW, as in runc: the processes
 * of a container opt out of the speculation mitigation that a filter would switch on.
 */
static int find_flags(const struct oci_seccomp *s, bool notify, unsigned long *out, struct err *e)
{
	unsigned long flags = (unsigned long)s->flags.value & ~SECCOMP_FILTER_FLAG_TSYNC;
	unsigned long listener = notify ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;

	if (!s->flags.is_set)
		flags = is_supported(SECCOMP_FILTER_FLAG_SPEC_ALLOW) ?
				SECCOMP_FILTER_FLAG_SPEC_ALLOW :
				0;
	if (!notify)
		flags &= ~SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	if (flags && s->flags.is_set && !is_supported(flags | listener))
		return err_msg(e, EINVAL, "seccomp flags 0x%lx are not supported by the kernel",
			       flags);
	*out = flags;
	return 0;
}

static bool has_notify(const struct oci_seccomp *s)
{
	for (size_t i = 0; i < s->n_syscalls; i++)
		if (s->syscalls[i].action == OCI_ACT_NOTIFY)
			return true;
	return false;
}

/* libseccomp's own names are the specification's in lower case, without the prefix. */
static uint32_t resolve_arch(const char *name)
{
	char lower[32];
	size_t n;

	if (!str_starts(name, ARCH_PREFIX))
		return 0;
	name += strlen(ARCH_PREFIX);
	n = strlen(name);
	if (n >= sizeof(lower))
		return 0;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	return seccomp_arch_resolve_name(lower);
}

/* The native one is there from the beginning: the container's programs are of it. */
static int add_archs(scmp_filter_ctx ctx, const struct oci_seccomp *s, struct archs *out,
		     struct err *e)
{
	out->v[out->n++] = seccomp_arch_native();
	for (char **name = s->architectures; name && *name; name++) {
		uint32_t arch = resolve_arch(*name);
		int r;

		if (!arch)
			return err_msg(e, EINVAL, "seccomp: libseccomp does not know %s", *name);
		r = seccomp_arch_add(ctx, arch);
		if (r == -EEXIST)
			continue;
		if (r == 0 && out->n == SECCOMP_ARCHS_MAX)
			r = -E2BIG;
		if (r < 0)
			return err_set(e, -r, "seccomp: error adding architecture %s", *name);
		out->v[out->n++] = arch;
	}
	return 0;
}

static int add_rules(scmp_filter_ctx ctx, const struct seccomp_rules *rules, struct err *e)
{
	for (size_t i = 0; i < rules->n; i++) {
		const struct seccomp_rule *rule = &rules->v[i];
		int r = seccomp_rule_add_array(ctx, rule->action, rule->nr, rule->n_args,
					       rule->args);

		if (r < 0)
			return err_set(e, -r, "seccomp: error adding a rule for system call %s",
				       rule->name);
	}
	return 0;
}

static int too_large(struct err *e)
{
	return err_msg(e, E2BIG,
		       "seccomp: the profile needs more than the %d instructions that the kernel "
		       "takes",
		       BPF_MAXINSNS);
}

static int export(scmp_filter_ctx ctx, const struct sock_filter *stub, size_t n_stub,
		  struct seccomp_program *out, struct err *e)
{
	size_t skip = n_stub * sizeof(*stub), size;
	autofree char *filter = NULL;
	autofd int fd = -1;
	off_t end;
	int r;

	fd = memfd_create("seccomp", MFD_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "memfd_create");
	r = seccomp_export_bpf(ctx, fd);
	if (r == -E2BIG)
		return too_large(e);
	if (r < 0)
		return err_set(e, -r, "seccomp: error compiling the profile");
	end = lseek(fd, 0, SEEK_END);
	if (end < 0)
		return err_set(e, errno, "seccomp: read the compiled profile");
	size = (size_t)end;
	if (skip + size > BPF_MAXINSNS * sizeof(*stub))
		return too_large(e);
	filter = xmalloc(skip + size);
	if (skip)
		memcpy(filter, stub, skip);
	if (pread(fd, filter + skip, size, 0) != end)
		return err_set(e, EIO, "seccomp: read the compiled profile");
	out->n = (skip + size) / sizeof(*stub);
	out->filter = TAKE(filter);
	return 0;
}

static int compile(const struct oci_seccomp *s, struct seccomp_program *out, struct err *e)
{
	_cleanup_(seccomp_rules_done) struct seccomp_rules rules = { 0 };
	_cleanup_(release_p) scmp_filter_ctx ctx = NULL;
	struct sock_filter stub[SECCOMP_ENOSYS_MAX];
	struct archs archs = { 0 };
	size_t cost;
	int r;

	r = seccomp_rules_make(s, &rules, e);
	if (r < 0)
		return r;
	ctx = seccomp_init(seccomp_action(s->default_action, &s->default_errno_ret));
	if (!ctx)
		return err_msg(e, EINVAL, "seccomp: the default action is not supported");
	r = add_archs(ctx, s, &archs, e);
	if (r < 0)
		return r;
	cost = seccomp_rules_cost(&rules, archs.v, archs.n);
	if (cost > BPF_MAXINSNS)
		return too_large(e);
	/* A call by an architecture that is not listed ends the whole process, not one thread. */
	r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0 && rules.n >= TREE_MIN && cost <= TREE_COST_MAX)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r < 0)
		return err_set(e, -r, "seccomp: error setting up the filter");
	r = add_rules(ctx, &rules, e);
	if (r < 0)
		return r;
	return export(ctx, stub, seccomp_enosys_stub(s, &rules, archs.v, archs.n, stub), out, e);
}

int seccomp_compile(const struct oci_seccomp *s, int cache_dirfd, struct seccomp_program *out,
		    struct err *e)
{
	struct seccomp_program p = { .notify = has_notify(s) };
	struct sock_filter *filter = NULL;
	autostr key = { 0 };
	int r;

	r = find_flags(s, p.notify, &p.flags, e);
	if (r < 0)
		return r;
	if (cache_dirfd >= 0) {
		seccomp_cache_key(s, &key);
		if (seccomp_cache_load(cache_dirfd, &key, &filter, &p.n) > 0)
			p.filter = filter;
	}
	if (!p.filter) {
		r = compile(s, &p, e);
		if (r < 0)
			return r;
		if (cache_dirfd >= 0)
			seccomp_cache_save(cache_dirfd, &key, p.filter, p.n);
	}
	*out = p;
	return 0;
}

void seccomp_program_done(struct seccomp_program *p)
{
	free(p->filter);
	*p = (struct seccomp_program){ 0 };
}
