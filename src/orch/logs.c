/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/logs.h"

#include "core/strv.h"
#include "monitor/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAIL_MAX 100000
/* A line of the log: its longest part, and what stands before it. */
#define LINE_MAX_BYTES (1 << 16)

struct reading {
	const struct orch *o;
	const char *ns, *name;
	const char *path;
	logs_fn *fn;
	void *data;
	struct str line;    /* what came of the next one */
	char **ring;	    /* the last ones, while only these are wanted */
	int64_t tail, next; /* its size, and how many lines came */
	bool silent;	    /* none of these at all */
};

static void reading_done(struct reading *r)
{
	for (int64_t i = 0; r->ring && i < r->tail; i++)
		free(r->ring[i]);
	free(r->ring);
	str_done(&r->line);
}

void logs_line_parse(char *text, struct logs_line *out)
{
	size_t len = strlen(text);
	char *rest = text, *time = strsep(&rest, " "), *stream = rest ? strsep(&rest, " ") : NULL,
	     *tag = rest ? strsep(&rest, " ") : NULL;

	if (!rest || (!str_eq(stream, "stdout") && !str_eq(stream, "stderr")) ||
	    (!str_eq(tag, "F") && !str_eq(tag, "P"))) {
		for (size_t i = 0; i < len; i++)
			if (text[i] == '\0')
				text[i] = ' ';
		*out = (struct logs_line){ .time = "", .ends = true, .text = text };
		return;
	}
	*out = (struct logs_line){ .time = time,
				   .is_error = str_eq(stream, "stderr"),
				   .ends = str_eq(tag, "F"),
				   .text = rest };
}

static int hand_over(struct reading *r, char *text, struct err *e)
{
	struct logs_line line;

	logs_line_parse(text, &line);
	return r->fn(r->data, &line, e);
}

static int take_line(struct reading *r, struct err *e)
{
	autofree char *text = str_take(&r->line);
	int64_t at;

	if (!r->ring)
		return hand_over(r, text, e);
	at = r->next++ % r->tail;
	free(r->ring[at]);
	r->ring[at] = TAKE(text);
	return 0;
}

/* A NUL would cut the line. */
static int take_bytes(struct reading *r, const char *bytes, size_t n, struct err *e)
{
	int res = 0;

	for (size_t i = 0; res == 0 && i < n; i++) {
		if (bytes[i] != '\n' && r->line.len < LINE_MAX_BYTES)
			str_add_char(&r->line, bytes[i] ? bytes[i] : '?');
		else
			res = take_line(r, e);
	}
	return res;
}

static int read_rest(struct reading *r, int fd, struct err *e)
{
	char buf[65536];
	int res = 0;
	ssize_t n;

	while (res == 0 && (n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno != EINTR)
			return err_set(e, errno, "read %s", r->path);
		if (n > 0)
			res = take_bytes(r, buf, (size_t)n, e);
	}
	return res;
}

/* Returns a descriptor; -ENOENT; or -errno. */
static int open_log(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? err_set(e, errno, "open %s", path) : fd;
}

static int read_old_files(struct reading *r, int64_t files, struct err *e)
{
	int res = 0;

	for (int64_t i = files; res == 0 && i > 0; i--) {
		autofree char *path = xasprintf("%s.%" PRId64, r->path, i);
		autofd int fd = open_log(path, NULL);

		if (fd >= 0)
			res = read_rest(r, fd, e);
	}
	return res;
}

static int flush_ring(struct reading *r, struct err *e)
{
	int64_t n = r->silent ? 0 : MIN(r->next, r->tail);
	int res = 0;

	for (int64_t i = r->next - n; res == 0 && i < r->next; i++)
		res = hand_over(r, r->ring[i % r->tail], e);
	for (int64_t i = 0; i < r->tail; i++)
		free(r->ring[i]);
	free(r->ring);
	r->ring = NULL;
	return res;
}

static bool is_same_file(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Watches the log's directory, since the file itself is put aside when it is rotated; and that of
 * the container, which goes last when it is deleted. */
static int watch(const struct reading *r, struct err *e)
{
	autofree char *dir = xstrndup(r->path, (size_t)(strrchr(r->path, '/') - r->path));
	autofree char *container = orch_container_dir(r->o, r->ns, r->name);
	autofd int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0)
		return err_set(e, errno, "inotify_init");
	if (inotify_add_watch(fd, dir, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE) < 0)
		return err_set(e, errno, "watch %s", dir);
	if (inotify_add_watch(fd, container, IN_DELETE_SELF) < 0 && errno != ENOENT)
		return err_set(e, errno, "watch %s", container);
	return TAKE_FD(fd);
}

/* What there is of it now, in @fd and, when that was put aside, in what took its place. */
static int catch_up(struct reading *r, int *fd, struct err *e)
{
	int res = *fd >= 0 ? read_rest(r, *fd, e) : 0;

	while (res == 0 && (*fd < 0 || !is_same_file(*fd, r->path))) {
		int next = open_log(r->path, NULL);

		if (next < 0)
			return 0; /* between the two, or deleted */
		if (*fd >= 0)	  /* what came after the last look */
			res = read_rest(r, *fd, e);
		fd_close(*fd);
		*fd = next;
		if (res == 0)
			res = read_rest(r, *fd, e);
	}
	return res;
}

static int follow_log(struct reading *r, int *fd, struct err *e)
{
	autofd int changes = watch(r, e);
	char events[4096];
	int res = changes < 0 ? changes : 0;

	while (res == 0) {
		res = catch_up(r, fd, e);
		if (res == 0 && container_exists(r->o, r->ns, r->name, NULL) == 0)
			return 0;
		if (res == 0 && read(changes, events, sizeof(events)) < 0 && errno != EINTR)
			return err_set(e, errno, "watch %s", r->path);
	}
	return res;
}

static int read_all(struct reading *r, int64_t files, bool follow, struct err *e)
{
	autofd int fd = -1;
	int res;

	res = read_old_files(r, files, e);
	if (res == 0) {
		fd = open_log(r->path, NULL); /* a container that never ran has none */
		res = fd >= 0 ? read_rest(r, fd, e) : 0;
	}
	if (res == 0 && r->ring)
		res = flush_ring(r, e);
	return res == 0 && follow ? follow_log(r, &fd, e) : res;
}

int logs_read(const struct orch *o, const char *ns, const char *name, int64_t tail, bool follow,
	      logs_fn *fn, void *data, struct err *e)
{
	autofree char *dir = orch_container_dir(o, ns, name);
	_cleanup_(reading_done) struct reading r = {
		.o = o, .ns = ns, .name = name, .fn = fn, .data = data, .tail = MIN(tail, TAIL_MAX)
	};
	automonitorspec spec = { 0 };
	int res = monitor_spec_load(dir, &spec, e);

	if (res == -ENOENT)
		return err_msg(e, ENOENT, "%s: no such container", name);
	if (res < 0)
		return res;
	r.path = spec.log;
	if (tail >= 0) {
		r.silent = tail == 0;
		r.tail = MAX(r.tail, 1);
		r.ring = xcalloc((size_t)r.tail, sizeof(char *));
	}
	return read_all(&r, spec.log_files, follow, e);
}
