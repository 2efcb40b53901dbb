/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/images.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int open_directory(const char *path, bool make, struct err *e)
{
	int fd, r = make ? dir_make_all(path, 0700, e) : 0;

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_set(e, errno, "open %s", path) : fd;
}

int images_open(const char *image_path, const char *work_path, const char *log, bool make,
		struct images *out, struct err *e)
{
	const char *images = image_path && *image_path ? image_path : "checkpoint";
	const char *work = work_path && *work_path ? work_path : images;
	autofree char *whole = NULL;
	autofd int dir = open_directory(images, make, e), work_dir = -1;

	if (dir < 0)
		return err_wrap(e, "images: ");
	/* The log is written there on restore, too. */
	work_dir = open_directory(work, true, e);
	if (work_dir < 0)
		return err_wrap(e, "work directory: ");
	whole = realpath(work, NULL);
	if (!whole)
		return err_set(e, errno, "find %s", work);
	out->log = xasprintf("%s/%s", whole, log);
	out->dir = TAKE_FD(dir);
	out->work = TAKE_FD(work_dir);
	return 0;
}

void images_close(struct images *i)
{
	i->dir = fd_close(i->dir);
	i->work = fd_close(i->work);
	free(i->log);
	i->log = NULL;
}
