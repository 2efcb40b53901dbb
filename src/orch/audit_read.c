/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "orch/audit.h"
#include "orch/audit_trail.h"

#include <errno.h>
#include <unistd.h>

/* The trail in pieces: at no time is more than two lines of it in memory. */
struct reader {
	int fd;
	off_t left; /* bytes of the trail that are not in text yet */
	size_t at;  /* where in text the next line begins */
	struct str text;
	uint64_t seq;
	char head[SHA256_HEX_LEN + 1];
};

static int fill(struct reader *r, struct err *e)
{
	char piece[8192];
	ssize_t n = read(r->fd, piece, (size_t)MIN((off_t)sizeof(piece), r->left));

	if (n < 0)
		return errno == EINTR ? 0 : err_set(e, errno, "read");
	if (n == 0)
		return err_msg(e, EBADMSG, "became shorter while it was read");
	if (r->at > 0)
		memmove(r->text.p, r->text.p + r->at, r->text.len - r->at);
	r->text.len -= r->at;
	r->at = 0;
	str_add_bytes(&r->text, piece, (size_t)n);
	r->left -= n;
	return 0;
}

/* 1 and the next line, without its newline; 0 at the end. */
static int next_line(struct reader *r, char **line, size_t *len, struct err *e)
{
	char *start = NULL, *newline = NULL;

	for (;;) {
		start = r->text.p ? r->text.p + r->at : NULL;
		newline = start ? memchr(start, '\n', r->text.len - r->at) : NULL;
		if (newline)
			break;
		if (r->left == 0 && r->text.len == r->at)
			return 0;
		if (r->left == 0)
			return err_msg(e, EBADMSG,
				       "is not complete: a crash has torn it (the next change "
				       "sets it aside), or it was cut");
		if (r->text.len - r->at >= AUDIT_LINE_MAX)
			return err_msg(e, EBADMSG, "is longer than any the trail has");
		if (fill(r, e) < 0)
			return -e->num;
	}
	*newline = '\0';
	*line = start;
	*len = (size_t)(newline - start);
	r->at = (size_t)(newline - r->text.p) + 1;
	return 1;
}

static int read_one(struct reader *r, const char *line, size_t len, audit_fn *fn, void *data,
		    struct err *e)
{
	struct audit_event event = { 0 };
	int n = audit_event_parse(line, len, &event, e);

	if (n < 0)
		return n;
	n = audit_event_follows(r->seq, r->head, &event, e);
	if (n == 0) {
		r->seq = event.seq;
		memcpy(r->head, event.hash, sizeof(r->head));
		n = fn ? fn(&event, line, data, e) : 0;
	}
	audit_event_done(&event);
	return n;
}

static int64_t read_all(struct reader *r, audit_fn *fn, void *data, struct err *e)
{
	char *line = NULL;
	size_t len = 0;
	int n = 0;

	for (;;) {
		n = next_line(r, &line, &len, e);
		if (n == 1)
			n = read_one(r, line, len, fn, data, e);
		else if (n == 0)
			return (int64_t)r->seq;
		if (n == -EBADMSG)
			return err_wrap(e, "line %llu ", (unsigned long long)r->seq + 1);
		if (n != 0)
			return n;
	}
}

int64_t audit_read(const char *dir, audit_fn *fn, void *data, char head[SHA256_HEX_LEN + 1],
		   struct err *e)
{
	struct reader r = { .head = AUDIT_NO_HASH };
	struct err own = { 0 };
	struct audit_trail t;
	int64_t n = audit_trail_open(dir, false, &t, &own);

	if (n == 1) {
		/* Lines that come while we read are not looked at, and do not wait for us. */
		fd_unlock(t.fd);
		r.fd = t.fd;
		r.left = t.size;
		n = read_all(&r, fn, data, &own);
		str_done(&r.text);
		audit_trail_close(&t);
		if (n < 0)
			(void)err_wrap(&own, "audit trail %s/" AUDIT_FILE ": ", dir);
	}
	if (n < 0 && e)
		*e = own;
	if (n >= 0 && head)
		memcpy(head, r.head, sizeof(r.head));
	return n;
}
