/* SPDX-License-Identifier: Apache-2.0 */
#include "core/file.h"
#include "core/strv.h"
#include "orch/bundle.h"
#include "orch/bundle_defaults.h"
#include "orch/bundle_devices.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_bundle.XXXXXX";
static char rootfs[64];

static void begin(void)
{
	char path[128];
	static const char passwd[] = "web:x:1000:1001::/:\n";

	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	CHECK(mkdtemp(dir) != NULL);
	snprintf(rootfs, sizeof(rootfs), "%s/rootfs", dir);
	snprintf(path, sizeof(path), "%s/etc", rootfs);
	CHECK_INT(dir_make_all(path, 0755, NULL), 0);
	snprintf(path, sizeof(path), "%s/etc/passwd", rootfs);
	CHECK_INT(file_create(AT_FDCWD, path, 0644, passwd, sizeof(passwd) - 1, NULL), 0);
}

static void end(void)
{
	static const char *const left[] = { "rootfs/etc/passwd", "rootfs/etc", "rootfs/data",
					    "rootfs", "config.json" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, left[i]);
		(void)remove(path); /* not every test makes all of them */
	}
	CHECK_INT(rmdir(dir), 0);
}

static struct oci_config *load(void)
{
	struct oci_config *c = NULL;
	autostr text = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/config.json", dir);
	CHECK_INT(file_read(AT_FDCWD, path, 1 << 20, &text, NULL), 0);
	CHECK_INT(oci_config_parse(text.p, text.len, &c, NULL), 0);
	CHECK_INT(oci_config_check(c, NULL), 0);
	return c;
}

static char *entrypoint[] = { (char *)"/bin/sh", (char *)"-c", NULL };
static char *cmd[] = { (char *)"echo hi", NULL };
static char *env[] = { (char *)"A=1", (char *)"PATH=/x", NULL };
static struct oci_image_process process = { .user = (char *)"web",
					    .env = env,
					    .entrypoint = entrypoint,
					    .cmd = cmd,
					    .working_dir = (char *)"/data" };
static const struct oci_image image = { .config = &process };

TEST(an_image_as_it_is)
{
	struct bundle b = {
		.rootfs = rootfs, .image = &image, .network = BUNDLE_NETWORK_NEW, .hostname = "plc"
	};
	autoconfig *c = NULL;
	char path[128];
	struct stat st;

	begin();
	CHECK_INT(bundle_write(dir, &b, NULL), 0);
	c = load();
	CHECK_STR(c->process->args[0], "/bin/sh");
	CHECK_STR(c->process->args[2], "echo hi");
	CHECK_INT(strv_len(c->process->args), 3);
	CHECK_STR(strv_env_get(c->process->env, "PATH"), "/x");
	CHECK_STR(strv_env_get(c->process->env, "A"), "1");
	CHECK_STR(strv_env_get(c->process->env, "HOSTNAME"), "plc");
	CHECK_INT(c->process->user->uid, 1000);
	CHECK_INT(c->process->user->gid, 1001);
	CHECK_STR(c->process->cwd, "/data");
	CHECK(c->process->capabilities->effective == NULL);
	CHECK(c->process->capabilities->bounding != NULL);
	CHECK_STR(c->root->path, rootfs);
	CHECK(oci_namespace_get(c, CLONE_NEWNET) != NULL);
	CHECK_INT(c->linux_->resources->n_devices, 1);
	CHECK(!c->linux_->resources->devices[0].allow);
	snprintf(path, sizeof(path), "%s/data", rootfs);
	CHECK(stat(path, &st) == 0 && S_ISDIR(st.st_mode));
	end();
}

TEST(what_is_asked_for_wins)
{
	static char *const own_cmd[] = { (char *)"ls", NULL };
	static char *const own_env[] = { (char *)"A=2", NULL };
	static char *const add[] = { (char *)"CAP_SYS_NICE", (char *)"CAP_KILL", NULL };
	const struct oci_rlimit limits[] = { { .type = 8, .soft = 5, .hard = 6 } };
	struct oci_memory memory = { .limit = { true, 1 << 26 } };
	struct oci_resources resources = { .memory = &memory };
	struct bundle b = { .rootfs = rootfs,
			    .image = &image,
			    .network = BUNDLE_NETWORK_HOST,
			    .cmd = own_cmd,
			    .env = own_env,
			    .user = "0",
			    .cwd = "/etc",
			    .add_capabilities = add,
			    .rlimits = limits,
			    .n_rlimits = 1,
			    .resources = &resources,
			    .cgroups_path = "/x/y" };
	autoconfig *c = NULL;

	begin();
	CHECK_INT(bundle_write(dir, &b, NULL), 0);
	c = load();
	CHECK_INT(strv_len(c->process->args), 3);
	CHECK_STR(c->process->args[2], "ls");
	CHECK_STR(strv_env_get(c->process->env, "A"), "2");
	CHECK_INT(c->process->user->uid, 0);
	CHECK_STR(c->process->cwd, "/etc");
	CHECK(strv_has(c->process->capabilities->effective, "CAP_SYS_NICE"));
	CHECK(oci_namespace_get(c, CLONE_NEWNET) == NULL);
	CHECK_INT(c->process->n_rlimits, 1);
	CHECK_INT(c->linux_->resources->memory->limit.value, 1 << 26);
	CHECK_STR(c->linux_->cgroups_path, "/x/y");
	end();
}

