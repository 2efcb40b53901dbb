/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/options.h"
#include "test.h"
#include <errno.h>
#include <sys/mount.h>

/* Parses up to eight words; the caller frees. */
static struct mount_options parse(const char *a, const char *b, const char *c, const char *d)
{
	char *words[] = { (char *)a, (char *)b, (char *)c, (char *)d, NULL };
	struct mount_options o = { 0 };

	CHECK_INT(mount_options_parse(words, &o, NULL), 0);
	return o;
}

#define PARSED(name, ...)                                                                          \
	_cleanup_(mount_options_done) struct mount_options name = parse(__VA_ARGS__)

TEST(rows_are_in_order)
{
	/* They are found by halving; features prints them as they are. */
	for (const struct mount_option_row *r = mount_option_rows; r[0].name && r[1].name; r++)
		if (strcmp(r[0].name, r[1].name) >= 0)
			TEST_FAIL("%s before %s", r[0].name, r[1].name);
}

TEST(every_row_is_found)
{
	for (const struct mount_option_row *r = mount_option_rows; r->name; r++) {
		PARSED(o, r->name, NULL, NULL, NULL);

		CHECK(!o.data || !*o.data);
	}
}

TEST(no_options)
{
	struct mount_options o;

	CHECK_INT(mount_options_parse(NULL, &o, NULL), 0);
	CHECK_INT(o.words, 0);
	CHECK_INT(o.top.set | o.top.clear | o.all.set | o.all.clear | o.super, 0);
	CHECK(o.all.recursive);
	mount_options_done(&o);
}

TEST(flags)
{
	PARSED(o, "ro", "nosuid", "nodev", "noexec");

	CHECK_INT(o.top.set,
		  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	CHECK_INT(o.top.clear, 0);
	CHECK_INT(o.all.set, 0);
}

TEST(the_last_word_wins)
{
	PARSED(a, "ro", "rw", NULL, NULL);
	PARSED(b, "rw", "ro", NULL, NULL);

	CHECK_INT(a.top.set, 0);
	CHECK_INT(a.top.clear, MOUNT_ATTR_RDONLY);
	CHECK_INT(b.top.set, MOUNT_ATTR_RDONLY);
	CHECK_INT(b.top.clear, 0);
}

TEST(access_times_are_one_field)
{
	PARSED(o, "noatime", "strictatime", "nodiratime", NULL);
	PARSED(r, "rnoatime", "rrelatime", NULL, NULL);

	CHECK_INT(o.top.set, MOUNT_ATTR_STRICTATIME | MOUNT_ATTR_NODIRATIME);
	CHECK_INT(o.top.clear, MOUNT_ATTR__ATIME);
	CHECK_INT(r.all.set, 0);
	CHECK_INT(r.all.clear, MOUNT_ATTR__ATIME);
	CHECK_INT(r.top.clear, 0);
}

TEST(recursive_flags)
{
	PARSED(o, "rro", "rnosuid", "rexec", "ro");

	CHECK_INT(o.all.set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	CHECK_INT(o.all.clear, MOUNT_ATTR_NOEXEC);
	CHECK_INT(o.top.set, MOUNT_ATTR_RDONLY);
}

TEST(words)
{
	PARSED(o, "rbind", "tmpcopyup", "idmap", "remount");

	CHECK_INT(o.words, MOUNT_OPT_BIND | MOUNT_OPT_RECURSIVE | MOUNT_OPT_TMPCOPYUP |
				   MOUNT_OPT_IDMAP | MOUNT_OPT_REMOUNT);
}

TEST(propagation_in_order)
{
	PARSED(o, "rslave", "shared", NULL, NULL);

	CHECK_INT(o.n_propagations, 2);
	CHECK_INT(o.propagations[0].propagation, MS_SLAVE);
	CHECK(o.propagations[0].recursive);
	CHECK_INT(o.propagations[1].propagation, MS_SHARED);
	CHECK(!o.propagations[1].recursive);
}

TEST(too_many_propagations)
{
	char *words[MOUNT_PROPAGATIONS_MAX + 2] = { NULL };
	struct mount_options o;
	struct err e;

	for (size_t i = 0; i <= MOUNT_PROPAGATIONS_MAX; i++)
		words[i] = (char *)"private";
	CHECK_INT(mount_options_parse(words, &o, &e), -EINVAL);
	CHECK_HAS(e.text, "propagation");
}

TEST(superblock_flags)
{
	PARSED(o, "sync", "dirsync", "async", "lazytime");

	CHECK_INT(o.super, MS_DIRSYNC | MS_LAZYTIME);
}

TEST(data)
{
	PARSED(o, "size=64k", "nosuid", "", "ROX");

	CHECK_STR(o.data[0], "size=64k");
	CHECK_STR(o.data[1], "ROX");
	CHECK(!o.data[2]);
	CHECK(mount_data_has(o.data, "size"));
	CHECK(mount_data_has(o.data, "ROX"));
	CHECK(!mount_data_has(o.data, "siz"));
	CHECK(!mount_data_has(NULL, "size"));
}

TEST(attributes_for_mount_2)
{
	CHECK_INT(mount_attr_to_ms(0), 0);
	CHECK_INT(mount_attr_to_ms(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				   MOUNT_ATTR_NOEXEC),
		  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	CHECK_INT(mount_attr_to_ms(MOUNT_ATTR_NOATIME), MS_NOATIME);
	CHECK_INT(mount_attr_to_ms(MOUNT_ATTR_STRICTATIME), MS_STRICTATIME);
	CHECK_INT(mount_attr_to_ms(MOUNT_ATTR_NODIRATIME | MOUNT_ATTR_NOSYMFOLLOW),
		  MS_NODIRATIME | MS_NOSYMFOLLOW);
}

TEST_MAIN
