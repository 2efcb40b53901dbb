/* SPDX-License-Identifier: Apache-2.0 */
/**
 * resource_values.h - one value of linux.resources as the text that a cgroup file takes. Pure.
 */
#ifndef ENGINE_CGROUP_RESOURCE_VALUES_H
#define ENGINE_CGROUP_RESOURCE_VALUES_H

#include "engine/cgroup/resources.h"

#define VALUE_MAX 64

struct value {
	const struct oci_resources *r; /* for values that depend on another member */
	const char *member;	       /* for the message */
	int64_t number;
	const char *text;
	bool for_v2;
	unsigned flags; /* out: LIMIT_* that this value adds */
};

/* Returns: 1 and the text; 0, nothing to write; -EINVAL, out of range. */
typedef int value_format(struct value *v, char out[VALUE_MAX], struct err *e);

value_format value_plain;    /* the number */
value_format value_nonzero;  /* the number; 0 is absent */
value_format value_bytes_v1; /* -1 is no limit, 0 is absent */
value_format value_swap_v1;  /* value_bytes_v1, of memory plus swap */
value_format value_max;	     /* the same, as v2 spells it */
value_format value_swap_v2;  /* memory plus swap becomes swap alone */
value_format value_swappiness;
value_format value_shares;
value_format value_weight;
value_format value_quota_v1;
value_format value_quota_v2; /* cpu.max, with the period if there is one */
value_format value_period_v2;
value_format value_pids;
value_format value_io_weight;

#endif
