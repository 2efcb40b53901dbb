/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/audit_trail.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TIMEOUT_MS = 10000 };

/* -1, and *made, when the file is not there and may be made. */
static int open_file(int dirfd, bool make, bool *made)
{
	int flags = O_NOFOLLOW | (make ? O_RDWR | O_APPEND : O_RDONLY);
	int fd = openat(dirfd, AUDIT_FILE, flags | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT || !make)
		return fd;
	fd = openat(dirfd, AUDIT_FILE, flags | O_CLOEXEC | O_CREAT, 0600);
	*made = fd >= 0;
	return fd;
}

static int open_dir(const char *dir, bool make, struct err *e)
{
	int fd = -1;

	if (make && dir_make_all(dir, 0700, e) < 0)
		return err_wrap(e, "audit trail: ");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_set(e, errno, "audit trail %s", dir) : fd;
}

static int lock_file(struct audit_trail *t, struct err *e)
{
	struct stat st;

	if (fstat(t->fd, &st) < 0)
		return err_set(e, errno, "look at it");
	if (!S_ISREG(st.st_mode))
		return err_msg(e, EBADMSG, "not a regular file");
	if (fd_lock(t->fd, true, LOCK_TIMEOUT_MS, e) < 0)
		return -e->num;
	if (fstat(t->fd, &st) < 0)
		return err_set(e, errno, "look at it");
	t->size = st.st_size;
	return 0;
}

int audit_trail_open(const char *dir, bool make, struct audit_trail *out, struct err *e)
{
	struct audit_trail t = { .dirfd = -1, .fd = -1, .head = AUDIT_NO_HASH };
	bool made = false;
	int r = 0;

	t.dirfd = open_dir(dir, make, e);
	if (t.dirfd < 0)
		return t.dirfd == -ENOENT && !make ? 0 : t.dirfd;
	t.fd = open_file(t.dirfd, make, &made);
	if (t.fd < 0 && errno == ENOENT && !make) {
		audit_trail_close(&t);
		return 0;
	}
	if (t.fd < 0)
		r = err_set(e, errno, "open");
	else if (made && fsync(t.dirfd) < 0)
		r = err_set(e, errno, "save the directory");
	else
		r = lock_file(&t, e);
	if (r < 0) {
		audit_trail_close(&t);
		(void)err_wrap(e, "audit trail %s/" AUDIT_FILE ": ", dir);
		return r;
	}
	*out = t;
	return 1;
}

void audit_trail_close(struct audit_trail *t)
{
	t->fd = fd_close(t->fd);
	t->dirfd = fd_close(t->dirfd);
}

/* The file's bytes from @from to its end. */
static int read_end(struct audit_trail *t, off_t from, struct str *out, struct err *e)
{
	if (lseek(t->fd, from, SEEK_SET) < 0)
		return err_set(e, errno, "seek");
	return fd_read_all(t->fd, (size_t)(t->size - from) + 1, out, e);
}

int audit_trail_tail(struct audit_trail *t, struct err *e)
{
	/* A whole line, what is torn behind it, and the newline of the line before. */
	off_t from = t->size > 2 * AUDIT_LINE_MAX ? t->size - 2 * AUDIT_LINE_MAX : 0;
	struct audit_event event = { 0 };
	const char *newline = NULL, *before = NULL, *line = NULL;
	autostr text = { 0 };

	if (read_end(t, from, &text, e) < 0)
		return -e->num;
	newline = text.len ? memrchr(text.p, '\n', text.len) : NULL;
	if (!newline && from > 0)
		return err_msg(e, EBADMSG, "does not end in a line of an audit trail");
	t->whole = newline ? from + (newline - text.p) + 1 : 0;
	if (!newline)
		return 0;
	before = memrchr(text.p, '\n', newline - text.p);
	line = before ? before + 1 : text.p;
	if (audit_event_parse(line, newline - line, &event, e) < 0)
		return err_wrap(e, "the last line: ");
	t->seq = event.seq;
	memcpy(t->head, event.hash, sizeof(t->head));
	audit_event_done(&event);
	return 0;
}

static char *time_now(void)
{
	struct timespec now;
	struct tm tm;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail */
	if (!gmtime_r(&now.tv_sec, &tm))
		memset(&tm, 0, sizeof(tm));
	return xasprintf("%04d-%02d-%02dT%02d:%02d:%02d.%06ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
			 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000);
}

/* All of the line and on the disk, or the file is cut to what it was. */
static int write_line(struct audit_trail *t, const char *line, struct err *e)
{
	autofree char *whole = xasprintf("%s\n", line);
	int r = fd_write_all(t->fd, whole, strlen(whole), e);

	if (r == 0 && fdatasync(t->fd) < 0)
		r = err_set(e, errno, "save it");
	/* What cannot even be cut is a torn line, for the next to set aside. */
	if (r < 0)
		(void)!ftruncate(t->fd, t->size);
	else
		t->size += (off_t)strlen(whole);
	return r;
}

int audit_trail_add(struct audit_trail *t, struct audit_event *event, struct err *e)
{
	autofree char *when = time_now(), *line = NULL;
	struct audit_event done = { 0 };

	event->seq = t->seq + 1;
	event->time = when;
	event->prev_hash = t->head;
	if (audit_event_format(event, &line, e) < 0 || write_line(t, line, e) < 0)
		return -e->num;
	t->whole = t->size;
	t->seq++;
	/* What was just written: reading it back gives its hash, and that it can be read. */
	if (audit_event_parse(line, strlen(line), &done, e) < 0)
		return err_wrap(e, "what was written: ");
	memcpy(t->head, done.hash, sizeof(t->head));
	audit_event_done(&done);
	return 0;
}

int audit_trail_set_aside(struct audit_trail *t, char **name, struct err *e)
{
	autofree char *file = xasprintf("torn-%llu", (unsigned long long)t->seq + 1);
	autostr text = { 0 };

	if (read_end(t, t->whole, &text, e) < 0 ||
	    file_replace(t->dirfd, file, 0600, text.p, text.len, FILE_SYNC, e) < 0)
		return err_wrap(e, "set an unfinished line aside: ");
	if (ftruncate(t->fd, t->whole) < 0 || fdatasync(t->fd) < 0)
		return err_set(e, errno, "cut an unfinished line off");
	t->size = t->whole;
	*name = TAKE(file);
	return 0;
}
