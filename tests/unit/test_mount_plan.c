/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/mountinfo.h"
#include "engine/fs/plan.h"
#include "test.h"
#include <errno.h>
#include <sys/mount.h>

/* A plan of one configuration with these mounts and linux members. */
struct case_plan {
	struct oci_config *config;
	struct rootfs_plan *plan;
	struct err e;
	int ret;
};

static void case_done(struct case_plan *c)
{
	rootfs_plan_free(c->plan);
	oci_config_free(c->config);
}

#define CASE _cleanup_(case_done) struct case_plan

static struct case_plan plan_more(const char *mounts, const char *more)
{
	struct case_plan c = { 0 };
	autofree char *text = xasprintf("{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"rootfs\"},"
					"\"mounts\":[%s],\"linux\":{%s}}",
					mounts, more);

	CHECK_INT(oci_config_parse(text, strlen(text), &c.config, &c.e), 0);
	if (c.config)
		c.ret = rootfs_plan_new(c.config, "/b", "/b/rootfs", &c.plan, &c.e);
	return c;
}

static struct case_plan plan(const char *mounts)
{
	return plan_more(mounts, "");
}

static void check_refused(const char *mounts, const char *text)
{
	CASE c = plan(mounts);

	CHECK_INT(c.ret, -EINVAL);
	CHECK(!c.plan);
	CHECK_HAS(c.e.text, text);
}

TEST(no_mounts)
{
	CASE c = plan("");

	CHECK_INT(c.ret, 0);
	CHECK_INT(c.plan->n, 0);
	CHECK(c.plan->fill_dev);
}

TEST(file_system)
{
	CASE c = plan("{\"destination\":\"/proc/\",\"type\":\"proc\",\"source\":\"proc\"}");

	CHECK_INT(c.ret, 0);
	CHECK_INT(c.plan->ops[0].kind, MOUNT_OP_FS);
	CHECK_STR(c.plan->ops[0].dest, "/proc");
	CHECK_INT(c.plan->ops[0].source_fd, -1);
}

TEST(bind_by_option_needs_no_type)
{
	CASE c = plan(
		"{\"destination\":\"/tmp\",\"source\":\"/tmp\",\"options\":[\"rw\",\"bind\"]}");

	CHECK_INT(c.ret, 0);
	CHECK_INT(c.plan->ops[0].kind, MOUNT_OP_BIND);
	CHECK_STR(c.plan->ops[0].source, "/tmp");
	CHECK_INT(c.plan->ops[0].options.top.clear, MOUNT_ATTR_RDONLY);
}

TEST(bind_by_type)
{
	CASE c = plan("{\"destination\":\"/a\",\"type\":\"bind\",\"source\":\"/x\"},"
		      "{\"destination\":\"/b\",\"type\":\"none\",\"source\":\"/"
		      "x\",\"options\":[\"rbind\"]},"
		      "{\"destination\":\"/c\",\"type\":\"tmpfs\",\"source\":\"/"
		      "x\",\"options\":[\"bind\"]}");

	CHECK_INT(c.ret, 0);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(c.plan->ops[i].kind, MOUNT_OP_BIND);
	CHECK_INT(c.plan->ops[1].options.words, MOUNT_OPT_BIND | MOUNT_OPT_RECURSIVE);
}

TEST(sources)
{
	CASE c = plan(
		"{\"destination\":\"/a\",\"source\":\"data\",\"options\":[\"bind\"]},"
		"{\"destination\":\"/b\",\"source\":\"rootfs/x/../y\",\"options\":[\"bind\"]},"
		"{\"destination\":\"/c\",\"source\":\"/b/rootfs\",\"options\":[\"bind\"]},"
		"{\"destination\":\"/d\",\"source\":\"/b/rootfs2\",\"options\":[\"bind\"]},"
		"{\"destination\":\"/e\",\"source\":\"/b/rootfs/../x\",\"options\":[\"bind\"]}");

	CHECK_INT(c.ret, 0);
	CHECK_STR(c.plan->ops[0].source, "/b/data");
	CHECK(!c.plan->ops[0].source_inside);
	CHECK_STR(c.plan->ops[1].source, "/y");
	CHECK(c.plan->ops[1].source_inside);
	CHECK_STR(c.plan->ops[2].source, "/");
	CHECK(c.plan->ops[2].source_inside);
	CHECK(!c.plan->ops[3].source_inside);
	CHECK(!c.plan->ops[4].source_inside);
	CHECK_STR(c.plan->ops[4].source, "/b/rootfs/../x");
}

