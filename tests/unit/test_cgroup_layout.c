/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trees below fixtures/cgroup stand for /sys/fs/cgroup; what is mounted at a directory is told
 * by the files in it. They are below $TOP_SRCDIR/tests, or ./tests.
 */
#include "core/file.h"
#include "core/str.h"
#include "engine/cgroup/layout.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

static enum layout_fs probe(int fd)
{
	if (faccessat(fd, "cgroup.controllers", F_OK, 0) == 0)
		return LAYOUT_FS_V2;
	return faccessat(fd, "tasks", F_OK, 0) == 0 ? LAYOUT_FS_V1 : LAYOUT_FS_OTHER;
}

static char *fixture(const char *path)
{
	const char *top = getenv("TOP_SRCDIR");

	return xasprintf("%s/tests/fixtures/cgroup/%s", top ? top : ".", path);
}

static char *fixture_read(const char *path)
{
	autofree char *full = fixture(path);
	struct str text = { 0 };

	if (file_read(AT_FDCWD, full, 1 << 16, &text, NULL) < 0)
		str_reset(&text);
	return str_take(&text);
}

/* A mountinfo whose mount points are absolute; '@' stands for the fixture's directory. */
static char *mountinfo_read(const char *host)
{
	autofree char *path = xasprintf("%s/mountinfo", host), *text = fixture_read(path);
	autofree char *dir = fixture(host);
	autostr s = { 0 };

	for (const char *p = text; *p; p++) {
		if (*p == '@')
			str_add(&s, dir);
		else
			str_add_char(&s, *p);
	}
	return str_take(&s);
}

/* "name=mountpoint path" of each hierarchy, the mount point below the fixture. */
static const char *described(const char *host, bool mounts, struct layout *l, int *missing)
{
	static char text[2048];
	autofree char *fs = xasprintf("%s/fs", host), *dir = fixture(fs), *top = fixture(host);
	autofree char *self = xasprintf("%s/self-cgroup", host), *self_text = fixture_read(self);
	autofree char *mountinfo = mountinfo_read(host);
	autofd int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	autostr s = { 0 };

	layout_init(l);
	*missing = layout_find(l, fd, dir, self_text, probe);
	if (mounts)
		layout_find_mounts(l, mountinfo, probe);
	layout_settle(l);
	for (size_t i = 0; i < l->n; i++) {
		const struct cgroup_hierarchy *h = &l->info[i];

		CHECK(l->v[i].root >= 0);
		CHECK(str_starts(h->mountpoint, top));
		str_addf(&s, "%s%s=%s %s", i ? "; " : "", h->name, h->mountpoint + strlen(top),
			 h->own_path);
	}
	CHECK(l->info[l->n].name == NULL);
	snprintf(text, sizeof(text), "%s", s.p ? s.p : "");
	return text;
}

TEST(v1)
{
	_cleanup_(layout_done) struct layout l = { 0 };
	int missing;

	CHECK_STR(described("v1", false, &l, &missing),
		  "systemd=/fs/systemd /user.slice; freezer=/fs/freezer /; devices=/fs/devices /; "
		  "memory=/fs/memory /a/b:c; cpuacct=/fs/cpuacct /; cpu=/fs/cpu /");
	CHECK_INT(missing, 0);
	CHECK_INT(l.kind, CGROUP_V1);
	CHECK_INT(l.v[0].controllers, 0);
	CHECK_INT(l.v[3].controllers, CTRL_BIT(CTRL_MEMORY));
}

/* The kernel's order of co-mounted controllers is not the directory's. */
TEST(hybrid_with_co_mounted_controllers)
{
	_cleanup_(layout_done) struct layout l = { 0 };
	int missing;

	CHECK_STR(described("hybrid", false, &l, &missing),
		  "systemd=/fs/systemd /init.scope; pids=/fs/pids /init.scope; "
		  "memory=/fs/memory /init.scope; net_prio,net_cls=/fs/net_cls /; "
		  "cpuacct,cpu=/fs/cpuacct /; =/fs/unified /init.scope");
	CHECK_INT(missing, 0);
	CHECK_INT(l.kind, CGROUP_HYBRID);
	CHECK(l.info[5].v2);
	CHECK_INT(l.v[3].controllers, CTRL_BIT(CTRL_NET_CLS) | CTRL_BIT(CTRL_NET_PRIO));
	CHECK_INT(l.v[4].controllers, CTRL_BIT(CTRL_CPU) | CTRL_BIT(CTRL_CPUACCT));
}

