/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include "core/file.h"
#include "core/json.h"
#include "core/str.h"
#include "core/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>

static struct {
	int fd; /* -1: stderr */
	enum log_format format;
	enum log_level level;
} current = { -1, LOG_TEXT, LOG_LEVEL_WARNING };

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

int log_open(const char *path, enum log_format format, enum log_level level, struct err *e)
{
	int fd = -1;

	if (path && path[0]) {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC, 0644);
		if (fd < 0)
			return err_set(e, errno, "open %s", path);
	}
	fd_close(current.fd);
	current.fd = fd;
	current.format = format;
	current.level = level;
	/* Once, here: a child may log from inside a root whose /etc/localtime is not to be read. */
	tzset();
	return 0;
}

enum log_level log_level(void)
{
	return current.level;
}

int log_fd(void)
{
	return current.fd;
}

/* RFC 3339 in local time, as Go prints it: "Z" where the offset is zero. */
static void add_time(struct str *s)
{
	time_t now = time(NULL);
	char buf[64];
	struct tm tm;
	long minutes;

	if (!localtime_r(&now, &tm))
		(void)gmtime_r(&now, &tm);
	strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%S", &tm);
	str_add(s, buf);
	minutes = tm.tm_gmtoff / 60;
	if (tm.tm_gmtoff == 0)
		str_add_char(s, 'Z');
	else
		str_addf(s, "%c%02ld:%02ld", minutes < 0 ? '-' : '+', labs(minutes) / 60,
			 labs(minutes) % 60);
}

/* Go's short escapes beyond those that utf8_visible knows. */
static const char *go_escape(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\a':
		return "\\a";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\v':
		return "\\v";
	default:
		return NULL;
	}
}

static void add_visible(struct str *s, const char *text, const char *(*special)(char c))
{
	size_t n = strlen(text);
	char piece[UTF8_VISIBLE_MAX];

	while (n > 0) {
		const char *escape = special ? special(*text) : NULL;

		if (escape) {
			str_add(s, escape);
			text++;
			n--;
		} else {
			str_add_bytes(s, piece, utf8_visible(&text, &n, piece));
		}
	}
}

/* logrus leaves a value bare that has only these, even an empty one. */
static bool is_bare(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789-._/@^+")] == '\0';
}

static void add_text_entry(struct str *s, enum log_level level, const char *msg)
{
	str_add(s, "time=\"");
	add_time(s);
	str_addf(s, "\" level=%s msg=", level_names[level]);
	if (is_bare(msg)) {
		str_add(s, msg);
	} else {
		str_add_char(s, '"');
		add_visible(s, msg, go_escape);
		str_add_char(s, '"');
	}
}

static void add_json_entry(struct str *s, enum log_level level, const char *msg)
{
	autojsonout *o = json_out_new(NULL);
	autostr time = { 0 };
	const char *text;
	size_t len;

	add_time(&time);
	json_out_object(o);
	json_out_name(o, "level");
	json_out_string(o, level_names[level]);
	json_out_name(o, "msg");
	json_out_string(o, msg);
	json_out_name(o, "time");
	json_out_string(o, time.p);
	json_out_end(o);
	text = json_out_text(o, &len);
	str_add_bytes(s, text, len);
}

/* One write, so that entries of two processes do not mix; nobody is left to tell of its failure. */
static void write_line(int fd, struct str *line)
{
	str_add_char(line, '\n');
	(void)fd_write_all(fd, line->p, line->len, NULL);
	str_reset(line);
}

void log_write(enum log_level level, const char *fmt, ...)
{
	autostr msg = { 0 }, line = { 0 };
	int saved = errno;
	va_list ap;

	if (level > current.level)
		return;
	va_start(ap, fmt);
	str_addv(&msg, fmt, ap);
	va_end(ap);
	if (current.format == LOG_JSON)
		add_json_entry(&line, level, msg.p);
	else
		add_text_entry(&line, level, msg.p);
	write_line(current.fd >= 0 ? current.fd : STDERR_FILENO, &line);
	if (current.fd >= 0 && level == LOG_LEVEL_ERROR) {
		add_visible(&line, msg.p, NULL);
		write_line(STDERR_FILENO, &line);
	}
	errno = saved;
}
