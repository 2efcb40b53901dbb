/* SPDX-License-Identifier: Apache-2.0 */
/**
 * registry.h - the files that the cloud agent's other programs read, in its shape.
 *
 * runtime_vnics.json: {"plc-001":[{vNIC as it was received, with added keys}]}, indented by 2;
 * clients.json: {"plc-001":{"ip":"172.20.0.2","name":"plc-001"}}, indented by 4;
 * serial_configs.json: {"plc-001":{"serial_ports":[{…}]}}, the same. Entries of others
 * and unknown keys stay as they are. A corrupt file is put aside, and made again from what the
 * containers' own directories say.
 *
 * Those programs know of no namespaces. A container of ORCH_NS is called by its name, as they
 * expect; one of another namespace is under orch_net_name()'s "+NS+NAME", which no other container
 * can have, and its entry's "name" is its own.
 */
#ifndef ORCH_REGISTRY_H
#define ORCH_REGISTRY_H

#include "core/json.h"
#include "orch/orch.h"

/* Sets or, with NULL for it, removes what is said of one container. */
int registry_set_vnics(const struct orch *o, const char *ns, const char *name,
		       const struct json *vnics, struct err *e);
int registry_set_serial(const struct orch *o, const char *ns, const char *name,
			const struct json *entry, struct err *e);
int registry_set_client(const struct orch *o, const char *ns, const char *name, const char *ip,
			struct err *e);

/* The array of one container's vNICs, a member of *doc. Returns 1, 0 when there is none. */
int registry_get_vnics(const struct orch *o, const char *ns, const char *name,
		       struct json_doc **doc, const struct json **vnics, struct err *e);
/* Its internal address, a heap string. Returns 1, 0 when there is none. */
int registry_get_client(const struct orch *o, const char *ns, const char *name, char **ip,
			struct err *e);

#endif
