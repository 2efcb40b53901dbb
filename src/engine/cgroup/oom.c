/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/oom.h"
#include "engine/cgroup/place.h"
#include "engine/cgroup/stats_parse.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

struct oom_watch {
	int fd;		/* v1: an eventfd; v2: inotify */
	int dir;	/* the cgroup's */
	uint64_t kills; /* v2: that were told */
	bool v2;
};

static struct oom_watch *watch_alloc(bool v2)
{
	struct oom_watch *w = xcalloc(1, sizeof(*w));

	w->fd = w->dir = -1;
	w->v2 = v2;
	return w;
}

void oom_watch_free(struct oom_watch *w)
{
	if (!w)
		return;
	(void)fd_close(w->fd);
	(void)fd_close(w->dir);
	free(w);
}

void oom_watch_free_p(struct oom_watch **w)
{
	oom_watch_free(*w);
}

int oom_watch_fd(const struct oom_watch *w)
{
	return w->fd;
}

/* ---- v1: an eventfd, which also counts one when the cgroup is removed ---- */

static int new_v1(const struct place *p, struct oom_watch **out, struct err *e)
{
	_cleanup_(oom_watch_free_p) struct oom_watch *w = watch_alloc(false);
	autofd int control = -1;
	char text[32];
	int r;

	w->dir = openat(p->root, p->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		return err_set(e, errno, "open cgroup %s/%s", p->name, p->path);
	control = openat(w->dir, "memory.oom_control", O_RDONLY | O_CLOEXEC);
	if (control < 0)
		return err_set(e, errno, "open memory.oom_control");
	w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->fd < 0)
		return err_set(e, errno, "eventfd");
	(void)snprintf(text, sizeof(text), "%d %d", w->fd, control);
	r = cgroup_write(w->dir, "cgroup.event_control", text);
	if (r < 0)
		return err_set(e, -r, "write cgroup.event_control");
	*out = TAKE(w);
	return 1;
}

static int read_v1(struct oom_watch *w, struct err *e)
{
	uint64_t count = 0;
	bool gone;

	if (read(w->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		return err_set(e, errno, "read the eventfd of memory.oom_control");
	gone = faccessat(w->dir, "cgroup.event_control", F_OK, 0) < 0;
	/* One of the count is then for the end. */
	return (count > gone ? OOM_HAPPENED : 0) | (gone ? OOM_END : 0);
}

/* ---- v2: two files that tell when they change ---- */

static uint64_t kills_v2(const struct oom_watch *w)
{
	autostr text = { 0 };

	return stats_file(w->dir, "memory.events", &text, NULL) > 0 ?
		       stats_value(text.p, "oom_kill") :
		       0;
}

static bool is_populated(const struct oom_watch *w)
{
	autostr text = { 0 };

	return stats_file(w->dir, "cgroup.events", &text, NULL) > 0 &&
	       stats_value(text.p, "populated") != 0;
}

int oom_watch_new_v2(const char *dir, struct oom_watch **out, struct err *e)
{
	static const char *const files[] = { "memory.events", "cgroup.events" };
	_cleanup_(oom_watch_free_p) struct oom_watch *w = watch_alloc(true);

	w->dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		return err_set(e, errno, "open cgroup %s", dir);
	if (faccessat(w->dir, files[0], F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (w->fd < 0)
		return err_set(e, errno, "inotify_init");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		autofree char *path = xasprintf("%s/%s", dir, files[i]);

		if (inotify_add_watch(w->fd, path, IN_MODIFY) < 0)
			return err_set(e, errno, "watch %s", path);
	}
	w->kills = kills_v2(w);
	*out = TAKE(w);
	return 1;
}

static int read_v2(struct oom_watch *w, struct err *e)
{
	char events[1024];
	uint64_t kills;
	int r = 0;

	/* Which of the files it was does not matter: both are read. */
	while (read(w->fd, events, sizeof(events)) > 0)
		;
	if (errno != EAGAIN)
		return err_set(e, errno, "read inotify events");
	kills = kills_v2(w);
	if (kills > w->kills)
		r |= OOM_HAPPENED;
	w->kills = kills;
	return is_populated(w) ? r : r | OOM_END;
}

/* ---- both ---- */

static const char *v2_mountpoint(void)
{
	for (const struct cgroup_hierarchy *h = cgroup_hierarchies(); h->name; h++)
		if (h->v2)
			return h->mountpoint;
	return NULL;
}

int oom_watch_new(const struct cgroup *cg, struct oom_watch **out, struct err *e)
{
	const struct place *p = cgroup_place_with(cg, CTRL_MEMORY);
	autofree char *dir = NULL;

	if (!p || p->optional)
		return 0;
	if (!p->v2)
		return new_v1(p, out, e);
	dir = xasprintf("%s%s", v2_mountpoint(), cgroup_path(cg));
	return oom_watch_new_v2(dir, out, e);
}

int oom_watch_read(struct oom_watch *w, struct err *e)
{
	return w->v2 ? read_v2(w, e) : read_v1(w, e);
}
