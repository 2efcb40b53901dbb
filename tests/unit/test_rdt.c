/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory with the files of a resctrl file system stands for one. What the kernel does by
 * itself, filling a directory that is made, the test does.
 */
#include "core/file.h"
#include "engine/rdt_stats.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err error;
static char top[] = "/tmp/test_rdt.XXXXXX";

static void put(int root, const char *path, const char *text)
{
	(void)unlinkat(root, path, 0);
	if (file_create(root, path, 0600, text, strlen(text), &error) < 0)
		TEST_FAIL("%s", error.text);
}

static void put_dir(int root, const char *path)
{
	if (mkdirat(root, path, 0700) < 0)
		TEST_FAIL("mkdir %s", path);
}

static const char *get(int root, const char *path)
{
	static char copy[512];
	autostr text = { 0 };

	if (file_read(root, path, sizeof(copy), &text, &error) < 0)
		return error.text;
	snprintf(copy, sizeof(copy), "%s", text.p ? text.p : "");
	return copy;
}

static bool exists(int root, const char *path)
{
	return faccessat(root, path, F_OK, 0) == 0;
}

/* What the kernel puts into a new group; a class can have monitoring groups. */
static void fill(int root, const char *dir, bool class)
{
	autofree char *tasks = xasprintf("%s/tasks", dir);
	autofree char *schemata = xasprintf("%s/schemata", dir);
	autofree char *groups = xasprintf("%s/mon_groups", dir);

	put(root, tasks, "");
	if (class) {
		put(root, schemata, "    L3:0=fffff;1=fffff\n    MB:0= 100;1= 100\n");
		put_dir(root, groups);
	}
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* A new one for each test, with a class "shared". */
static int new_root(void)
{
	static bool made;
	int root;

	if (made)
		(void)nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	strcpy(top + strlen(top) - 6, "XXXXXX");
	made = mkdtemp(top) != NULL;
	root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fill(root, ".", true);
	put_dir(root, "info");
	put(root, "info/last_cmd_status", "ok\n");
	put_dir(root, "shared");
	fill(root, "shared", true);
	return root;
}

static void end(struct rdt *r)
{
	rdt_free(r);
	(void)nftw(top, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int plan(int root, const struct oci_intel_rdt *c, struct rdt **out)
{
	error.text[0] = '\0';
	*out = NULL;
	return rdt_plan(root, c, "box", out, &error);
}

TEST(a_class_named_by_the_container)
{
	const struct oci_intel_rdt c = { .l3_cache_schema = (char *)"L3:0=f" };
	autofd int root = new_root();
	struct rdt *r;

	CHECK_INT(plan(root, &c, &r), 0);
	CHECK_STR(r->clos, "box");
	CHECK(r->made && !r->monitored);
	CHECK(!exists(root, "box"));
	CHECK_INT(rdt_make(root, r, "box", &error), 0);
	fill(root, "box", true);
	CHECK_INT(rdt_limit(root, r, &c, &error), 0);
	CHECK(strncmp(get(root, "box/schemata"), "L3:0=f\n", 7) == 0);
	CHECK_INT(rdt_add(root, r, "box", 4711, &error), 0);
	CHECK_STR(get(root, "box/tasks"), "4711\n");
	end(r);
}

TEST(what_was_made_is_removed_and_nothing_else)
{
	static const struct {
		struct rdt r;
		bool clos_left, group_left;
	} cases[] = {
		{ { (char *)"box", true, false }, false, true },
		{ { (char *)"shared", false, false }, true, true },
		{ { (char *)"shared", false, true }, true, false },
		{ { (char *)"/", false, true }, true, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autofd int root = new_root();

		put_dir(root, "box");
		put_dir(root, "shared/mon_groups/box");
		put_dir(root, "mon_groups/box");
		CHECK_INT(rdt_remove(root, &cases[i].r, "box", &error), 0);
		CHECK_INT(rdt_remove(root, &cases[i].r, "box", &error), 0);
		CHECK_INT(exists(root, "box"), cases[i].clos_left || i != 0);
		CHECK_INT(exists(root, "shared"), true);
		CHECK_INT(exists(root, "shared/mon_groups/box"), cases[i].group_left);
		CHECK_INT(exists(root, "mon_groups/box"), i != 3);
		end(NULL);
	}
}

TEST(a_shared_class_must_have_the_same_limits)
{
	static const struct {
		const char *l3, *mb, *other;
		int want;
	} cases[] = {
		{ "L3:0=fffff;1=fffff", NULL, NULL, 0 }, { "L3:1=fffff", "MB:0=100", NULL, 0 },
		{ "L3:0=0FFFFF", NULL, "MB:1=100", 0 },	 { "L3:0=ffff", NULL, NULL, -EINVAL },
		{ NULL, "MB:0=10", NULL, -EINVAL },	 { NULL, "MB:2=100", NULL, -EINVAL },
		{ NULL, NULL, "L2:0=f", -EINVAL },	 { NULL, NULL, NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *lines[] = { (char *)cases[i].other, NULL };
		const struct oci_intel_rdt c = { .clos_id = (char *)"shared",
						 .l3_cache_schema = (char *)cases[i].l3,
						 .mem_bw_schema = (char *)cases[i].mb,
						 .schemata = lines };
		autofd int root = new_root();
		struct rdt *r;

		CHECK_INT(plan(root, &c, &r), cases[i].want);
		if (r)
			CHECK(!r->made);
		end(r);
	}
}

TEST(a_mismatch_names_both)
{
	const struct oci_intel_rdt c = { .clos_id = (char *)"shared",
					 .mem_bw_schema = (char *)"MB:0=10" };
	autofd int root = new_root();
	struct rdt *r;

	CHECK_INT(plan(root, &c, &r), -EINVAL);
	CHECK_STR(error.text, "linux.intelRdt.memBwSchema: \"MB:0=10\" does not match the class "
			      "shared, which exists and has \"MB:0= 100;1= 100\"");
	end(r);
}

TEST(a_class_that_is_only_named_must_exist)
{
	const struct oci_intel_rdt absent = { .clos_id = (char *)"absent" };
	const struct oci_intel_rdt info = { .clos_id = (char *)"info" };
	const struct oci_intel_rdt limited = { .clos_id = (char *)"absent",
					       .mem_bw_schema = (char *)"MB:0=10" };
	autofd int root = new_root();
	struct rdt *r;

	CHECK_INT(plan(root, &absent, &r), -ENODEV);
	CHECK_STR(error.text, "linux.intelRdt.closID: the class absent does not exist");
	CHECK_INT(plan(root, &info, &r), -EINVAL);
	CHECK_INT(plan(root, &limited, &r), 0);
	CHECK(r->made);
	end(r);
}

/* As Go callers write what is not set. */
TEST(empty_texts_are_absent)
{
	const struct oci_intel_rdt c = { .clos_id = (char *)"",
					 .l3_cache_schema = (char *)"",
					 .mem_bw_schema = (char *)"" };
	autofd int root = new_root();
	struct rdt *r;

	CHECK_INT(plan(root, &c, &r), 0);
	CHECK_STR(r->clos, "box");
	CHECK_INT(rdt_make(root, r, "box", &error), 0);
	fill(root, "box", true);
	CHECK_INT(rdt_limit(root, r, &c, &error), 0);
	CHECK_STR(get(root, "box/schemata"), "    L3:0=fffff;1=fffff\n    MB:0= 100;1= 100\n");
	end(r);
}

TEST(the_root_class)
{
	const struct oci_intel_rdt c = { .clos_id = (char *)"/" };
	autofd int root = new_root();
	struct rdt *r;

	CHECK_INT(plan(root, &c, &r), 0);
	CHECK(!r->made);
	CHECK_INT(rdt_make(root, r, "box", &error), 0);
	CHECK_INT(rdt_add(root, r, "box", 12, &error), 0);
	CHECK_STR(get(root, "tasks"), "12\n");
	end(r);
}

TEST(a_monitoring_group)
{
	const struct oci_intel_rdt c = { .clos_id = (char *)"shared", .enable_monitoring = true };
	autofd int root = new_root();
	struct rdt *r, *again;

	CHECK_INT(plan(root, &c, &r), 0);
	CHECK_INT(rdt_make(root, r, "box", &error), 0);
	CHECK(exists(root, "shared/mon_groups/box"));
	fill(root, "shared/mon_groups/box", false);
	CHECK_INT(rdt_add(root, r, "box", 12, &error), 0);
	CHECK_STR(get(root, "shared/tasks"), "12\n");
	CHECK_STR(get(root, "shared/mon_groups/box/tasks"), "12\n");
	CHECK_INT(plan(root, &c, &again), -EEXIST);
	end(r);
}

/* A new class of the fixture has no mon_groups, so that this fails half-way. */
TEST(what_fails_half_way_leaves_nothing)
{
	const struct oci_intel_rdt c = { .enable_monitoring = true };
	autofd int root = new_root();
	struct rdt *r;

	put(root, "info/last_cmd_status", "out of RMIDs\n");
	CHECK_INT(plan(root, &c, &r), 0);
	CHECK(rdt_make(root, r, "box", &error) < 0);
	CHECK(!exists(root, "box"));
	end(r);
}

TEST(the_kernel_s_reason_is_told)
{
	const struct oci_intel_rdt c = { .l3_cache_schema = (char *)"L3:0=5" };
	autofd int root = new_root();
	struct rdt *r;

	put(root, "info/last_cmd_status", "The mask 5 has non-consecutive 1-bits\n");
	CHECK_INT(plan(root, &c, &r), 0);
	CHECK_INT(rdt_make(root, r, "box", &error), 0);
	put_dir(root, "box/schemata"); /* nobody can write to it */
	CHECK(rdt_limit(root, r, &c, &error) < 0);
	CHECK_STR(error.text,
		  "linux.intelRdt: l3CacheSchema: write \"L3:0=5\" to schemata: The mask "
		  "5 has non-consecutive 1-bits: is a directory");
	end(r);
}

TEST(an_update_can_be_put_back)
{
	const struct oci_intel_rdt c = { .mem_bw_schema = (char *)"MB:0=10" };
	struct rdt r = { (char *)"shared", false, false };
	autofd int root = new_root();
	autofree char *undo = NULL;

	put(root, "shared/schemata", "    MB:0= 100\n");
	CHECK_INT(rdt_update(root, &r, &c, &undo, &error), 0);
	CHECK(strncmp(get(root, "shared/schemata"), "MB:0=10\n", 8) == 0);
	CHECK(undo != NULL);
	put(root, "shared/schemata", "");
	rdt_restore(root, &r, undo);
	CHECK_STR(get(root, "shared/schemata"), "MB:0= 100\n");
	end(NULL);
}

TEST(lines_of_schemata)
{
	static const char text[] = "  L3CODE:0=ff\n    MB:0=  10;1=  70\n";
	autofree char *mb = rdt_line_of(text, "MB"), *l3 = rdt_line_of(text, "L3");

	CHECK_STR(mb, "MB:0=  10;1=  70");
	CHECK(l3 == NULL);
	CHECK(rdt_line_holds(text, "MB:1=70;0=10"));
	CHECK(rdt_line_holds(text, " mb : 0 = 010 "));
	CHECK(!rdt_line_holds(text, "MB:1=7"));
	CHECK(!rdt_line_holds(text, "L3:0=ff"));
	CHECK(!rdt_line_holds("", "MB:0=1"));
}

TEST(statistics)
{
	struct rdt r = { (char *)"shared", false, true };
	autojsonout *o = json_out_new(NULL);
	autofd int root = new_root();
	struct rdt_stats s = { 0 };
	size_t len;

	put_dir(root, "info/L3");
	put(root, "info/L3/cbm_mask", "fffff\n");
	put(root, "info/L3/min_cbm_bits", "1\n");
	put(root, "info/L3/num_closids", "16\n");
	put_dir(root, "info/MB");
	put(root, "info/MB/bandwidth_gran", "10\n");
	put(root, "info/MB/delay_linear", "1\n");
	put(root, "info/MB/min_bandwidth", "10\n");
	put(root, "info/MB/num_closids", "8\n");
	put_dir(root, "info/L3_MON");
	put(root, "info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes\n");
	put_dir(root, "shared/mon_groups/box");
	put_dir(root, "shared/mon_groups/box/mon_data");
	put_dir(root, "shared/mon_groups/box/mon_data/mon_L3_01");
	put_dir(root, "shared/mon_groups/box/mon_data/mon_L3_00");
	put(root, "shared/mon_groups/box/mon_data/mon_L3_00/mbm_total_bytes", "11\n");
	put(root, "shared/mon_groups/box/mon_data/mon_L3_00/mbm_local_bytes", "7\n");
	put(root, "shared/mon_groups/box/mon_data/mon_L3_00/llc_occupancy", "5\n");
	put(root, "shared/mon_groups/box/mon_data/mon_L3_01/mbm_total_bytes", "Unavailable\n");
	put(root, "shared/schemata", "    L3:0=f\n    MB:0=  50\n");
	CHECK_INT(rdt_stats_read(root, &r, "box", &s, &error), 0);
	rdt_stats_encode(&s, o);
	CHECK_STR(json_out_text(o, &len),
		  "{\"l3_cache_info\":{\"cbm_mask\":\"fffff\",\"min_cbm_bits\":1,"
		  "\"num_closids\":16},\"l3_cache_schema_root\":\"L3:0=fffff;1=fffff\","
		  "\"l3_cache_schema\":\"L3:0=f\",\"mem_bw_info\":{\"bandwidth_gran\":10,"
		  "\"delay_linear\":1,\"min_bandwidth\":10,\"num_closids\":8},"
		  "\"mem_bw_schema_root\":\"MB:0= 100;1= 100\",\"mem_bw_schema\":\"MB:0=  50\","
		  "\"mbm_stats\":[{\"mbm_total_bytes\":11,\"mbm_local_bytes\":7},"
		  "{\"mbm_total_bytes\":0,\"mbm_local_bytes\":0}],"
		  "\"cmt_stats\":[{\"llc_occupancy\":5},{\"llc_occupancy\":0}]}");
	rdt_stats_done(&s);
	end(NULL);
}

TEST_MAIN
