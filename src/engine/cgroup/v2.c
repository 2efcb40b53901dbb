/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "core/str.h"
#include "engine/cgroup/bpf_devices.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define WORDS_MAX 512
#define FREEZE_MS 2000

/* ---- making ---- */

/*
 * Besides what the config asks for: what callers read of every container (memory.events,
 * statistics) and what a later update may set.
 */
#define USUAL                                                                                      \
	(CTRL_BIT(CTRL_CPU) | CTRL_BIT(CTRL_CPUSET) | CTRL_BIT(CTRL_BLKIO) |                       \
	 CTRL_BIT(CTRL_MEMORY) | CTRL_BIT(CTRL_PIDS) | CTRL_BIT(CTRL_HUGETLB))

static int read_controllers(const struct place *p, const char *dir, const char *file, unsigned *out)
{
	char path[CGROUP_FILE_MAX], words[WORDS_MAX];
	int r = cgroup_read(p->root, cgroup_file(path, dir, file), words, sizeof(words));

	if (r < 0)
		return r;
	*out = controllers_parse(words);
	return 0;
}

static int enable(const struct place *p, const char *dir, unsigned controllers)
{
	char path[CGROUP_FILE_MAX];
	autostr text = { 0 };

	for (const struct name *n = controller_names; n->name; n++)
		if (controllers & CTRL_BIT(n->value) &&
		    str_eq(n->name, controller_name((enum controller)n->value, true)))
			str_addf(&text, "%s+%s", text.len ? " " : "", n->name);
	return text.len ? cgroup_write(p->root, cgroup_file(path, dir, "cgroup.subtree_control"),
				       text.p) :
			  0;
}

static int enable_failed(const char *dir, enum controller c, int num, struct err *e)
{
	return err_set(e, num, "enable cgroup controller %s below \"/%s\"",
		       controller_name(c, true), dir);
}

/* So that one that cannot be had (cpu, with real-time processes) does not cost the others. */
static int enable_each(const struct place *p, const char *dir, unsigned missing, struct err *e)
{
	for (enum controller c = 0; CTRL_BIT(c) <= missing; c++) {
		int r = missing & CTRL_BIT(c) ? enable(p, dir, CTRL_BIT(c)) : 0;

		if (r < 0 && p->need & CTRL_BIT(c))
			return enable_failed(dir, c, -r, e);
	}
	return 0;
}

/* Makes the controllers available in a directory's children. */
static int v2_before(struct place *p, const char *parent, struct err *e)
{
	unsigned want = p->need | (p->optional ? 0 : USUAL), have, offered;
	int r;

	if (!want)
		return 0;
	r = read_controllers(p, parent, "cgroup.subtree_control", &have);
	if (r == 0 && !(want & ~have))
		return 0;
	if (r == 0)
		r = read_controllers(p, parent, "cgroup.controllers", &offered);
	if (r < 0)
		return err_set(e, -r, "read the cgroup controllers of \"/%s\"", parent);
	for (enum controller c = 0; CTRL_BIT(c) <= p->need; c++)
		if (p->need & ~have & ~offered & CTRL_BIT(c))
			return err_msg(e, EOPNOTSUPP,
				       "cgroup controller %s is not available in \"/%s\"",
				       controller_name(c, true), parent);
	want &= offered & ~have;
	return enable(p, parent, want) < 0 ? enable_each(p, parent, want, e) : 0;
}

static int v2_make(struct place *p, struct err *e)
{
	return place_make_dirs(p, v2_before, e);
}

/* ---- cgroup.events ---- */

/* The value of a key in a text of "key value" lines; -1 when it is not there. */
static int event_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = text; *p;) {
		if (strncmp(p, key, len) == 0 && p[len] == ' ')
			return p[len + 1] - '0';
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	return -1;
}

