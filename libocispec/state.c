/* SPDX-License-Identifier: Apache-2.0 */
/* The state document, in the order of runtime.md#state. */
#include "libocispec/state.h"

const struct name oci_status_names[] = {
	{ "creating", OCI_CREATING }, { "created", OCI_CREATED }, { "running", OCI_RUNNING },
	{ "stopped", OCI_STOPPED },   { "paused", OCI_PAUSED },	  { NULL, 0 },
};

/* pid is left out when 0: the specification asks for it only while there is a process. */
static const struct field state_fields[] = {
	F_STRING("ociVersion", struct oci_state, oci_version, FIELD_REQUIRED),
	F_STRING("id", struct oci_state, id, FIELD_REQUIRED),
	F_ENUM("status", struct oci_state, status, oci_status_names, FIELD_REQUIRED),
	F_INT("pid", struct oci_state, pid, 0, INT64_MAX, 0),
	F_STRING("bundle", struct oci_state, bundle, FIELD_REQUIRED),
	F_STRMAP("annotations", struct oci_state, annotations, 0),
};
const struct record oci_state_record = RECORD(struct oci_state, "runtime.md#state", state_fields);
