/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of config-linux.md for namespaces, and for what needs one. */
#include "libocispec/rules.h"
#include <errno.h>
#include <sched.h>

#define NANOSECONDS 1000000000u
/* UID_GID_MAP_MAX_EXTENTS, since Linux 4.15. */
#define MAPPINGS_MAX 340

static int check_distinct(const struct oci_linux *l, struct err *e)
{
	int seen = 0; /* CLONE_NEW* flags */

	for (size_t i = 0; i < l->n_namespaces; i++) {
		if (seen & l->namespaces[i].type)
			return err_msg(e, EINVAL, "linux.namespaces[%zu].type: duplicate \"%s\"", i,
				       names_get(oci_namespace_names, l->namespaces[i].type));
		seen |= l->namespaces[i].type;
	}
	return 0;
}

static int check_paths(const struct oci_linux *l, struct err *e)
{
	for (size_t i = 0; i < l->n_namespaces; i++)
		if (l->namespaces[i].path && l->namespaces[i].path[0] != '/')
			return err_msg(e, EINVAL,
				       "linux.namespaces[%zu].path: must be an absolute path", i);
	return 0;
}

static int check_mount_namespace(const struct oci_config *c, struct err *e)
{
	if (!oci_namespace_get(c, CLONE_NEWNS))
		return err_msg(e, EINVAL, "linux.namespaces: a mount namespace is required");
	return 0;
}

static int check_mappings_have_namespace(const struct oci_config *c, struct err *e)
{
	if (!c->linux_ || oci_namespace_get(c, CLONE_NEWUSER))
		return 0;
	if (c->linux_->n_uid_mappings)
		return err_msg(e, EINVAL,
			       "linux.uidMappings: needs a user namespace in linux.namespaces");
	if (c->linux_->n_gid_mappings)
		return err_msg(e, EINVAL,
			       "linux.gidMappings: needs a user namespace in linux.namespaces");
	return 0;
}

static int check_namespace_has_mappings(const struct oci_config *c, struct err *e)
{
	const struct oci_namespace *ns = oci_namespace_get(c, CLONE_NEWUSER);

	if (!ns || ns->path)
		return 0;
	if (!c->linux_->n_uid_mappings)
		return err_msg(e, EINVAL,
			       "linux.uidMappings: must not be empty with a new user namespace");
	if (!c->linux_->n_gid_mappings)
		return err_msg(e, EINVAL,
			       "linux.gidMappings: must not be empty with a new user namespace");
	return 0;
}

static bool overlaps(uint32_t a, uint32_t a_size, uint32_t b, uint32_t b_size)
{
	return a < b ? b - a < a_size : a - b < b_size;
}

static int check_overlap(const char *path, const struct oci_id_mapping *v, size_t n, struct err *e)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++) {
			bool inside = overlaps(v[i].container_id, v[i].size, v[j].container_id,
					       v[j].size);

			if (inside || overlaps(v[i].host_id, v[i].size, v[j].host_id, v[j].size))
				return err_msg(e, EINVAL,
					       "%s[%zu].%s: the range overlaps with %s[%zu]'s",
					       path, i, inside ? "containerID" : "hostID", path, j);
		}
	return 0;
}

int oci_check_mappings(const char *path, const struct oci_id_mapping *v, size_t n, struct err *e)
{
	if (n > MAPPINGS_MAX)
		return err_msg(e, EINVAL, "%s: %zu entries are more than the kernel takes", path,
			       n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].size == 0)
			return err_msg(e, EINVAL, "%s[%zu].size: must not be 0", path, i);
		/* The last id of a range may be 4294967294. */
		if (v[i].size > OCI_ID_NONE - v[i].container_id ||
		    v[i].size > OCI_ID_NONE - v[i].host_id)
			return err_msg(e, EINVAL, "%s[%zu].size: %u ends beyond 4294967294", path,
				       i, (unsigned)v[i].size);
	}
	return check_overlap(path, v, n, e);
}

