/* SPDX-License-Identifier: Apache-2.0 */
#include "libocispec/features.h"
#include "ocispec.h"

static int load(const char *text, struct oci_features *f)
{
	struct err e = { 0 };
	int r = record_parse(&oci_features_record, text, strlen(text), f, &e);

	if (r < 0)
		TEST_FAIL("%s", e.text);
	else
		CHECK(roundtrip(&oci_features_record, f, "\t"));
	return r;
}

TEST(reads_the_top_level)
{
	struct oci_features f = { 0 };

	if (load("{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\",\"hooks\":[\"prestart\"]"
		 ","
		 "\"mountOptions\":[\"ro\",\"rw\"],\"annotations\":{\"a\":\"b\"},"
		 "\"potentiallyUnsafeConfigAnnotations\":[\"x.\"]}",
		 &f) < 0)
		return;
	CHECK_STR(f.oci_version_min, "1.0.0");
	CHECK_STR(f.oci_version_max, "1.3.0");
	CHECK_STR(f.hooks[0], "prestart");
	CHECK_STR(f.mount_options[1], "rw");
	CHECK_STR(strmap_get(&f.annotations, "a"), "b");
	CHECK_STR(f.potentially_unsafe_config_annotations[0], "x.");
	CHECK(f.linux_ == NULL);
	record_done(&oci_features_record, &f);
}

TEST(reads_linux)
{
	struct oci_features f = { 0 };
	const struct oci_features_linux *l;

	if (load("{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\",\"linux\":{"
		 "\"namespaces\":[\"pid\",\"future\"],\"capabilities\":[\"CAP_KILL\",\"CAP_"
		 "FUTURE\"],"
		 "\"cgroup\":{\"v1\":true,\"v2\":false,\"systemd\":null,\"rdma\":true},"
		 "\"seccomp\":{\"enabled\":true,\"actions\":[\"SCMP_ACT_LOG\"],\"operators\":[],"
		 "\"archs\":[\"SCMP_ARCH_X86\"],\"knownFlags\":[\"F\"],\"supportedFlags\":[\"G\"]},"
		 "\"apparmor\":{\"enabled\":false},\"selinux\":{},\"memoryPolicy\":{"
		 "\"modes\":[\"MPOL_BIND\"],\"flags\":[\"MPOL_F_STATIC_NODES\"]},\"intelRdt\":{"
		 "\"enabled\":true,\"schemata\":false,\"monitoring\":true},\"mountExtensions\":{"
		 "\"idmap\":{\"enabled\":true}},\"netDevices\":{\"enabled\":true}}}",
		 &f) < 0)
		return;
	l = f.linux_;
	CHECK_STR(l->namespaces[1], "future");
	CHECK_STR(l->capabilities[1], "CAP_FUTURE");
	CHECK(l->cgroup->v1.is_set && l->cgroup->v1.value);
	CHECK(l->cgroup->v2.is_set && !l->cgroup->v2.value);
	CHECK(!l->cgroup->systemd.is_set && !l->cgroup->systemd_user.is_set);
	CHECK(l->cgroup->rdma.value);
	CHECK(l->seccomp->enabled.value);
	CHECK_STR(l->seccomp->actions[0], "SCMP_ACT_LOG");
	CHECK(l->seccomp->operators && !l->seccomp->operators[0]);
	CHECK_STR(l->seccomp->archs[0], "SCMP_ARCH_X86");
	CHECK_STR(l->seccomp->known_flags[0], "F");
	CHECK_STR(l->seccomp->supported_flags[0], "G");
	CHECK(l->apparmor->enabled.is_set && !l->apparmor->enabled.value);
	CHECK(l->selinux && !l->selinux->enabled.is_set);
	CHECK_STR(l->memory_policy->modes[0], "MPOL_BIND");
	CHECK_STR(l->memory_policy->flags[0], "MPOL_F_STATIC_NODES");
	CHECK(l->intel_rdt->enabled.value && !l->intel_rdt->schemata.value);
	CHECK(l->intel_rdt->monitoring.value);
	CHECK(l->mount_extensions->idmap->enabled.value);
	CHECK(l->net_devices->enabled.value);
	record_done(&oci_features_record, &f);
}

/* "Not said" and "not supported" print differently. */
TEST(keeps_false_apart_from_absent)
{
	struct oci_features_cgroup cgroup = { .v1 = { true, false } };
	struct oci_features_linux l = { .cgroup = &cgroup };
	struct oci_features f = { .oci_version_min = (char *)"1.0.0",
				  .oci_version_max = (char *)"1.3.0",
				  .linux_ = &l };
	autojsonout *o = json_out_new(NULL);

	record_encode(&oci_features_record, &f, o);
	CHECK_STR(json_out_text(o, NULL),
		  "{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\","
		  "\"linux\":{\"cgroup\":{\"v1\":false}}}");
}

TEST(refuses_what_is_not_in_the_schema)
{
	static const struct {
		const char *members;
		const char *place;
	} rows[] = {
		{ "\"hooks\":\"prestart\"", "hooks: " },
		{ "\"linux\":{\"capabilities\":[\"CAP_KILL\",\"KILL\"]}",
		  "linux.capabilities[1]: must be CAP_ and a name" },
		{ "\"linux\":{\"capabilities\":[\"CAP_\"]}", "linux.capabilities[0]: must be" },
		{ "\"linux\":{\"capabilities\":[\"CAP_kill\"]}", "linux.capabilities[0]: must be" },
		{ "\"linux\":{\"cgroup\":{\"v1\":\"true\"}}", "linux.cgroup.v1: " },
		{ "\"linux\":{\"seccomp\":{\"archs\":[1]}}", "linux.seccomp.archs[0]: " },
		{ "\"linux\":{\"mountExtensions\":{\"idmap\":true}}",
		  "linux.mountExtensions.idmap" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autostr text = { 0 };
		struct oci_features f = { 0 };
		struct err e = { 0 };

		str_addf(&text, "{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"1.3.0\",%s}",
			 rows[i].members);
		CHECK_INT(record_parse(&oci_features_record, text.p, text.len, &f, &e), -EINVAL);
		if (!str_starts(e.text, rows[i].place))
			TEST_FAIL("\"%s\" does not begin with \"%s\"", e.text, rows[i].place);
	}
	check_refused_as(&oci_features_record, "{\"ociVersionMin\":\"1.0.0\"}",
			 "ociVersionMax: required member is missing");
}

TEST_MAIN
