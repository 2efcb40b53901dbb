/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs.h"
#include "core/file.h"
#include "core/openat2.h"
#include "core/procfs_walk.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROC_ROOT_INO 1
#define BOOT_ID_LEN 36

int procfs_open_root(struct err *e)
{
	autofd int fd = -1;
	struct statfs fs;
	struct stat st;

	fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open /proc");
	if (fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
		return err_set(e, errno, "stat /proc");
	if (fs.f_type != PROC_SUPER_MAGIC || st.st_ino != PROC_ROOT_INO)
		return err_msg(e, EXDEV, "/proc is not the root of a procfs");
	return TAKE_FD(fd);
}

/* What "self" or "thread-self" says must be the caller's numbers and nothing else, since it becomes
 * part of a path. */
static bool is_own_id(const char *text, bool thread)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || !thread)
		return n > 0 && text[n] == '\0';
	if (!str_starts(text + n, "/task/"))
		return false;
	text += n + strlen("/task/");
	n = strspn(text, "0123456789");
	return n > 0 && text[n] == '\0';
}

/* Puts the caller's numbers in place of "self/" or "thread-self/" in front of a path. */
static int resolve_self(int proc, const char *path, char *out, size_t size)
{
	bool thread = str_starts(path, "thread-self/");
	const char *name = thread ? "thread-self" : "self";
	char id[64];
	ssize_t n;
	int r;

	if (!thread && !str_starts(path, "self/")) {
		r = snprintf(out, size, "%s", path);
		return r < 0 || (size_t)r >= size ? -ENAMETOOLONG : 0;
	}
	n = readlinkat(proc, name, id, sizeof(id) - 1);
	if (n < 0)
		return -errno;
	id[n] = '\0';
	if (!is_own_id(id, thread))
		return -EXDEV;
	r = snprintf(out, size, "%s%s", id, path + strlen(name));
	return r < 0 || (size_t)r >= size ? -ENAMETOOLONG : 0;
}

/* By components, where the kernel cannot be told what to refuse. */
static int walk_below(int proc, const char *path, int flags)
{
	char real[PATH_MAX];
	int r = resolve_self(proc, path, real, sizeof(real));

	return r < 0 ? r : procfs_walk(proc, real, flags);
}

static bool begins_with_self(const char *path)
{
	return str_starts(path, "self/") || str_starts(path, "thread-self/");
}

/*
 * "self" and "thread-self" are the procfs's own, since nothing mounted over them is crossed, and
 * they are the only symlinks on such a path that are not magic: below a process's directory all
 * others are. So the kernel may follow them, each process its own.
 */
static int open_below(int proc, const char *path, int flags)
{
	uint64_t resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
	int fd;

	if (!begins_with_self(path))
		resolve |= RESOLVE_NO_SYMLINKS;
	fd = openat2_call(proc, path, flags, resolve);
	return fd == -ENOSYS ? walk_below(proc, path, flags) : fd;
}

int procfs_open(int proc, const char *path, int flags, struct err *e)
{
	int fd = open_below(proc, path, flags);

	return fd < 0 ? err_set(e, -fd, "open /proc/%s", path) : fd;
}

/* The link itself is opened first, which finds whatever is mounted over it. */
static int open_link(int proc, const char *path, int flags)
{
	const char *slash = strrchr(path, '/');
	autofd int dir = -1, link = -1;
	char parent[PATH_MAX];
	int fd;

	if (!slash || slash == path || !slash[1])
		return -EINVAL;
	/* The slash stays, for "self/". */
	fd = snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path) + 1, path);
	if (fd < 0 || (size_t)fd >= sizeof(parent))
		return -ENAMETOOLONG;
	dir = open_below(proc, parent, O_PATH | O_DIRECTORY);
	if (dir < 0)
		return dir;
	link = open_below(proc, path, O_PATH | O_NOFOLLOW);
	if (link < 0)
		return link;
	fd = openat(dir, slash + 1, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int procfs_open_link(int proc, const char *path, int flags, struct err *e)
{
	int fd = open_link(proc, path, flags);

	return fd < 0 ? err_set(e, -fd, "open /proc/%s", path) : fd;
}

int procfs_read(int proc, const char *path, size_t max, struct str *out, struct err *e)
{
	autofd int fd = -1;
	int r;

	fd = procfs_open(proc, path, O_RDONLY, e);
	if (fd < 0)
		return fd;
	r = fd_read_all(fd, max, out, e);
	if (r < 0)
		(void)err_wrap(e, "/proc/%s: ", path); /* its result is not r when e is NULL */
	return r;
}

int procfs_write(int proc, const char *path, const char *text, size_t len, struct err *e)
{
	autofd int fd = -1;
	ssize_t n;

	fd = procfs_open(proc, path, O_WRONLY, e);
	if (fd < 0)
		return fd;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n != len)
		return err_set(e, n < 0 ? errno : EIO, "write /proc/%s", path);
	return 0;
}

/* The value of a line: 16 hexadecimal digits. */
static int parse_mask(const char *text, const char *name, uint64_t *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t len = strlen(name);
	uint64_t mask = 0;

	while (strncmp(text, name, len) != 0 || text[len] != ':') {
		text = strchr(text, '\n');
		if (!text)
			return -EINVAL;
		text++;
	}
	text += len + 1;
	text += *text == '\t';
	for (int i = 0; i < 16; i++) {
		const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

		if (!digit)
			return -EINVAL;
		mask = mask << 4 | (uint64_t)(digit - digits);
	}
	*out = mask;
	return 0;
}

int procfs_own_masks(int proc, struct proc_mask *masks, size_t n)
{
	char text[4096]; /* a line of very many groups may leave no room for what follows */
	autofd int fd = -1;
	ssize_t len;
	int r = 0;

	fd = open_below(proc, "self/status", O_RDONLY);
	if (fd < 0)
		return fd;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	for (size_t i = 0; i < n && r == 0; i++)
		r = parse_mask(text, masks[i].name, &masks[i].value);
	return r;
}

int procfs_boot_id(int proc, char out[37], struct err *e)
{
	autostr text = { 0 };
	int r;

	r = procfs_read(proc, "sys/kernel/random/boot_id", 64, &text, e);
	if (r < 0)
		return r;
	if (text.len != BOOT_ID_LEN + 1 || text.p[BOOT_ID_LEN] != '\n')
		return err_msg(e, EINVAL, "/proc/sys/kernel/random/boot_id is no id");
	memcpy(out, text.p, BOOT_ID_LEN);
	out[BOOT_ID_LEN] = '\0';
	return 0;
}
