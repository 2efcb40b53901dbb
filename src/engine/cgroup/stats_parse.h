/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stats_parse.h - the texts of cgroup files that count. Pure, but for the two that open a file.
 *
 * Lines and words that are not of the expected form are left out: kernels add to these files.
 */
#ifndef ENGINE_CGROUP_STATS_PARSE_H
#define ENGINE_CGROUP_STATS_PARSE_H

#include "core/str.h"
#include "engine/cgroup/stats.h"

/* One number, or "max", which is UINT64_MAX; 0 when it is neither. */
uint64_t stats_number(const char *text);
/* Numbers between white space are appended. */
void stats_numbers(const char *text, struct stat_numbers *out);
/* The numbers of a list such as "0-2,7" are appended; at most STATS_LIST_MAX. */
#define STATS_LIST_MAX 8192
void stats_list(const char *text, struct stat_numbers *out);
/* Lines of "name number"; sorted by name. */
void stats_pairs(const char *text, struct stat_pairs *out);
/* The value of a name in such lines; 0 when it is not there. */
uint64_t stats_value(const char *text, const char *name);
/* cpuacct.usage_all: lines of "cpu user system", below a heading. */
void stats_percpu(const char *text, struct stat_numbers *user, struct stat_numbers *kernel);
/* v1's blkio: lines of "8:0 Read 4096" or "8:0 4096"; the sum of all devices is left out. */
void stats_blkio(const char *text, struct stat_ios *out);
/* v2's io.stat: lines of "8:0 rbytes=1 wbytes=2 …". */
void stats_io_stat(const char *text, struct stat_ios out[IO_KINDS]);

/* v2's *.pressure: lines of "some avg10=0.00 avg60=0.00 avg300=0.00 total=0". */
void stats_pressure(const char *text, struct stat_pressure *out);

/* Returns: 1 and the whole text; 0, there is no such file (or no longer); -errno. */
int stats_file(int dir, const char *name, struct str *out, struct err *e);
/* One that holds a number; *out stays as it is when there is none. */
int stats_number_file(int dir, const char *name, uint64_t *out, struct err *e);

/**
 * stats_hugetlb_sizes - one entry for each page size that the directory has files of.
 * @marker: the end of the name of a file that every size has, e.g. ".usage_in_bytes"
 */
int stats_hugetlb_sizes(int dir, const char *marker, struct cgroup_stats *s, struct err *e);

#endif