TEST(v2)
{
	_cleanup_(layout_done) struct layout l = { 0 };
	int missing;

	CHECK_STR(described("v2", false, &l, &missing), "=/fs /");
	CHECK_INT(missing, 0);
	CHECK_INT(l.kind, CGROUP_V2);
}

/* A plain directory where a hierarchy is expected must not be taken for one. */
TEST(elsewhere)
{
	_cleanup_(layout_done) struct layout l = { 0 }, m = { 0 };
	int missing;

	CHECK_STR(described("elsewhere", false, &l, &missing), "memory=/fs/memory /");
	CHECK_INT(missing, 3);
	CHECK_STR(described("elsewhere", true, &m, &missing),
		  "mine=/mnt/named /; pids=/mnt/my_pids /x; memory=/fs/memory /");
	CHECK_INT(m.kind, CGROUP_V1);
}

TEST(none)
{
	_cleanup_(layout_done) struct layout l = { 0 };
	int missing;

	CHECK_STR(described("none", true, &l, &missing), "");
	CHECK_INT(l.kind, CGROUP_NONE);
}

/* Not to be taken for absent. */
TEST(descriptors_are_wanting)
{
	_cleanup_(layout_done) struct layout l = { 0 }, m = { 0 };
	autofree char *dir = fixture("v1/fs");
	autofd int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct rlimit old, low;

	layout_init(&l);
	CHECK_INT(layout_find(&l, fd, dir, "1:cpu:/\n2:nosuch:/", probe), 1);
	CHECK_INT(l.num, 0);
	CHECK_INT(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = 3;
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
	layout_init(&m);
	(void)layout_find(&m, fd, dir, "1:cpu:/", probe);
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &old), 0);
	CHECK_INT(m.num, EMFILE);
}

TEST(malformed_self_cgroup)
{
	_cleanup_(layout_done) struct layout l = { 0 };
	autofree char *dir = fixture("v1/fs");
	autofd int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	layout_init(&l);
	CHECK_INT(layout_find(&l, fd, dir,
			      "nonsense\n1\n2:x\n3:../../v2/fs:/\n4:..:/\n:::\n\n1:cpu:/", probe),
		  1);
	layout_settle(&l);
	CHECK_INT(l.n, 1);
	CHECK_STR(l.info[0].name, "cpu");
}

TEST(controller_lists)
{
	CHECK_INT(controllers_parse(""), 0);
	CHECK_INT(controllers_parse("cpu,cpuacct"), CTRL_BIT(CTRL_CPU) | CTRL_BIT(CTRL_CPUACCT));
	CHECK_INT(controllers_parse("io memory\n"), CTRL_BIT(CTRL_BLKIO) | CTRL_BIT(CTRL_MEMORY));
	CHECK_INT(controllers_parse("cpux,,xcpu,unknown"), 0);
	CHECK_STR(controller_name(CTRL_BLKIO, true), "io");
	CHECK_STR(controller_name(CTRL_BLKIO, false), "blkio");
}

/* Whatever this host has, it is described consistently. */
TEST(this_host)
{
	const struct cgroup_hierarchy *h = cgroup_hierarchies();
	enum cgroup_layout kind = cgroup_layout();
	size_t v1 = 0, v2 = 0;

	for (; h->name; h++) {
		CHECK(h->mountpoint && h->mountpoint[0] == '/');
		CHECK(h->own_path && h->own_path[0] == '/');
		v1 += !h->v2;
		v2 += h->v2;
	}
	CHECK_INT(kind, v1 && v2 ? CGROUP_HYBRID : v1 ? CGROUP_V1 : v2 ? CGROUP_V2 : CGROUP_NONE);
}

TEST_MAIN
