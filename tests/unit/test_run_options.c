/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"
#include "orch/run_options.h"
#include "test.h"

#include <errno.h>

static struct err e;

static void clear(struct run_mount *m)
{
	free(m->source);
	free(m->target);
	free(m->type);
	strv_free(m->options);
	*m = (struct run_mount){ 0 };
}

TEST(volumes)
{
	struct run_mount m = { 0 };

	CHECK_INT(run_option_volume("/a:/b", &m, &e), 0);
	CHECK_STR(m.source, "/a");
	CHECK_STR(m.target, "/b");
	CHECK_STR(m.type, "bind");
	CHECK_STR(m.options[0], "rbind");
	CHECK_INT(strv_len(m.options), 1);
	clear(&m);
	CHECK_INT(run_option_volume("/a:/b:ro,bind,noexec", &m, &e), 0);
	CHECK_INT(strv_len(m.options), 3);
	CHECK(!strv_has(m.options, "rbind"));
	clear(&m);
	CHECK_INT(run_option_volume("/a", &m, &e), -EINVAL);
	CHECK_INT(run_option_volume("name:/b", &m, &e), -EINVAL);
	CHECK_INT(run_option_volume("/a:b", &m, &e), -EINVAL);
	CHECK_INT(run_option_volume("/a:/b:ro:x", &m, &e), -EINVAL);
	CHECK_INT(run_option_volume("", &m, &e), -EINVAL);
	CHECK(m.source == NULL && m.options == NULL);
}

TEST(mounts)
{
	struct run_mount m = { 0 };

	CHECK_INT(run_option_mount("type=bind,src=/a,dst=/b,ro", &m, &e), 0);
	CHECK_STR(m.source, "/a");
	CHECK_STR(m.target, "/b");
	CHECK(strv_has(m.options, "ro") && strv_has(m.options, "rbind"));
	clear(&m);
	CHECK_INT(run_option_mount("source=/a,destination=/b,options=rbind:ro:nosuid", &m, &e), 0);
	CHECK_INT(strv_len(m.options), 3);
	clear(&m);
	CHECK_INT(run_option_mount("type=tmpfs,target=/b,tmpfs-size=64m,tmpfs-mode=0700,noexec", &m,
				   &e),
		  0);
	CHECK_STR(m.type, "tmpfs");
	CHECK(m.source == NULL);
	CHECK(strv_has(m.options, "size=64m") && strv_has(m.options, "mode=0700"));
	CHECK(strv_has(m.options, "noexec") && !strv_has(m.options, "rbind"));
	clear(&m);
	CHECK_INT(run_option_mount("type=bind,src=/a,dst=/b,readonly=false", &m, &e), 0);
	CHECK(strv_has(m.options, "rw"));
	clear(&m);
	CHECK_INT(run_option_mount("type=bind,src=/a", &m, &e), -EINVAL);
	CHECK_INT(run_option_mount("type=bind,dst=/b", &m, &e), -EINVAL);
	CHECK_INT(run_option_mount("type=tmpfs,dst=/b,volume-opt=x", &m, &e), -EINVAL);
	CHECK_INT(run_option_mount("type=tmpfs,dst", &m, &e), -EINVAL);
	CHECK_INT(run_option_mount("", &m, &e), -EINVAL);
	CHECK(m.type == NULL && m.options == NULL);
}

TEST(networks)
{
	struct run_network n = { 0 };

	CHECK_INT(run_option_network("host", &n, &e), 0);
	CHECK_INT(n.mode, RUN_NETWORK_HOST);
	CHECK_INT(run_option_network("none", &n, &e), 0);
	CHECK_INT(n.mode, RUN_NETWORK_NONE);
	CHECK_INT(run_option_network("ns:/run/netns/a", &n, &e), 0);
	CHECK_STR(n.namespace, "/run/netns/a");
	CHECK_INT(n.mode, 0);
	free(n.namespace);
	CHECK_INT(run_option_network("bridge", &n, &e), -EINVAL);
	CHECK_INT(run_option_network("ns:relative", &n, &e), -EINVAL);
	CHECK_INT(run_option_network("", &n, &e), -EINVAL);
}

