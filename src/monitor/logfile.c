/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/logfile.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Short lines grow with what is put before them. */
#define BATCH_MAX 8192

static const char *const stream_names[LOGFILE_STREAMS] = {
	[LOGFILE_STDOUT] = "stdout",
	[LOGFILE_STDERR] = "stderr",
};

static int make_parent(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	autofree char *dir = slash > path ? xstrndup(path, (size_t)(slash - path)) : NULL;

	return dir ? dir_make_all(dir, 0755, e) : 0;
}

static int open_file(struct logfile *l, struct err *e)
{
	struct stat st;

	l->fd = open(l->path,
		     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		     0640);
	if (l->fd < 0)
		return err_set(e, errno, "open %s", l->path);
	if (fstat(l->fd, &st) < 0)
		return err_set(e, errno, "stat %s", l->path);
	if (!S_ISREG(st.st_mode))
		return err_msg(e, EINVAL, "%s is no regular file", l->path);
	l->size = st.st_size;
	return 0;
}

int logfile_open(struct logfile *l, const char *path, int64_t size_max, int64_t files,
		 struct err *e)
{
	int r;

	*l = (struct logfile){ .path = path, .fd = -1, .size_max = size_max, .files = files };
	r = make_parent(path, e);
	return r < 0 ? r : open_file(l, e);
}

void logfile_done(struct logfile *l)
{
	l->fd = fd_close(l->fd);
	for (int i = 0; i < LOGFILE_STREAMS; i++)
		str_done(&l->partial[i]);
}

void logfile_format_time(const struct timespec *when, struct str *out)
{
	struct tm tm;
	char text[32];

	if (!gmtime_r(&when->tv_sec, &tm))
		tm = (struct tm){ .tm_mday = 1 };
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	str_addf(out, "%s.%09ldZ", text, when->tv_nsec);
}

/* The oldest is overwritten. A name that cannot be moved costs that file, not the log. */
static void rotate(struct logfile *l)
{
	struct logfile next = *l;

	for (int64_t i = l->files; i > 0; i--) {
		autofree char *old =
			i > 1 ? xasprintf("%s.%" PRId64, l->path, i - 1) : xstrdup(l->path);
		autofree char *new = xasprintf("%s.%" PRId64, l->path, i);

		(void)rename(old, new);
	}
	if (l->files == 0)
		(void)unlink(l->path);
	if (open_file(&next, NULL) < 0) {
		fd_close(next.fd); /* goes on in the old one, and tries again with the next lines */
		return;
	}
	fd_close(l->fd);
	l->fd = next.fd;
	l->size = next.size;
}

static bool write_all(struct logfile *l, const struct str *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(l->fd, text->p + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	l->size += (int64_t)done;
	if (done < text->len && done > 0 && text->p[done - 1] != '\n') {
		/* What is left of a line would be taken for the beginning of the next one. */
		l->size -= (int64_t)done;
		(void)!ftruncate(l->fd, l->size);
		done = 0;
	}
	l->lost += text->len - done;
	return done == text->len;
}

static void add_head(struct str *out, const struct timespec *now, enum logfile_stream stream,
		     char tag)
{
	logfile_format_time(now, out);
	str_addf(out, " %s %c ", stream_names[stream], tag);
}

static void write_lines(struct logfile *l, const struct timespec *now, const struct str *lines)
{
	if (lines->len == 0)
		return;
	if (l->size > 0 && l->size + (int64_t)lines->len > l->size_max)
		rotate(l);
	if (l->lost > 0) {
		autostr note = { 0 };
		uint64_t lost = l->lost;

		add_head(&note, now, LOGFILE_STDERR, 'F');
		str_addf(&note, "runlet-monitor: %" PRIu64 " bytes of this log were lost\n", lost);
		l->lost = 0;
		if (!write_all(l, &note)) {
			l->lost = lost + lines->len;
			return;
		}
	}
	write_all(l, lines);
}

/* One piece of a line: its end, or as much as fits. */
static void add_piece(struct logfile *l, enum logfile_stream stream, const char *bytes, size_t n,
		      char tag, const struct timespec *now, struct str *out)
{
	add_head(out, now, stream, tag);
	if (l->partial[stream].len > 0)
		str_add_bytes(out, l->partial[stream].p, l->partial[stream].len);
	str_add_bytes(out, bytes, n);
	str_add_char(out, '\n');
	str_done(&l->partial[stream]);
}

void logfile_add(struct logfile *l, enum logfile_stream stream, const char *bytes, size_t n,
		 const struct timespec *now)
{
	autostr out = { 0 };

	while (n > 0) {
		const char *end = memchr(bytes, '\n', n);
		size_t room = LOGFILE_LINE_MAX - l->partial[stream].len;
		size_t len = end ? (size_t)(end - bytes) : n;

		if (len > room) {
			add_piece(l, stream, bytes, room, 'P', now, &out);
			len = room;
			end = NULL;
		} else if (end) {
			add_piece(l, stream, bytes, len, 'F', now, &out);
			len++;
		} else {
			str_add_bytes(&l->partial[stream], bytes, len);
		}
		bytes += len;
		n -= len;
		if (out.len >= BATCH_MAX) {
			write_lines(l, now, &out);
			str_reset(&out);
		}
	}
	write_lines(l, now, &out);
}

void logfile_flush(struct logfile *l, enum logfile_stream stream, const struct timespec *now)
{
	autostr out = { 0 };

	if (l->partial[stream].len == 0)
		return;
	add_piece(l, stream, "", 0, 'P', now, &out);
	write_lines(l, now, &out);
}

void logfile_say(struct logfile *l, const struct timespec *now, const char *fmt, ...)
{
	autostr out = { 0 };
	va_list ap;

	logfile_flush(l, LOGFILE_STDERR, now);
	add_head(&out, now, LOGFILE_STDERR, 'F');
	str_add(&out, "runlet-monitor: ");
	va_start(ap, fmt);
	str_addv(&out, fmt, ap);
	va_end(ap);
	str_add_char(&out, '\n');
	write_lines(l, now, &out);
}

int logfile_remove(const char *path, int64_t files, struct err *e)
{
	for (int64_t i = 0; i <= files; i++) {
		autofree char *name = i ? xasprintf("%s.%" PRId64, path, i) : xstrdup(path);

		if (unlink(name) < 0 && errno != ENOENT && errno != ENOTDIR)
			return err_set(e, errno, "remove %s", name);
	}
	return 0;
}
