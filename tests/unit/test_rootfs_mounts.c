/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of mount and device, as seen from inside. */
#include "rootfs_box.h"

static void look_at_cpuinfo(struct box *b)
{
	char text[16];

	(void)b;
	read_file("/proc/cpuinfo", text, sizeof(text));
	CHECK_STR(text, "untouched");
}

TEST(cpuinfo_may_be_replaced)
{
	struct box b = {
		.config = CONFIG("",
				 MOUNT_PROC ",{\"destination\":\"/proc/cpuinfo\",\"source\":"
					    "\"canary/file\",\"options\":[\"bind\",\"ro\"]}",
				 ""),
		.inside = look_at_cpuinfo,
	};

	NEEDS_ROOT;
	expect_success(&b);
}

static void nested_source(struct box *b)
{
	autofree char *canary = path_in(b, "canary");

	make_dir(b, "data");
	make_file(b, "data/hello", "hello");
	make_link(b, canary, "rootfs/evil");
}

static void look_at_nested(struct box *b)
{
	char text[16];

	(void)b;
	read_file("/second/hello", text, sizeof(text));
	CHECK_STR(text, "hello");
}

TEST(source_inside_the_container_sees_earlier_mounts)
{
	struct box b = {
		.config = CONFIG(
			"",
			"{\"destination\":\"/first\",\"source\":\"data\",\"options\":[\"bind\"]},"
			"{\"destination\":\"/second\",\"source\":\"rootfs/"
			"first\",\"options\":[\"bind\"]}",
			""),
		.prepare = nested_source,
		.inside = look_at_nested,
	};
	/* CVE-2021-30465: the source is a symlink of the image's to the host. */
	struct box evil = {
		.config = CONFIG("",
				 "{\"destination\":\"/first\",\"source\":\"rootfs/"
				 "evil\",\"options\":[\"bind\"]}",
				 ""),
		.prepare = nested_source,
	};

	NEEDS_ROOT;
	expect_success(&b);
	expect_failure(&evil, "no such file or directory");
}

TEST(missing_source_reads_as_runc)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/x\",\"type\":\"bind\",\"source\":\"/no/such\","
			       "\"options\":[\"rbind\"]}",
			       ""),
	};

	NEEDS_ROOT;
	expect_failure(&b, "error mounting \"/no/such\" to rootfs at \"/x\": stat /no/such: "
			   "no such file or directory");
}

static void look_at_bind_flags(struct box *b)
{
	(void)b;
	CHECK(flags_of("/ro") & ST_RDONLY);
	CHECK(flags_of("/ro") & ST_NOSUID);
	CHECK(!(flags_of("/rw") & ST_RDONLY));
	CHECK(flags_of("/kept") & ST_NOEXEC);
	CHECK(flags_of("/kept") & ST_RDONLY);
	CHECK(!(flags_of("/cleared") & ST_NOEXEC));
	CHECK(flags_of("/deep") & ST_RDONLY);
	CHECK(flags_of("/deep/sub") & ST_RDONLY);
	CHECK(!(flags_of("/shallow/sub") & ST_RDONLY));
}

