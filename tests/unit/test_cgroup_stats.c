/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directories below fixtures/cgroup_stats stand for a container's cgroup; v1's has the files of
 * every controller. They are below $TOP_SRCDIR/tests, or ./tests.
 */
#include "engine/cgroup/layout.h"
#include "engine/cgroup/stats_parse.h"
#include "test.h"
#include <fcntl.h>
#include <unistd.h>

static struct err error;

static int fixture(const char *name)
{
	const char *top = getenv("TOP_SRCDIR");
	autofree char *path = xasprintf("%s/tests/fixtures/cgroup_stats/%s", top ? top : ".", name);
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		TEST_FAIL("no %s", path);
	return fd;
}

static const char *encoded(const struct cgroup_stats *s)
{
	static char text[4096];
	autojsonout *o = json_out_new(NULL);
	size_t len;

	cgroup_stats_encode(s, o);
	snprintf(text, sizeof(text), "%s", json_out_text(o, &len));
	return text;
}

TEST(all_of_v1)
{
	autofd int dir = fixture("v1");
	autostats s = { 0 };

	if (stats_read_v1(dir, ~0u, &s, &error) < 0)
		TEST_FAIL("%s", error.text);
	CHECK_STR(
		encoded(&s),
		"{\"cpu\":{\"usage\":{\"total\":634897883,\"percpu\":[24015410,610882473],"
		"\"percpu_kernel\":[28000000,207991134],\"percpu_user\":[0,500000000],"
		"\"kernel\":200000000,\"user\":430000000},\"throttling\":{\"periods\":31,"
		"\"throttledPeriods\":30,\"throttledTime\":2376814719}},"
		"\"cpuset\":{\"cpus\":[0,1,3],\"cpu_exclusive\":0,\"mems\":[0],\"mem_hardwall\":0,"
		"\"mem_exclusive\":1,\"memory_migrate\":0,\"memory_spread_page\":0,"
		"\"memory_spread_slab\":0,\"memory_pressure\":7,\"sched_load_balance\":1,"
		"\"sched_relax_domain_level\":-1},"
		"\"memory\":{\"cache\":405504,\"usage\":{\"limit\":19996672,\"usage\":901120,"
		"\"max\":19996672,\"failcnt\":12},\"swap\":{\"limit\":9223372036854771712,"
		"\"usage\":905216,\"max\":19996673,\"failcnt\":0},"
		"\"kernel\":{\"limit\":9223372036854771712,\"usage\":241664,\"max\":528384,"
		"\"failcnt\":0},\"kernelTCP\":{\"limit\":9223372036854771712,\"failcnt\":0},"
		"\"raw\":{\"active_anon\":4096,\"cache\":405504,"
		"\"hierarchical_memory_limit\":19996672,\"rss\":57344}},"
		"\"pids\":{\"current\":3,\"limit\":50},"
		"\"blkio\":{\"ioServiceBytesRecursive\":["
		"{\"major\":8,\"op\":\"Read\",\"value\":4096},{\"major\":8,\"op\":\"Write\"},"
		"{\"major\":8,\"op\":\"Total\",\"value\":4096}],\"ioServicedRecursive\":["
		"{\"major\":8,\"op\":\"Read\",\"value\":1},{\"major\":8,\"op\":\"Write\"},"
		"{\"major\":8,\"op\":\"Total\",\"value\":1}]},"
		"\"hugetlb\":{\"1GB\":{\"failcnt\":0},"
		"\"2MB\":{\"usage\":2097152,\"max\":4194304,\"failcnt\":1}},"
		"\"intel_rdt\":{},\"network_interfaces\":null}");
}

TEST(all_of_v2)
{
	autofd int dir = fixture("v2");
	autostats s = { 0 };

	if (stats_read_v2(dir, &s, &error) < 0)
		TEST_FAIL("%s", error.text);
	CHECK_STR(
		encoded(&s),
		"{\"cpu\":{\"usage\":{\"total\":634897000,\"kernel\":200000000,"
		"\"user\":430000000},\"throttling\":{\"periods\":31,\"throttledPeriods\":30,"
		"\"throttledTime\":2376814000},\"psi\":{"
		"\"some\":{\"avg10\":12.34,\"avg60\":1.5,\"avg300\":0.07,\"total\":123456},"
		"\"full\":{\"avg10\":0,\"avg60\":0,\"avg300\":100,\"total\":7}}},"
		"\"cpuset\":{\"cpu_exclusive\":0,\"mem_hardwall\":0,\"mem_exclusive\":0,"
		"\"memory_migrate\":0,\"memory_spread_page\":0,\"memory_spread_slab\":0,"
		"\"memory_pressure\":0,\"sched_load_balance\":0,\"sched_relax_domain_level\":0},"
		"\"memory\":{\"cache\":405504,\"usage\":{\"limit\":20000768,\"usage\":901120,"
		"\"max\":19996672,\"failcnt\":12},\"swap\":{\"limit\":18446744073709551615,"
		"\"usage\":905216,\"max\":20004864,\"failcnt\":0},"
		"\"kernel\":{\"limit\":0,\"failcnt\":0},\"kernelTCP\":{\"limit\":0,\"failcnt\":0},"
		"\"raw\":{\"anon\":57344,\"file\":405504,\"kernel\":241664}},"
		"\"pids\":{\"current\":3},"
		"\"blkio\":{\"ioServiceBytesRecursive\":["
		"{\"major\":8,\"op\":\"Read\",\"value\":4096},{\"major\":8,\"op\":\"Write\"},"
		"{\"major\":8,\"op\":\"Discard\"},"
		"{\"major\":254,\"minor\":16,\"op\":\"Read\",\"value\":512},"
		"{\"major\":254,\"minor\":16,\"op\":\"Write\",\"value\":1024},"
		"{\"major\":254,\"minor\":16,\"op\":\"Discard\",\"value\":4}],"
		"\"ioServicedRecursive\":["
		"{\"major\":8,\"op\":\"Read\",\"value\":1},{\"major\":8,\"op\":\"Write\"},"
		"{\"major\":8,\"op\":\"Discard\"},"
		"{\"major\":254,\"minor\":16,\"op\":\"Read\",\"value\":2},"
		"{\"major\":254,\"minor\":16,\"op\":\"Write\",\"value\":3},"
		"{\"major\":254,\"minor\":16,\"op\":\"Discard\",\"value\":5}]},"
		"\"hugetlb\":{\"2MB\":{\"usage\":2097152,\"failcnt\":6}},"
		"\"intel_rdt\":{},\"network_interfaces\":null}");
}

