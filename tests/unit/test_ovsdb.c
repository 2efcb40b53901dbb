/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ovs_rows.h"
#include "net/ovsdb.h"
#include "test.h"
#include <errno.h>
#include <net/if.h>

#define UUID_A "0f8fad5b-d9cb-469f-a165-70867728950e"
#define UUID_B "7c9e6679-7425-40de-944b-e07fc1f90ae7"

static struct json_doc *parse(const char *text)
{
	struct json_doc *doc = NULL;
	struct err e = { 0 };

	CHECK_INT(json_parse(text, strlen(text), &doc, &e), 0);
	if (!doc) {
		printf("# %s\n", e.text);
		abort();
	}
	return doc;
}

static int check(const char *result, size_t n, const char *want)
{
	autojson *doc = parse(result);
	struct err e = { 0 };
	int r = ovsdb_check(json_root(doc), n, &e);

	CHECK_STR(e.text, want);
	return r;
}

TEST(every_element_of_a_result_counts)
{
	CHECK_INT(check("[{},{\"count\":1}]", 2, ""), 0);
	CHECK_INT(check("[{},{\"error\":null}]", 2, ""), 0);
	CHECK_INT(check("[{\"error\":\"timed out\"},null]", 2, "timed out"), -ETIME);
	CHECK_INT(check("[{},{\"error\":\"x\",\"details\":\"why\\n\"},null]", 3, "x: why\\n"),
		  -EPROTO);
	/* Of the commit, behind the results of all operations. */
	CHECK_INT(check("[{},{},{\"error\":\"constraint violation\",\"details\":\"twice\"}]", 2,
			"constraint violation: twice"),
		  -EEXIST);
	CHECK_INT(check("[{},{\"error\":\"referential integrity violation\"}]", 1,
			"referential integrity violation"),
		  -ENOENT);
	CHECK_INT(check("[{\"error\":7}]", 1, "an operation failed, the server does not say why"),
		  -EPROTO);
	CHECK_INT(check("[{}]", 2, "1 results for 2 operations"), -EBADMSG);
	CHECK_INT(check("[{},{},{}]", 2, "3 results for 2 operations"), -EBADMSG);
	CHECK_INT(check("[{},null]", 2, "the result of an operation is no object"), -EBADMSG);
	CHECK_INT(check("{}", 0, "the result of a transaction is no array"), -EBADMSG);
}

TEST(sets)
{
	autojson *doc = parse("{\"one\":\"a\",\"none\":[\"set\",[]],\"single\":[\"set\",[\"b\"]],"
			      "\"two\":[\"set\",[1,2]],\"uuid\":[\"uuid\",\"" UUID_A "\"]}");
	const struct json *row = json_root(doc);
	int64_t number;

	CHECK_STR(ovsdb_text(row, "one"), "a");
	CHECK_STR(ovsdb_text(row, "none"), NULL);
	CHECK_STR(ovsdb_text(row, "single"), "b");
	CHECK_STR(ovsdb_text(row, "absent"), NULL);
	CHECK(!ovsdb_number(row, "two", &number));
	CHECK_INT(ovsdb_set_size(json_get(row, "two")), 2);
	CHECK_INT(ovsdb_set_size(json_get(row, "none")), 0);
	CHECK_INT(ovsdb_set_size(NULL), 0);
	/* A uuid is no set, though it looks like one. */
	CHECK_INT(ovsdb_set_size(json_get(row, "uuid")), 1);
	CHECK_STR(ovsdb_uuid(ovsdb_set_item(json_get(row, "uuid"), 0)), UUID_A);
}

TEST(numbers)
{
	autojson *doc = parse("{\"a\":-1,\"b\":[\"set\",[4095]],\"c\":1.5,\"d\":\"1\","
			      "\"e\":99999999999999999999}");
	const struct json *row = json_root(doc);
	int64_t n = 0;

	CHECK(ovsdb_number(row, "a", &n) && n == -1);
	CHECK(ovsdb_number(row, "b", &n) && n == 4095);
	CHECK(!ovsdb_number(row, "c", &n));
	CHECK(!ovsdb_number(row, "d", &n));
	CHECK(!ovsdb_number(row, "e", &n));
}

TEST(uuids)
{
	static const char *const bad[] = { "[\"uuid\",\"x\"]",
					   "[\"uuid\",\"0f8fad5b-d9cb-469f-a165-70867728950\"]",
					   "[\"uuid\",\"0f8fad5b-d9cb-469f-a165-70867728950g\"]",
					   "[\"uuid\",\"0f8fad5bxd9cb-469f-a165-70867728950e\"]",
					   "[\"named-uuid\",\"" UUID_A "\"]",
					   "[\"uuid\"]",
					   "\"" UUID_A "\"",
					   "[\"uuid\",7]" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		autojson *doc = parse(bad[i]);

		CHECK_STR(ovsdb_uuid(json_root(doc)), NULL);
	}
	CHECK_STR(ovsdb_uuid(NULL), NULL);
}

