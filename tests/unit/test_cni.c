/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/cni.h"
#include "net/cni/lease.h"
#include "test.h"
#include <errno.h>
#include <unistd.h>

static struct cni_conf conf(const char *text)
{
	struct cni_conf c = { 0 };
	struct err e = { 0 };

	if (cni_conf_parse(text, strlen(text), &c, &e) < 0)
		TEST_FAIL("%s", e.text);
	return c;
}

static int parse(const char *text)
{
	struct cni_conf c = { 0 };
	struct err e = { 0 };
	int r = cni_conf_parse(text, strlen(text), &c, &e);

	cni_conf_done(&c);
	return r;
}

TEST(a_configuration)
{
	struct cni_conf c =
		conf("{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"netctl-macvlan\","
		     "\"mode\":\"vepa\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":1,"
		     "\"containerPort\":2}],\"ips\":[\"10.0.0.1/8\"]},\"prevResult\":null,"
		     "\"unknown\":{}}");

	CHECK_STR(cni_conf_type(&c), "macvlan");
	CHECK_INT(c.mode, CNI_MODE_VEPA);
	CHECK_INT(c.runtime->n_ports, 1);
	CHECK_INT(c.runtime->ports[0].container_port, 2);
	CHECK(!c.prev_result);
	cni_conf_done(&c);
}

TEST(bad_configurations)
{
	CHECK_INT(parse(""), -EBADMSG);
	CHECK_INT(parse("[]"), -EBADMSG);
	CHECK_INT(parse("{\"name\":1,\"type\":\"x\"}"), -EBADMSG);
	CHECK_INT(parse("{\"name\":\"n\",\"type\":\"x\",\"name\":\"n\"}"), -EBADMSG);
	CHECK_INT(parse("{\"name\":\"n\"}"), -EINVAL);
	CHECK_INT(parse("{\"type\":\"x\"}"), -EINVAL);
	CHECK_INT(parse("{\"name\":\"../n\",\"type\":\"x\"}"), -EINVAL);
	CHECK_INT(parse("{\"name\":\"n\",\"type\":\"a/b\"}"), -EINVAL);
}

static int call(char *const *env)
{
	struct cni_call c = { 0 };
	struct err e = { 0 };
	int r = cni_call_parse(env, &c, &e);

	cni_call_done(&c);
	return r;
}

#define ENV(...)                                                                                   \
	(char *[])                                                                                 \
	{                                                                                          \
		(char *)"CNI_PATH=/x", __VA_ARGS__, NULL                                           \
	}
#define CONTAINER (char *)"CNI_CONTAINERID=c1", (char *)"CNI_IFNAME=eth0"

TEST(environments)
{
	CHECK_INT(call(ENV("CNI_COMMAND=VERSION")), 0);
	CHECK_INT(call(ENV("CNI_COMMAND=STATUS")), 0);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", CONTAINER)), 0);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", CONTAINER, "CNI_NETNS=")), 0);
	CHECK_INT(call(ENV("CNI_COMMAND=ADD", CONTAINER)), -EINVAL);
	CHECK_INT(call(ENV("CNI_COMMAND=ADD", CONTAINER, "CNI_NETNS=/n")), 0);
	CHECK_INT(call(ENV("CNI_COMMAND=add", CONTAINER)), -EINVAL);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", "CNI_CONTAINERID=c1", "CNI_IFNAME=a/b")), -EINVAL);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", "CNI_CONTAINERID=c1", "CNI_IFNAME=..")), -EINVAL);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", "CNI_CONTAINERID=-c", "CNI_IFNAME=a")), -EINVAL);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", CONTAINER, "CNI_ARGS=K8S_X=1")), -EINVAL);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", CONTAINER, "CNI_ARGS=IgnoreUnknown=1;K8S_X=1")), 0);
	CHECK_INT(call(ENV("CNI_COMMAND=DEL", CONTAINER, "CNI_ARGS=MAC")), -EINVAL);
}