/* A configuration of somebody else's. */
static const char base_text[] =
	"{\"ociVersion\": \"1.0.2\", \"hostname\": \"theirs\", \"annotations\": {\"a\": \"1\", "
	"\"b\": \"2\"},"
	"\"root\": {\"path\": \"rootfs\", \"readonly\": true},"
	"\"process\": {\"terminal\": true, \"user\": {\"uid\": 7, \"gid\": 8},"
	"\"args\": [\"/bin/theirs\", \"x\"], \"env\": [\"A=1\"], \"cwd\": \"/srv\","
	"\"capabilities\": {\"bounding\": [\"CAP_KILL\"], \"ambient\": [\"CAP_KILL\"]}},"
	"\"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\"},"
	"{\"destination\": \"/etc/hosts\", \"type\": \"bind\", \"source\": \"/etc/hosts\"}],"
	"\"linux\": {\"cgroupsPath\": \"/theirs\","
	"\"namespaces\": [{\"type\": \"mount\"}, {\"type\": \"network\"}],"
	"\"devices\": [{\"type\": \"c\", \"path\": \"/dev/theirs\", \"major\": 1, \"minor\": 5}],"
	"\"resources\": {\"pids\": {\"limit\": 5}, \"devices\": [{\"allow\": true, \"type\": "
	"\"c\"}]}}}";

TEST(another_configuration_as_it_is)
{
	autoconfig *base = NULL, *c = NULL;
	struct bundle b = { .rootfs = rootfs,
			    .network = BUNDLE_NETWORK_HOST,
			    .cgroups_path = "/x" };

	begin();
	CHECK_INT(oci_config_parse(base_text, sizeof(base_text) - 1, &base, NULL), 0);
	b.base = base;
	b.hosts = "/etc/resolv.conf";
	CHECK_INT(bundle_write(dir, &b, NULL), 0);
	c = load();
	CHECK_STR(c->process->args[0], "/bin/theirs");
	CHECK_INT(strv_len(c->process->args), 2);
	CHECK_INT(c->process->user->uid, 7);
	CHECK_STR(c->process->cwd, "/srv");
	CHECK(!c->process->terminal);
	CHECK_STR(c->root->path, rootfs);
	CHECK(c->root->readonly);
	CHECK(c->process->capabilities->permitted == NULL);
	CHECK_STR(c->process->capabilities->ambient[0], "CAP_KILL");
	CHECK_INT(c->process->n_rlimits, 0);
	CHECK_INT(c->linux_->n_namespaces, 1);
	CHECK_STR(c->linux_->cgroups_path, "/x");
	CHECK_INT(c->n_mounts, 2);
	CHECK_STR(c->mounts[1].source, "/etc/hosts");
	CHECK_INT(c->linux_->n_devices, 1);
	CHECK_INT(c->linux_->resources->n_devices, 1);
	CHECK_INT(c->linux_->resources->pids->limit.value, 5);
	CHECK_INT(c->annotations.n, 2);
	end();
}

