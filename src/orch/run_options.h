/* SPDX-License-Identifier: Apache-2.0 */
/**
 * run_options.h - the values of `orchctl run`'s options, as docker, podman and ctr take them; pure.
 */
#ifndef ORCH_RUN_OPTIONS_H
#define ORCH_RUN_OPTIONS_H

#include "orch/run_request.h"

/* What is parsed is on the heap, for run_request_done. All return 0 or -EINVAL, but that -e NAME
 * returns 1 when the environment has no such variable. */

/* "SOURCE:TARGET[:OPTION,...]": a bind mount. */
int run_option_volume(const char *text, struct run_mount *out, struct err *e);
/* "type=bind,source=/x,target=/y,ro", "type=tmpfs,target=/y,tmpfs-size=64m,noexec",
 * "...,options=rbind:ro". Without a type it is a bind mount. */
int run_option_mount(const char *text, struct run_mount *out, struct err *e);
/* "none", "host", "ns:/run/netns/x" or just that path. */
int run_option_network(const char *text, struct run_network *out, struct err *e);
/* "/bin/sh", or a JSON array of strings. */
int run_option_entrypoint(const char *text, char ***out, struct err *e);
/* "NAME=VALUE", or "NAME" for the value in @env. */
int run_option_env(const char *text, char *const *env, char ***to, struct err *e);
/* "NAME=VALUE", or "NAME". */
int run_option_label(const char *text, struct strmap *to, struct err *e);
/* "512m": whole MB, rounded up. */
int run_option_memory(const char *text, uint64_t *out_mb, struct err *e);
/* "1.5" processors: µs of 100 ms. */
int run_option_cpus(const char *text, uint64_t *out_us, struct err *e);
/* "NET_ADMIN", "cap_net_admin": "CAP_NET_ADMIN". */
int run_option_capability(const char *text, char ***to, struct err *e);

#endif
