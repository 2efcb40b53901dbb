/* SPDX-License-Identifier: Apache-2.0 */
#include "net/resolv.h"

#include "core/file.h"
#include "core/inroot.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "net/ip.h"
#include "net/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE 0644
#define READ_MAX 65536

void resolv_text(const char *container, char *const *dns, const char *domain, struct str *out)
{
	autostrv char **seen = NULL;
	char text[IP_TEXT_MAX];
	struct ip ip;

	str_addf(out, "# Written by netctl for %s.\n", container);
	if (domain)
		str_addf(out, "search %s\n", domain);
	for (size_t i = 0; i < strv_len(dns); i++) {
		if (ip_parse_address(dns[i], "dns", &ip, NULL) < 0)
			continue;
		if (strv_has(seen, ip_format_address(&ip, text)))
			continue;
		strv_push(&seen, text);
		str_addf(out, "nameserver %s\n", text);
	}
}

/* ---- finding the directory ---- */

/* The root of the process, which is the same one still after it was opened. */
static int open_root(const struct resolv_target *t, struct err *e)
{
	autofree char *path = xasprintf("%d/root", (int)t->pid);
	struct proc_stat st = { 0 };
	struct err why = { 0 };
	autofd int proc = procfs_open_root(e);
	autofd int root = -1;
	int r;

	if (proc < 0)
		return proc;
	root = procfs_open_link(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC, &why);
	if (root == -ENOENT || root == -ESRCH)
		return err_msg(e, ESRCH, "resolv.conf: no process %d", (int)t->pid);
	if (root < 0)
		return err_msg(e, why.num, "resolv.conf: root of process %d: %s", (int)t->pid,
			       why.text);
	r = procfs_stat(proc, t->pid, &st, e);
	if (r < 0)
		return r;
	if (r == 0 || st.state == 'Z' || (t->start_time && st.start_time != t->start_time))
		return err_msg(e, ESRCH, "resolv.conf: process %d has ended", (int)t->pid);
	return TAKE_FD(root);
}

/* Its /etc, which is not to be a symlink. @make: where it is missing. */
static int open_etc(int root, bool make, struct err *e)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct err why = { 0 };
	int fd = inroot_open(root, "etc", flags, &why);

	if (fd == -ENOENT && make) {
		autofd int made = inroot_mkdir_all(root, "etc", 0755, e);

		if (made < 0)
			return made;
		fd = inroot_open(root, "etc", flags, &why);
	}
	if (fd == -ENOTDIR || fd == -ELOOP)
		return err_msg(e, ELOOP, "resolv.conf: /etc of the container is no directory");
	return fd < 0 ? err_msg(e, why.num, "%s", why.text) : fd;
}

/* ---- a file of the host ----
 * It may well be below a container's root, where the container could let a symlink lead to any
 * other file of the host: so none is followed, wherever it is. */

/* The one symlink of the host that is in many programs' paths; only its name counts. */
static const char *without_var(const char *path)
{
	static const char legacy[] = "/var/run/", symlink[] = "/var/run";
	char target[PATH_MAX];
	ssize_t n;

	if (!str_starts(path, legacy))
		return path;
	n = readlink(symlink, target, sizeof(target) - 1);
	target[MAX(n, 0)] = '\0';
	return str_eq(target, "/run") || str_eq(target, "../run") ? path + strlen("/var") : path;
}

int resolv_file_path(const char *file, char **out, struct err *e)
{
	autofree char *cwd = file[0] == '/' ? xstrdup("") : getcwd(NULL, 0);
	autofree char *whole = NULL;
	autostrv char **given = NULL, **kept = NULL;
	autofree char *joined = NULL, *plain = NULL;
	size_t n = 0;

	if (!cwd)
		return err_set(e, errno, "the current directory");
	whole = xasprintf("%s/%s", cwd, file);
	given = strv_split(whole, '/');
	kept = xcalloc(strv_len(given) + 1, sizeof(*kept));
	for (size_t i = 0; i < strv_len(given); i++) {
		if (!*given[i] || str_eq(given[i], "."))
			continue;
		if (!str_eq(given[i], "..")) {
			kept[n++] = xstrdup(given[i]);
		} else if (n > 0) {
			n--;
			free(TAKE(kept[n]));
		}
	}
	joined = strv_join(kept, "/");
	plain = xasprintf("/%s", joined);
	*out = xstrdup(without_var(plain));
	return 0;
}

/* The file's directory; @name points into the path. */
static int open_parent(const struct resolv_target *t, const char **name, struct err *e)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
	const char *slash = strrchr(t->path, '/');
	autofree char *parent = xstrndup(t->path, slash ? (size_t)(slash - t->path) : 0);
	autostrv char **parts = strv_split(parent, '/');
	autofd int dir = -1;

	if (!slash)
		return err_msg(e, EINVAL, "%s: not an absolute path", t->path);
	dir = open("/", flags | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno, "open /");
	for (size_t i = 0; i < strv_len(parts); i++) {
		int next;

		if (!*parts[i])
			continue;
		next = openat(dir, parts[i], flags | O_CLOEXEC);
		if (next < 0 && (errno == ENOTDIR || errno == ELOOP))
			return err_msg(e, ELOOP,
				       "%s: \"%s\" is no directory, and symlinks are not followed",
				       t->path, parts[i]);
		if (next < 0)
			return err_set(e, errno, "%s", t->path);
		(void)fd_close(dir); /* read only */
		dir = next;
	}
	*name = slash + 1;
	return TAKE_FD(dir);
}