#define BIND_FLAGS                                                                                  \
	BIND("/ro", "canary", "\"bind\",\"ro\",\"nosuid\"")                                         \
	"," BIND(                                                                                   \
		"/rw", "canary",                                                                    \
		"\"bind\"") ","                                                                     \
			    "{\"destination\":\"/"                                                  \
			    "t\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":[\"noexec\"]}"     \
			    "," BIND("/kept", "rootfs/t", "\"bind\",\"ro\"") "," BIND(              \
				    "/cleared", "rootfs/t",                                         \
				    "\"bind\",\"exec\"") ","                                        \
							 "{\"destination\":\"/t/"                   \
							 "sub\",\"type\":\"tmpfs\",\"source\":"     \
							 "\"s\"}," BIND(                            \
								 "/deep", "rootfs/t",               \
								 "\"rbind\",\"rro\"") "," BIND("/"  \
											       "s"  \
											       "h"  \
											       "a"  \
											       "l"  \
											       "l"  \
											       "o"  \
											       "w", \
											       "r"  \
											       "o"  \
											       "o"  \
											       "t"  \
											       "f"  \
											       "s"  \
											       "/"  \
											       "t", \
											       "\"rbind\",\"ro\"")

TEST(bind_flags)
{
	struct box b = { .config = CONFIG("", BIND_FLAGS, ""), .inside = look_at_bind_flags };

	NEEDS_ROOT;
	expect_success(&b);
}

static void look_at_old_bind(struct box *b)
{
	(void)b;
	CHECK(flags_of("/ro") & ST_RDONLY);
	CHECK(flags_of("/ro") & ST_NOSUID);
	CHECK(flags_of("/kept") & ST_NOEXEC);
	CHECK(flags_of("/kept") & ST_RDONLY);
}

TEST(bind_flags_with_old_calls)
{
	struct box b = {
		.config = CONFIG(
			"",
			BIND("/ro", "canary",
			     "\"bind\",\"ro\",\"nosuid\"") ","
							   "{\"destination\":\"/"
							   "t\",\"type\":\"tmpfs\",\"source\":"
							   "\"t\",\"options\":[\"noexec\"]}," BIND(
								   "/kept", "rootfs/t",
								   "\"bind\",\"ro\""),
			""),
		.inside = look_at_old_bind,
		.old_calls = true,
	};

	NEEDS_ROOT;
	expect_success(&b);
}

static void covered_dirs(struct box *b)
{
	autofree char *dir = path_in(b, "rootfs/covered"), *file = NULL;

	make_dir(b, "rootfs/covered");
	make_dir(b, "rootfs/covered/sub");
	make_file(b, "rootfs/covered/sub/file", "copied");
	make_link(b, "sub/file", "rootfs/covered/link");
	file = path_in(b, "rootfs/covered/sub/file");
	must(chown(dir, 5, 6) == 0 && chmod(dir, 0710) == 0 && chown(file, 12, 34) == 0 &&
		     chmod(file, 04751) == 0,
	     "chmod");
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void look_at_tmpfs(struct box *b)
{
	char text[16];
	struct stat st = { 0 };

	(void)b;
	CHECK_INT(mode_of("/covered"), 0710);
	CHECK(stat("/covered", &st) == 0);
	CHECK_INT(st.st_uid, 5);
	CHECK_INT(st.st_gid, 6);
	CHECK_INT(mode_of("/fresh"), 01777);
	CHECK_INT(mode_of("/given"), 0700);
	CHECK(flags_of("/covered") & ST_RDONLY);
	read_file("/covered/link", text, sizeof(text));
	CHECK_STR(text, "copied");
	CHECK(stat("/covered/sub/file", &st) == 0);
	CHECK_INT(st.st_uid, 12);
	CHECK_INT(st.st_gid, 34);
	CHECK_INT(st.st_mode & 07777, 04751);
}

TEST(tmpfs_modes_and_copyup)
{
	struct box b = {
		.config = CONFIG("",
				 "{\"destination\":\"/"
				 "covered\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":"
				 "[\"tmpcopyup\",\"ro\"]},"
				 "{\"destination\":\"/fresh\",\"type\":\"tmpfs\",\"source\":\"t\"},"
				 "{\"destination\":\"/"
				 "given\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":"
				 "[\"mode=700,size=64k\"]}",
				 ""),
		.prepare = covered_dirs,
		.inside = look_at_tmpfs,
	};

	NEEDS_ROOT;
	expect_success(&b);
}

#define TMPFS(dest, options)                                                                       \
	"{\"destination\":\"" dest "\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":[" options  \
	"]}"

static void alias_of_dev(struct box *b)
{
	make_dir(b, "rootfs/dev");
	make_link(b, "dev", "rootfs/alias");
}

/* The last tmpfs that was mounted there shows, with all that belongs in it. */
static void look_at_covered_dev(struct box *b)
{
	struct stat dev = { 0 }, sub = { 0 };

	(void)b;
	CHECK_INT(mode_of("/dev"), 0711);
	CHECK(lstat("/dev", &dev) == 0 && lstat("/dev/sub", &sub) == 0);
	CHECK(sub.st_dev != dev.st_dev);
	CHECK_INT(mode_of("/dev/sub"), 0700);
	CHECK(access("/dev/null", R_OK) == 0);
	CHECK(lstat("/dev/fd", &sub) == 0 && S_ISLNK(sub.st_mode));
}

TEST(what_covers_dev_is_what_is_filled)
{
	struct box twice = {
		.config = CONFIG("",
				 MOUNT_DEV "," TMPFS("/dev", "\"mode=711\"") "," TMPFS(
					 "/dev/sub", "\"mode=700\""),
				 ""),
		.inside = look_at_covered_dev,
	};
	struct box by_alias = {
		.config = CONFIG("",
				 MOUNT_DEV "," TMPFS("/alias", "\"mode=711\"") "," TMPFS(
					 "/dev/sub", "\"mode=700\""),
				 ""),
		.prepare = alias_of_dev,
		.inside = look_at_covered_dev,
	};

	NEEDS_ROOT;
	expect_success(&twice);
	expect_success(&by_alias);
}

static void linked_in_dev(struct box *b)
{
	make_dir(b, "rootfs/dev");
	make_dir(b, "rootfs/real");
	make_link(b, "/real", "rootfs/dev/sub");
}

static void look_at_copied_dev(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(lstat("/dev/sub", &st) == 0 && S_ISLNK(st.st_mode));
	CHECK_INT(mode_of("/real"), 0700);
	CHECK_INT(mode_of("/dev/again"), 0711);
}

TEST(what_is_in_dev_already_is_mounted_on)
{
	struct box b = {
		.config = CONFIG(
			"",
			TMPFS("/dev", "\"tmpcopyup\"") "," TMPFS(
				"/dev/sub",
				"\"mode=700\"") "," TMPFS("/dev/again",
							  "\"mode=700\"") "," TMPFS("/dev/again",
										    "\"mode=711\""),
			""),
		.prepare = linked_in_dev,
		.inside = look_at_copied_dev,
	};

	NEEDS_ROOT;
	expect_success(&b);
}

static void look_at_devices(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(lstat("/dev/sub/fuse", &st) == 0);
	CHECK(S_ISCHR(st.st_mode) && st.st_rdev == makedev(10, 229));
	CHECK_INT(st.st_mode & 07777, 0640);
	CHECK_INT(st.st_uid, 7);
	CHECK_INT(st.st_gid, 8);
	CHECK(lstat("/pipe", &st) == 0 && S_ISFIFO(st.st_mode));
	CHECK(flags_of("/dev") & ST_RDONLY);
}

TEST(configured_devices)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\","
			       "\"options\":[\"ro\"]}",
			       ",\"devices\":[{\"path\":\"/dev/sub/"
			       "fuse\",\"type\":\"c\",\"major\":10,\"minor\":229,"
			       "\"fileMode\":416,\"uid\":7,\"gid\":8},{\"path\":\"/"
			       "pipe\",\"type\":\"p\"}]"),
		.inside = look_at_devices,
	};
	struct box no_minor = {
		.config =
			CONFIG("", MOUNT_DEV,
			       ",\"devices\":[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":10}]"),
	};

	NEEDS_ROOT;
	expect_success(&b);
	expect_failure(&no_minor, "linux.devices[0]");
}

