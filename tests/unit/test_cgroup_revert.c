/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/revert.h"
#include "test.h"

TEST(what_undoes_a_write)
{
	static const struct {
		const char *file, *now, *written, *want;
	} cases[] = {
		{ "memory.limit_in_bytes", "9223372036854771712\n", "4096", "9223372036854771712" },
		{ "memory.oom_control", "oom_kill_disable 1\nunder_oom 0\n", "0", "1" },
		{ "cpu.max", "max 100000\n", "5000 10000", "max 100000" },
		{ "cpuset.cpus", "\n", "0", "" },
		{ "pids.max", "max\n", "5", "max" },
		{ "io.max",
		  "8:0 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=2 wbps=2 riops=2 "
		  "wiops=2\n",
		  "8:16 rbps=5", "8:16 rbps=2 wbps=2 riops=2 wiops=2" },
		{ "io.max", "8:160 rbps=1 wbps=max riops=max wiops=max\n", "8:16 rbps=5",
		  "8:16 rbps=max wbps=max riops=max wiops=max" },
		{ "io.weight", "default 100\n8:0 50\n", "7", "default 100" },
		{ "io.weight", "default 100\n8:0 50\n", "8:0 7", "8:0 50" },
		{ "io.weight", "default 100\n8:0 50\n", "8:1 7", "8:1 default" },
		{ "io.bfq.weight", "100\n", "7", "100" },
		{ "blkio.weight", "500\n", "7", "500" },
		{ "blkio.bfq.weight_device", "default 100\n", "8:0 7", "8:0 default" },
		{ "blkio.throttle.read_bps_device", "", "8:0 7", "8:0 0" },
		{ "blkio.throttle.read_bps_device", "8:0 9\n", "8:0 7", "8:0 9" },
		{ "net_prio.ifpriomap", "lo 0\neth0 3\n", "eth0 5", "eth0 3" },
		{ "net_prio.ifpriomap", "lo 0\n", "eth0 5", NULL },
		{ "rdma.max", "", "mlx hca_handle=1", "mlx hca_handle=max hca_object=max" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autofree char *text = revert_text(cases[i].file, cases[i].now, cases[i].written);

		CHECK_STR(text ? text : "(null)", cases[i].want ? cases[i].want : "(null)");
	}
}

TEST_MAIN
