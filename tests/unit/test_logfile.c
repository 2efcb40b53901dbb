/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "monitor/logfile.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct timespec noon = { .tv_sec = 43200, .tv_nsec = 5 };
#define NOON "1970-01-01T12:00:00.000000005Z"

static char dir[] = "/tmp/test_logfile.XXXXXX";
static char path[64];

static void begin(struct logfile *l, int64_t size_max, int64_t files)
{
	struct err e;

	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/ns/x.log", dir);
	CHECK_INT(logfile_open(l, path, size_max, files, &e), 0);
}

static void end(struct logfile *l)
{
	char ns[64];

	logfile_done(l);
	CHECK_INT(logfile_remove(path, 9, NULL), 0);
	snprintf(ns, sizeof(ns), "%s/ns", dir);
	CHECK_INT(rmdir(ns), 0);
	CHECK_INT(rmdir(dir), 0);
}

static void add(struct logfile *l, enum logfile_stream s, const char *text)
{
	logfile_add(l, s, text, strlen(text), &noon);
}

static char *content(const char *suffix)
{
	struct str text = { 0 };
	char name[80];

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	CHECK_INT(file_read(AT_FDCWD, name, 1 << 20, &text, NULL), 0);
	return str_take(&text);
}

static void check_content(const char *suffix, const char *want)
{
	autofree char *got = content(suffix);

	CHECK_STR(got, want);
}

TEST(lines_of_both_streams)
{
	struct logfile l;

	begin(&l, 1 << 20, 3);
	add(&l, LOGFILE_STDOUT, "one\ntw");
	add(&l, LOGFILE_STDERR, "bad\n\n");
	add(&l, LOGFILE_STDOUT, "o\nthree");
	check_content("", NOON " stdout F one\n" NOON " stderr F bad\n" NOON " stderr F \n" NOON
			       " stdout F two\n");
	logfile_flush(&l, LOGFILE_STDOUT, &noon);
	logfile_flush(&l, LOGFILE_STDERR, &noon);
	logfile_say(&l, &noon, "gave %s", "up");
	{
		autofree char *got = content("");

		CHECK_HAS(got, NOON " stdout P three\n" NOON " stderr F runlet-monitor: gave up\n");
	}
	end(&l);
}

TEST(a_long_line_comes_in_parts)
{
	static char line[2 * LOGFILE_LINE_MAX + 12];
	autofree char *got = NULL;
	struct logfile l;

	begin(&l, 1 << 20, 3);
	memset(line, 'x', sizeof(line) - 2);
	line[sizeof(line) - 2] = '\n';
	add(&l, LOGFILE_STDOUT, line);
	add(&l, LOGFILE_STDOUT, "next\n");
	got = content("");
	CHECK_INT(strlen(got), 3 * strlen(NOON " stdout P \n") + sizeof(line) - 2 +
				       strlen(NOON " stdout F next\n"));
	CHECK_INT(strncmp(got, NOON " stdout P xx", strlen(NOON " stdout P xx")), 0);
	CHECK_HAS(got, "\n" NOON " stdout F xxxxxxxxxx\n" NOON " stdout F next\n");
	end(&l);
}

TEST(rotated_by_size)
{
	struct logfile l;

	begin(&l, 60, 2);
	for (int i = 0; i < 4; i++) {
		char text[8];

		snprintf(text, sizeof(text), "line%d\n", i);
		add(&l, LOGFILE_STDOUT, text);
	}
	check_content("", NOON " stdout F line3\n");
	check_content(".1", NOON " stdout F line2\n");
	check_content(".2", NOON " stdout F line1\n");
	{
		char name[80];

		snprintf(name, sizeof(name), "%s.3", path);
		CHECK(access(name, F_OK) < 0);
	}
	end(&l);
}

TEST(appends_to_what_is_there)
{
	struct logfile l;

	begin(&l, 1 << 20, 2);
	add(&l, LOGFILE_STDOUT, "before\n");
	logfile_done(&l);
	CHECK_INT(logfile_open(&l, path, 1 << 20, 2, NULL), 0);
	add(&l, LOGFILE_STDOUT, "after\n");
	check_content("", NOON " stdout F before\n" NOON " stdout F after\n");
	end(&l);
}

TEST(a_full_disk_costs_lines_and_says_so)
{
	struct logfile l;
	int real;

	begin(&l, 1 << 20, 2);
	real = l.fd;
	l.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	add(&l, LOGFILE_STDOUT, "gone\n");
	add(&l, LOGFILE_STDOUT, "gone, too\n");
	fd_close(l.fd);
	l.fd = real;
	add(&l, LOGFILE_STDOUT, "back\n");
	check_content("", NOON " stderr F runlet-monitor: 95 bytes of this log were lost\n" NOON
			       " stdout F back\n");
	end(&l);
}

TEST(follows_no_symlink)
{
	struct logfile l;
	char target[80];

	begin(&l, 1 << 20, 2);
	logfile_done(&l);
	CHECK_INT(unlink(path), 0);
	snprintf(target, sizeof(target), "%s/target", dir);
	CHECK_INT(symlink(target, path), 0);
	CHECK_INT(logfile_open(&l, path, 1 << 20, 2, NULL), -ELOOP);
	CHECK(access(target, F_OK) < 0);
	end(&l);
}

TEST_MAIN