static void no_root(struct box *b)
{
	autofree char *root = path_in(b, "rootfs");

	must(rmdir(root) == 0, "rmdir");
}

TEST(missing_root_reads_as_runc)
{
	struct box b = { .config = CONFIG("", MOUNT_PROC, ""), .prepare = no_root };

	NEEDS_ROOT;
	expect_failure(&b, "invalid rootfs: stat /tmp/runlet-test-");
}

static void secret_source(struct box *b)
{
	autofree char *dir = path_in(b, "locked"), *root = path_in(b, "rootfs");

	make_dir(b, "locked");
	make_dir(b, "locked/secret");
	make_file(b, "locked/secret/file", "shown");
	/* The container's root may not open this by its path. */
	must(chmod(dir, 0700) == 0 && chown(root, 100000, 100000) == 0, "chmod");
}

static void look_at_userns(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(is_device("/dev/null", 1, 3));
	CHECK(is_device("/dev/tty", 5, 0));
	CHECK(flags_of("/dev/null") & ST_RDONLY);
	CHECK(is_writable("/dev/null"));
	CHECK(is_masked_file("/proc/keys"));
	CHECK(flags_of("/proc/sys") & ST_RDONLY);
	CHECK(stat("/secret/file", &st) == 0);
	CHECK_INT(st.st_uid, 65534);
	CHECK(stat("/mapped/file", &st) == 0);
	CHECK_INT(st.st_uid, 0);
}

