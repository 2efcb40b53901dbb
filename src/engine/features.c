/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/features.h"

#include "core/strv.h"
#include "engine/cgroup/cgroup.h"
#include "engine/fs/options.h"
#include "engine/security/caps.h"
#include "engine/security/lsm.h"
#include "libocispec/config.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "config.h"

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(char **v)
{
	qsort(v, strv_len(v), sizeof(*v), compare);
}

static char **names_to_strv(const struct name *table)
{
	char **v = strv_new();

	for (; table->name; table++)
		strv_push(&v, table->name);
	sort(v);
	return v;
}

static char **strings(const char *const *list, size_t n)
{
	char **v = strv_new();

	for (size_t i = 0; i < n; i++)
		strv_push(&v, list[i]);
	return v;
}

static struct opt_bool is(bool value)
{
	return (struct opt_bool){ true, value };
}

static struct oci_features_switch *enabled(bool value)
{
	struct oci_features_switch *s = xcalloc(1, sizeof(*s));

	s->enabled = is(value);
	return s;
}

static char **mount_options(void)
{
	char **v = strv_new();

	for (const struct mount_option_row *row = mount_option_rows; row->name; row++)
		strv_push(&v, row->name);
	return v;
}

static char **capabilities(void)
{
	char **v = strv_new();

	for (int cap = 0; cap <= caps_last(); cap++)
		if (caps_name(cap))
			strv_push(&v, caps_name(cap));
	return v;
}

/* The kernel looks at the flags before it looks at the (absent) filter: EFAULT means known. */
static bool has_seccomp_flag(unsigned long flag)
{
	/* This one only goes with a listener, and says EINVAL without. */
	if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
		flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL) < 0 && errno == EFAULT;
}

static char **supported_seccomp_flags(void)
{
	char **v = strv_new();

	for (const struct name *n = oci_seccomp_flag_names; n->name; n++)
		if (has_seccomp_flag((unsigned long)n->value))
			strv_push(&v, n->name);
	sort(v);
	return v;
}

static struct oci_features_seccomp *seccomp_features(void)
{
	static const char *const archs[] = {
		"SCMP_ARCH_AARCH64",  "SCMP_ARCH_ARM",	       "SCMP_ARCH_MIPS",
		"SCMP_ARCH_MIPS64",   "SCMP_ARCH_MIPS64N32",   "SCMP_ARCH_MIPSEL",
		"SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC",
		"SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC",	       "SCMP_ARCH_PPC64",
		"SCMP_ARCH_PPC64LE",  "SCMP_ARCH_RISCV64",     "SCMP_ARCH_S390",
		"SCMP_ARCH_S390X",    "SCMP_ARCH_X32",	       "SCMP_ARCH_X86",
		"SCMP_ARCH_X86_64",
	};
	struct oci_features_seccomp *s = xcalloc(1, sizeof(*s));

	s->enabled = is(true);
	s->actions = names_to_strv(oci_seccomp_action_names);
	s->operators = names_to_strv(oci_seccomp_operator_names);
	s->archs = strings(archs, ARRAY_SIZE(archs));
	s->known_flags = names_to_strv(oci_seccomp_flag_names);
	s->supported_flags = supported_seccomp_flags();
	return s;
}

static struct oci_features_cgroup *cgroup_features(void)
{
	struct oci_features_cgroup *c = xcalloc(1, sizeof(*c));

	c->v1 = is(true);
	c->v2 = is(true);
	c->systemd = is(cgroup_has_systemd());
	c->systemd_user = is(cgroup_has_systemd());
	c->rdma = is(true);
	return c;
}

static struct oci_features_linux *linux_features(void)
{
	struct oci_features_linux *l = xcalloc(1, sizeof(*l));

	l->namespaces = names_to_strv(oci_namespace_names);
	l->capabilities = capabilities();
	l->cgroup = cgroup_features();
	l->seccomp = seccomp_features();
	l->apparmor = enabled(true);
	l->selinux = enabled(HAVE_SELINUX);
	l->intel_rdt = xcalloc(1, sizeof(*l->intel_rdt));
	l->intel_rdt->enabled = is(true);
	l->intel_rdt->schemata = is(true);
	l->intel_rdt->monitoring = is(true);
	l->mount_extensions = xcalloc(1, sizeof(*l->mount_extensions));
	l->mount_extensions->idmap = enabled(true);
	l->memory_policy = xcalloc(1, sizeof(*l->memory_policy));
	l->memory_policy->modes = names_to_strv(oci_mpol_mode_names);
	l->memory_policy->flags = names_to_strv(oci_mpol_flag_names);
	l->net_devices = enabled(true);
	return l;
}

static void annotate(struct oci_features *f)
{
	const struct scmp_version *v = seccomp_version();

	f->annotations.v = xcalloc(2, sizeof(*f->annotations.v));
	f->annotations.v[f->annotations.n++] = (struct strmap_entry){
		xstrdup("io.github.seccomp.libseccomp.version"),
		xasprintf("%u.%u.%u", v->major, v->minor, v->micro),
	};
	f->annotations.v[f->annotations.n++] = (struct strmap_entry){
		xstrdup("org.runlet.version"),
		xstrdup(PACKAGE_VERSION),
	};
}

void features_fill(struct oci_features *f)
{
	static const char *const hooks[] = { "prestart",       "createRuntime", "createContainer",
					     "startContainer", "poststart",	"poststop" };

	f->oci_version_min = xstrdup("1.0.0");
	f->oci_version_max = xstrdup(OCI_VERSION);
	f->hooks = strings(hooks, ARRAY_SIZE(hooks));
	f->mount_options = mount_options();
	f->linux_ = linux_features();
	annotate(f);
}
