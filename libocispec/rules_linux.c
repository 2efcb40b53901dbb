/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of config-linux.md for devices, paths, sysctls and policies. */
#include "libocispec/rules.h"
#include "libocispec/sets.h"
#include <errno.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <net/if.h>

/* dev_t in the kernel: 12 bits and 20 bits. */
#define DEV_MAJOR_MAX 4095
#define DEV_MINOR_MAX 1048575

bool oci_is_file_name(const char *name)
{
	return *name && !strchr(name, '/') && !str_eq(name, ".") && !str_eq(name, "..");
}

bool oci_is_net_device_name(const char *name)
{
	return oci_is_file_name(name) && strlen(name) < IFNAMSIZ &&
	       name[strcspn(name, ": \t\n\v\f\r")] == '\0';
}

/* Whether a path is the root after "." and ".." are taken out. */
static bool is_root(const char *path)
{
	size_t depth = 0, n;

	for (; *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		if (n == 2 && str_starts(path, ".."))
			depth -= depth > 0;
		else if (n > 0 && !(n == 1 && *path == '.'))
			depth++;
	}
	return depth == 0;
}

static int check_device_paths(const struct oci_linux *l, struct err *e)
{
	for (size_t i = 0; i < l->n_devices; i++)
		if (l->devices[i].path[0] != '/' || is_root(l->devices[i].path))
			return err_msg(e, EINVAL,
				       "linux.devices[%zu].path: must be an absolute path", i);
	return 0;
}

static int check_device_number(size_t i, const char *member, const struct opt_int *number,
			       int64_t max, struct err *e)
{
	if (!number->is_set)
		return err_msg(e, EINVAL, "linux.devices[%zu].%s: required member is missing", i,
			       member);
	if (number->value < 0 || number->value > max)
		return err_msg(e, EINVAL,
			       "linux.devices[%zu].%s: %" PRId64 " is not between 0 and %" PRId64,
			       i, member, number->value, max);
	return 0;
}

static int check_device_numbers(const struct oci_linux *l, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < l->n_devices && r >= 0; i++) {
		const struct oci_device *d = &l->devices[i];

		if (d->type[0] == 'p')
			continue;
		r = check_device_number(i, "major", &d->major, DEV_MAJOR_MAX, e);
		if (r >= 0)
			r = check_device_number(i, "minor", &d->minor, DEV_MINOR_MAX, e);
	}
	return r;
}

static int check_device_owners(const struct oci_linux *l, struct err *e)
{
	for (size_t i = 0; i < l->n_devices; i++) {
		if (l->devices[i].uid.value == OCI_ID_NONE)
			return err_msg(e, EINVAL,
				       "linux.devices[%zu].uid: 4294967295 is not a user id", i);
		if (l->devices[i].gid.value == OCI_ID_NONE)
			return err_msg(e, EINVAL,
				       "linux.devices[%zu].gid: 4294967295 is not a group id", i);
	}
	return 0;
}

static const char *net_device_target(const struct oci_net_device *d)
{
	return d->name && *d->name ? d->name : d->key;
}

static int check_net_device_names(const struct oci_linux *l, struct err *e)
{
	for (size_t i = 0; i < l->n_net_devices; i++) {
		const struct oci_net_device *d = &l->net_devices[i];

		if (!oci_is_net_device_name(d->key))
			return err_msg(e, EINVAL,
				       "linux.netDevices.%.64s: not a network device's name",
				       d->key);
		if (!oci_is_net_device_name(net_device_target(d)))
			return err_msg(e, EINVAL,
				       "linux.netDevices.%s.name: not a network device's name",
				       d->key);
	}
	return 0;
}

static int check_net_device_targets(const struct oci_linux *l, struct err *e)
{
	autofree const char **names = xcalloc(l->n_net_devices + 1, sizeof(*names));
	size_t n = 0, i;

	/* A template such as "eth%d" may be used by many. */
	for (i = 0; i < l->n_net_devices; i++)
		if (!strchr(net_device_target(&l->net_devices[i]), '%'))
			names[n++] = net_device_target(&l->net_devices[i]);
	i = set_duplicate(names, n);
	if (i < n)
		return err_msg(e, EINVAL, "linux.netDevices: two devices would be named \"%s\"",
			       names[i]);
	return 0;
}

static int check_clos_id(const struct oci_linux *l, struct err *e)
{
	const char *id = l->intel_rdt ? l->intel_rdt->clos_id : NULL;

	if (!id || str_eq(id, "/"))
		return 0;
	if (!oci_is_file_name(id) || strchr(id, '\n'))
		return err_msg(e, EINVAL, "linux.intelRdt.closID: not a directory's name");
	return 0;
}

static int check_schemata(const struct oci_linux *l, struct err *e)
{
	const struct oci_intel_rdt *rdt = l->intel_rdt;

	if (!rdt)
		return 0;
	if (rdt->l3_cache_schema && strchr(rdt->l3_cache_schema, '\n'))
		return err_msg(e, EINVAL, "linux.intelRdt.l3CacheSchema: must be one line");
	for (size_t i = 0; rdt->schemata && rdt->schemata[i]; i++)
		if (strchr(rdt->schemata[i], '\n'))
			return err_msg(e, EINVAL, "linux.intelRdt.schemata[%zu]: must be one line",
				       i);
	return 0;
}

static int check_memory_policy_mode(const struct oci_linux *l, struct err *e)
{
	if (l->memory_policy && !l->memory_policy->mode)
		return err_msg(e, EINVAL, "linux.memoryPolicy.mode: required member is missing");
	return 0;
}

