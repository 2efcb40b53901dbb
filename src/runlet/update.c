/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/update.h"

#include "core/log.h"
#include "core/num.h"
#include "runlet/runlet.h"

#include <errno.h>

struct update_args {
	char *resources;
	char *blkio_weight;
	char *cpu_burst, *cpu_idle, *cpu_period, *cpu_quota, *cpu_rt_period, *cpu_rt_runtime;
	char *cpu_share;
	char *cpuset_cpus, *cpuset_mems;
	char *kernel_memory, *kernel_memory_tcp;
	char *l3_cache_schema, *mem_bw_schema;
	char *memory, *memory_reservation, *memory_swap;
	char *pids_limit;
};

static const struct opt update_opts[] = {
	O_STRING_("blkio-weight", 0, struct update_args, blkio_weight, "N",
		  "share of disk time, from 10 to 1000"),
	O_STRING_("cpu-burst", 0, struct update_args, cpu_burst, "USEC",
		  "unused quota that may be kept for later"),
	O_STRING_("cpu-idle", 0, struct update_args, cpu_idle, "N",
		  "1 runs the container only when no other wants the CPU, 0 as usual"),
	O_STRING_("cpu-period", 0, struct update_args, cpu_period, "USEC",
		  "length of the period of --cpu-quota"),
	O_STRING_("cpu-quota", 0, struct update_args, cpu_quota, "USEC",
		  "CPU time in each period; -1 is no limit"),
	O_STRING_("cpu-rt-period", 0, struct update_args, cpu_rt_period, "USEC",
		  "length of the period of --cpu-rt-runtime"),
	O_STRING_("cpu-rt-runtime", 0, struct update_args, cpu_rt_runtime, "USEC",
		  "real-time CPU time in each period"),
	O_STRING_("cpu-share", 0, struct update_args, cpu_share, "N",
		  "share of CPU time, beside other containers"),
	O_STRING_("cpuset-cpus", 0, struct update_args, cpuset_cpus, "LIST",
		  "CPUs to use, such as 0-2,7"),
	O_STRING_("cpuset-mems", 0, struct update_args, cpuset_mems, "LIST", "memory nodes to use"),
	{ .name = "kernel-memory",
	  .kind = OPT_STRING,
	  .offset = OPT_OFF(struct update_args, kernel_memory, char *),
	  .arg = "BYTES",
	  .help = "ignored",
	  .hidden = true },
	{ .name = "kernel-memory-tcp",
	  .kind = OPT_STRING,
	  .offset = OPT_OFF(struct update_args, kernel_memory_tcp, char *),
	  .arg = "BYTES",
	  .help = "ignored",
	  .hidden = true },
	O_STRING_("l3-cache-schema", 0, struct update_args, l3_cache_schema, "SCHEMA",
		  "L3 cache ways to use, such as L3:0=f;1=f"),
	O_STRING_("mem-bw-schema", 0, struct update_args, mem_bw_schema, "SCHEMA",
		  "L3 cache ways to use, such as L3:0=f;1=f"),
	O_STRING_("memory", 0, struct update_args, memory, "BYTES",
		  "memory limit, such as 512m; -1 is no limit"),
	O_STRING_("memory-reservation", 0, struct update_args, memory_reservation, "BYTES",
		  "memory that is kept for the container when there is little"),
	O_STRING_("memory-swap", 0, struct update_args, memory_swap, "BYTES",
		  "limit of memory plus swap; -1 is no limit"),
	O_STRING_("pids-limit", 0, struct update_args, pids_limit, "N",
		  "number of processes and threads; -1 is no limit"),
	O_STRING_("resources", 'r', struct update_args, resources, "FILE",
		  "read linux.resources from FILE, or from standard input if it is -, and nothing "
		  "from other options"),
	{ 0 },
};

/* The resources that options can name. */
struct wanted {
	struct oci_memory memory;
	struct oci_cpu cpu;
	struct oci_pids pids;
	struct oci_block_io block_io;
};

enum value_kind { VALUE_SIZE, VALUE_INT, VALUE_UINT, VALUE_TEXT };

/* One option's text, what it is, and which member it becomes. */
struct value_row {
	const char *option;
	size_t from;
	enum value_kind kind;
	size_t to;
	uint64_t max; /* VALUE_UINT */
};

#define FROM(m) OPT_OFF(struct update_args, m, char *)
#define TO(m, t) OPT_OFF(struct wanted, m, t)
#define TO_INT(m) VALUE_INT, TO(m, struct opt_int), 0
#define TO_SIZE(m) VALUE_SIZE, TO(m, struct opt_int), 0
#define TO_UINT(m, max) VALUE_UINT, TO(m, struct opt_uint), max
#define TO_TEXT(m) VALUE_TEXT, TO(m, char *), 0

