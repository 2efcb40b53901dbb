/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h - the state document that hooks read on their standard input.
 * Spec: runtime.md#state.
 */
#ifndef LIBOCISPEC_STATE_H
#define LIBOCISPEC_STATE_H

#include "core/record.h"

enum oci_status { OCI_CREATING = 1, OCI_CREATED, OCI_RUNNING, OCI_STOPPED, OCI_PAUSED };
extern const struct name oci_status_names[]; /* "paused" is runc's addition */

struct oci_state {
	char *oci_version;
	char *id;
	int status;  /* enum oci_status */
	int64_t pid; /* 0 when there is no process */
	char *bundle;
	struct strmap annotations;
};
extern const struct record oci_state_record;

#endif