TEST(another_configuration_and_what_is_asked_for)
{
	static char *const own_cmd[] = { (char *)"ls", NULL };
	static char *const own_env[] = { (char *)"A=2", NULL };
	static char *const add[] = { (char *)"CAP_SYS_NICE", NULL };
	const struct oci_mount mount = { .destination = (char *)"/x", .type = (char *)"tmpfs" };
	const struct bundle_device node = { .source = "/dev/null",
					    .path = "/dev/plc",
					    .mode = { true, 0666 } };
	struct strmap_entry entry = { (char *)"a", (char *)"3" };
	const struct strmap labels = { &entry, 1 };
	autoconfig *base = NULL, *c = NULL;
	struct bundle b = { .rootfs = rootfs,
			    .network = BUNDLE_NETWORK_NEW,
			    .cmd = own_cmd,
			    .env = own_env,
			    .user = "0",
			    .add_capabilities = add,
			    .mounts = &mount,
			    .n_mounts = 1,
			    .devices = &node,
			    .n_devices = 1,
			    .annotations = &labels };

	begin();
	CHECK_INT(oci_config_parse(base_text, sizeof(base_text) - 1, &base, NULL), 0);
	b.base = base;
	CHECK_INT(bundle_write(dir, &b, NULL), 0);
	c = load();
	CHECK_INT(strv_len(c->process->args), 1);
	CHECK_STR(c->process->args[0], "ls");
	CHECK_STR(strv_env_get(c->process->env, "A"), "2");
	CHECK_INT(c->process->user->uid, 0);
	CHECK(strv_has(c->process->capabilities->bounding, "CAP_KILL"));
	CHECK(strv_has(c->process->capabilities->effective, "CAP_SYS_NICE"));
	CHECK(!strv_has(c->process->capabilities->effective, "CAP_KILL"));
	CHECK_INT(c->linux_->n_namespaces, 2);
	CHECK_INT(c->n_mounts, 3);
	CHECK_STR(c->mounts[2].destination, "/x");
	CHECK_INT(c->linux_->n_devices, 2);
	CHECK_STR(c->linux_->devices[1].path, "/dev/plc");
	CHECK_INT(c->linux_->devices[1].file_mode.value, 0666);
	CHECK_INT(c->linux_->resources->n_devices, 2);
	CHECK(c->linux_->resources->devices[1].allow);
	CHECK_STR(strmap_get(&c->annotations, "a"), "3");
	CHECK_STR(strmap_get(&c->annotations, "b"), "2");
	end();
}

static void refuse(struct bundle b, const char *why)
{
	struct err e;

	b.rootfs = rootfs;
	b.network = b.network ? b.network : BUNDLE_NETWORK_NEW;
	CHECK_INT(bundle_write(dir, &b, &e) < 0, 1);
	CHECK_HAS(e.text, why);
}

TEST(what_is_refused)
{
	static char *const bad_env[] = { (char *)"novalue", NULL };
	static char *const bad_rule[] = { (char *)"c 1 rwm", NULL };
	const struct bundle_device bad_device = { .source = "/etc/passwd" };
	const struct bundle_device relative_node = { .source = "/dev/null", .path = "x" };
	const struct oci_mount relative = { .destination = (char *)"/x",
					    .source = (char *)"y",
					    .type = (char *)"bind" };
	const struct oci_mount missing = { .destination = (char *)"/x",
					   .source = (char *)"/nowhere/at/all",
					   .type = (char *)"bind" };
	const struct oci_mount untyped = { .destination = (char *)"/x", .source = (char *)"y" };

	begin();
	refuse((struct bundle){ 0 }, "names a program");
	refuse((struct bundle){ .image = &image, .env = bad_env }, "novalue");
	refuse((struct bundle){ .image = &image, .user = "nobody" }, "user nobody");
	refuse((struct bundle){ .image = &image, .network = BUNDLE_NETWORK_PATH }, "no path");
	refuse((struct bundle){ .image = &image,
				.network = BUNDLE_NETWORK_PATH,
				.netns = "/etc/passwd" },
	       "it is none");
	refuse((struct bundle){ .image = &image, .mounts = &relative, .n_mounts = 1 }, "/x");
	refuse((struct bundle){ .image = &image, .mounts = &missing, .n_mounts = 1 },
	       "/nowhere/at/all");
	refuse((struct bundle){ .image = &image, .mounts = &untyped, .n_mounts = 1 },
	       "neither a type nor bind");
	refuse((struct bundle){ .image = &image, .device_rules = bad_rule }, "c 1 rwm");
	refuse((struct bundle){ .image = &image, .devices = &bad_device, .n_devices = 1 },
	       "it is none");
	refuse((struct bundle){ .image = &image, .devices = &relative_node, .n_devices = 1 },
	       "device x: not an absolute path");
	end();
}

TEST(device_rules)
{
	struct oci_device_cgroup rule;

	CHECK_INT(bundle_device_rule_parse("c 188:* rmw", &rule, NULL), 0);
	CHECK_INT(rule.major.value, 188);
	CHECK(!rule.minor.is_set);
	CHECK_STR(rule.access, "rmw");
	free(rule.type);
	free(rule.access);
	CHECK_INT(bundle_device_rule_parse("c 188:*", &rule, NULL), -EINVAL);
	CHECK_INT(bundle_device_rule_parse("x 1:1 r", &rule, NULL), -EINVAL);
	CHECK_INT(bundle_device_rule_parse("c 1:1 rx", &rule, NULL), -EINVAL);
	CHECK_INT(bundle_device_rule_parse("", &rule, NULL), -EINVAL);
	CHECK_INT(bundle_device_rule_parse("c 1:-1 r", &rule, NULL), -EINVAL);
}

TEST_MAIN
