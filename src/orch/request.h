/* SPDX-License-Identifier: Apache-2.0 */
/**
 * request.h - what a container was asked for with, as it was received: request.json of its
 * directory.
 */
#ifndef ORCH_REQUEST_H
#define ORCH_REQUEST_H

#include "net/vnic.h"
#include "orch/container.h"

int request_save(const struct orch *o, const char *ns, const char *name, const struct json *request,
		 struct err *e);
/* Returns 1; 0 when there is none; or -errno. */
int request_load(const struct orch *o, const char *ns, const char *name, struct json_doc **out,
		 struct err *e);
/* Its "vnic_configs", decoded; none when there are none. */
int request_vnics(const struct orch *o, const char *ns, const char *name, struct vnics *out,
		  struct err *e);

/* The vNICs as they were received, each with what libnet made of it: the entry for
 * runtime_vnics.json. Also kept as vnics.json. */
int request_save_vnics(const struct orch *o, const char *ns, const char *name, struct err *e);

#endif