static int check_mapping_ranges(const struct oci_linux *l, struct err *e)
{
	int r = oci_check_mappings("linux.uidMappings", l->uid_mappings, l->n_uid_mappings, e);

	return r < 0 ? r :
		       oci_check_mappings("linux.gidMappings", l->gid_mappings, l->n_gid_mappings,
					  e);
}

static int check_offsets_are_for_a_new_one(const struct oci_config *c, struct err *e)
{
	const struct oci_namespace *ns = oci_namespace_get(c, CLONE_NEWTIME);
	const struct oci_time_offsets *o = c->linux_ ? c->linux_->time_offsets : NULL;

	if (ns && ns->path && o && (o->monotonic || o->boottime))
		return err_msg(e, EINVAL,
			       "linux.timeOffsets: a time namespace that is joined has its own");
	return 0;
}

static int check_offsets_have_namespace(const struct oci_config *c, struct err *e)
{
	const struct oci_time_offsets *o = c->linux_ ? c->linux_->time_offsets : NULL;

	if (o && (o->monotonic || o->boottime) && !oci_namespace_get(c, CLONE_NEWTIME))
		return err_msg(e, EINVAL,
			       "linux.timeOffsets: needs a time namespace in linux.namespaces");
	return 0;
}

static int check_offset_ranges(const struct oci_linux *l, struct err *e)
{
	const struct oci_time_offsets *o = l->time_offsets;

	if (o && o->monotonic && o->monotonic->nanosecs >= NANOSECONDS)
		return err_msg(e, EINVAL,
			       "linux.timeOffsets.monotonic.nanosecs: %u is above 999999999",
			       (unsigned)o->monotonic->nanosecs);
	if (o && o->boottime && o->boottime->nanosecs >= NANOSECONDS)
		return err_msg(e, EINVAL,
			       "linux.timeOffsets.boottime.nanosecs: %u is above 999999999",
			       (unsigned)o->boottime->nanosecs);
	return 0;
}

static int check_net_devices_have_namespace(const struct oci_config *c, struct err *e)
{
	if (c->linux_ && c->linux_->n_net_devices && !oci_namespace_get(c, CLONE_NEWNET))
		return err_msg(e, EINVAL,
			       "linux.netDevices: needs a network namespace in linux.namespaces");
	return 0;
}

/*
 * A joined namespace counts as one. Mappings are allowed beside a joined user namespace, because
 * containerd gives both to the containers of a pod; the namespace's own are in force then.
 */
const struct oci_rule oci_namespace_rules[] = {
	{ "config-linux.md#namespaces", OCI_MUST, .on_linux = check_distinct },
	{ "config-linux.md#namespaces", OCI_MUST, .on_linux = check_paths },
	/* The container's mounts would be made on the host, and stay. runc: the same. */
	{ "config-linux.md#namespaces", OCI_REFUSED, .on_config = check_mount_namespace },
	/* Silently dropped, the container would run with the host's ids. */
	{ "config-linux.md#user-namespace-mappings", OCI_REFUSED,
	  .on_config = check_mappings_have_namespace },
	/* Every file would belong to nobody. runc: the same. */
	{ "config-linux.md#user-namespace-mappings", OCI_REFUSED,
	  .on_config = check_namespace_has_mappings },
	/* The kernel refuses these too, without saying which. */
	{ "config-linux.md#user-namespace-mappings", OCI_REFUSED,
	  .on_linux = check_mapping_ranges },
	/* There would be nothing that they could be applied to. runc: the same. */
	{ "config-linux.md#time-offsets", OCI_REFUSED, .on_config = check_offsets_have_namespace },
	/* They are fixed with the first process that enters. */
	{ "config-linux.md#time-offsets", OCI_REFUSED,
	  .on_config = check_offsets_are_for_a_new_one },
	{ "config-linux.md#time-offsets", OCI_REFUSED, .on_linux = check_offset_ranges },
	/* The device would be renamed on the host. */
	{ "config-linux.md#network-devices", OCI_REFUSED,
	  .on_config = check_net_devices_have_namespace },
	{ 0 },
};