static int check_memory_policy_nodes(const struct oci_linux *l, struct err *e)
{
	const struct oci_memory_policy *m = l->memory_policy;
	const char *nodes = m && m->nodes ? m->nodes : "";
	bool none, any;

	if (!m)
		return 0;
	none = m->mode == MPOL_DEFAULT + 1 || m->mode == MPOL_LOCAL + 1;
	any = m->mode == MPOL_PREFERRED + 1;
	if (nodes[strspn(nodes, "0123456789,-")])
		return err_msg(
			e, EINVAL,
			"linux.memoryPolicy.nodes: must be a list of nodes such as \"0-3,7\"");
	if (none && *nodes)
		return err_msg(e, EINVAL, "linux.memoryPolicy.nodes: %s takes none",
			       names_get(oci_mpol_mode_names, m->mode));
	if (!none && !any && !*nodes)
		return err_msg(e, EINVAL, "linux.memoryPolicy.nodes: %s needs one",
			       names_get(oci_mpol_mode_names, m->mode));
	return 0;
}

static int check_memory_policy_flags(const struct oci_linux *l, struct err *e)
{
	const uint64_t both = MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES;

	if (l->memory_policy && (l->memory_policy->flags.value & both) == both)
		return err_msg(e, EINVAL,
			       "linux.memoryPolicy.flags: MPOL_F_STATIC_NODES and "
			       "MPOL_F_RELATIVE_NODES exclude each other");
	return 0;
}

/*
 * sysctl(8): the first separator, '.' or '/', separates; the other one stands for a '.' in a name,
 * as in net.ipv4.conf.eth0/100.forwarding. So "/" alone between dots would become ".".
 */
static bool is_sysctl_name(const char *name)
{
	char separator = name[strcspn(name, "./")];
	const char set[] = { separator, '\0' };
	size_t n;

	for (;; name += n + 1) {
		n = strcspn(name, set);
		if (n == 0 || (n <= 2 && strspn(name, "./") >= n))
			return false;
		if (name[n] == '\0')
			return separator != '\0';
	}
}

static int check_sysctl_names(const struct oci_linux *l, struct err *e)
{
	for (size_t i = 0; i < l->sysctl.n; i++)
		if (!is_sysctl_name(l->sysctl.v[i].name))
			return err_msg(e, EINVAL, "linux.sysctl: \"%.64s\" is not a sysctl's name",
				       l->sysctl.v[i].name);
	return 0;
}

static int check_path_list(const char *member, char *const *paths, struct err *e)
{
	for (size_t i = 0; paths && paths[i]; i++) {
		if (paths[i][0] != '/')
			return err_msg(e, EINVAL, "linux.%s[%zu]: must be an absolute path", member,
				       i);
		if (is_root(paths[i]))
			return err_msg(e, EINVAL, "linux.%s[%zu]: must not be the root directory",
				       member, i);
	}
	return 0;
}

static int check_masked_paths(const struct oci_linux *l, struct err *e)
{
	return check_path_list("maskedPaths", l->masked_paths, e);
}

static int check_readonly_paths(const struct oci_linux *l, struct err *e)
{
	return check_path_list("readonlyPaths", l->readonly_paths, e);
}

static int check_personality_domain(const struct oci_linux *l, struct err *e)
{
	if (l->personality && !l->personality->domain)
		return err_msg(e, EINVAL, "linux.personality.domain: required member is missing");
	return 0;
}

static int check_personality_flags(const struct oci_linux *l, struct err *e)
{
	if (l->personality && l->personality->flags && l->personality->flags[0])
		return err_msg(e, EINVAL, "linux.personality.flags: no flag is supported");
	return 0;
}

/* cgroupsPath has no row: what it may be depends on the cgroup manager, which checks it. */
const struct oci_rule oci_linux_rules[] = {
	/* "full path to device": a relative one has no meaning. */
	{ "config-linux.md#devices", OCI_REFUSED, .on_linux = check_device_paths },
	/* Missing is a MUST; out of range, mknod(2) would make another device. */
	{ "config-linux.md#devices", OCI_MUST, .on_linux = check_device_numbers },
	/* chown(2) would leave the owner as it is. */
	{ "config-linux.md#devices", OCI_REFUSED, .on_linux = check_device_owners },
	/* Names reach file names below /sys and netlink messages. runc: the same. */
	{ "config-linux.md#network-devices", OCI_REFUSED, .on_linux = check_net_device_names },
	{ "config-linux.md#network-devices", OCI_MUST, .on_linux = check_net_device_targets },
	/* A directory of resctrl, which must not climb out of it. */
	{ "config-linux.md#intelrdt", OCI_REFUSED, .on_linux = check_clos_id },
	{ "config-linux.md#intelrdt", OCI_MUST, .on_linux = check_schemata },
	{ "config-linux.md#memory-policy", OCI_MUST, .on_linux = check_memory_policy_mode },
	/* set_mempolicy(2) refuses these, but only in the child and without a name. */
	{ "config-linux.md#memory-policy", OCI_REFUSED, .on_linux = check_memory_policy_nodes },
	{ "config-linux.md#memory-policy", OCI_REFUSED, .on_linux = check_memory_policy_flags },
	/* Names become paths below /proc/sys, which must not climb out of it. */
	{ "config-linux.md#sysctl", OCI_REFUSED, .on_linux = check_sysctl_names },
	/* The whole container masked or read-only is not what anybody asks for in this way. */
	{ "config-linux.md#masked-paths", OCI_MUST, .on_linux = check_masked_paths },
	{ "config-linux.md#readonly-paths", OCI_MUST, .on_linux = check_readonly_paths },
	{ "config-linux.md#personality", OCI_MUST, .on_linux = check_personality_domain },
	{ "config-linux.md#personality", OCI_MUST, .on_linux = check_personality_flags },
	{ 0 },
};
