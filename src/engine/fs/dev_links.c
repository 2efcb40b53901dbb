/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs.h"
#include "engine/fs/steps.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* config-linux.md#dev-symbolic-links */
static const struct {
	const char *name, *to;
} links[] = {
	{ "fd", "/proc/self/fd" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

static int make_link(int dev, const char *name, const char *to, struct err *e)
{
	if (symlinkat(to, dev, name) < 0 && errno != EEXIST)
		return err_set(e, errno, "symlink /dev/%s", name);
	return 0;
}

static bool has_kcore(const struct rootfs *r)
{
	autofd int fd = procfs_open(r->proc, "kcore", O_PATH, NULL);

	return fd >= 0;
}

/* An image's own /dev/ptmx would be the host's multiplexer: ours replaces it. */
static int make_ptmx(int dev, struct err *e)
{
	if (symlinkat("pts/ptmx", dev, "ptmx") == 0)
		return 0;
	if (errno != EEXIST || unlinkat(dev, "ptmx", 0) < 0 ||
	    symlinkat("pts/ptmx", dev, "ptmx") < 0)
		return err_set(e, errno, "symlink /dev/ptmx");
	return 0;
}

int dev_links_make(struct rootfs *r, struct err *e)
{
	int dev = r->dev_fd, n; /* opened for the devices */

	if (!r->plan->fill_dev)
		return 0;
	n = make_ptmx(dev, e);
	for (size_t i = 0; i < ARRAY_SIZE(links) && n >= 0; i++)
		n = make_link(dev, links[i].name, links[i].to, e);
	if (n >= 0 && has_kcore(r))
		n = make_link(dev, "core", "/proc/kcore", e);
	return n < 0 ? err_wrap(e, "error setting up /dev symlinks: ") : 0;
}