/* ---- writing ---- */

/* Where the file's place is what matters: what is open elsewhere, or mounted, sees the new text. */
static int write_in_place(int dir, const char *name, int flags, const char *text, size_t len,
			  struct err *e)
{
	struct stat st;
	autofd int fd =
		openat(dir, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, MODE);
	int r;

	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", name);
	if (!S_ISREG(st.st_mode))
		return err_msg(e, EINVAL, "%s: not a regular file", name);
	r = fd_write_all(fd, text, len, e);
	if (r < 0)
		return err_wrap(e, "%s: ", name);
	return ftruncate(fd, (off_t)len) < 0 ? err_set(e, errno, "truncate %s", name) : 0;
}

/* rename(2) puts a whole file in the place of what is there, a symlink as well; but not in that of
 * a mount point. */
static int write_in_root(const struct resolv_target *t, const char *text, size_t len, struct err *e)
{
	autofd int root = open_root(t, e);
	autofd int etc = root < 0 ? root : open_etc(root, true, e);
	struct err why = { 0 };
	int r;

	if (etc < 0)
		return etc;
	r = file_replace(etc, "resolv.conf", MODE, text, len, 0, &why);
	if (r == -EBUSY)
		r = write_in_place(etc, "resolv.conf", 0, text, len, &why);
	return r < 0 ? err_msg(e, why.num, "in the container's /etc: %s", why.text) : 0;
}

static int write_file(const struct resolv_target *t, const char *text, size_t len, struct err *e)
{
	const char *name;
	autofd int dir = open_parent(t, &name, e);

	return dir < 0 ? dir : write_in_place(dir, name, O_CREAT, text, len, e);
}

int resolv_write(const struct resolv_target *t, const char *text, size_t len, struct err *e)
{
	if (t->kind == RESOLV_PID)
		return write_in_root(t, text, len, e);
	return t->kind == RESOLV_FILE ? write_file(t, text, len, e) : 0;
}

/* ---- what is there ---- */

static int read_at(int dir, const char *name, struct str *out, struct err *e)
{
	struct stat st;
	autofd int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd < 0 && (errno == ENOENT || errno == ELOOP))
		return 0;
	if (fd < 0)
		return err_set(e, errno, "open %s", name);
	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "stat %s", name);
	if (!S_ISREG(st.st_mode))
		return 0;
	r = fd_read_all(fd, READ_MAX, out, e);
	return r < 0 ? err_wrap(e, "%s: ", name) : 1;
}

static int read_file(const struct resolv_target *t, struct str *out, struct err *e)
{
	const char *name;
	autofd int dir = open_parent(t, &name, e);

	return dir < 0 ? dir : read_at(dir, name, out, e);
}

int resolv_file_check(const struct resolv_target *t, struct err *e)
{
	const char *name;
	autofd int dir = open_parent(t, &name, e);
	struct stat st;

	if (dir < 0)
		return dir;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT && *name ? 0 : err_set(e, errno, "%s", t->path);
	if (S_ISLNK(st.st_mode))
		return err_msg(e, ELOOP, "%s: is a symlink, which is not followed", t->path);
	return S_ISREG(st.st_mode) ? 0 : err_msg(e, EINVAL, "%s: is no regular file", t->path);
}

int resolv_read(const struct resolv_target *t, struct str *out, struct err *e)
{
	autofd int root = -1, etc = -1;

	if (t->kind == RESOLV_NONE)
		return 0;
	if (t->kind == RESOLV_FILE)
		return read_file(t, out, e);
	root = open_root(t, e);
	if (root < 0)
		return root;
	etc = open_etc(root, false, e);
	if (etc == -ENOENT)
		return 0;
	return etc < 0 ? etc : read_at(etc, "resolv.conf", out, e);
}

static int remove_file(const struct resolv_target *t, struct err *e)
{
	const char *name;
	autofd int dir = open_parent(t, &name, e);

	if (dir < 0)
		return dir == -ENOENT ? 0 : dir;
	return unlinkat(dir, name, 0) < 0 && errno != ENOENT ?
		       err_set(e, errno, "unlink %s", t->path) :
		       0;
}

int resolv_remove(const struct resolv_target *t, struct err *e)
{
	autofd int root = -1, etc = -1;

	if (t->kind == RESOLV_NONE)
		return 0;
	if (t->kind == RESOLV_FILE)
		return remove_file(t, e);
	root = open_root(t, e);
	etc = root < 0 ? root : open_etc(root, false, e);
	if (etc < 0)
		return etc == -ENOENT ? 0 : etc;
	if (unlinkat(etc, "resolv.conf", 0) < 0 && errno != ENOENT)
		return err_set(e, errno, "unlink resolv.conf in the container's /etc");
	return 0;
}

void resolv_sweep(const struct resolv_target *t)
{
	autofd int root = t->kind == RESOLV_PID ? open_root(t, NULL) : -1;
	autofd int etc = root < 0 ? -1 : open_etc(root, false, NULL);

	if (etc >= 0)
		leftovers_remove(etc, ".", "resolv.conf");
}
