/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "core/json.h"
#include "core/log.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char dir[] = "/tmp/test_log.XXXXXX";

/* What a run left in the log file and on stderr. */
struct outcome {
	struct str file, err;
};

static void outcome_done(struct outcome *o)
{
	str_done(&o->file);
	str_done(&o->err);
}

/* Runs body with stderr in a file and the log in another one, or on stderr if path is NULL. */
static struct outcome capture(bool to_file, enum log_format format, enum log_level level,
			      void (*body)(void))
{
	autofree char *log = NULL, *err = NULL;
	struct outcome o = { 0 };
	struct err e = { 0 };
	autofd int saved = dup(2), fd = -1;

	log = xasprintf("%s/log", dir);
	err = xasprintf("%s/err", dir);
	fd = open(err, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	CHECK_INT(log_open(to_file ? log : NULL, format, level, &e), 0);
	(void)dup2(fd, 2);
	body();
	(void)dup2(saved, 2);
	if (to_file)
		CHECK_INT(file_read(AT_FDCWD, log, 1 << 20, &o.file, &e), 0);
	CHECK_INT(file_read(AT_FDCWD, err, 1 << 20, &o.err, &e), 0);
	(void)unlink(log);
	(void)unlink(err);
	return o;
}

static void one_of_each(void)
{
	errno = EXDEV;
	log_debug("debug %d", 1);
	log_warning("warn");
	log_error("it \"failed\"\nbadly\x1b\\ \xff");
	CHECK_INT(errno, EXDEV);
}

/* Whether the entry's time is that of the system's clock, give or take a minute's turn. */
static bool shows_now_in_utc(const char *path)
{
	autostr text = { 0 };
	time_t now = time(NULL);
	char want[2][64];
	struct tm tm;

	/* Now it may be looked for. */
	if (unlink("/etc/localtime") < 0 || file_read(AT_FDCWD, path, 4096, &text, NULL) < 0)
		return false;
	for (int i = 0; i < 2; i++, now -= 60) {
		(void)gmtime_r(&now, &tm);
		(void)strftime(want[i], sizeof(want[i]), "time=\"%Y-%m-%dT%H:%M:", &tm);
	}
	return (str_starts(text.p, want[0]) || str_starts(text.p, want[1])) &&
	       strstr(text.p, "Z\" level=warning msg=\"from inside\"\n");
}

/* The FIFO would hold up whoever opens it. */
static int log_in_another_root(void)
{
	autofree char *etc = xasprintf("%s/etc", dir), *zone = xasprintf("%s/localtime", etc);
	autofree char *path = xasprintf("%s/err", dir);
	autofd int err = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r;

	if (mkdir(etc, 0700) < 0 || mkfifo(zone, 0600) < 0)
		return 1;
	unsetenv("TZ");
	if (log_open(NULL, LOG_TEXT, LOG_LEVEL_WARNING, NULL) < 0)
		return 2;
	if (chroot(dir) < 0)
		return 3;
	alarm(5);
	(void)dup2(err, 2);
	log_warning("from inside");
	alarm(0);
	r = shows_now_in_utc("/err") ? 0 : 4;
	/* Inside: never the machine's own. */
	return rmdir("/etc") < 0 || unlink("/err") < 0 ? 5 : r;
}

/* The first of all, so that no other has loaded the zone. */
TEST(another_roots_time_zone_is_not_read)
{
	int status = -1;
	pid_t pid;

	if (geteuid() != 0)
		SKIP("needs root");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(log_in_another_root());
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK_INT(status, 0);
}

/* Replaces the time by T, after checking that it looks like RFC 3339. */
static void check_entry(const char *got, const char *before, const char *after)
{
	const char *time = got + strlen(before), *p = time;
	static const char pattern[] = "0000-00-00T00:00:00";

	CHECK(str_starts(got, before));
	for (size_t i = 0; pattern[i] && *p; i++, p++)
		CHECK(pattern[i] == '0' ? *p >= '0' && *p <= '9' : *p == pattern[i]);
	p += *p == 'Z' ? 1 : 6;
	CHECK_STR(p, after);
}

TEST(text_on_stderr)
{
	_cleanup_(outcome_done) struct outcome o =
		capture(false, LOG_TEXT, LOG_LEVEL_ERROR, one_of_each);

	check_entry(o.err.p, "time=\"",
		    "\" level=error msg=\"it \\\"failed\\\"\\nbadly\\x1b\\\\ \\xff\"\n");
	CHECK_INT(log_fd(), -1);
}

TEST(file_and_bare_message_on_stderr)
{
	_cleanup_(outcome_done) struct outcome o =
		capture(true, LOG_TEXT, LOG_LEVEL_ERROR, one_of_each);

	check_entry(o.file.p, "time=\"",
		    "\" level=error msg=\"it \\\"failed\\\"\\nbadly\\x1b\\\\ \\xff\"\n");
	CHECK_STR(o.err.p, "it \"failed\"\\nbadly\\x1b\\ \\xff\n");
	CHECK(log_fd() >= 0);
	CHECK_INT(fcntl(log_fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(json_file_has_exactly_one_entry)
{
	_cleanup_(outcome_done) struct outcome o =
		capture(true, LOG_JSON, LOG_LEVEL_ERROR, one_of_each);
	autojson *doc = NULL;
	const struct json *root;

	CHECK_INT(json_parse(o.file.p, o.file.len, &doc, NULL), 0);
	if (!doc)
		return;
	root = json_root(doc);
	CHECK_INT(root->n, 3);
	CHECK_STR(root->members[0].name, "level");
	CHECK_STR(root->members[0].value.text, "error");
	CHECK_STR(root->members[1].name, "msg");
	CHECK_STR(root->members[1].value.text, "it \"failed\"\nbadly\x1b\\ \xef\xbf\xbd");
	CHECK_STR(root->members[2].name, "time");
	check_entry(root->members[2].value.text, "", "");
	CHECK_STR(strchr(o.file.p, '\n'), "\n");
}

static size_t count_lines(const struct str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->len; i++)
		n += s->p[i] == '\n';
	return n;
}

TEST(levels_decide)
{
	_cleanup_(outcome_done) struct outcome warning =
		capture(true, LOG_TEXT, LOG_LEVEL_WARNING, one_of_each);
	_cleanup_(outcome_done) struct outcome debug =
		capture(true, LOG_JSON, LOG_LEVEL_DEBUG, one_of_each);

	CHECK_INT(count_lines(&warning.file), 2);
	CHECK_HAS(warning.file.p, "level=warning msg=warn\n");
	CHECK_INT(count_lines(&debug.file), 3);
	CHECK_HAS(debug.file.p, "{\"level\":\"debug\",\"msg\":\"debug 1\",\"time\":\"");
	CHECK_INT(count_lines(&debug.err), 1);
	CHECK_INT(log_level(), LOG_LEVEL_DEBUG);
}

static void from_two_processes(void)
{
	pid_t pid = fork();

	for (int i = 0; i < 100; i++)
		log_debug("entry %d of %d", i, pid == 0);
	if (pid == 0)
		_exit(0);
	CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(two_processes_share_the_file)
{
	_cleanup_(outcome_done) struct outcome o =
		capture(true, LOG_JSON, LOG_LEVEL_DEBUG, from_two_processes);
	size_t n = 0;

	for (char *line = strtok(o.file.p, "\n"); line; line = strtok(NULL, "\n"), n++) {
		autojson *doc = NULL;

		CHECK_INT(json_parse(line, strlen(line), &doc, NULL), 0);
	}
	CHECK_INT(n, 200);
}

static void nothing(void)
{
}

static void say_and_stop(void)
{
	log_error("before");
	log_stop();
	log_error("after");
}

TEST(a_stopped_log_is_silent)
{
	struct outcome o = capture(true, LOG_JSON, LOG_LEVEL_DEBUG, say_and_stop);

	CHECK(strstr(o.file.p, "before"));
	CHECK(!strstr(o.file.p, "after"));
	CHECK_STR(o.err.p, "before\n");
	outcome_done(&o);
}

TEST(file_exists_without_entries_and_is_appended_to)
{
	autofree char *path = xasprintf("%s/log", dir);
	struct stat st;
	struct err e;

	(void)umask(0);
	CHECK_INT(file_create(AT_FDCWD, path, 0644, "old\n", 4, &e), 0);
	_cleanup_(outcome_done) struct outcome o =
		capture(true, LOG_TEXT, LOG_LEVEL_ERROR, one_of_each);
	CHECK(str_starts(o.file.p, "old\ntime="));
	_cleanup_(outcome_done) struct outcome none =
		capture(true, LOG_TEXT, LOG_LEVEL_ERROR, nothing);
	CHECK_INT(none.file.len, 0);
	CHECK_INT(log_open(path, LOG_TEXT, LOG_LEVEL_ERROR, &e), 0);
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0644);
	(void)unlink(path);
}

TEST(bad_path_keeps_the_old_log)
{
	int fd = log_fd();
	struct err e;

	CHECK_INT(log_open("/nonexistent/log", LOG_JSON, LOG_LEVEL_DEBUG, &e), -ENOENT);
	CHECK_STR(e.text, "open /nonexistent/log: no such file or directory");
	CHECK_INT(log_fd(), fd);
	CHECK_INT(log_level(), LOG_LEVEL_ERROR);
	CHECK_INT(log_open(NULL, LOG_TEXT, LOG_LEVEL_WARNING, &e), 0);
}

__attribute__((constructor)) static void make_dir(void)
{
	if (!mkdtemp(dir))
		abort();
}

__attribute__((destructor)) static void remove_dir(void)
{
	(void)rmdir(dir);
}

TEST_MAIN
