/* SPDX-License-Identifier: Apache-2.0 */
#include "libocispec/state.h"
#include "ocispec.h"

static int load(const char *text, struct oci_state *s)
{
	struct err e = { 0 };
	int r = record_parse(&oci_state_record, text, strlen(text), s, &e);

	if (r < 0)
		TEST_FAIL("%s", e.text);
	else
		CHECK(roundtrip(&oci_state_record, s, "  "));
	return r;
}

TEST(reads_every_member)
{
	struct oci_state s = { 0 };

	if (load("{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"status\":\"running\",\"pid\":4422,"
		 "\"bundle\":\"/b\",\"annotations\":{\"k\":\"v\"},\"fds\":[]}",
		 &s) < 0)
		return;
	CHECK_STR(s.oci_version, "1.3.0");
	CHECK_STR(s.id, "c1");
	CHECK_INT(s.status, OCI_RUNNING);
	CHECK_INT(s.pid, 4422);
	CHECK_STR(s.bundle, "/b");
	CHECK_STR(strmap_get(&s.annotations, "k"), "v");
	record_done(&oci_state_record, &s);
}

TEST(knows_every_status)
{
	static const struct {
		const char *name;
		int status;
	} rows[] = {
		{ "creating", OCI_CREATING }, { "created", OCI_CREATED },
		{ "running", OCI_RUNNING },   { "stopped", OCI_STOPPED },
		{ "paused", OCI_PAUSED },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autostr text = { 0 };
		struct oci_state s = { 0 };

		str_addf(&text,
			 "{\"ociVersion\":\"1\",\"id\":\"c\",\"status\":\"%s\",\"bundle\":\"/b\"}",
			 rows[i].name);
		if (load(text.p, &s) < 0)
			continue;
		CHECK_INT(s.status, rows[i].status);
		CHECK_STR(names_get(oci_status_names, s.status), rows[i].name);
		record_done(&oci_state_record, &s);
	}
}

/* What a hook reads after the container is gone: no pid. */
TEST(prints_no_pid_without_a_process)
{
	struct oci_state s = { .oci_version = (char *)"1.3.0",
			       .id = (char *)"c",
			       .status = OCI_STOPPED,
			       .bundle = (char *)"/b" };
	autojsonout *o = json_out_new(NULL);

	record_encode(&oci_state_record, &s, o);
	CHECK_STR(
		json_out_text(o, NULL),
		"{\"ociVersion\":\"1.3.0\",\"id\":\"c\",\"status\":\"stopped\",\"bundle\":\"/b\"}");
}

TEST(refuses_what_is_not_in_the_schema)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "{}", "ociVersion: required member is missing" },
		{ "{\"ociVersion\":\"1\"}", "id: required member is missing" },
		{ "{\"ociVersion\":\"1\",\"id\":\"c\"}", "status: required member is missing" },
		{ "{\"ociVersion\":\"1\",\"id\":\"c\",\"status\":\"up\",\"bundle\":\"/\"}",
		  "status: unknown value \"up\"" },
		{ "{\"ociVersion\":\"1\",\"id\":\"c\",\"status\":\"stopped\"}",
		  "bundle: required member is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_refused_as(&oci_state_record, rows[i].text, rows[i].want);
}

TEST(refuses_a_negative_pid)
{
	static const char text[] = "{\"ociVersion\":\"1\",\"id\":\"c\",\"status\":\"running\","
				   "\"bundle\":\"/\",\"pid\":-1}";
	struct oci_state s = { 0 };
	struct err e = { 0 };

	CHECK_INT(record_parse(&oci_state_record, text, strlen(text), &s, &e), -EINVAL);
	CHECK(str_starts(e.text, "pid: "));
}

TEST_MAIN
