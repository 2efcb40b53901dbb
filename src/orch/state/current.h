/* SPDX-License-Identifier: Apache-2.0 */
/**
 * current.h - the containers that came of state documents, as they are now.
 *
 * They carry the label CONTAINER_OWNER_LABEL = CURRENT_OWNER; what messages made is left alone.
 */
#ifndef ORCH_STATE_CURRENT_H
#define ORCH_STATE_CURRENT_H

#include "orch/container.h"
#include "orch/state/document.h"

#define CURRENT_OWNER "state"

bool current_is_ours(const struct container *c);

/* In the order of their names. One that runs and has lost its link to its bridge is without a veth,
 * so that it differs from what a document wants. Free with document_done. */
int current_load(const struct orch *o, struct document *out, struct err *e);

/* The record of a container that is to be made as a document says. Borrows from both, but for dns
 * and labels, which are the record's own: free those with current_record_done. */
void current_record(const struct orch *o, const struct document_container *d,
		    struct container *out);
void current_record_done(struct container *c);

/* The members of that, into an object. */
void current_put(const struct document *d, struct json_out *o);
/* {"version":1,"plugins":{"lxc":{"containers":[...]}}} */
void current_encode(const struct document *d, struct json_out *o);

#endif
