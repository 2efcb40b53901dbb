/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/seccomp_cache.h"
#include "core/file.h"
#include "engine/security/seccomp.h"
#include "test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROFILE(call)                                                                              \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"" call "\"],"           \
	"\"action\":\"SCMP_ACT_ERRNO\"}]}"

static char dir[64];

static int open_dir(void)
{
	int fd;

	strcpy(dir, "/tmp/test_seccomp_cache.XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

/* The first entry's name, "" when there is none; and how many there are. */
static int list(char name[256])
{
	DIR *d = opendir(dir);
	struct dirent *de;
	int n = 0;

	name[0] = '\0';
	while ((de = readdir(d)))
		if (de->d_name[0] != '.') {
			snprintf(name, 256, "%s", de->d_name);
			n++;
		}
	closedir(d);
	return n;
}

static void remove_dir(int fd)
{
	char name[256];

	while (list(name))
		if (unlinkat(fd, name, 0) < 0 && unlinkat(fd, name, AT_REMOVEDIR) < 0)
			break;
	close(fd);
	CHECK(rmdir(dir) == 0);
}

static void parse(const char *json, struct oci_seccomp *s)
{
	*s = (struct oci_seccomp){ 0 };
	CHECK_INT(record_parse(&oci_seccomp_record, json, strlen(json), s, NULL), 0);
}

static void compile_in(int fd, const char *json, struct seccomp_program *p)
{
	struct oci_seccomp s;

	parse(json, &s);
	CHECK_INT(seccomp_compile(&s, fd, p, NULL), 0);
	record_done(&oci_seccomp_record, &s);
}

static int load(int fd, const char *json)
{
	struct sock_filter *filter = NULL;
	autostr key = { 0 };
	struct oci_seccomp s;
	size_t n;
	int r;

	parse(json, &s);
	seccomp_cache_key(&s, &key);
	record_done(&oci_seccomp_record, &s);
	r = seccomp_cache_load(fd, &key, &filter, &n);
	free(filter);
	return r;
}

TEST(a_compiled_profile_is_found_again_and_equal)
{
	struct seccomp_program a = { 0 }, b = { 0 };
	int fd = open_dir();
	char name[256];

	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	compile_in(fd, PROFILE("getppid"), &a);
	CHECK_INT(list(name), 1);
	CHECK_INT(load(fd, PROFILE("getppid")), 1);
	compile_in(fd, PROFILE("getppid"), &b);
	CHECK_INT(a.n, b.n);
	CHECK(a.n == b.n && memcmp(a.filter, b.filter, a.n * sizeof(struct sock_filter)) == 0);
	CHECK_INT(a.flags, b.flags);
	seccomp_program_done(&a);
	seccomp_program_done(&b);
	remove_dir(fd);
}

TEST(another_profile_is_not_found)
{
	struct seccomp_program p = { 0 };
	int fd = open_dir();

	compile_in(fd, PROFILE("getppid"), &p);
	CHECK_INT(load(fd, PROFILE("getuid")), 0);
	seccomp_program_done(&p);
	remove_dir(fd);
}

TEST(the_listener_is_not_part_of_the_key)
{
	static const char *const json[] = {
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/a\"}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/b\","
		"\"listenerMetadata\":\"c\"}",
	};
	autostr a = { 0 }, b = { 0 };
	struct oci_seccomp s;

	parse(json[0], &s);
	seccomp_cache_key(&s, &a);
	CHECK_STR(s.listener_path, "/a");
	record_done(&oci_seccomp_record, &s);
	parse(json[1], &s);
	seccomp_cache_key(&s, &b);
	record_done(&oci_seccomp_record, &s);
	CHECK_STR(a.p, b.p);
}

TEST(a_changed_byte_anywhere_makes_it_no_entry)
{
	struct seccomp_program p = { 0 };
	int fd = open_dir(), file;
	char name[256], c;
	off_t size;

	compile_in(fd, PROFILE("getppid"), &p);
	list(name);
	file = openat(fd, name, O_RDWR | O_CLOEXEC);
	size = lseek(file, 0, SEEK_END);
	CHECK(size > 100);
	for (off_t i = 0; i < size; i++) {
		CHECK(pread(file, &c, 1, i) == 1);
		c ^= 1;
		CHECK(pwrite(file, &c, 1, i) == 1);
		CHECK_INT(load(fd, PROFILE("getppid")), 0);
		c ^= 1;
		CHECK(pwrite(file, &c, 1, i) == 1);
	}
	CHECK_INT(load(fd, PROFILE("getppid")), 1);
	for (off_t i = size - 1; i >= 0; i -= 7) {
		CHECK(ftruncate(file, i) == 0);
		CHECK_INT(load(fd, PROFILE("getppid")), 0);
	}
	close(file);
	seccomp_program_done(&p);
	/* A damaged one is made anew. */
	compile_in(fd, PROFILE("getppid"), &p);
	CHECK_INT(load(fd, PROFILE("getppid")), 1);
	seccomp_program_done(&p);
	remove_dir(fd);
}

/* The program of one profile in the place of another's. */
TEST(a_foreign_entry_in_the_slot_is_not_taken)
{
	struct seccomp_program p = { 0 };
	autostr content = { 0 };
	int fd = open_dir();
	char first[256], second[256];

	compile_in(fd, PROFILE("getppid"), &p);
	list(first);
	CHECK_INT(file_read(fd, first, 1 << 20, &content, NULL), 0);
	CHECK(unlinkat(fd, first, 0) == 0);
	seccomp_program_done(&p);
	compile_in(fd, PROFILE("getuid"), &p);
	list(second);
	CHECK_INT(file_replace(fd, second, 0600, content.p, content.len, 0, NULL), 0);
	CHECK_INT(load(fd, PROFILE("getuid")), 0);
	seccomp_program_done(&p);
	remove_dir(fd);
}

TEST(wrong_modes_are_not_trusted)
{
	struct seccomp_program p = { 0 };
	int fd = open_dir();
	char name[256];

	compile_in(fd, PROFILE("getppid"), &p);
	seccomp_program_done(&p);
	list(name);
	CHECK(fchmodat(fd, name, 0620, 0) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	CHECK(fchmodat(fd, name, 0602, 0) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	CHECK(fchmodat(fd, name, 0600, 0) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 1);
	CHECK(fchmod(fd, 0770) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	/* Nor is anything written there. */
	CHECK(unlinkat(fd, name, 0) == 0);
	compile_in(fd, PROFILE("getppid"), &p);
	seccomp_program_done(&p);
	CHECK_INT(list(name), 0);
	CHECK(fchmod(fd, 0700) == 0);
	remove_dir(fd);
}

TEST(another_owner_is_not_trusted)
{
	struct seccomp_program p = { 0 };
	int fd = open_dir();
	char name[256];

	compile_in(fd, PROFILE("getppid"), &p);
	seccomp_program_done(&p);
	list(name);
	if (fchownat(fd, name, 12345, 0, 0) < 0) {
		remove_dir(fd);
		SKIP("needs CAP_CHOWN");
	}
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	CHECK(fchownat(fd, name, geteuid(), 0, 0) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 1);
	CHECK(fchown(fd, 12345, 0) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	remove_dir(fd);
}

TEST(symlinks_fifos_and_directories_are_no_entries)
{
	struct seccomp_program p = { 0 };
	int fd = open_dir();
	char name[256];

	compile_in(fd, PROFILE("getppid"), &p);
	seccomp_program_done(&p);
	list(name);
	CHECK(renameat(fd, name, fd, "real") == 0);
	CHECK(symlinkat("real", fd, name) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	CHECK(unlinkat(fd, name, 0) == 0 && mkfifoat(fd, name, 0600) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	CHECK(unlinkat(fd, name, 0) == 0 && mkdirat(fd, name, 0700) == 0);
	CHECK_INT(load(fd, PROFILE("getppid")), 0);
	/* The directory cannot be replaced: the profile still compiles. */
	compile_in(fd, PROFILE("getppid"), &p);
	CHECK(p.n > 0);
	seccomp_program_done(&p);
	remove_dir(fd);
}

TEST_MAIN
