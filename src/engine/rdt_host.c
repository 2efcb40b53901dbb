/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs.h"
#include "core/strv.h"
#include "engine/rdt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#define USUAL_PLACE "/sys/fs/resctrl"
#define MOUNTINFO_MAX (16u << 20)
#define RESCTRL_MAGIC 0x7655821 /* RDTGROUP_SUPER_MAGIC of linux/magic.h */

/* The root of a resctrl file system, or -1: what else is mounted there is none of our business. */
static int open_root(const char *path)
{
	autofd int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs st;

	if (fd < 0 || fstatfs(fd, &st) < 0 || (unsigned long)st.f_type != RESCTRL_MAGIC)
		return -1;
	return TAKE_FD(fd);
}

/* ID PARENT DEV ROOT MOUNTPOINT OPTIONS … - resctrl SOURCE OPTIONS */
static int open_mounted(const char *line, size_t len)
{
	autofree char *copy = xstrndup(line, len);
	autostrv char **words = NULL;

	if (!strstr(copy, " - resctrl "))
		return -1;
	words = strv_split(copy, ' ');
	return strv_len(words) > 4 && str_eq(words[3], "/") ? open_root(words[4]) : -1;
}

int rdt_open_host(int proc, struct err *e)
{
	autostr mounts = { 0 };
	int fd = open_root(USUAL_PLACE);

	if (fd >= 0)
		return fd;
	if (procfs_read(proc, "self/mountinfo", MOUNTINFO_MAX, &mounts, e) < 0)
		return err_wrap(e, "linux.intelRdt: look for resctrl: ");
	for (const char *p = mounts.p ?: ""; *p && fd < 0;) {
		size_t len = strcspn(p, "\n");

		fd = open_mounted(p, len);
		p += len;
		p += *p == '\n';
	}
	if (fd < 0)
		return err_msg(e, ENODEV,
			       "linux.intelRdt: Intel RDT is not available: no resctrl file "
			       "system is mounted");
	return fd;
}
