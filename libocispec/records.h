/* SPDX-License-Identifier: Apache-2.0 */
/**
 * records.h - the tables that one chapter of the specification takes from another.
 *
 * Private to libocispec. A table says what the 1.3.0 JSON schema says: types, ranges, vocabularies,
 * required members. Where it is wider, for callers that exist, a comment beside the row says so;
 * what the prose demands beyond the schema is in the rules (rules.h).
 *
 * A required bool or number is printed even when it is false or 0: REQUIRED_NUMBER.
 */
#ifndef LIBOCISPEC_RECORDS_H
#define LIBOCISPEC_RECORDS_H

#include "libocispec/config.h"

#define REQUIRED_NUMBER (FIELD_REQUIRED | FIELD_NO_OMIT)

extern const struct record oci_id_mapping_record;
extern const struct record oci_linux_record;
extern const struct record oci_seccomp_record;

#endif