/* Waits until a key has a value: 1 it has, or the cgroup is gone; 0 time-out; -errno. */
static int events_wait(const struct place *p, const char *key, int value, int timeout_ms)
{
	int64_t deadline = monotonic_ms() + timeout_ms, left;
	char path[CGROUP_FILE_MAX], text[128];
	autofd int fd = -1;
	struct pollfd pfd;

	fd = openat(p->root, place_file(p, path, "cgroup.events"), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 1 : -errno;
	pfd = (struct pollfd){ .fd = fd, .events = POLLPRI };
	for (;;) {
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		if (n < 0)
			return errno == ENODEV ? 1 : -errno;
		text[n] = '\0';
		if (event_value(text, key) == value)
			return 1;
		left = deadline - monotonic_ms();
		if (left <= 0)
			return 0;
		if (poll(&pfd, 1, (int)left) < 0 && errno != EINTR)
			return -errno;
	}
}

static void v2_wait_empty(const struct place *p, int timeout_ms)
{
	(void)events_wait(p, "populated", 0, timeout_ms);
}

/* ---- freezing ---- */

static int v2_frozen(const struct place *p, struct err *e)
{
	char path[CGROUP_FILE_MAX], text[128];
	int r;

	/* Its own wish first: events say "frozen" only when the last process has stopped. */
	r = cgroup_read(p->root, place_file(p, path, "cgroup.freeze"), text, sizeof(text));
	if (r >= 0 && text[0] == '1')
		return 1;
	if (r >= 0)
		r = cgroup_read(p->root, place_file(p, path, "cgroup.events"), text, sizeof(text));
	if (r == -ENOENT || r == -ENODEV)
		return 0;
	if (r < 0)
		return err_set(e, -r, "read the cgroup's freezer state");
	return event_value(text, "frozen") == 1;
}

static int v2_freeze(const struct place *p, bool freeze, struct err *e)
{
	char path[CGROUP_FILE_MAX];
	int r;

	r = cgroup_write(p->root, place_file(p, path, "cgroup.freeze"), freeze ? "1" : "0");
	if (r < 0)
		return err_set(e, -r, "write cgroup.freeze");
	/* A thawed cgroup may stay frozen by its parent: there is nothing to wait for. */
	if (!freeze)
		return 0;
	r = events_wait(p, "frozen", 1, FREEZE_MS);
	if (r > 0)
		return 0;
	(void)cgroup_write(p->root, path, "0");
	if (r < 0)
		return err_set(e, -r, "wait for the cgroup to freeze");
	return err_msg(e, EBUSY, "unable to freeze: some process did not stop within %d ms",
		       FREEZE_MS);
}

/* SIGKILL ends a process that the v2 freezer holds. */
static int v2_thaw_all(_unused_ const struct place *p, _unused_ struct err *e)
{
	return 0;
}

/* ---- ending, devices ---- */

static int v2_kill(const struct place *p, struct err *e)
{
	char path[CGROUP_FILE_MAX];
	int r = cgroup_write(p->root, place_file(p, path, "cgroup.kill"), "1");

	if (r == 0)
		return 1;
	/* Before Linux 5.14; or the cgroup is absent, or threaded: the pids will tell. */
	if (r == -ENOENT || r == -ENODEV || r == -EOPNOTSUPP)
		return 0;
	return err_set(e, -r, "write cgroup.kill");
}

static int v2_set_devices(const struct place *p, const struct device_rules *rules, struct err *e)
{
	autofree struct bpf_insn *insns = NULL;
	autofd int prog = -1, dir = -1;
	size_t n;

	devices_bpf(rules, &insns, &n);
	prog = bpf_devices_load(insns, n, e);
	if (prog < 0)
		return err_wrap(e, "linux.resources.devices: ");
	dir = openat(p->root, p->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno, "linux.resources.devices: open cgroup /%s", p->path);
	if (bpf_devices_attach(dir, prog, e) < 0)
		return err_wrap(e, "linux.resources.devices: ");
	return 0;
}

const struct place_ops place_v2 = {
	.make = v2_make,
	.frozen = v2_frozen,
	.freeze = v2_freeze,
	.set_devices = v2_set_devices,
	.kill = v2_kill,
	.thaw_all = v2_thaw_all,
	.wait_empty = v2_wait_empty,
	.oom_file = "memory.events",
	.entry_file = "cgroup.procs",
};
