/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container.h"

#include "core/file.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "engine/init/gate.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LOCK_TIMEOUT_MS 10000
#define CLAIMS_MAX 100 /* times that a deleter may be faster */
#define STATE_DEPTH_MAX 8
#define PIDFS_MAGIC 0x50494446 /* "PIDF"; linux/magic.h of 6.9 and later */

int container_id_check(const char *id, struct err *e)
{
	static const char set[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-";
	size_t n = strlen(id);

	if (n == 0)
		return err_msg(e, EINVAL, "container id cannot be empty");
	if (n > 255 || id[0] == '.' || id[0] == '-' || strspn(id, set) != n)
		return err_msg(e, EINVAL, "invalid container ID format");
	return 0;
}

static struct container *container_alloc(const struct runtime *rt, const char *id)
{
	struct container *c = xcalloc(1, sizeof(*c));

	c->rt = rt;
	c->id = xstrdup(id);
	c->dir = c->pidfd = -1;
	c->status = OCI_STOPPED;
	return c;
}

void container_free(struct container *c)
{
	if (!c)
		return;
	(void)fd_close(c->dir);
	(void)fd_close(c->pidfd);
	store_state_done(&c->state);
	store_journal_done(&c->journal);
	free(c->id);
	free(c);
}

void container_free_p(struct container **c)
{
	container_free(*c);
}

int container_lock(struct container *c, enum container_lock lock, struct err *e)
{
	struct stat st;
	int r;

	if (lock == CONTAINER_UNLOCKED)
		return 0;
	r = fd_lock(c->dir, lock == CONTAINER_EXCLUSIVE, LOCK_TIMEOUT_MS, e);
	if (r == -ETIMEDOUT)
		return err_msg(e, EBUSY,
			       "container %s is busy: another operation has held it for %d s",
			       c->id, LOCK_TIMEOUT_MS / 1000);
	if (r < 0)
		return err_wrap(e, "container %s: ", c->id);
	c->locked = true;
	if (fstat(c->dir, &st) < 0)
		return err_set(e, errno, "stat the state directory of container %s", c->id);
	/* Removed while we waited: its creator or deleter was faster. */
	return st.st_nlink == 0 ? err_msg(e, ENOENT, "container does not exist") : 0;
}

void container_unlock(struct container *c)
{
	fd_unlock(c->dir);
	c->locked = false;
}

/* Whether somebody else, a create, is at work on it now. */
static bool is_locked(const struct container *c)
{
	if (c->locked)
		return false;
	if (fd_lock(c->dir, false, 0, NULL) < 0)
		return true;
	fd_unlock(c->dir);
	return false;
}

static int already_exists(struct err *e)
{
	return err_msg(e, EEXIST, "container with given ID already exists");
}

/*
 * Between mkdir and the lock a deleter may remove the directory, and another creator make one of
 * the same name: then that is what is opened here. Whose it is, is decided by who locks it first,
 * and shows by the first file that is made in it. Returns -ENOENT when it is gone.
 */
static int claim_directory(struct container *c, struct err *e)
{
	struct stat st;
	int r;

	c->dir = openat(c->rt->root_fd, c->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (c->dir < 0)
		return err_set(e, errno, "open state directory %s/%s", c->rt->root, c->id);
	r = container_lock(c, CONTAINER_EXCLUSIVE, e);
	if (r < 0)
		return r;
	return fstatat(c->dir, STORE_CGROUP, &st, AT_SYMLINK_NOFOLLOW) == 0 ? already_exists(e) : 0;
}

static int make_directory(struct container *c, struct err *e)
{
	int r;

	if (mkdirat(c->rt->root_fd, c->id, 0700) < 0) {
		if (errno == EEXIST)
			return already_exists(e);
		return err_set(e, errno, "create state directory %s/%s", c->rt->root, c->id);
	}
	r = claim_directory(c, e);
	if (r == 0)
		return 0;
	c->dir = fd_close(c->dir);
	c->locked = false;
	/* What goes wrong with our own is undone; a container's is not empty, and stays. */
	if (r != -ENOENT && r != -EEXIST && r != -EBUSY)
		(void)unlinkat(c->rt->root_fd, c->id, AT_REMOVEDIR);
	return r;
}

int container_new(const struct runtime *rt, const char *id, struct container **out, struct err *e)
{
	autocontainer *c = NULL;
	int r;

	r = container_id_check(id, e);
	if (r < 0)
		return r;
	c = container_alloc(rt, id);
	for (unsigned i = 0; i < CLAIMS_MAX; i++) {
		r = make_directory(c, e);
		if (r != -ENOENT)
			break;
	}
	if (r < 0)
		return r;
	c->status = OCI_CREATING;
	*out = TAKE(c);
	return 0;
}

/* The caller's trouble, or the host's, and not the file's. */
static bool is_passing(int r)
{
	return r == -EMFILE || r == -ENFILE || r == -ENOMEM || r == -EINTR || r == -EAGAIN;
}

int container_open(const struct runtime *rt, const char *id, enum container_lock lock,
		   struct container **out, struct err *e)
{
	autocontainer *c = NULL;
	struct err damage = { 0 };
	struct stat st;
	int r;

	r = container_id_check(id, e);
	if (r < 0)
		return r;
	c = container_alloc(rt, id);
	if (rt->root_fd >= 0)
		c->dir = openat(rt->root_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	else
		errno = ENOENT;
	if (c->dir < 0) {
		if (errno == ENOENT)
			return err_msg(e, ENOENT, "container does not exist");
		return err_set(e, errno, "open state directory %s/%s", rt->root, id);
	}
	/* In a root such as /tmp anybody may have made it. */
	if (fstat(c->dir, &st) < 0)
		return err_set(e, errno, "stat state directory %s/%s", rt->root, id);
	if (st.st_uid != geteuid())
		return err_msg(e, EPERM, "state directory %s/%s belongs to uid %u", rt->root, id,
			       (unsigned)st.st_uid);
	r = container_lock(c, lock, e);
	if (r < 0)
		return r;
	r = store_state_read(c->dir, id, &c->state, &damage);
	if (r < 0 && is_passing(r))
		return err_msg(e, -r, "container %s: %s", id, damage.text);
	/* It is there all the same; a row that says "damaged" does not say why. */
	if (r < 0)
		log_warning("container %s: %s", id, damage.text);
	c->has_state = r == 1;
	c->damage = r < 0 ? r : 0;
	r = container_refresh(c, e);
	if (r < 0)
		return r;
	*out = TAKE(c);
	return 0;
}

static uint64_t pidfd_inode(int pidfd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(pidfd, &fs) < 0 || fs.f_type != PIDFS_MAGIC || fstat(pidfd, &st) < 0)
		return 0;
	return st.st_ino;
}

/* One and the same as long as we live; a list asks for every container. */
static int this_boot(const struct runtime *rt, const char **id, struct err *e)
{
	static char known[37];
	int r = known[0] ? 0 : procfs_boot_id(rt->proc, known, e);

	*id = known;
	return r;
}

int container_identify(const struct runtime *rt, pid_t pid, int pidfd, struct store_state *s,
		       struct err *e)
{
	struct proc_stat stat;
	const char *boot_id;
	int r;

	r = procfs_stat(rt->proc, pid, &stat, e);
	if (r <= 0)
		return r < 0 ? r : err_msg(e, ESRCH, "container init is gone");
	r = this_boot(rt, &boot_id, e);
	if (r < 0)
		return r;
	s->pid = pid;
	s->start_time = stat.start_time;
	s->pid_inode = pidfd_inode(pidfd);
	s->boot_id = xstrdup(boot_id);
	return 0;
}

/*
 * Returns 1 and a pidfd when init lives, 0 when not. The order matters: the pidfd is opened first
 * and the identity read after, so that the pid cannot be reused in between.
 */
static int find_init(struct container *c, struct proc_stat *stat, int *pidfd, struct err *e)
{
	autofd int fd = -1;
	const char *boot_id;
	uint64_t inode;
	int r;

	fd = pidfd_open_((pid_t)c->state.pid);
	if (fd < 0)
		return errno == ESRCH || errno == EINVAL ? 0 : err_set(e, errno, "pidfd_open");
	r = procfs_stat(c->rt->proc, (pid_t)c->state.pid, stat, e);
	if (r <= 0)
		return r;
	if (stat->state == 'Z' || stat->state == 'X' || stat->start_time != c->state.start_time)
		return 0;
	/* It has given up all it had, and waits for a child to be reaped by somebody outside. */
	if (stat->kernel_flags & PROC_PF_EXITING)
		return 0;
	inode = pidfd_inode(fd);
	if (inode && c->state.pid_inode && inode != c->state.pid_inode)
		return 0;
	r = this_boot(c->rt, &boot_id, e);
	if (r < 0)
		return r;
	if (!str_eq(boot_id, c->state.boot_id))
		return 0;
	*pidfd = TAKE_FD(fd);
	return 1;
}

static int is_paused(struct container *c, struct err *e)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	int r;

	r = container_cgroup(c, &cg, e);
	if (r < 0 || !cg)
		return r;
	return cgroup_frozen(cg, e);
}

static bool has_processes(struct container *c)
{
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	autofree pid_t *pids = NULL;
	size_t n = 0;

	return container_cgroup(c, &cg, NULL) == 0 && cg && cgroup_pids(cg, &pids, &n, NULL) == 0 &&
	       n > 0;
}

/* A create that was cut short leaves nothing alive; what does live has lost its state. */
static int refresh_stateless(struct container *c, struct err *e)
{
	struct proc_stat stat;
	int r;

	c->status = is_locked(c) ? OCI_CREATING : OCI_STOPPED;
	if (c->status == OCI_CREATING)
		return 0;
	r = store_init_read(c->dir, &c->state, e);
	if (r > 0)
		r = find_init(c, &stat, &c->pidfd, e);
	if (r < 0)
		return r;
	if (!c->damage && (c->pidfd >= 0 || has_processes(c)))
		c->damage = -EINVAL;
	return 0;
}

int container_refresh(struct container *c, struct err *e)
{
	struct proc_stat stat;
	int r;

	c->pidfd = fd_close(c->pidfd);
	if (!c->has_state)
		return refresh_stateless(c, e);
	r = find_init(c, &stat, &c->pidfd, e);
	if (r < 0)
		return r;
	c->status = OCI_STOPPED;
	if (r == 0)
		return 0;
	r = is_paused(c, e);
	if (r < 0)
		return r;
	/* Until execve the kernel itself remembers that init is still our own code. */
	if (r > 0)
		c->status = OCI_PAUSED;
	else if (stat.kernel_flags & PROC_PF_FORKNOEXEC && !c->state.restored)
		c->status = OCI_CREATED;
	else
		c->status = OCI_RUNNING;
	return 0;
}

int container_load_journal(struct container *c, struct err *e)
{
	int r;

	if (c->journal.id)
		return 0;
	r = store_journal_read(c->dir, c->id, &c->journal, e);
	if (r == 0)
		return err_msg(e, EINVAL, "container %s: " STORE_JOURNAL " is missing or damaged",
			       c->id);
	return r < 0 ? err_wrap(e, "container %s: ", c->id) : 0;
}

static int open_cgroup(int manager, const char *path, const struct strmap *paths,
		       struct cgroup **out, struct err *e)
{
	if (paths->n > 0)
		return cgroup_open_at(paths, out, e);
	return cgroup_open((enum cgroup_manager)manager, path, out, e);
}

int container_cgroup(struct container *c, struct cgroup **out, struct err *e)
{
	_cleanup_(store_journal_done) struct store_journal link = { 0 };
	const struct store_journal *j = &link;
	int r;

	if (c->has_state)
		return open_cgroup(c->state.cgroup_manager, c->state.cgroup_path,
				   &c->state.cgroup_paths, out, e);
	/* The shorter record first: it cannot be damaged. */
	r = store_cgroup_read(c->dir, &link, e);
	if (r < 0)
		return err_wrap(e, "container %s: ", c->id);
	if (r > 0)
		return open_cgroup(j->cgroup_manager, j->cgroup_path, &j->cgroup_paths, out, e);
	if (!c->journal.id) {
		r = store_journal_read(c->dir, c->id, &c->journal, e);
		if (r < 0 && is_passing(r))
			return err_wrap(e, "container %s: ", c->id);
		if (r <= 0)
			return 0; /* no record at all, so nothing was made */
	}
	j = &c->journal;
	return open_cgroup(j->cgroup_manager, j->cgroup_path, &j->cgroup_paths, out, e);
}

/* What does not belong there, such as the temporary file of a replacement that was interrupted.
 * What stays makes the rmdir fail, so nothing is checked here. */
static void remove_entries(int dir, int depth)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!d) {
		(void)fd_close(fd);
		return;
	}
	while ((entry = readdir(d))) {
		autofd int sub = -1;

		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, "..") ||
		    unlinkat(fd, entry->d_name, 0) == 0 || depth == 0)
			continue;
		sub = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			remove_entries(sub, depth - 1);
		(void)unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(d);
}

