/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store.h"

#include "core/file.h"
#include "engine/cgroup/cgroup.h"
#include "engine/container.h"
#include "engine/default_spec.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/runlet-store-XXXXXX";
static int dir = -1;

__attribute__((constructor)) static void set_up(void)
{
	if (!mkdtemp(path))
		abort();
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

__attribute__((destructor)) static void tear_down(void)
{
	(void)unlinkat(dir, STORE_JOURNAL, 0);
	(void)unlinkat(dir, STORE_STATE, 0);
	(void)rmdir(path);
}

static struct store_state example(void)
{
	return (struct store_state){
		.oci_version = "1.3.0",
		.id = "c1",
		.pid = 4711,
		.start_time = UINT64_MAX,
		.pid_inode = 99,
		.boot_id = "11111111-2222-3333-4444-555555555555",
		.bundle = "/b",
		.rootfs = "/b/rootfs",
		.created = "2026-01-02T03:04:05.000000006Z",
		.owner = 1000,
		.cgroup_manager = CGROUP_CGROUPFS,
		.cgroup_path = "/c1",
		.shared_pids = true,
	};
}

TEST(the_state_reads_back_as_written)
{
	struct store_state want = example(), got = { 0 };
	struct err e = { 0 };

	CHECK_INT(store_state_write(dir, &want, &e), 0);
	CHECK_INT(store_state_read(dir, "c1", &got, &e), 1);
	CHECK_STR(got.id, "c1");
	CHECK_INT(got.pid, 4711);
	CHECK(got.start_time == UINT64_MAX);
	CHECK_INT(got.pid_inode, 99);
	CHECK_STR(got.boot_id, want.boot_id);
	CHECK_INT(got.owner, 1000);
	CHECK_INT(got.cgroup_manager, CGROUP_CGROUPFS);
	CHECK(got.shared_pids);
	CHECK(!got.poststop);
	store_state_done(&got);
	(void)unlinkat(dir, STORE_STATE, 0);
}

TEST(an_absent_state_is_told_from_a_damaged_one)
{
	static const char *const damaged[] = { "", "null", "{}", "{\"id\":", "garbage", "[]" };
	struct store_state got = { 0 };
	struct err e = { 0 };

	CHECK_INT(store_state_read(dir, "c1", &got, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		CHECK_INT(file_create(dir, STORE_STATE, 0600, damaged[i], strlen(damaged[i]), &e),
			  0);
		CHECK(store_state_read(dir, "c1", &got, &e) < 0);
		CHECK_HAS(e.text, "state.json is damaged");
		(void)unlinkat(dir, STORE_STATE, 0);
	}
}

TEST(a_fifo_or_a_directory_in_its_place_does_not_hang)
{
	struct store_state got = { 0 };
	struct err e = { 0 };

	CHECK_INT(mkfifoat(dir, STORE_STATE, 0600), 0);
	CHECK(store_state_read(dir, "c1", &got, &e) < 0);
	(void)unlinkat(dir, STORE_STATE, 0);
	CHECK_INT(mkdirat(dir, STORE_STATE, 0700), 0);
	CHECK(store_state_read(dir, "c1", &got, &e) < 0);
	(void)unlinkat(dir, STORE_STATE, AT_REMOVEDIR);
}

TEST(the_journal_keeps_the_whole_configuration)
{
	autoconfig *config = default_spec(DEFAULT_SPEC_ROOT, 0, 0);
	struct store_journal want = {
		.id = "c1",
		.bundle = "/b",
		.rootfs = "/b/rootfs",
		.created = "2026-01-02T03:04:05Z",
		.cgroup_manager = CGROUP_CGROUPFS,
		.cgroup_path = "/c1",
		.config = config,
	};
	struct store_journal got = { 0 };
	struct err e = { 0 };

	CHECK_INT(store_journal_write(dir, &want, &e), 0);
	CHECK_INT(store_journal_write(dir, &want, &e), -EEXIST);
	CHECK_INT(store_journal_read(dir, "c1", &got, &e), 1);
	CHECK(got.config && record_equal(&oci_config_record, got.config, config));
	store_journal_done(&got);
	(void)unlinkat(dir, STORE_JOURNAL, 0);
}

TEST(a_journal_that_could_not_be_read_is_not_written)
{
	autoconfig *config = default_spec(DEFAULT_SPEC_ROOT, 0, 0);
	const struct store_journal j = { .id = "c1",
					 .bundle = "/b",
					 .rootfs = "/b/rootfs",
					 .created = "",
					 .cgroup_manager = CGROUP_CGROUPFS,
					 .cgroup_path = "/c1",
					 .config = config };
	struct strmap *a = &config->annotations;
	struct err e = { 0 };

	a->v = xcalloc(JSON_VALUES_MAX, sizeof(*a->v));
	for (; a->n < JSON_VALUES_MAX; a->n++)
		a->v[a->n] = (struct strmap_entry){ xasprintf("a%zu", a->n), xstrdup("") };
	CHECK_INT(store_journal_write(dir, &j, &e), -EFBIG);
	CHECK_HAS(e.text, "the configuration is too large to keep: ");
	CHECK_INT(faccessat(dir, STORE_JOURNAL, F_OK, 0), -1);
}

TEST(a_torn_journal_says_that_nothing_was_made)
{
	static const char torn[] = "{\"id\":\"c1\",\"bundle\":\"/b\",\"conf";
	struct store_journal got = { 0 };
	struct err e = { 0 };

	CHECK_INT(file_create(dir, STORE_JOURNAL, 0600, torn, sizeof(torn) - 1, &e), 0);
	CHECK_INT(store_journal_read(dir, "c1", &got, &e), 0);
	(void)unlinkat(dir, STORE_JOURNAL, 0);
}

TEST(what_is_of_another_container_is_damage)
{
	struct store_state want = example(), got = { 0 };
	struct err e = { 0 };

	CHECK_INT(store_state_write(dir, &want, &e), 0);
	CHECK(store_state_read(dir, "c2", &got, &e) < 0);
	CHECK_HAS(e.text, "state.json is damaged: it is of \"c1\"");
	(void)unlinkat(dir, STORE_STATE, 0);
}

TEST(the_links_read_back_as_written)
{
	struct store_state want = example(), got = { 0 };
	struct err e = { 0 };
	struct strmap_entry paths[] = { { "cpu", "/a" }, { "memory", "/b/c" } };
	const struct store_journal j = {
		.cgroup_manager = CGROUP_CGROUPFS,
		.cgroup_path = "/a:b/c1",
		.cgroup_paths = { paths, 2 },
	};
	struct store_journal link = { 0 };

	CHECK_INT(store_cgroup_read(dir, &link, &e), 0);
	CHECK_INT(store_cgroup_write(dir, &j, &e), 0);
	CHECK_INT(store_cgroup_read(dir, &link, &e), 1);
	CHECK_INT(link.cgroup_manager, CGROUP_CGROUPFS);
	CHECK_STR(link.cgroup_path, "/a:b/c1");
	CHECK_INT(link.cgroup_paths.n, 2);
	CHECK_STR(strmap_get(&link.cgroup_paths, "memory"), "/b/c");
	store_journal_done(&link);
	(void)unlinkat(dir, STORE_CGROUP, 0);
	CHECK_INT(store_init_write(dir, &want, &e), 0);
	CHECK_INT(store_init_read(dir, &got, &e), 1);
	CHECK_INT(got.pid, 4711);
	CHECK(got.start_time == UINT64_MAX);
	CHECK_INT(got.pid_inode, 99);
	CHECK_STR(got.boot_id, want.boot_id);
	store_state_done(&got);
	(void)unlinkat(dir, STORE_INIT, 0);
}

TEST(a_link_with_another_text_is_none)
{
	static const char *const texts[] = { "x", "nobody\n/c1", "1:2:3", "a:b:c:d", "1:2:-3:d" };
	struct store_state got = { 0 };
	struct err e = { 0 };
	struct store_journal link = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CHECK_INT(symlinkat(texts[i], dir, STORE_CGROUP), 0);
		CHECK_INT(symlinkat(texts[i], dir, STORE_INIT), 0);
		CHECK_INT(store_cgroup_read(dir, &link, &e), 0);
		CHECK_INT(store_init_read(dir, &got, &e), 0);
		(void)unlinkat(dir, STORE_CGROUP, 0);
		(void)unlinkat(dir, STORE_INIT, 0);
	}
	CHECK_INT(mkdirat(dir, STORE_CGROUP, 0700), 0);
	CHECK_INT(store_cgroup_read(dir, &link, &e), 0);
	(void)unlinkat(dir, STORE_CGROUP, AT_REMOVEDIR);
}

TEST(ids_that_could_be_paths_or_options_are_refused)
{
	static const char *const good[] = { "a", "A.b_c-d+e", "0", "_x" };
	static const char *const bad[] = { "",	  ".",	 "..",	".x", "-x", "a/b",
					   "a b", "a\n", "a;b", "%n", "ä",  "a\x01" };
	char longest[257];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK_INT(container_id_check(good[i], NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(container_id_check(bad[i], NULL), -EINVAL);
	memset(longest, 'a', sizeof(longest));
	longest[255] = '\0';
	CHECK_INT(container_id_check(longest, NULL), 0);
	longest[255] = 'a';
	longest[256] = '\0';
	CHECK_INT(container_id_check(longest, NULL), -EINVAL);
}

TEST_MAIN
