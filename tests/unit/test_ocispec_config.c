/* SPDX-License-Identifier: Apache-2.0 */
#include "ocispec.h"

#include <sched.h>

TEST(reads_the_top_level)
{
	autoconfig *c = config_load(&(struct parts){
		.root = "\"path\":\"/r\",\"readonly\":true",
		.top = "\"hostname\":\"h\",\"domainname\":\"d\",\"annotations\":{\"a.b\":\"1\"},"
		       "\"mounts\":[{\"destination\":\"/a\"},{\"destination\":\"/b\","
		       "\"source\":\"s\",\"type\":\"tmpfs\",\"options\":[\"ro\",\"nodev\"],"
		       "\"uidMappings\":[{\"containerID\":1,\"hostID\":2,\"size\":3}],"
		       "\"gidMappings\":[{\"containerID\":0,\"hostID\":4294967295,\"size\":0}]}"
		       "]" });

	if (!c)
		return;
	CHECK_STR(c->oci_version, "1.3.0");
	CHECK_STR(c->root->path, "/r");
	CHECK(c->root->readonly);
	CHECK_STR(c->hostname, "h");
	CHECK_STR(c->domainname, "d");
	CHECK_STR(strmap_get(&c->annotations, "a.b"), "1");
	CHECK_INT(c->n_mounts, 2);
	CHECK_STR(c->mounts[0].destination, "/a");
	CHECK(c->mounts[0].source == NULL && c->mounts[0].options == NULL);
	CHECK_STR(c->mounts[1].source, "s");
	CHECK_STR(c->mounts[1].type, "tmpfs");
	CHECK_STR(c->mounts[1].options[1], "nodev");
	CHECK_INT(c->mounts[1].n_uid_mappings, 1);
	CHECK_INT(c->mounts[1].uid_mappings[0].container_id, 1);
	CHECK_INT(c->mounts[1].uid_mappings[0].host_id, 2);
	CHECK_INT(c->mounts[1].uid_mappings[0].size, 3);
	CHECK_INT(c->mounts[1].gid_mappings[0].host_id, 4294967295);
}

TEST(reads_hooks)
{
	autoconfig *c = config_load(&(struct parts){
		.top = "\"hooks\":{\"prestart\":[{\"path\":\"/p\",\"args\":[\"p\",\"x\"],"
		       "\"env\":[\"A=b\"],\"timeout\":1}],\"createRuntime\":[{\"path\":\"/cr\"}],"
		       "\"createContainer\":[],\"startContainer\":[{\"path\":\"/sc\"}],"
		       "\"poststart\":[{\"path\":\"/ps\"},{\"path\":\"/ps2\"}],"
		       "\"poststop\":[{\"path\":\"/pp\"}]}" });
	const struct oci_hooks *h = c ? c->hooks : NULL;

	if (!h)
		return;
	CHECK_STR(h->prestart[0].path, "/p");
	CHECK_STR(h->prestart[0].args[1], "x");
	CHECK_STR(h->prestart[0].env[0], "A=b");
	CHECK(h->prestart[0].timeout.is_set && h->prestart[0].timeout.value == 1);
	CHECK_STR(h->create_runtime[0].path, "/cr");
	CHECK(!h->create_runtime[0].timeout.is_set);
	CHECK(h->create_container != NULL && h->n_create_container == 0);
	CHECK_STR(h->start_container[0].path, "/sc");
	CHECK_INT(h->n_poststart, 2);
	CHECK_STR(h->poststop[0].path, "/pp");
}

TEST(takes_null_for_absent_and_ignores_the_unknown)
{
	static const char text[] =
		"{\"ociVersion\":\"1.0.2-dev\",\"hostname\":null,\"hooks\":null,\"mounts\":null,"
		"\"annotations\":null,\"linux\":null,\"root\":{\"path\":\"r\",\"readonly\":null},"
		"\"Process\":5,\"windows\":{\"x\":[{}]},\"zos\":null,\"x\":{\"y\":[1.5,null]},"
		"\"process\":{\"cwd\":\"/\",\"Args\":7,\"oomScoreAdj\":null,\"user\":null}}";
	autoconfig *c = NULL;
	struct err e = { 0 };

	CHECK_INT(oci_config_parse(text, strlen(text), &c, &e), 0);
	if (!c)
		return;
	CHECK(!c->hostname && !c->hooks && !c->mounts && !c->annotations.v && !c->linux_);
	CHECK(!c->root->readonly);
	CHECK(!c->process->args && !c->process->user && !c->process->oom_score_adj.is_set);
	CHECK(roundtrip(&oci_config_record, c, "\t"));
}