TEST(maps)
{
	autojson *doc = parse("{\"m\":[\"map\",[[\"a\",\"b\"],[\"c\",1],[\"d\"],[\"e\",\"\"]]],"
			      "\"n\":{},\"o\":[\"map\",[]]}");
	_cleanup_(strmap_done) struct strmap m = ovsdb_map(json_root(doc), "m");

	CHECK_INT(m.n, 2);
	CHECK_STR(strmap_get(&m, "a"), "b");
	CHECK_STR(strmap_get(&m, "e"), "");
	CHECK_INT(ovsdb_map(json_root(doc), "n").n, 0);
	CHECK_INT(ovsdb_map(json_root(doc), "o").n, 0);
	CHECK_INT(ovsdb_map(json_root(doc), "p").n, 0);
}

TEST(a_transaction)
{
	static const char *const columns[] = { "_uuid", "name", NULL };
	struct strmap_entry entries[] = { { (char *)"k\"", (char *)"v" } };
	const struct strmap map = { entries, 1 };
	autoovsdbtxn t = ovsdb_txn_new("DB");

	ovsdb_op(&t, "select", "Bridge");
	ovsdb_where(&t, "name", "==", "a\"]");
	ovsdb_columns(&t, columns);
	ovsdb_op_end(&t);
	ovsdb_op(&t, "mutate", "Bridge");
	ovsdb_where_uuid(&t, "_uuid", "==", UUID_A);
	ovsdb_mutate_set(&t, "ports", "insert", "named-uuid", "p");
	ovsdb_op_end(&t);
	ovsdb_op(&t, "update", "Port");
	ovsdb_where_all(&t);
	json_out_name(t.out, "row");
	ovsdb_put_map(t.out, &map);
	ovsdb_op_end(&t);
	json_out_end(t.out);
	CHECK_INT(t.n, 3);
	CHECK_STR(json_out_text(t.out, NULL),
		  "[\"DB\",{\"op\":\"select\",\"table\":\"Bridge\",\"where\":[[\"name\",\"==\","
		  "\"a\\\"]\"]],\"columns\":[\"_uuid\",\"name\"]},"
		  "{\"op\":\"mutate\",\"table\":\"Bridge\",\"where\":[[\"_uuid\",\"==\",[\"uuid\","
		  "\"" UUID_A
		  "\"]]],\"mutations\":[[\"ports\",\"insert\",[\"named-uuid\",\"p\"]]]},"
		  "{\"op\":\"update\",\"table\":\"Port\",\"where\":[],"
		  "\"row\":[\"map\",[[\"k\\\"\",\"v\"]]]}]");
}

static const char *const tables =
	"{\"root\":[{\"_uuid\":[\"uuid\",\"" UUID_A "\"],\"ovs_version\":\"3.1\"}],"
	"\"bridges\":[{\"name\":\"br1\",\"datapath_type\":\"\",\"ports\":[\"set\",[]]},"
	"{\"name\":\"br0\",\"datapath_type\":\"netdev\",\"ports\":[\"set\","
	"[[\"uuid\",\"" UUID_B "\"],[\"uuid\",\"11111111-1111-1111-1111-111111111111\"]]]}],"
	"\"ports\":[{\"_uuid\":[\"uuid\",\"" UUID_B "\"],\"name\":\"p\",\"tag\":7,"
	"\"trunks\":[\"set\",[1,4096,\"x\",2]],\"interfaces\":[\"uuid\",\"" UUID_A "\"]}],"
	"\"interfaces\":[{\"_uuid\":[\"uuid\",\"" UUID_A "\"],\"name\":\"p\","
	"\"type\":\"internal\",\"error\":[\"set\",[]],\"ofport\":-1}]}";

TEST(rows_of_four_tables)
{
	autojson *doc = parse(tables);
	const struct json *root = json_root(doc);
	autoovsconfig c = { 0 };
	const struct ovs_bridge *bridge = NULL;
	const struct ovs_port *p;

	ovs_rows_decode(json_get(root, "root"), json_get(root, "bridges"), json_get(root, "ports"),
			json_get(root, "interfaces"), &c);
	CHECK_STR(c.uuid, UUID_A);
	CHECK_STR(c.version, "3.1");
	CHECK_INT(c.n_bridges, 2);
	CHECK_STR(c.bridges[0].name, "br0");
	/* The row that is not there is passed over. */
	CHECK_INT(c.bridges[0].n_ports, 1);
	CHECK_INT(c.bridges[1].n_ports, 0);
	p = ovs_find_port(&c, "p", &bridge);
	CHECK(p && bridge == ovs_find_bridge(&c, "br0"));
	CHECK(p->tag.is_set && p->tag.value == 7);
	CHECK_INT(p->trunks.n, 2);
	CHECK_INT(p->trunks.v[1], 2);
	CHECK_STR(p->type, "internal");
	CHECK_STR(p->interfaces[0].error, NULL);
	CHECK_INT(p->interfaces[0].ofport.value, -1);
	CHECK(!ovs_find_port(&c, "q", &bridge));
}

TEST(names_of_containers_links)
{
	char name[IFNAMSIZ] = "untouched";

	CHECK_INT(ovs_vi_name("12345678901234", name, NULL), -EINVAL);
	CHECK_INT(ovs_vi_name("", name, NULL), -EINVAL);
	CHECK_INT(ovs_vi_name("a/b", name, NULL), -EINVAL);
	CHECK_STR(name, "untouched");
	CHECK_INT(ovs_vi_name("1234567890123", name, NULL), 0);
	CHECK_STR(name, "vi1234567890123");
	CHECK_INT(ovs_vi_name("100", name, NULL), 0);
	CHECK_STR(name, "vi100");
}

TEST_MAIN
