/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/lookup.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/runlet-lookup-XXXXXX";

static void make(const char *name, mode_t mode)
{
	autofd int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	CHECK(fd >= 0);
}

__attribute__((constructor)) static void set_up(void)
{
	if (!mkdtemp(dir) || chdir(dir) < 0)
		abort();
	make("run", 0755);
	make("plain", 0644);
	if (mkdir("sub", 0755) < 0)
		abort();
	make("sub/run", 0755);
	make("sub/only", 0755);
}

__attribute__((destructor)) static void tear_down(void)
{
	(void)unlink("run");
	(void)unlink("plain");
	(void)unlink("sub/run");
	(void)unlink("sub/only");
	(void)rmdir("sub");
	(void)rmdir(dir);
}

static void finds(const char *name, const char *path_env, const char *want)
{
	autofree char *got = NULL;
	struct err e = { 0 };

	CHECK_INT(program_lookup(name, path_env, &got, &e), 0);
	CHECK_STR(got, want);
}

static void refuses(const char *name, const char *path_env, int num, const char *text)
{
	autofree char *got = NULL;
	struct err e = { 0 };

	CHECK_INT(program_lookup(name, path_env, &got, &e), -num);
	CHECK_STR(e.text, text);
	CHECK(got == NULL);
}

TEST(a_name_is_looked_for_in_path_in_order)
{
	finds("run", "sub:.", "sub/run");
	finds("run", "/nowhere:.:sub", "./run");
	finds("only", ".:sub", "sub/only");
}

TEST(an_empty_component_is_the_working_directory)
{
	finds("run", ":sub", "./run");
	finds("only", "/nowhere::sub", "sub/only");
}

TEST(a_path_is_taken_as_it_is)
{
	finds("./run", NULL, "./run");
	finds("sub/run", "/nowhere", "sub/run");
}

TEST(what_is_missing_is_named_in_the_words_that_callers_know)
{
	refuses("nosuch", "sub:.", ENOENT, "exec: \"nosuch\": executable file not found in $PATH");
	refuses("run", NULL, ENOENT, "exec: \"run\": executable file not found in $PATH");
	refuses("/no/such", ".", ENOENT,
		"exec: \"/no/such\": stat /no/such: no such file or directory");
}

TEST(what_cannot_be_executed_is_refused)
{
	refuses("./plain", ".", EACCES, "exec: \"./plain\": permission denied");
	refuses("./sub", ".", EISDIR, "exec: \"./sub\": is a directory");
	refuses("plain", ".", ENOENT, "exec: \"plain\": executable file not found in $PATH");
}

TEST_MAIN