TEST(refuses_what_is_not_in_the_schema)
{
	static const struct {
		struct parts parts;
		const char *want;
	} rows[] = {
		{ { .version = "null" }, "ociVersion: required member is missing" },
		{ { .root = "" }, "root.path: required member is missing" },
		{ { .top = "\"mounts\":[{\"destination\":\"/a\"},{}]" },
		  "mounts[1].destination: required member is missing" },
		{ { .top = "\"hooks\":{\"poststop\":[{}]}" },
		  "hooks.poststop[0].path: required member is missing" },
		{ { .top = "\"mounts\":[{\"destination\":\"/\",\"uidMappings\":[{\"containerID\":0,"
			   "\"hostID\":0}]}]" },
		  "mounts[0].uidMappings[0].size: required member is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_config_refused(&rows[i].parts, rows[i].want);
}

/* The words are the record's own; here only the place counts. */
TEST(names_the_place_of_a_wrong_value)
{
	static const struct {
		struct parts parts;
		const char *place;
	} rows[] = {
		{ { .version = "1.0" }, "ociVersion: " },
		{ { .root = "\"path\":\"r\",\"readonly\":\"true\"" }, "root.readonly: " },
		{ { .root = "\"path\":\"r\",\"readonly\":1" }, "root.readonly: " },
		{ { .top = "\"hostname\":[]" }, "hostname: " },
		{ { .top = "\"annotations\":{\"a\":1}" }, "annotations" },
		{ { .top = "\"mounts\":{}" }, "mounts: " },
		{ { .top = "\"mounts\":[[]]" }, "mounts[0]: " },
		{ { .top = "\"mounts\":[{\"destination\":\"/\",\"options\":\"ro\"}]" },
		  "mounts[0].options: " },
		{ { .top = "\"mounts\":[{\"destination\":\"/\",\"options\":[null]}]" },
		  "mounts[0].options[0]: " },
		{ { .top = "\"hooks\":{\"prestart\":[{\"path\":\"/p\",\"timeout\":0}]}" },
		  "hooks.prestart[0].timeout: " },
		{ { .top = "\"hooks\":{\"prestart\":[{\"path\":\"/p\",\"timeout\":-1}]}" },
		  "hooks.prestart[0].timeout: " },
		{ { .top = "\"hooks\":{\"prestart\":[{\"path\":\"/p\",\"timeout\":1.5}]}" },
		  "hooks.prestart[0].timeout: " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autoconfig *c = NULL;
		autostr text = { 0 };
		struct err e = { 0 };

		config_text(&text, &rows[i].parts);
		CHECK_INT(oci_config_parse(text.p, text.len, &c, &e), -EINVAL);
		CHECK(c == NULL);
		if (!str_starts(e.text, rows[i].place))
			TEST_FAIL("\"%s\" does not begin with \"%s\"", e.text, rows[i].place);
	}
}

TEST(finds_a_namespace)
{
	autoconfig *c = config_load(&(struct parts){
		.namespaces = "{\"type\":\"mount\"},{\"type\":\"pid\",\"path\":\"/p\"}" });

	if (!c)
		return;
	CHECK(oci_namespace_get(c, CLONE_NEWNS) == &c->linux_->namespaces[0]);
	CHECK_STR(oci_namespace_get(c, CLONE_NEWPID)->path, "/p");
	CHECK(oci_namespace_get(c, CLONE_NEWNET) == NULL);
	CHECK(oci_namespace_get(NULL, CLONE_NEWNS) == NULL);
	CHECK(oci_namespace_get(&(struct oci_config){ 0 }, CLONE_NEWNS) == NULL);
}

TEST(frees_nothing)
{
	struct oci_config *none = NULL;

	oci_config_free(NULL);
	oci_config_free_p(&none);
	oci_process_free(NULL);
}

static int parse(const struct str *text, struct err *e)
{
	autoconfig *c = NULL;

	return oci_config_parse(text->p, text->len, &c, e);
}

/* A config with an unknown member in which values are nested. */
static void nested_text(struct str *out, int levels)
{
	str_add(out, "{\"ociVersion\":\"1.3.0\",\"x\":");
	for (int i = 1; i < levels; i++)
		str_add_char(out, '[');
	for (int i = 1; i < levels; i++)
		str_add_char(out, ']');
	str_add_char(out, '}');
}

TEST(bounds_nesting)
{
	autostr fits = { 0 }, deep = { 0 }, deeper = { 0 };
	struct err e = { 0 };

	nested_text(&fits, JSON_DEPTH_MAX);
	CHECK_INT(parse(&fits, &e), 0);
	nested_text(&deep, JSON_DEPTH_MAX + 1);
	CHECK_INT(parse(&deep, &e), -ELOOP);
	nested_text(&deeper, 1000000);
	CHECK_INT(parse(&deeper, &e), -ELOOP);
}

TEST(bounds_the_size)
{
	static const char text[] = "{\"ociVersion\":\"1.3.0\"}";
	autostr doc = { 0 };
	struct err e = { 0 };

	str_reserve(&doc, JSON_SIZE_MAX + 2);
	str_add(&doc, text);
	memset(doc.p + doc.len, ' ', JSON_SIZE_MAX + 1 - doc.len);
	doc.len = JSON_SIZE_MAX;
	CHECK_INT(parse(&doc, &e), 0);
	doc.len = JSON_SIZE_MAX + 1;
	CHECK_INT(parse(&doc, &e), -EFBIG);
}

/* Linear: what is quadratic would take minutes here. */
TEST(reads_a_hundred_thousand_variables)
{
	const size_t n = 100000;
	autoconfig *c = NULL;
	autostr text = { 0 };
	struct err e = { 0 };

	str_add(&text, "{\"ociVersion\":\"1.3.0\",\"process\":{\"cwd\":\"/\",\"env\":[\"A=1\"");
	for (size_t i = 1; i < n; i++)
		str_addf(&text, ",\"V%zu=%zu\"", i, i);
	str_add(&text, "]}}");
	CHECK_INT(oci_config_parse(text.p, text.len, &c, &e), 0);
	if (!c)
		return;
	CHECK_STR(c->process->env[n - 1], "V99999=99999");
	CHECK(c->process->env[n] == NULL);
	CHECK(roundtrip(&oci_config_record, c, NULL));
}

TEST(refuses_json_that_two_readers_read_differently)
{
	static const struct {
		const char *text;
		const char *words;
	} rows[] = {
		{ "{\"ociVersion\":\"1.3.0\",\"process\":{\"cwd\":\"/\"},\"process\":{\"cwd\":\"/"
		  "\"}}",
		  "process" },
		{ "{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"a\",\"path\":\"b\"}}",
		  "root.path" },
		{ "{\"ociVersion\":\"1.3.0\",\"hostname\":\"\xff\"}", "" },
		{ "{\"ociVersion\":\"1.3.0\",\"hostname\":\"\xc0\xaf\"}", "" },
		{ "{\"ociVersion\":\"1.3.0\",\"hostname\":\"\\ud800\"}", "" },
		{ "{\"ociVersion\":\"1.3.0\",\"hostname\":\"a\\u0000b\"}", "" },
		{ "{\"ociVersion\":\"1.3.0\"} x", "" },
		{ "{\"ociVersion\":\"1.3.0\"}{}", "" },
		{ "{\"ociVersion\":\"1.3.0\" /* no */}", "" },
		{ "null", "" },
		{ "[]", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autoconfig *c = NULL;
		struct err e = { 0 };

		CHECK_INT(oci_config_parse(rows[i].text, strlen(rows[i].text), &c, &e), -EINVAL);
		CHECK_HAS(e.text, rows[i].words);
		CHECK(e.text[0] != '\0');
	}
}

TEST_MAIN