/* A result as one version has it, read and written for another. */
static void check_result(const char *in, enum cni_version version, const char *want)
{
	struct cni_result r = { 0 };
	autojsonout *o = json_out_new(NULL);
	size_t len;

	CHECK_INT(cni_result_parse(in, strlen(in), &r, NULL), 0);
	cni_result_write(&r, version, o);
	CHECK_STR(json_out_text(o, &len), want);
	cni_result_done(&r);
}

TEST(results_by_version)
{
	static const char old[] =
		"{\"cniVersion\":\"0.3.1\",\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\"/n\"}],"
		"\"ips\":[{\"version\":\"4\",\"interface\":0,\"address\":\"10.0.0.2/"
		"24\"}],\"dns\":{}}";
	static const char new[] = "{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"eth0\","
				  "\"mtu\":1400,\"sandbox\":"
				  "\"/n\"}],\"ips\":[{\"interface\":0,\"address\":\"10.0.0.2/"
				  "24\"}],\"routes\":[{\"dst\":"
				  "\"::/"
				  "0\",\"gw\":\"fe80::1\",\"mtu\":1280,\"table\":7}],\"dns\":{"
				  "\"nameservers\":[\"1.1.1.1\"]}}";

	check_result(old, CNI_0_3_1, old);
	check_result(new, CNI_1_1_0, new);
	check_result(
		new, CNI_1_0_0,
		"{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\"/n\"}],"
		"\"ips\":[{\"interface\":0,\"address\":\"10.0.0.2/24\"}],\"routes\":[{\"dst\":\"::/"
		"0\","
		"\"gw\":\"fe80::1\"}],\"dns\":{\"nameservers\":[\"1.1.1.1\"]}}");
}

TEST(a_result_that_lies_is_refused)
{
	static const char text[] = "{\"ips\":[{\"interface\":1,\"address\":\"10.0.0.2/24\"}]}";
	struct cni_result r = { 0 };

	CHECK_INT(cni_result_parse(text, strlen(text), &r, NULL), -EINVAL);
}

/* ---- ranges ---- */

static struct range_sets ranges(const char *ipam)
{
	autofree char *text = xasprintf("{\"name\":\"n\",\"type\":\"bridge\",\"ipam\":%s}", ipam);
	struct cni_conf c = conf(text);
	struct range_sets s = { 0 };
	struct err e = { 0 };

	if (range_sets_read(&c, &s, &e) < 0)
		CHECK_INT(s.n, 0);
	cni_conf_done(&c);
	return s;
}

static void check_next(const struct range_set *s, const char *from, const char *want)
{
	struct ip a = { 0 }, next;
	char text[IP_TEXT_MAX];

	if (from)
		CHECK_INT(ip_parse(from, "address", &a, NULL), 0);
	next = range_next(s, &a);
	CHECK_STR(ip_format(&next, text), want);
}

TEST(a_subnet_without_its_ends_and_gateway)
{
	struct range_sets s = ranges("{\"subnet\":\"10.0.0.0/29\"}");

	check_next(&s.v[0], NULL, "10.0.0.2/29");
	check_next(&s.v[0], "10.0.0.2", "10.0.0.3/29");
	check_next(&s.v[0], "10.0.0.6", "10.0.0.2/29");
	check_next(&s.v[0], "192.0.2.1", "10.0.0.2/29");
	range_sets_done(&s);
}

TEST(a_set_of_two_ranges)
{
	struct range_sets s = ranges("{\"ranges\":[[{\"subnet\":\"10.0.0.0/"
				     "24\",\"rangeStart\":\"10.0.0.9\",\"rangeEnd\":"
				     "\"10.0.0.10\",\"gateway\":\"10.0.0.254\"},{\"subnet\":\"10.0."
				     "1.0/24\",\"rangeEnd\":"
				     "\"10.0.1.2\"}],[{\"subnet\":\"fd00::/64\"}]]}");

	CHECK_INT(s.n, 2);
	check_next(&s.v[0], NULL, "10.0.0.9/24");
	check_next(&s.v[0], "10.0.0.10", "10.0.1.2/24");
	check_next(&s.v[0], "10.0.1.2", "10.0.0.9/24");
	check_next(&s.v[1], NULL, "fd00::2/64");
	range_sets_done(&s);
}

