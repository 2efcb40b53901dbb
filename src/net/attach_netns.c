/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"
#include "core/procfs.h"
#include "net/attach_record.h"
#include "net/netns.h"
#include "net/process_id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* An inode may be the next namespace's by now; a cookie, for which it is entered, is not. */
bool attach_is_netns(const struct attach_record *r, int netns)
{
	uint64_t cookie = 0;
	struct stat st;

	if (netns < 0 || fstat(netns, &st) < 0 || st.st_dev != r->netns_dev ||
	    st.st_ino != r->netns_ino)
		return false;
	return r->netns_cookie == 0 ||
	       (netns_cookie(netns, &cookie, NULL) == 0 && cookie == r->netns_cookie);
}

static int find_pinned(const struct attach_record *r)
{
	autofd int fd = r->netns_path ? netns_open_path(r->netns_path, NULL) : -1;

	return attach_is_netns(r, fd) ? TAKE_FD(fd) : -ENOENT;
}

static int find_by_pid(const struct attach_record *r, pid_t pid)
{
	autofd int fd = pid > 0 ? netns_open_pid(pid, NULL) : -1;

	return attach_is_netns(r, fd) ? TAKE_FD(fd) : -ENOENT;
}

/* Any process may have stayed in it: a DHCP client, or a child of the one we knew. */
static int find_anywhere(const struct attach_record *r, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	int list = proc < 0 ? proc : procfs_open(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, e);
	DIR *d = list < 0 ? NULL : fdopendir(list);
	struct dirent *entry;
	uint64_t pid;
	int fd = -ENOENT;

	if (!d) {
		fd_close_p(&list);
		return list < 0 ? list : err_set(e, errno, "list the processes");
	}
	while (fd < 0 && (entry = readdir(d)))
		if (num_parse_u64(entry->d_name, INT32_MAX, "pid", &pid, NULL) == 0)
			fd = find_by_pid(r, (pid_t)pid);
	(void)closedir(d);
	return fd;
}

int attach_find_netns(const struct attach_record *r, struct err *e)
{
	char boot_id[BOOT_ID_SIZE];
	int fd = process_boot_id(boot_id, e);

	if (fd < 0)
		return fd;
	if (!str_eq(boot_id, r->boot_id))
		return -ENOENT;
	fd = find_pinned(r);
	if (fd < 0)
		fd = find_by_pid(r, (pid_t)r->pid);
	return fd < 0 ? find_anywhere(r, e) : fd;
}
