/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/images.h"

#include "core/file.h"
#include "core/json.h"
#include "core/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define STDIO_FILE "descriptors.json"
#define STDIO_FILE_MAX (3 * PATH_MAX)

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

int images_write_stdio(const struct images *i, int proc, pid_t pid, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	autofd int fds = -1;
	const char *text;
	char path[32];
	size_t len;

	(void)snprintf(path, sizeof(path), "%d/fd", (int)pid);
	fds = procfs_open(proc, path, O_RDONLY | O_DIRECTORY, e);
	if (fds < 0)
		return fds;
	json_out_array(o);
	for (int fd = 0; fd < IMAGES_STDIO; fd++) {
		char name[4], target[PATH_MAX];
		ssize_t n;

		(void)snprintf(name, sizeof(name), "%d", fd);
		n = readlinkat(fds, name, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0'; /* it may have closed it */
		json_out_string(o, target);
	}
	json_out_end(o);
	text = json_out_text(o, &len);
	return file_replace(i->dir, STDIO_FILE, 0600, text, len, 0, e);
}

int images_read_stdio(const struct images *i, struct images_stdio *out, struct err *e)
{
	autostr text = { 0 };
	autojson *doc = NULL;
	const struct json *j;
	int r;

	r = file_read(i->dir, STDIO_FILE, STDIO_FILE_MAX, &text, e);
	if (r == 0)
		r = json_parse(text.p ? text.p : "", text.len, &doc, e);
	if (r < 0)
		return err_wrap(e, "images: " STDIO_FILE ": ");
	j = json_root(doc);
	if (j->type != JSON_ARRAY || j->n > IMAGES_STDIO)
		return err_msg(e, EINVAL, "images: " STDIO_FILE ": is no array of %d names",
			       IMAGES_STDIO);
	for (size_t n = 0; n < j->n; n++)
		if (j->items[n].type == JSON_STRING)
			out->names[n] = xstrdup(j->items[n].text);
	return 0;
}

void images_stdio_done(struct images_stdio *s)
{
	for (int i = 0; i < IMAGES_STDIO; i++) {
		free(s->names[i]);
		s->names[i] = NULL;
	}
}
