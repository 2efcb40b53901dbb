/* SPDX-License-Identifier: Apache-2.0 */
/**
 * bundle_devices.h - the devices of a container: nodes, and what its cgroup allows; for
 * orch/bundle.c.
 */
#ifndef ORCH_BUNDLE_DEVICES_H
#define ORCH_BUNDLE_DEVICES_H

#include "orch/bundle.h"

struct bundle_devices {
	struct oci_device *nodes;
	size_t n_nodes;
	struct oci_device_cgroup *rules; /* the first one denies all */
	size_t n_rules;
};

/**
 * bundle_devices_make - from nodes of the host and rules as docker takes them.
 * @devices: borrowed as long as *out is used
 * @texts: "c 188:* rmw"
 * @fuse: /dev/fuse, too
 *
 * *out is to be freed also on failure.
 */
int bundle_devices_make(const struct bundle_device *devices, size_t n, char *const *texts,
			bool fuse, struct bundle_devices *out, struct err *e);
void bundle_devices_done(struct bundle_devices *d);

/* One rule. Its strings are heap. Returns 0 or -EINVAL; pure. */
int bundle_device_rule_parse(const char *text, struct oci_device_cgroup *out, struct err *e);

#endif
