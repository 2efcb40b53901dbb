/* SPDX-License-Identifier: Apache-2.0 */
/**
 * plugin.h - this program as a CNI plugin (SPEC.md of containernetworking, 0.3.0 to 1.1.0).
 *
 * The type of the configuration says what it is: macvlan, bridge, ptp, ovs, host-device, loopback,
 * and behind another plugin portmap or bandwidth. Under the names host-local, static and dhcp it is
 * an ipam plugin.
 */
#ifndef NET_CNI_PLUGIN_H
#define NET_CNI_PLUGIN_H

#include "core/str.h"

struct cni_plugin {
	const char *program; /* the name that it was called by: its last component counts */
	char *const *env;
	const char *input; /* what came on its standard input */
	size_t input_len;
	const char *state_dir;
};

/* cni_plugin_run - one call. @out: what is to be printed: a result, or an error as JSON. Returns
 * the exit status: 0 or 1. */
int cni_plugin_run(const struct cni_plugin *p, struct str *out);

#endif