#define USERNS                                                                                     \
	",\"uidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}],"                 \
	"\"gidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]"

TEST(user_namespace)
{
	struct box b = {
		.config = CONFIG(
			"",
			MOUNTS_DEFAULT
			",{\"destination\":\"/"
			"secret\",\"source\":\"locked/secret\",\"options\":[\"bind\"]}"
			",{\"destination\":\"/"
			"mapped\",\"source\":\"locked/secret\",\"options\":[\"bind\",\"idmap\"]}",
			PATHS_DEFAULT USERNS),
		.prepare = secret_source,
		.inside = look_at_userns,
		.userns = true,
		.cgroup_path = "/",
	};

	NEEDS_ROOT;
	expect_success(&b);
}

static void look_at_mapped(struct box *b)
{
	struct stat st = { 0 };

	(void)b;
	CHECK(stat("/mapped/file", &st) == 0);
	CHECK_INT(st.st_uid, 4000);
	CHECK_INT(st.st_gid, 5000);
}

TEST(id_mapped_bind)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/mapped\",\"source\":\"canary\",\"options\":"
			       "[\"bind\"],\"uidMappings\":[{\"containerID\":0,\"hostID\":4000,"
			       "\"size\":10}],"
			       "\"gidMappings\":[{\"containerID\":0,\"hostID\":5000,\"size\":10}]}",
			       ""),
		.inside = look_at_mapped,
	};

	NEEDS_ROOT;
	expect_success(&b);
}

static void look_at_remount(struct box *b)
{
	(void)b;
	CHECK(flags_of("/t") & ST_RDONLY);
	CHECK(flags_of("/t") & ST_NOSUID);
}

TEST(remount_changes_flags)
{
	struct box b = {
		.config =
			CONFIG("",
			       "{\"destination\":\"/"
			       "t\",\"type\":\"tmpfs\",\"source\":\"t\",\"options\":[\"nosuid\"]},"
			       "{\"destination\":\"/t\",\"options\":[\"bind\",\"remount\",\"ro\"]}",
			       ""),
		.inside = look_at_remount,
	};
	struct box none = {
		.config = CONFIG(
			"",
			"{\"destination\":\"/dev/..\",\"options\":[\"bind\",\"remount\",\"ro\"]},"
			"{\"destination\":\"/no\",\"options\":[\"remount\",\"ro\"]}",
			""),
	};

	NEEDS_ROOT;
	expect_success(&b);
	expect_failure(&none, "error mounting \"\" to rootfs at \"/no\"");
}

TEST_MAIN
