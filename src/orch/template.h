/* SPDX-License-Identifier: Apache-2.0 */
/**
 * template.h - an OCI bundle that containers are made from, in place of an image.
 *
 * A container has its own copy of the bundle's configuration, template.json of its directory, from
 * which its config.json is made; and an overlay over the bundle's root, which itself stays as it
 * is. So one bundle serves any number of containers.
 */
#ifndef ORCH_TEMPLATE_H
#define ORCH_TEMPLATE_H

#include "libocispec/config.h"

/* Whether what a container is to be made from is a bundle: an absolute path. */
bool template_is(const char *image);

/* template_check - is there a bundle that can be used? Its configuration has a process and a root,
 * which is a directory. Returns 0, -EINVAL, or another -errno. */
int template_check(const char *bundle, struct err *e);

/* template_take - copy the bundle's configuration to the container's directory @dir.
 * @root: the absolute path of the bundle's root; heap */
int template_take(const char *bundle, const char *dir, char **root, struct err *e);

/* template_load - the copy, with sources of bind mounts relative to the bundle made absolute.
 * @out: oci_config_free */
int template_load(const char *bundle, const char *dir, struct oci_config **out, struct err *e);

#endif
