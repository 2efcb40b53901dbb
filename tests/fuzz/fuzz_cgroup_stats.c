/* SPDX-License-Identifier: Apache-2.0 */
/* Every parser of statistics gets the whole text. What comes out must print, as JSON that reads
 * back. */
#include "engine/cgroup/revert.h"
#include "engine/cgroup/stats_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_stats(const char *text)
{
	autostats s = { 0 };
	autojsonout *o = json_out_new(NULL);
	autojson *doc = NULL;
	const char *json;
	size_t len;

	s.pids = stats_number(text);
	s.cache = stats_value(text, "cache");
	stats_numbers(text, &s.percpu);
	stats_percpu(text, &s.percpu_user, &s.percpu_kernel);
	require(s.percpu_user.n == s.percpu_kernel.n);
	stats_list(text, &s.cpus);
	require(s.cpus.n <= STATS_LIST_MAX);
	stats_pairs(text, &s.memory_stat);
	stats_io_stat(text, s.io);
	stats_pressure(text, &s.cpu_pressure);
	stats_blkio(text, &s.io[IO_TIME]);
	for (size_t i = 1; i < s.memory_stat.n; i++)
		require(strcmp(s.memory_stat.v[i - 1].name, s.memory_stat.v[i].name) <= 0);
	cgroup_stats_encode(&s, o);
	json = json_out_text(o, &len);
	/* The kernel names nothing twice, a fuzzer does. */
	require(json_parse(json, len, &doc, NULL) == 0 || s.memory_stat.n > 1);
}

static void check_revert(const char *text)
{
	static const char *const files[] = { "io.max", "io.weight", "net_prio.ifpriomap",
					     "memory.oom_control" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		autofree char *written = revert_text(files[i], text, "8:0 1");
		autofree char *lone = revert_text(files[i], text, "1");

		require(!written || !strchr(written, '\n'));
		require(!lone || !strchr(lone, '\n'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = NULL;

	if (size > 1 << 14)
		return 0;
	text = xstrndup((const char *)data, size);
	check_stats(text);
	check_revert(text);
	return 0;
}
