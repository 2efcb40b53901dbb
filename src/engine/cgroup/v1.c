/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proc.h"
#include "core/str.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define CPU_LIST_MAX 4096
#define DEVICES_LIST_MAX (256u << 10)
#define FREEZE_MS 2000

/* ---- making ---- */

static int cpuset_failed(const char *path, const char *file, int num, struct err *e)
{
	return err_set(e, num, "cgroup cpuset/%s: inherit %s", path, file);
}

/* Gives a cpuset what its parent has, unless it has something. */
static int cpuset_copy(const struct place *p, const char *parent, const char *path, bool fresh,
		       const char *file, struct err *e)
{
	char name[CGROUP_FILE_MAX], list[CPU_LIST_MAX];
	int r = 0;

	if (!fresh) {
		r = cgroup_read(p->root, cgroup_file(name, path, file), list, sizeof(list));
		if (r > 0 && list[0] != '\n')
			return 0;
	}
	if (r >= 0)
		r = cgroup_read(p->root, cgroup_file(name, parent, file), list, sizeof(list));
	if (r >= 0)
		r = cgroup_write(p->root, cgroup_file(name, path, file), list);
	return r < 0 ? cpuset_failed(path, file, -r, e) : 0;
}

/*
 * A v1 cpuset begins empty, and an empty one takes no process. cgroup.clone_children would fill it
 * at once, but it is the parent's setting, and the parent is not ours.
 */
static int cpuset_fill(const struct place *p, const char *path, bool fresh, struct err *e)
{
	const char *slash = strrchr(path, '/');
	autofree char *parent = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	int r;

	r = cpuset_copy(p, parent, path, fresh, "cpuset.cpus", e);
	return r < 0 ? r : cpuset_copy(p, parent, path, fresh, "cpuset.mems", e);
}

static int cpuset_before(struct place *p, const char *parent, struct err *e)
{
	return parent[0] ? cpuset_fill(p, parent, false, e) : 0;
}

static int v1_make(struct place *p, struct err *e)
{
	int r;

	if (!(p->controllers & CTRL_BIT(CTRL_CPUSET)))
		return place_make_dirs(p, NULL, e);
	r = place_make_dirs(p, cpuset_before, e);
	return r < 0 ? r : cpuset_fill(p, p->path, p->made > 0, e);
}

/* ---- freezing ---- */

/* 1 FROZEN, 2 FREEZING, 0 THAWED or absent, -errno. */
static int freezer_state(const struct place *p)
{
	char path[CGROUP_FILE_MAX], state[16];
	int r;

	if (!(p->controllers & CTRL_BIT(CTRL_FREEZER)))
		return 0;
	r = cgroup_read(p->root, place_file(p, path, "freezer.state"), state, sizeof(state));
	if (r < 0)
		return r == -ENOENT || r == -ENODEV ? 0 : r;
	if (str_starts(state, "FROZEN"))
		return 1;
	return str_starts(state, "FREEZING") ? 2 : 0;
}

static int v1_frozen(const struct place *p, struct err *e)
{
	int r = freezer_state(p);

	if (r < 0)
		return err_set(e, -r, "read freezer.state");
	return r > 0;
}

static int freezer_write(const struct place *p, const char *state, struct err *e)
{
	char path[CGROUP_FILE_MAX];
	int r = cgroup_write(p->root, place_file(p, path, "freezer.state"), state);

	return r < 0 ? err_set(e, -r, "write %s to freezer.state", state) : 0;
}

/*
 * FREEZING becomes FROZEN when the last process has stopped, which v1 does not announce, and may
 * never do so while the cgroup forks: writing FROZEN again catches the new ones. What cannot be
 * frozen is thawed again: half a freeze would be a trap for whatever comes next.
 */
static int v1_freeze(const struct place *p, bool freeze, struct err *e)
{
	int64_t deadline = monotonic_ms() + FREEZE_MS;
	int nap_ms = 0, r;

	if (!(p->controllers & CTRL_BIT(CTRL_FREEZER)))
		return 0;
	if (!freeze)
		return freezer_write(p, "THAWED", e);
	do {
		r = freezer_write(p, "FROZEN", e);
		if (r < 0)
			return r;
		r = freezer_state(p);
		if (r == 1)
			return 0;
		(void)poll(NULL, 0, nap_ms);
		nap_ms = MIN(nap_ms + 1, 10);
	} while (monotonic_ms() < deadline);
	(void)freezer_write(p, "THAWED", NULL);
	return err_msg(e, EBUSY, "unable to freeze: some process did not stop within %d ms",
		       FREEZE_MS);
}

static int v1_thaw_all(const struct place *p, struct err *e)
{
	if (!(p->controllers & CTRL_BIT(CTRL_FREEZER)))
		return 0;
	return tree_write(p->root, p->path, "freezer.state", "THAWED", e);
}

/* ---- devices ---- */

static int devices_now(const struct place *p, struct device_rules *out, struct err *e)
{
	autofree char *text = xmalloc(DEVICES_LIST_MAX);
	char path[CGROUP_FILE_MAX];
	int r;

	r = cgroup_read(p->root, place_file(p, path, "devices.list"), text, DEVICES_LIST_MAX);
	return r < 0 ? err_set(e, -r, "read devices.list") : devices_from_list(text, out, e);
}

/* The two files are opened once for all the writes. */
static int devices_write(const struct place *p, const struct device_write *w, size_t n,
			 struct err *e)
{
	static const char *const files[2] = { "devices.deny", "devices.allow" };
	char path[CGROUP_FILE_MAX];
	autofd int deny = -1, allow = -1;

	for (size_t i = 0; i < n; i++) {
		int *fd = w[i].allow ? &allow : &deny;
		const char *file = files[w[i].allow];

		if (*fd < 0)
			*fd = openat(p->root, place_file(p, path, file), O_WRONLY | O_CLOEXEC);
		if (*fd < 0)
			return err_set(e, errno, "linux.resources.devices: open %s", file);
		if (write(*fd, w[i].text, strlen(w[i].text)) < 0)
			return err_set(e, errno,
				       "linux.resources.devices: failed to write \"%s\" to %s",
				       w[i].text, file);
	}
	return 0;
}

static int v1_set_devices(const struct place *p, const struct device_rules *rules, struct err *e)
{
	_cleanup_(device_rules_done) struct device_rules now = { 0 };
	autofree struct device_write *w = NULL;
	bool known = p->made == 0;
	size_t n;
	int r;

	if (known) {
		r = devices_now(p, &now, e);
		if (r < 0)
			return r;
	}
	devices_transition(known ? &now : NULL, rules, &w, &n);
	return devices_write(p, w, n, e);
}

/* ---- ending ---- */

static int v1_kill(_unused_ const struct place *p, _unused_ struct err *e)
{
	return 0;
}

/* v1 announces nothing; a process that has ended leaves its cgroup within microseconds. */
static void v1_wait_empty(_unused_ const struct place *p, int timeout_ms)
{
	(void)poll(NULL, 0, MIN(timeout_ms, 1));
}

const struct place_ops place_v1 = {
	.make = v1_make,
	.frozen = v1_frozen,
	.freeze = v1_freeze,
	.set_devices = v1_set_devices,
	.kill = v1_kill,
	.thaw_all = v1_thaw_all,
	.wait_empty = v1_wait_empty,
	.oom_file = "memory.oom_control",
	/* A lone thread that moves itself by "tasks" takes no threadgroup lock: see enter.c. */
	.entry_file = "tasks",
};
