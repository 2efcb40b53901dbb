/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/pids.h"

#include "core/num.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pid namespaces are nested at most so deep. */
#define LEVELS_MAX 32

struct scan {
	struct container *c;
	ino_t ns; /* the container's pid namespace */
	pid_t *v;
	size_t n;
};

static void scan_done(struct scan *s)
{
	free(s->v);
}

static int open_namespace(int proc, pid_t pid)
{
	autofree char *path = xasprintf("%d/ns/pid", (int)pid);

	return procfs_open_link(proc, path, O_RDONLY, NULL);
}

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* In the container's pid namespace, or one below it. */
static bool is_inside(const struct scan *s, pid_t pid)
{
	autofd int fd = open_namespace(s->c->rt->proc, pid);

	for (int level = 0; fd >= 0 && level < LEVELS_MAX; level++) {
		int parent;

		if (inode_of(fd) == s->ns)
			return true;
		parent = ioctl(fd, NS_GET_PARENT);
		(void)fd_close(fd);
		fd = parent;
	}
	return false;
}

static void visit(struct scan *s, const char *name)
{
	int64_t pid;

	if (num_parse_i64(name, 1, INT32_MAX, "pid", &pid, NULL) < 0 || !is_inside(s, (pid_t)pid))
		return;
	s->v = xrealloc(s->v, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = (pid_t)pid;
}

static void close_dir_p(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

static int scan_all(struct scan *s, struct err *e)
{
	_cleanup_(close_dir_p) DIR *d = NULL;
	autofd int dir = procfs_open(s->c->rt->proc, ".", O_RDONLY | O_DIRECTORY, e);
	struct dirent *entry;

	if (dir < 0)
		return dir;
	d = fdopendir(dir);
	if (!d)
		return err_set(e, errno, "read /proc");
	(void)TAKE_FD(dir);
	while ((errno = 0, entry = readdir(d)))
		visit(s, entry->d_name);
	/* NULL is the end only without an errno: nobody must be missing. */
	return errno ? err_set(e, errno, "read /proc") : 0;
}

static int scan_container(struct scan *s, struct err *e)
{
	struct container *c = s->c;
	autofd int ns = -1;

	if (c->pidfd < 0)
		return 0;
	if (c->state.shared_pids)
		return err_msg(e, EOPNOTSUPP,
			       "container %s has neither a cgroup nor a pid namespace of its own: "
			       "its processes are not known",
			       c->id);
	ns = open_namespace(c->rt->proc, (pid_t)c->state.pid);
	if (ns < 0)
		return err_set(e, -ns, "open the pid namespace of container %s", c->id);
	s->ns = inode_of(ns);
	return scan_all(s, e);
}

int container_pids(struct container *c, pid_t **pids, size_t *n, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	_cleanup_(scan_done) struct scan s = { .c = c };
	int r = container_cgroup(c, &cg, e);

	if (r == 0 && cg && cgroup_lists_processes(cg))
		return cgroup_pids(cg, pids, n, e);
	if (r == 0)
		r = scan_container(&s, e);
	if (r < 0)
		return r;
	*n = s.n;
	*pids = TAKE(s.v);
	return 0;
}

/* The pidfd first, then another look: a number that was given to somebody else is not hit. */
static int signal_one(const struct scan *s, pid_t pid, int sig, struct err *e)
{
	autofd int fd = pidfd_open_(pid);
	int r = fd < 0 ? -errno : 0;

	if (!is_inside(s, pid))
		return 0;
	if (r == 0)
		r = pidfd_signal(fd, sig);
	return r < 0 && r != -ESRCH ? err_set(e, -r, "signal process %d", (int)pid) : 0;
}

int container_signal_pids(struct container *c, int sig, struct err *e)
{
	_cleanup_(scan_done) struct scan s = { .c = c };
	int r = scan_container(&s, e);

	for (size_t i = 0; i < s.n && r == 0; i++)
		r = signal_one(&s, s.v[i], sig, e);
	return r;
}
