/* SPDX-License-Identifier: Apache-2.0 */
/**
 * scope_properties.h - limits as properties of a systemd unit, so that systemd does not undo them.
 *
 * All pure. A property is "Name=VALUE", VALUE as in systemd/variant.h. What systemd knows no
 * property for is in the cgroup's file alone.
 */
#ifndef ENGINE_CGROUP_SCOPE_PROPERTIES_H
#define ENGINE_CGROUP_SCOPE_PROPERTIES_H

#include "engine/cgroup/devices.h"
#include "engine/cgroup/resources.h"

/* Append to *out, which may be NULL. */
void scope_limits(const struct limits *l, char ***out);

/**
 * scope_devices - the rules as DevicePolicy and DeviceAllow.
 * @proc_devices: the text of /proc/devices, for the names of majors
 *
 * systemd's program and ours must agree to allow a device. Rules that systemd cannot express are
 * therefore left to ours alone (DevicePolicy=auto).
 */
void scope_devices(const struct device_rules *rules, const char *proc_devices, char ***out);

/**
 * scope_annotations - what org.systemd.property.NAME annotations ask for.
 *
 * A name that ends in "Sec" is systemd's property in microseconds, as in unit files.
 *
 * Returns: 0; -EINVAL names the annotation.
 */
int scope_annotations(const struct strmap *annotations, char ***out, struct err *e);

#endif