static const struct value_row value_rows[] = {
	{ "blkio-weight", FROM(blkio_weight), TO_UINT(block_io.weight, UINT16_MAX) },
	{ "cpu-burst", FROM(cpu_burst), TO_UINT(cpu.burst, UINT64_MAX) },
	{ "cpu-idle", FROM(cpu_idle), TO_INT(cpu.idle) },
	{ "cpu-period", FROM(cpu_period), TO_UINT(cpu.period, UINT64_MAX) },
	{ "cpu-quota", FROM(cpu_quota), TO_INT(cpu.quota) },
	{ "cpu-rt-period", FROM(cpu_rt_period), TO_UINT(cpu.realtime_period, UINT64_MAX) },
	{ "cpu-rt-runtime", FROM(cpu_rt_runtime), TO_INT(cpu.realtime_runtime) },
	{ "cpu-share", FROM(cpu_share), TO_UINT(cpu.shares, UINT64_MAX) },
	{ "cpuset-cpus", FROM(cpuset_cpus), TO_TEXT(cpu.cpus) },
	{ "cpuset-mems", FROM(cpuset_mems), TO_TEXT(cpu.mems) },
	{ "memory", FROM(memory), TO_SIZE(memory.limit) },
	{ "memory-reservation", FROM(memory_reservation), TO_SIZE(memory.reservation) },
	{ "memory-swap", FROM(memory_swap), TO_SIZE(memory.swap) },
	{ "pids-limit", FROM(pids_limit), TO_INT(pids.limit) },
};

static int parse_size(const char *text, int64_t *out, struct err *e)
{
	if (!str_eq(text, "-1"))
		return num_parse_size(text, out, e);
	*out = -1;
	return 0;
}

static int parse_row(const struct value_row *row, char *text, void *member, struct err *e)
{
	struct opt_int *number = member;
	struct opt_uint *natural = member;
	autofree char *what = xasprintf("invalid value for %s", row->option);
	int r = 0;

	switch (row->kind) {
	case VALUE_SIZE:
		r = parse_size(text, &number->value, e);
		r = r < 0 ? err_wrap(e, "%s: ", what) : 0;
		number->is_set = true;
		break;
	case VALUE_INT:
		r = num_parse_i64(text, INT64_MIN, INT64_MAX, what, &number->value, e);
		number->is_set = true;
		break;
	case VALUE_UINT:
		r = num_parse_u64(text, row->max, what, &natural->value, e);
		natural->is_set = true;
		break;
	case VALUE_TEXT:
		*(char **)member = text;
		break;
	}
	return r;
}

static int parse_values(const struct update_args *a, struct wanted *w, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(value_rows); i++) {
		const struct value_row *row = &value_rows[i];
		char *text = *(char *const *)((const char *)a + row->from);
		int r;

		if (!text || !*text)
			continue;
		r = parse_row(row, text, (char *)w + row->to, e);
		if (r < 0)
			return r;
	}
	if ((a->kernel_memory && *a->kernel_memory) ||
	    (a->kernel_memory_tcp && *a->kernel_memory_tcp))
		log_warning("Kernel memory settings are ignored and will be removed");
	return 0;
}

/* "" is the same as absent. */
static int parse_resctrl(const struct update_args *a, struct oci_intel_rdt *out, struct err *e)
{
	if (a->l3_cache_schema && *a->l3_cache_schema)
		out->l3_cache_schema = a->l3_cache_schema;
	if (a->mem_bw_schema && *a->mem_bw_schema)
		out->mem_bw_schema = a->mem_bw_schema;
	if (out->l3_cache_schema && strchr(out->l3_cache_schema, '\n'))
		return err_msg(e, EINVAL, "invalid value for l3-cache-schema: must be one line");
	if (out->mem_bw_schema &&
	    (strchr(out->mem_bw_schema, '\n') || !str_starts(out->mem_bw_schema, "MB:")))
		return err_msg(e, EINVAL,
			       "invalid value for mem-bw-schema: must be one line that begins "
			       "with \"MB:\"");
	return 0;
}

static int update(const void *global, const char *id, const struct oci_resources *r,
		  const struct oci_intel_rdt *rdt, struct err *e)
{
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	int ret;

	ret = open_container(global, id, CONTAINER_EXCLUSIVE, &rt, &c, e);
	return ret < 0 ? ret : container_update(c, r, rdt, e);
}

/* What is to be read is read before the container is locked: its writer may take long. */
static int run_update(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct update_args *a = args;
	struct wanted w = { 0 };
	struct oci_resources r = { 0 };
	struct oci_intel_rdt rdt = { 0 };
	int ret;

	ret = parse_resctrl(a, &rdt, e);
	if (ret < 0)
		return ret;
	if (a->resources && *a->resources) {
		ret = resources_load(a->resources, &r, e);
		if (ret == 0)
			ret = update(global, argv[0], &r, &rdt, e);
		record_done(&oci_resources_record, &r);
		return ret;
	}
	ret = parse_values(a, &w, e);
	r.memory = &w.memory;
	r.cpu = &w.cpu;
	r.pids = &w.pids;
	r.block_io = &w.block_io;
	return ret < 0 ? ret : update(global, argv[0], &r, &rdt, e);
}

const struct command cmd_update = {
	.name = "update",
	.synopsis = "ID",
	.about = "Change the limits of a container.",
	.opts = update_opts,
	.args_size = sizeof(struct update_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_update,
};
