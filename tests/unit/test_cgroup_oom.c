/* SPDX-License-Identifier: Apache-2.0 */
/* A directory of ordinary files stands for a cgroup of v2; v1 needs the kernel's. */
#include "engine/cgroup/oom.h"
#include "core/file.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

static char dir[64];
static struct err error;

static void put(const char *name, const char *text)
{
	autofree char *path = xasprintf("%s/%s", dir, name);
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	CHECK(fd >= 0 && fd_write_all(fd, text, strlen(text), NULL) == 0);
}

static void make(void)
{
	snprintf(dir, sizeof(dir), "/tmp/runlet-test-oom-XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	put("memory.events", "oom 3\noom_kill 2\n");
	put("cgroup.events", "populated 1\nfrozen 0\n");
}

static void clean(void)
{
	static const char *const names[] = { "memory.events", "cgroup.events" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		autofree char *path = xasprintf("%s/%s", dir, names[i]);

		(void)unlink(path);
	}
	CHECK_INT(rmdir(dir), 0);
}

static bool readable(const struct oom_watch *w)
{
	struct pollfd p = { .fd = oom_watch_fd(w), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

TEST(v2_tells_of_kills_and_of_the_end)
{
	_cleanup_(oom_watch_free_p) struct oom_watch *w = NULL;

	make();
	CHECK_INT(oom_watch_new_v2(dir, &w, &error), 1);
	CHECK(w && !readable(w));
	CHECK_INT(oom_watch_read(w, &error), 0);
	put("memory.events", "oom 4\noom_kill 3\n");
	CHECK(readable(w));
	CHECK_INT(oom_watch_read(w, &error), OOM_HAPPENED);
	CHECK(!readable(w));
	/* Reclaim that helped is no event. */
	put("memory.events", "max 9\noom 5\noom_kill 3\n");
	CHECK_INT(oom_watch_read(w, &error), 0);
	put("memory.events", "oom 6\noom_kill 5\n");
	put("cgroup.events", "populated 0\nfrozen 0\n");
	CHECK(readable(w));
	CHECK_INT(oom_watch_read(w, &error), OOM_HAPPENED | OOM_END);
	clean();
}

TEST(v2_without_the_memory_controller)
{
	struct oom_watch *w = NULL;

	CHECK_INT(oom_watch_new_v2("/proc/self", &w, &error), 0);
	CHECK(!w);
	CHECK_INT(oom_watch_new_v2("/nonexistent", &w, &error), -ENOENT);
}

TEST_MAIN