int container_remove_state(struct container *c, struct err *e)
{
	static const char *const files[] = { GATE_START,  GATE_OUTCOME,	 STORE_INIT,
					     STORE_STATE, STORE_JOURNAL, STORE_CGROUP };

	/* In this order: a deletion that is cut short begins anew with what is left. */
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (unlinkat(c->dir, files[i], 0) < 0 && errno != ENOENT && errno != EISDIR)
			return err_set(e, errno, "remove %s of container %s", files[i], c->id);
	if (unlinkat(c->rt->root_fd, c->id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno == ENOTEMPTY) {
		remove_entries(c->dir, STATE_DEPTH_MAX);
		if (unlinkat(c->rt->root_fd, c->id, AT_REMOVEDIR) == 0)
			return 0;
	}
	return err_set(e, errno, "remove state directory of container %s", c->id);
}

char *container_state_json(const struct container *c, int status, pid_t pid)
{
	autojsonout *o = json_out_new(NULL);
	struct oci_state s = {
		.oci_version = (char *)OCI_VERSION,
		.id = c->id,
		.status = status,
		.pid = pid,
	};
	size_t len;

	s.bundle = c->has_state ? c->state.bundle : c->journal.bundle;
	if (c->has_state)
		s.annotations = c->state.annotations;
	else if (c->journal.config)
		s.annotations = c->journal.config->annotations;
	record_encode(&oci_state_record, &s, o);
	return xstrdup(json_out_text(o, &len));
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int container_ids(const struct runtime *rt, char ***out, struct err *e)
{
	struct strv_builder ids = { 0 };
	struct dirent *entry;
	char **v;
	DIR *d;
	int fd, num;

	if (rt->root_fd < 0) {
		*out = strv_new();
		return 0;
	}
	fd = openat(rt->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd >= 0 ? fdopendir(fd) : NULL;
	if (!d) {
		int r = err_set(e, errno, "read state directory %s", rt->root);

		(void)fd_close(fd);
		return r;
	}
	while ((errno = 0, entry = readdir(d)))
		if (container_id_check(entry->d_name, NULL) == 0 && entry->d_type != DT_REG)
			strv_builder_add(&ids, xstrdup(entry->d_name));
	/* NULL is the end only without an errno: a list must not be shorter than it is. */
	num = errno;
	closedir(d);
	v = strv_builder_take(&ids);
	if (num) {
		strv_free(v);
		return err_set(e, num, "read state directory %s", rt->root);
	}
	qsort(v, strv_len(v), sizeof(*v), compare_ids);
	*out = v;
	return 0;
}
