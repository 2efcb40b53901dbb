/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/update.h"

#include "core/file.h"
#include "engine/rdt_container.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define WRITER_MS 2000

/* Whether @fd is a pipe that nobody has open to write. It keeps what it has. */
static bool has_no_writer(int fd)
{
	int copy[2];
	ssize_t n;

	if (pipe2(copy, O_CLOEXEC) < 0)
		return false;
	n = tee(fd, copy[1], 1, SPLICE_F_NONBLOCK);
	(void)fd_close(copy[0]);
	(void)fd_close(copy[1]);
	return n == 0;
}

/* A pipe of the shell's is as good as a file: the user named it. But a FIFO may have no writer. */
static int open_input(const char *path, struct err *e)
{
	struct pollfd p = { .fd = -1, .events = POLLIN };
	autofd int fd = -1;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	p.fd = fd;
	if (poll(&p, 1, WRITER_MS) == 0 && has_no_writer(fd))
		return err_msg(e, ETIMEDOUT, "%s: nobody writes to it", path);
	if (fcntl(fd, F_SETFL, 0) < 0)
		return err_set(e, errno, "%s: fcntl", path);
	return TAKE_FD(fd);
}

int resources_load(const char *path, struct oci_resources *out, struct err *e)
{
	bool is_stdin = str_eq(path, "-");
	autofd int fd = -1;
	autostr text = { 0 };
	int r;

	if (!is_stdin) {
		fd = open_input(path, e);
		if (fd < 0)
			return fd;
	}
	r = fd_read_all(is_stdin ? STDIN_FILENO : fd, JSON_SIZE_MAX, &text, e);
	if (r == 0)
		r = record_parse(&oci_resources_record, text.p ?: "", text.len, out, e);
	return r < 0 ? err_wrap(e, "%s: ", is_stdin ? "standard input" : path) : 0;
}

/*
 * The limits in force are the kernel's to remember. Nothing reads a configuration's again once the
 * container is made, so there is no record of them that would have to follow.
 */
int container_update(struct container *c, const struct oci_resources *r,
		     const struct oci_intel_rdt *rdt, struct err *e)
{
	autofree char *undo = NULL;
	_cleanup_(cgroup_free_p) struct cgroup *cg = NULL;
	struct oci_resources limits = *r;
	struct oci_pids pids;
	int ret;

	if (c->pidfd < 0)
		return err_msg(e, ESRCH, "container not running");
	/* Callers send all of a configuration's resources with a few changed, but hooks may have
	 * allowed devices since. runc: the same. */
	limits.devices = NULL;
	limits.n_devices = 0;
	if (r->pids) {
		pids = *r->pids;
		limits.pids = &pids;
	}
	oci_resources_read_as(&limits, c->state.oci_version);
	ret = oci_resources_check(&limits, e);
	if (ret == 0)
		ret = container_cgroup(c, &cg, e);
	/* Of the two the one that can be put back whole. */
	if (ret == 0)
		ret = container_rdt_update(c, rdt, &undo, e);
	if (ret < 0)
		return ret;
	ret = cgroup_update(cg, &limits, e);
	if (ret < 0)
		container_rdt_restore(c, undo);
	return ret;
}