TEST(refused)
{
	check_refused("{\"destination\":\"/x\",\"source\":\"\",\"options\":[\"bind\"]}",
		      "invalid mount \"/x\": a bind mount needs a source");
	check_refused("{\"destination\":\"/x\",\"options\":[\"bind\"]}", "needs a source");
	check_refused(
		"{\"destination\":\"/x\",\"source\":\"/s\",\"options\":[\"bind\",\"size=1\"]}",
		"bind mounts cannot have any filesystem-specific options applied");
	check_refused("{\"destination\":\"/x\",\"source\":\"/s\"}", "a type is missing");
	check_refused("{\"destination\":\"/x\",\"type\":\"none\",\"source\":\"/s\"}",
		      "a type is missing");
	check_refused("{\"destination\":\"/x\",\"type\":\"proc\",\"options\":[\"tmpcopyup\"]}",
		      "tmpcopyup needs a tmpfs");
	check_refused("{\"destination\":\"/x\",\"type\":\"cgroup\",\"options\":[\"idmap\"]}",
		      "id mappings need a bind mount or a new file system");
	check_refused("{\"destination\":\"x\",\"type\":\"tmpfs\"}", "not absolute");
	check_refused(
		"{\"destination\":\"/x\",\"source\":\"/s\",\"options\":[\"bind\"],\"uidMappings\":"
		"[{\"containerID\":0,\"hostID\":1,\"size\":1}]}",
		"go together");
}

TEST(dev)
{
	CASE ours = plan(
		"{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"options\":[\"ro\",\"nosuid\"]}");
	CASE host = plan(
		"{\"destination\":\"/dev/\",\"source\":\"/dev\",\"options\":[\"rbind\",\"ro\"]}");

	CHECK_INT(ours.ret, 0);
	CHECK(ours.plan->fill_dev);
	CHECK(ours.plan->dev_readonly);
	CHECK(ours.plan->ops[0].late_readonly);
	CHECK_INT(ours.plan->ops[0].options.top.set, MOUNT_ATTR_NOSUID);
	CHECK_INT(host.ret, 0);
	CHECK(!host.plan->fill_dev);
	CHECK(!host.plan->dev_readonly);
	CHECK_INT(host.plan->ops[0].options.top.set, MOUNT_ATTR_RDONLY);
}

TEST(tmpfs_mode)
{
	CASE c = plan("{\"destination\":\"/a\",\"type\":\"tmpfs\"},"
		      "{\"destination\":\"/b\",\"type\":\"tmpfs\",\"options\":[\"mode=700\"]},"
		      "{\"destination\":\"/c\",\"type\":\"proc\"}");

	CHECK_INT(c.ret, 0);
	CHECK(c.plan->ops[0].needs_mode);
	CHECK(!c.plan->ops[1].needs_mode);
	CHECK(!c.plan->ops[2].needs_mode);
}

TEST(cgroup_and_remount)
{
	CASE c = plan(
		"{\"destination\":\"/sys/fs/cgroup\",\"type\":\"cgroup\",\"source\":\"cgroup\"},"
		"{\"destination\":\"/x\",\"options\":[\"bind\",\"remount\",\"ro\"]}");

	CHECK_INT(c.ret, 0);
	CHECK_INT(c.plan->ops[0].kind, MOUNT_OP_CGROUP);
	CHECK_INT(c.plan->ops[1].kind, MOUNT_OP_REMOUNT);
}

static void check_paths_refused(const char *more, const char *text)
{
	CASE c = plan_more("", more);

	CHECK_INT(c.ret, -EINVAL);
	CHECK_HAS(c.e.text, text);
}