TEST(only_the_controllers_that_are_there)
{
	autofd int dir = fixture("v1");
	autostats s = { 0 };

	CHECK_INT(stats_read_v1(dir, CTRL_BIT(CTRL_PIDS), &s, &error), 0);
	CHECK_INT(s.pids, 3);
	CHECK_INT(s.memory.limit, 0);
	CHECK_INT(s.cpu_total, 0);
}

TEST(missing_files_tell_nothing)
{
	autofd int dir = fixture("v2");
	autostats s = { 0 };

	CHECK_INT(stats_read_v1(dir, CTRL_BIT(CTRL_CPUSET) | CTRL_BIT(CTRL_CPUACCT), &s, &error),
		  0);
	CHECK_INT(s.cpu_total, 0);
	CHECK_INT(s.cpus.n, 0);
}

TEST(one_number)
{
	CHECK_INT(stats_number("12\n"), 12);
	CHECK_INT(stats_number(""), 0);
	CHECK_INT(stats_number("x"), 0);
	CHECK_INT(stats_number("-1"), 0);
	CHECK(stats_number("max\n") == UINT64_MAX);
	CHECK(stats_number("18446744073709551615") == UINT64_MAX);
	CHECK_INT(stats_number("18446744073709551616"), 0);
	CHECK_INT(stats_number("0000000000000000000000000000000001"), 0);
}

static size_t listed(const char *text)
{
	struct stat_numbers l = { 0 };
	size_t n;

	stats_list(text, &l);
	n = l.n;
	free(l.v);
	return n;
}

TEST(lists)
{
	CHECK_INT(listed(""), 0);
	CHECK_INT(listed("\n"), 0);
	CHECK_INT(listed("0"), 1);
	CHECK_INT(listed("0-3,7\n"), 5);
	CHECK_INT(listed("3-1"), 0);
	CHECK_INT(listed("a,2,-,5-"), 1);
	CHECK_INT(listed(",,1"), 1);
	CHECK_INT(listed("0-18446744073709551615"), STATS_LIST_MAX);
}

TEST(values_by_name)
{
	static const char text[] = "oom 1\noom_kill 22\nbad x\nempty\nlast 3";

	CHECK_INT(stats_value(text, "oom"), 1);
	CHECK_INT(stats_value(text, "oom_kill"), 22);
	CHECK_INT(stats_value(text, "bad"), 0);
	CHECK_INT(stats_value(text, "empty"), 0);
	CHECK_INT(stats_value(text, "last"), 3);
	CHECK_INT(stats_value(text, "kill"), 0);
	CHECK_INT(stats_value("", "kill"), 0);
}

TEST(pressure)
{
	struct stat_pressure p = { 0 };

	stats_pressure("", &p);
	CHECK(!p.known);
	stats_pressure("other avg10=1.00\nfull\n", &p);
	CHECK(!p.known);
	stats_pressure("some avg10=x avg60=1. avg300=2.345 total=1x\nfull \n", &p);
	CHECK(p.known);
	CHECK_INT(p.some.avg10, 0);
	CHECK_INT(p.some.avg60, 100);
	CHECK_INT(p.some.avg300, 234);
	CHECK_INT(p.some.total, 0);
}

TEST(odd_lines_are_left_out)
{
	autostats s = { 0 };

	stats_pairs("b 2\n\na 1\nc\nd x\n 5\n", &s.memory_stat);
	CHECK_INT(s.memory_stat.n, 2);
	CHECK_STR(s.memory_stat.v[0].name, "a");
	CHECK_INT(s.memory_stat.v[1].value, 2);
	stats_blkio("8:0 5\n8:x Read 1\nTotal 9\n8:1 Read\n8:2 AnOperationOfALongName 1\n",
		    &s.io[IO_TIME]);
	CHECK_INT(s.io[IO_TIME].n, 1);
	CHECK_INT(s.io[IO_TIME].v[0].value, 5);
	CHECK_STR(s.io[IO_TIME].v[0].op, "");
	stats_percpu("cpu user system\n0 1 2\n1 3\n2 4 x\n3 5 6 7\n", &s.percpu_user,
		     &s.percpu_kernel);
	CHECK_INT(s.percpu_user.n, 2);
	CHECK_INT(s.percpu_user.v[1], 5);
	CHECK_INT(s.percpu_kernel.v[1], 6);
	stats_io_stat("8:0\nrbytes=1\n8:1 rbytes= wbytes=x rios=3\n", s.io);
	CHECK_INT(s.io[IO_SERVICE_BYTES].n, 0);
	CHECK_INT(s.io[IO_SERVICED].n, 1);
	CHECK_INT(s.io[IO_SERVICED].v[0].minor, 1);
}

TEST_MAIN
