/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs.h"
#include "engine/security/attrs.h"
#include "test.h"
#include <errno.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL_NEW "{\"type\":\"ipc\"},{\"type\":\"network\"},{\"type\":\"uts\"}"

static int check(const char *namespaces, const char *name, const char *value, struct err *e)
{
	autoconfig *c = NULL;
	autostr json = { 0 };
	int r;

	str_addf(&json,
		 "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{\"namespaces\":"
		 "[%s],\"sysctl\":{\"%s\":\"%s\"}}}",
		 namespaces, name, value);
	r = oci_config_parse(json.p, json.len, &c, e);
	if (r < 0) {
		TEST_FAIL("not a configuration: %s", e->text);
		return 0;
	}
	return sysctl_check(c, e);
}

TEST(namespaced_settings_are_accepted)
{
	static const char *const names[] = {
		"kernel.msgmax",
		"kernel.msgmnb",
		"kernel.msgmni",
		"kernel.sem",
		"kernel.shmall",
		"kernel.shmmax",
		"kernel.shmmni",
		"kernel.shm_rmid_forced",
		"fs.mqueue.msg_max",
		"net.core.somaxconn",
		"kernel.domainname",
		"net/ipv4/ip_forward",
		"kernel/shmmax",
		"net.ipv4.conf.eth0/1.forwarding",
		"net/ipv4/conf/eth0.1/forwarding",
	};
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (check(ALL_NEW, names[i], "1", &e) < 0)
			TEST_FAIL("%s", e.text);
}

TEST(settings_of_the_host_are_refused)
{
	static const char *const names[] = {
		"kernel.pid_max",
		"kernel.core_pattern",
		"vm.swappiness",
		"fs.file-max",
		"kernel.shmmaxx",
		"kernel.sem.x",
		"network.x",
		"fs.mqueue",
		"net",
		"user.max_user_namespaces",
		"kernel.sysrq",
	};
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (check(ALL_NEW, names[i], "1", &e) >= 0)
			TEST_FAIL("%s was accepted", names[i]);
	CHECK_INT(check(ALL_NEW, "kernel.pid_max", "1", &e), -EINVAL);
	CHECK_STR(e.text, "sysctl \"kernel.pid_max\" is not in a separate kernel namespace");
}

TEST(the_namespace_must_be_a_new_one)
{
	struct err e = { 0 };

	CHECK_INT(check("{\"type\":\"ipc\"},{\"type\":\"uts\"}", "net.a", "1", &e), -EINVAL);
	CHECK_STR(e.text, "sysctl \"net.a\" not allowed in host network namespace");
	CHECK_INT(check("{\"type\":\"network\"}", "kernel.sem", "1", &e), -EINVAL);
	CHECK_STR(e.text, "sysctl \"kernel.sem\" is not allowed in the hosts ipc namespace");
	CHECK_INT(check("{\"type\":\"network\"}", "kernel.domainname", "x", &e), -EINVAL);
	CHECK_STR(e.text, "sysctl \"kernel.domainname\" is not in a separate kernel namespace");
}

TEST(a_joined_namespace_must_not_be_the_callers)
{
	struct err e = { 0 };

	CHECK_INT(check("{\"type\":\"network\",\"path\":\"/proc/self/ns/net\"}", "net.a", "1", &e),
		  -EINVAL);
	CHECK_STR(e.text, "sysctl \"net.a\" not allowed in host network namespace");
	CHECK_INT(check("{\"type\":\"network\",\"path\":\"/no/such\"}", "net.a", "1", &e), -ENOENT);
	CHECK_HAS(e.text, "net.a");
	/* Any other file is another namespace, or refused when it is joined. */
	CHECK_INT(check("{\"type\":\"network\",\"path\":\"/proc/self/ns/ipc\"}", "net.a", "1", &e),
		  0);
}

TEST(the_hostname_has_its_own_field)
{
	struct err e = { 0 };

	CHECK_INT(check(ALL_NEW, "kernel.hostname", "x", &e), -EINVAL);
	CHECK_HAS(e.text, "conflicts with the OCI \"hostname\" field");
	CHECK_INT(check(ALL_NEW, "kernel/hostname", "x", &e), -EINVAL);
}

TEST(names_that_climb_are_refused)
{
	static const char *const names[] = {
		"net/../kernel/hostname",
		"net/./x",
		"net//x",
		"/net/x",
		"net/x/",
		"net..x",
		".net.x",
		"net.x.",
		"net.//.x",
		"net.a.//",
		"",
		".",
		"..",
		"/",
		"net.a b",
		"net.a\\n",
		"net/..",
		"net.a./.b",
	};
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (check(ALL_NEW, names[i], "1", &e) >= 0)
			TEST_FAIL("%s was accepted", names[i]);
}

TEST(values_are_one_line)
{
	autofree char *longest = xmalloc(5000);
	struct err e = { 0 };

	CHECK_INT(check(ALL_NEW, "net.a", "4096\\t87380 6291456", &e), 0);
	CHECK_INT(check(ALL_NEW, "net.a", "", &e), 0);
	CHECK_INT(check(ALL_NEW, "net.a", "1\\n2", &e), -EINVAL);
	CHECK_INT(check(ALL_NEW, "net.a", "1\\n", &e), -EINVAL);
	memset(longest, '1', 4999);
	longest[4999] = '\0';
	CHECK_INT(check(ALL_NEW, "net.a", longest, &e), -EINVAL);
}

static int write_inside(void)
{
	struct strmap_entry v[] = { { "net.ipv4.ip_forward", "1" },
				    { "kernel/shmmni", "123" },
				    { "kernel.domainname", "example" } };
	struct strmap bad = { (struct strmap_entry[]){ { "net.no_such_thing", "1" } }, 1 };
	struct strmap m = { v, 3 };
	autostr a = { 0 }, b = { 0 };
	struct err e = { 0 };
	int proc = procfs_open_root(NULL);

	if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0)
		return 77;
	if (sysctl_write(proc, &m, NULL) < 0)
		return 1;
	if (procfs_read(proc, "sys/net/ipv4/ip_forward", 100, &a, NULL) < 0 ||
	    !str_eq(a.p, "1\n") || procfs_read(proc, "sys/kernel/shmmni", 100, &b, NULL) < 0 ||
	    !str_eq(b.p, "123\n"))
		return 2;
	if (sysctl_write(proc, &bad, &e) != -ENOENT || !strstr(e.text, "net.no_such_thing"))
		return 3;
	return 0;
}

TEST(written_inside_the_namespaces)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(write_inside());
	CHECK(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		SKIP("cannot make namespaces");
	CHECK_INT(status, 0);
}

TEST_MAIN