TEST(paths)
{
	CASE good = plan_more("", "\"maskedPaths\":[\"/proc/kcore\"],\"readonlyPaths\":[\"/a\"]");

	CHECK_INT(good.ret, 0);
	check_paths_refused("\"maskedPaths\":[\"/a\",\"b\"]",
			    "linux.maskedPaths[1]: \"b\" is not absolute");
	check_paths_refused("\"maskedPaths\":[\"/a/../\"]", "is the whole root");
	check_paths_refused("\"readonlyPaths\":[\"//\"]", "linux.readonlyPaths[0]");
}

static void check_clean(const char *path, const char *want)
{
	autofree char *got = path_clean(path);

	CHECK_STR(got, want);
}

TEST(clean_paths)
{
	check_clean("", "/");
	check_clean("/", "/");
	check_clean("a", "/a");
	check_clean("/a//b/./c/", "/a/b/c");
	check_clean("/a/../b", "/b");
	check_clean("/../../b/..", "/");
	check_clean("/..a/...", "/..a/...");
	check_clean("//", "/");
	check_clean("/a/b/../..", "/");
}

TEST(below)
{
	CHECK_STR(path_below("/a/b", "/a"), "/b");
	CHECK_STR(path_below("/a", "/a"), "");
	CHECK(!path_below("/ab", "/a"));
	CHECK_STR(path_below("/x", "/"), "/x");
}

static void check_proc_refused(const char *resolved, const char *dest, bool is_proc,
			       const char *text)
{
	struct err e = { 0 };

	CHECK_INT(plan_check_proc(resolved, dest, is_proc, &e), -EINVAL);
	CHECK_STR(e.text, text);
}

TEST(proc_targets)
{
	CHECK_INT(plan_check_proc("/data", "/data", false, NULL), 0);
	CHECK_INT(plan_check_proc("/process", "/process", false, NULL), 0);
	CHECK_INT(plan_check_proc("/proc", "/proc", true, NULL), 0);
	CHECK_INT(plan_check_proc("/proc/cpuinfo", "/proc/cpuinfo", false, NULL), 0);
	CHECK_INT(plan_check_proc("/proc/7/net/dev", "/proc/net/dev", false, NULL), 0);
	check_proc_refused("/proc", "/proc", false,
			   "\"/proc\" cannot be mounted because it is not of type proc");
	check_proc_refused("/proc/self/attr", "/proc/self/attr", false,
			   "\"/proc/self/attr\" cannot be mounted because it is inside /proc");
	/* An image's symlink leads there. */
	check_proc_refused("/proc/sys", "/data", false,
			   "\"/data\" cannot be mounted because it is inside /proc");
	check_proc_refused("/proc/cpuinfo", "/data", false,
			   "\"/data\" cannot be mounted because it is inside /proc");
}

TEST(mountinfo)
{
	_cleanup_(mountinfo_done) struct mountinfo m = { 0 };
	struct err e;

	CHECK_INT(
		mountinfo_parse(
			"22 27 0:21 / /proc rw,relatime - proc proc rw\n"
			"23 27 0:22 /a /with\\040space\\134 rw shared:1 master:2 - ext4 /dev/x rw\n"
			"24 27 0:22 / /end rw - fuse.x",
			&m, &e),
		0);
	CHECK_INT(m.n, 3);
	CHECK_STR(m.v[0].path, "/proc");
	CHECK_STR(m.v[0].type, "proc");
	CHECK_STR(m.v[1].path, "/with space\\");
	CHECK_STR(m.v[1].type, "ext4");
	CHECK_STR(m.v[2].type, "fuse.x");
}

TEST(mountinfo_garbage)
{
	struct mountinfo m = { 0 };
	struct err e;

	CHECK_INT(mountinfo_parse("", &m, &e), 0);
	CHECK_INT(m.n, 0);
	CHECK_INT(mountinfo_parse("one two\n", &m, &e), -EINVAL);
	CHECK_INT(mountinfo_parse("1 2 3 4 5 6 -", &m, &e), -EINVAL);
	CHECK_INT(mountinfo_parse("1 2 3 4 5 6 7 8\n", &m, &e), -EINVAL);
}

TEST_MAIN