TEST(entrypoints)
{
	char **v = NULL;

	CHECK_INT(run_option_entrypoint("/bin/sh", &v, &e), 0);
	CHECK_INT(strv_len(v), 1);
	strv_free(v);
	v = NULL;
	CHECK_INT(run_option_entrypoint("[\"/bin/sh\", \"-c\"]", &v, &e), 0);
	CHECK_STR(v[1], "-c");
	strv_free(v);
	v = NULL;
	CHECK_INT(run_option_entrypoint("[]", &v, &e), -EINVAL);
	CHECK_INT(run_option_entrypoint("[\"a\", 1]", &v, &e), -EINVAL);
	CHECK_INT(run_option_entrypoint("[\"a\"", &v, &e), -EINVAL);
	CHECK(v == NULL);
}

TEST(environment)
{
	char *const ours[] = { (char *)"HERE=1 2", NULL };
	char **v = NULL;

	CHECK_INT(run_option_env("A=b=c", ours, &v, &e), 0);
	CHECK_INT(run_option_env("HERE", ours, &v, &e), 0);
	CHECK_INT(run_option_env("GONE", ours, &v, &e), 1);
	CHECK_INT(run_option_env("=x", ours, &v, &e), -EINVAL);
	CHECK_INT(run_option_env("", ours, &v, &e), -EINVAL);
	CHECK_STR(v[0], "A=b=c");
	CHECK_STR(v[1], "HERE=1 2");
	CHECK_INT(strv_len(v), 2);
	strv_free(v);
}

TEST(labels)
{
	struct strmap m = { 0 };

	CHECK_INT(run_option_label("a=b=c", &m, &e), 0);
	CHECK_INT(run_option_label("empty", &m, &e), 0);
	CHECK_INT(run_option_label("a=2", &m, &e), -EINVAL);
	CHECK_INT(run_option_label("=2", &m, &e), -EINVAL);
	CHECK_STR(strmap_get(&m, "a"), "b=c");
	CHECK_STR(strmap_get(&m, "empty"), "");
	strmap_done(&m);
}

TEST(limits)
{
	uint64_t v = 0;

	CHECK_INT(run_option_memory("512m", &v, &e), 0);
	CHECK_INT(v, 512);
	CHECK_INT(run_option_memory("1", &v, &e), 0);
	CHECK_INT(v, 1);
	CHECK_INT(run_option_memory("0", &v, &e), -EINVAL);
	CHECK_INT(run_option_memory("-1", &v, &e), -EINVAL);
	CHECK_INT(run_option_memory("much", &v, &e), -EINVAL);
	CHECK_INT(run_option_cpus("1.5", &v, &e), 0);
	CHECK_INT(v, 150000);
	CHECK_INT(run_option_cpus(".25", &v, &e), 0);
	CHECK_INT(v, 25000);
	CHECK_INT(run_option_cpus("2", &v, &e), 0);
	CHECK_INT(v, 200000);
	CHECK_INT(run_option_cpus("0.123456789", &v, &e), 0);
	CHECK_INT(v, 12345);
	CHECK_INT(run_option_cpus("0", &v, &e), -EINVAL);
	CHECK_INT(run_option_cpus("", &v, &e), -EINVAL);
	CHECK_INT(run_option_cpus(".", &v, &e), -EINVAL);
	CHECK_INT(run_option_cpus("1e3", &v, &e), -EINVAL);
	CHECK_INT(run_option_cpus("-1", &v, &e), -EINVAL);
	CHECK_INT(run_option_cpus("99999999999999999999", &v, &e), -EINVAL);
}

TEST(capabilities)
{
	char **v = NULL;

	CHECK_INT(run_option_capability("net_admin", &v, &e), 0);
	CHECK_INT(run_option_capability("CAP_SYS_NICE", &v, &e), 0);
	CHECK_INT(run_option_capability("a b", &v, &e), -EINVAL);
	CHECK_INT(run_option_capability("NO_SUCH", &v, &e), -EINVAL);
	CHECK_INT(run_option_capability("ALL", &v, &e), -EINVAL);
	CHECK_INT(run_option_capability("", &v, &e), -EINVAL);
	CHECK_STR(v[0], "CAP_NET_ADMIN");
	CHECK_STR(v[1], "CAP_SYS_NICE");
	strv_free(v);
}

TEST_MAIN