TEST(bad_ranges)
{
	static const char *const bad[] = {
		"{}",
		"{\"subnet\":\"10.0.0.0\"}",
		"{\"subnet\":\"10.0.0.0/31\"}",
		"{\"subnet\":\"10.0.0.0/24\",\"rangeStart\":\"10.0.1.1\"}",
		"{\"subnet\":\"10.0.0.0/8\",\"rangeStart\":\"10.0.0.9\",\"rangeEnd\":\"10.0.0.8\"}",
		"{\"ranges\":{}}",
		"{\"ranges\":[[]]}",
		"{\"ranges\":[[{\"subnet\":\"10.0.0.0/24\"},{\"subnet\":\"fd00::/64\"}]]}",
		"{\"ranges\":[[{\"subnet\":\"10.0.0.0/24\"}],[{\"subnet\":\"10.0.0.0/16\"}]]}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct range_sets s = ranges(bad[i]);

		if (s.n)
			TEST_FAIL("%s was taken", bad[i]);
		range_sets_done(&s);
	}
}

/* ---- leases ---- */

static int count(struct lease_store *s, const char *container)
{
	struct lease_owner o = { container, "eth0" };

	return lease_count(s, &o, NULL);
}

TEST(leases)
{
	char dir[] = "/tmp/test_cni.XXXXXX";
	struct range_sets sets = ranges("{\"subnet\":\"10.0.0.0/30\"}");
	struct lease_owner a = { "a", "eth0" }, b = { "b", "eth0" };
	struct ip got;
	char text[IP_TEXT_MAX];
	autolease *s = NULL;
	autofree char *path = NULL;

	CHECK(mkdtemp(dir));
	CHECK_INT(lease_open(dir, "n", false, &s, NULL), 0);
	CHECK_INT(lease_open(dir, "n", true, &s, NULL), 1);
	CHECK_INT(lease_next(s, &sets.v[0], 0, &a, &got, NULL), 0);
	CHECK_STR(ip_format(&got, text), "10.0.0.2/30");
	CHECK_INT(lease_next(s, &sets.v[0], 0, &b, &got, NULL), -EADDRNOTAVAIL);
	CHECK_INT(lease_take(s, &got, &b, NULL), -EADDRINUSE);
	CHECK_INT(lease_take(s, &got, &a, NULL), 0);
	CHECK_INT(count(s, "a"), 1);
	CHECK_INT(lease_give_back(s, &a, NULL), 1);
	CHECK_INT(lease_give_back(s, &a, NULL), 0);
	/* what was given out before the last boot is free, and so is what a kill left */
	path = xasprintf("%s/n/10.0.0.2", dir);
	for (int i = 0; i < 2; i++) {
		FILE *f = fopen(path, "we");

		CHECK(f);
		if (i == 0)
			CHECK(fputs("old\r\neth0\r\n00000000-0000-0000-0000-000000000000", f) > 0);
		CHECK_INT(fclose(f), 0);
		CHECK_INT(count(s, "old"), 0);
		CHECK_INT(lease_next(s, &sets.v[0], 0, &b, &got, NULL), 0);
		CHECK_INT(lease_give_back(s, &b, NULL), 1);
	}
	/* one of the other project's, without the third line, counts */
	FILE *f = fopen(path, "we");
	CHECK(f && fputs("theirs\r\neth0", f) > 0 && fclose(f) == 0);
	CHECK_INT(lease_next(s, &sets.v[0], 0, &b, &got, NULL), -EADDRNOTAVAIL);
	CHECK_INT(count(s, "theirs"), 1);
	CHECK_INT(unlink(path), 0);
	range_sets_done(&sets);
	static const char *const files[] = { "n/lock", "n/last_reserved_ip.0", "n", "" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		autofree char *p = xasprintf("%s/%s", dir, files[i]);

		CHECK_INT(remove(p), 0);
	}
}

TEST(keys_stay_apart)
{
	char longer[256];
	autofree char *a = cni_key("n", "c"), *b = NULL;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[255] = '\0';
	b = cni_key(longer, longer);
	CHECK_STR(a, "cni+n+c");
	CHECK(strlen(b) <= 128);
}

TEST_MAIN
