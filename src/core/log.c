/* SPDX-License-Identifier: Apache-2.0 */
#include "core/log.h"

#include "core/file.h"
#include "core/json.h"
#include "core/str.h"
#include "core/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Which directory "/" is; the mount too, where the kernel tells it. */
struct root {
	uint64_t mount, ino;
	uint32_t major, minor;
};

static struct {
	int fd; /* -1: stderr */
	enum log_format format;
	enum log_level level;
	bool zone_known; /* the time zone is loaded */
	bool has_root;	 /* and it may be, only where "/" still is root */
	struct root root;
} current = { .fd = -1, .format = LOG_TEXT, .level = LOG_LEVEL_WARNING };

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static bool get_root(struct root *out)
{
	struct statx stx;

	if (statx(AT_FDCWD, "/", AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_MNT_ID, &stx) < 0)
		return false;
	*out = (struct root){
		.mount = stx.stx_mask & STATX_MNT_ID ? stx.stx_mnt_id : 0,
		.ino = stx.stx_ino,
		.major = stx.stx_dev_major,
		.minor = stx.stx_dev_minor,
	};
	return true;
}

static void load_zone(void)
{
	tzset();
	current.zone_known = true;
}

/* Without a log that was opened there is no child yet. */
static bool is_own_root(void)
{
	const struct root *was = &current.root;
	struct root now;

	if (!current.has_root)
		return true;
	return get_root(&now) && now.mount == was->mount && now.ino == was->ino &&
	       now.major == was->major && now.minor == was->minor;
}

/*
 * Loading the zone takes longer than most commands log, so it waits for the first entry. A child
 * may write that from inside a root whose /etc/localtime is not to be read: then the time is UTC,
 * unless the level lets children log a lot, for which the zone is loaded at once.
 */
static bool knows_zone(void)
{
	if (!current.zone_known && is_own_root())
		load_zone();
	return current.zone_known;
}

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
	if (level >= LOG_LEVEL_DEBUG || !get_root(&current.root))
		load_zone();
	else
		current.has_root = true;
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

void log_stop(void)
{
	current.fd = fd_close(current.fd);
	current.level = LOG_LEVEL_NONE;
}

static int days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month] + (month == 1 && leap);
}

/* What gmtime_r does, which in glibc loads the zone for that. */
static void utc_time(time_t now, struct tm *tm)
{
	long day = now / 86400, second = now % 86400;
	int year = 1970, month = 0;

	while (day >= days_of_month(year, month)) {
		day -= days_of_month(year, month);
		month = (month + 1) % 12;
		year += month == 0;
	}
	*tm = (struct tm){
		.tm_year = year - 1900,
		.tm_mon = month,
		.tm_mday = (int)day + 1,
		.tm_hour = (int)(second / 3600),
		.tm_min = (int)(second / 60 % 60),
		.tm_sec = (int)(second % 60),
	};
}

/* RFC 3339 in local time, as Go prints it: "Z" where the offset is zero. */
static void add_time(struct str *s)
{
	time_t now = time(NULL);
	struct tm tm;
	long minutes;

	if (!knows_zone() || !localtime_r(&now, &tm))
		utc_time(now, &tm);
	/* strftime would load the zone as well. */
	str_addf(s, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
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
