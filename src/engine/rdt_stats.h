/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rdt_stats.h - what resctrl tells of a container: capabilities of the host, limits, usage.
 */
#ifndef ENGINE_RDT_STATS_H
#define ENGINE_RDT_STATS_H

#include "core/json.h"
#include "engine/rdt.h"

/* What one L3 cache's monitor has counted, in bytes. */
struct rdt_domain {
	uint64_t mbm_total, mbm_local, llc_occupancy;
};

struct rdt_stats {
	bool has_l3, has_mb, has_mbm, has_cmt;
	char *cbm_mask;
	uint64_t min_cbm_bits, l3_classes;
	uint64_t bandwidth_gran, delay_linear, min_bandwidth, mb_classes;
	char *l3_root, *l3, *mb_root, *mb; /* lines of schemata, of the root and the class */
	struct rdt_domain *domains;	   /* in the order of their directories' names */
	size_t n_domains;
};
void rdt_stats_done(struct rdt_stats *s);

/* Whether the host limits caches, memory bandwidth. @root: of resctrl */
bool rdt_has_l3(int root);
bool rdt_has_mb(int root);

/* rdt_stats_read - all of it. What a file that is missing or says "Unavailable" would tell is 0. */
int rdt_stats_read(int root, const struct rdt *r, const char *id, struct rdt_stats *out,
		   struct err *e);

/* Writes the object "intel_rdt" of `runc events`: its members, in its order, the empty ones left
 * out. */
void rdt_stats_encode(const struct rdt_stats *s, struct json_out *o);

#endif
