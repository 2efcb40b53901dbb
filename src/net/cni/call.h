/* SPDX-License-Identifier: Apache-2.0 */
/**
 * call.h - how a CNI plugin is called: the environment's CNI_* variables, and CNI's errors.
 */
#ifndef NET_CNI_CALL_H
#define NET_CNI_CALL_H

#include "core/names.h"
#include "core/record.h"

enum cni_command { CNI_ADD = 1, CNI_DEL, CNI_CHECK, CNI_GC, CNI_STATUS, CNI_VERSION };
extern const struct name cni_command_names[];

/* In the order of their age. */
enum cni_version { CNI_0_3_0 = 1, CNI_0_3_1, CNI_0_4_0, CNI_1_0_0, CNI_1_1_0 };
#define CNI_VERSION_NEWEST "1.1.0"
extern const struct name cni_version_names[];

/* Codes of the specification's section "Error"; 100 and above are a plugin's own. */
enum cni_code {
	CNI_ERROR_VERSION = 1,
	CNI_ERROR_UNSUPPORTED = 2,
	CNI_ERROR_ENVIRONMENT = 4,
	CNI_ERROR_IO = 5,
	CNI_ERROR_DECODE = 6,
	CNI_ERROR_CONFIG = 7,
	CNI_ERROR_NETNS = 8,
	CNI_ERROR_AGAIN = 11,
	CNI_ERROR_NOT_AVAILABLE = 50,
	CNI_ERROR_PLUGIN = 100,
};

struct cni_call {
	enum cni_command command;
	/* Borrowed from the environment; NULL when not set or empty. */
	const char *container, *netns, *ifname;
	char **path; /* of CNI_PATH: directories */
	/* of CNI_ARGS */
	char *mac, *ip;
	char *const *env;
};

/**
 * cni_call_parse - read the environment.
 *
 * What the command needs must be there and well formed. Returns: 0, or -EINVAL, CNI's code 4; the
 * message names the variable.
 */
int cni_call_parse(char *const *env, struct cni_call *out, struct err *e);
void cni_call_done(struct cni_call *c);

#endif
