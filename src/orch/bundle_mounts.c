/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/bundle_mounts.h"

#include "core/strv.h"

#include <errno.h>
#include <unistd.h>

bool bundle_mount_is_bind(const struct oci_mount *mount)
{
	return (mount->type && str_eq(mount->type, "bind")) || strv_has(mount->options, "bind") ||
	       strv_has(mount->options, "rbind");
}

int bundle_mount_check(const struct oci_mount *mount, struct err *e)
{
	const char *to = mount->destination ? mount->destination : "";

	if (*to != '/')
		return err_msg(e, EINVAL, "mount \"%s\": not an absolute path", to);
	if (!bundle_mount_is_bind(mount))
		return mount->type && *mount->type ?
			       0 :
			       err_msg(e, EINVAL, "mount %s: neither a type nor bind", to);
	if (!mount->source || mount->source[0] != '/')
		return err_msg(e, EINVAL, "mount %s: its source has to be an absolute path", to);
	if (access(mount->source, F_OK) < 0)
		return err_set(e, errno, "mount %s: %s", to, mount->source);
	return 0;
}
