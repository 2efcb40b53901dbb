/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include "core/strv.h"

#include "test.h"

#include <errno.h>
#include <time.h>

struct point {
	int64_t x;
	uint32_t y;
};

struct device {
	char *key;
	char *path;
};

struct shape {
	bool open;
	struct opt_bool lit;
	int64_t depth;
	uint64_t size;
	uint32_t id;
	struct opt_int nice;
	struct opt_uint mask;
	char *path;
	char *label;
	int colour;
	struct opt_uint flags;
	char **args;
	struct u32list gids;
	struct strmap notes;
	struct point *origin;
	struct point *points;
	size_t n_points;
	struct device *devices;
	size_t n_devices;
};

static const struct name colours[] = { { "red", 1 }, { "blue", 2 }, { NULL, 0 } };
static const struct name bits[] = { { "one", 1 }, { "two", 2 }, { "uno", 1 }, { NULL, 0 } };

static int check_label(const char *text, struct err *e)
{
	return strchr(text, ' ') ? err_msg(e, ERANGE, "has a space") : 0;
}

static int check_shape(const void *object, struct err *e)
{
	const struct shape *s = object;

	return s->depth > 5 && !s->path ? err_msg(e, EINVAL, "path: needed when deep") : 0;
}

static const struct field point_fields[] = {
	F_INT("x", struct point, x, -10, 10, FIELD_REQUIRED),
	F_U32("y", struct point, y, 0),
};
static const struct record point_record = RECORD(struct point, "point", point_fields);

static const struct field device_fields[] = {
	F_STRING("path", struct device, path, FIELD_REQUIRED),
};
static const struct record device_record = RECORD(struct device, "device", device_fields);

static const struct field shape_fields[] = {
	F_BOOL("open", struct shape, open, FIELD_NO_OMIT),
	F_OPT_BOOL("lit", struct shape, lit, 0),
	F_INT("depth", struct shape, depth, INT64_MIN, INT64_MAX, 0),
	F_UINT("size", struct shape, size, UINT64_MAX, 0),
	F_U32("id", struct shape, id, 0),
	F_OPT_INT("nice", struct shape, nice, -20, 19, 0),
	F_OPT_UINT("mask", struct shape, mask, 0777, 0),
	F_STRING("path", struct shape, path, FIELD_ABSOLUTE),
	F_STRING_CHECK("label", struct shape, label, FIELD_NONEMPTY, check_label),
	F_ENUM("colour", struct shape, colour, colours, 0),
	F_FLAGS("flags", struct shape, flags, bits, 0),
	F_STRV("args", struct shape, args, FIELD_NONEMPTY),
	F_U32LIST("gids", struct shape, gids, 0),
	F_STRMAP("notes", struct shape, notes, 0),
	F_RECORD("origin", struct shape, origin, &point_record, 0),
	F_LIST("points", struct shape, points, n_points, &point_record, 0),
	F_DICT("devices", struct shape, devices, n_devices, &device_record, 0),
};
static const struct record shape_record =
	RECORD_CHECK(struct shape, "shape", shape_fields, check_shape);

static const char full[] =
	"{\"open\":true,\"lit\":false,\"depth\":-9223372036854775808,"
	"\"size\":18446744073709551615,\"id\":4294967295,\"nice\":-20,\"mask\":0,"
	"\"path\":\"/a\",\"label\":\"l\",\"colour\":\"blue\",\"flags\":[\"one\",\"two\"],"
	"\"args\":[\"sh\",\"\"],\"gids\":[0,7],\"notes\":{\"z\":\"1\",\"a\":\"\"},"
	"\"origin\":{\"x\":0},\"points\":[{\"x\":1,\"y\":2},{\"x\":-1}],"
	"\"devices\":{\"eth0\":{\"path\":\"p\"},\"eth1\":{\"path\":\"\"}}}";

static int parse(const char *text, struct shape *out, struct err *e)
{
	*out = (struct shape){ 0 };
	return record_parse(&shape_record, text, strlen(text), out, e);
}

static char *print(const struct shape *s)
{
	autojsonout *o = json_out_new(NULL);

	record_encode(&shape_record, s, o);
	return xstrdup(json_out_text(o, NULL));
}

static void check_refused(const char *text, const char *message)
{
	static const struct shape zero;
	struct err e = { 0 };
	struct shape s;

	CHECK_INT(parse(text, &s, &e), -EINVAL);
	CHECK_STR(e.text, message);
	CHECK(memcmp(&s, &zero, sizeof(s)) == 0);
}

TEST(reads_every_kind)
{
	struct err e = { 0 };
	struct shape s;

	CHECK_INT(parse(full, &s, &e), 0);
	CHECK_STR(e.text, "");
	CHECK(s.open && s.lit.is_set && !s.lit.value);
	CHECK(s.depth == INT64_MIN && s.size == UINT64_MAX && s.id == UINT32_MAX);
	CHECK(s.nice.is_set && s.nice.value == -20 && s.mask.is_set && s.mask.value == 0);
	CHECK_STR(s.path, "/a");
	CHECK_STR(s.label, "l");
	CHECK_INT(s.colour, 2);
	CHECK(s.flags.is_set && s.flags.value == 3);
	CHECK_INT(strv_len(s.args), 2);
	CHECK(s.gids.n == 2 && s.gids.v[1] == 7);
	CHECK_STR(strmap_get(&s.notes, "a"), "");
	CHECK(strmap_get(&s.notes, "b") == NULL);
	CHECK(s.origin && s.origin->x == 0);
	CHECK(s.n_points == 2 && s.points[0].y == 2 && s.points[1].x == -1);
	CHECK(s.n_devices == 2);
	CHECK_STR(s.devices[1].key, "eth1");
	record_done(&shape_record, &s);
	CHECK(s.args == NULL && s.n_points == 0);
}

TEST(prints_what_it_read_and_reads_it_back_equal)
{
	struct shape s, t;
	autofree char *text = NULL;

	CHECK_INT(parse(full, &s, NULL), 0);
	text = print(&s);
	CHECK_STR(text, full);
	CHECK_INT(parse(text, &t, NULL), 0);
	CHECK(record_equal(&shape_record, &s, &t));
	record_done(&shape_record, &t);
	record_done(&shape_record, &s);
}

TEST(absent_members_stay_absent)
{
	static const char empties[] = "{\"open\":false,\"flags\":[],\"gids\":[],\"notes\":{},"
				      "\"points\":[],\"devices\":{}}";
	autofree char *one = NULL, *two = NULL;
	struct shape s, t;

	CHECK_INT(parse("{\"unknown\":[1],\"path\":null,\"Open\":true}", &s, NULL), 0);
	one = print(&s);
	CHECK_STR(one, "{\"open\":false}");
	CHECK_INT(parse(empties, &t, NULL), 0);
	two = print(&t);
	CHECK_STR(two, empties);
	CHECK(!record_equal(&shape_record, &s, &t));
	record_done(&shape_record, &t);
	record_done(&shape_record, &s);
}

TEST(any_difference_counts)
{
	static const char *const others[] = {
		"{\"open\":true}",
		"{\"lit\":false}",
		"{\"depth\":1}",
		"{\"size\":1}",
		"{\"id\":1}",
		"{\"nice\":0}",
		"{\"mask\":0}",
		"{\"path\":\"/\"}",
		"{\"label\":\"x\"}",
		"{\"colour\":\"red\"}",
		"{\"flags\":[]}",
		"{\"flags\":[\"one\"]}",
		"{\"args\":[\"\"]}",
		"{\"args\":[\"\",\"\"]}",
		"{\"gids\":[]}",
		"{\"gids\":[1]}",
		"{\"notes\":{}}",
		"{\"notes\":{\"a\":\"\"}}",
		"{\"notes\":{\"b\":\"\"}}",
		"{\"origin\":{\"x\":0}}",
		"{\"origin\":{\"x\":1}}",
		"{\"points\":[]}",
		"{\"points\":[{\"x\":0}]}",
		"{\"points\":[{\"x\":0,\"y\":1}]}",
		"{\"devices\":{}}",
		"{\"devices\":{\"a\":{\"path\":\"\"}}}",
		"{\"devices\":{\"b\":{\"path\":\"\"}}}",
		"{\"devices\":{\"a\":{\"path\":\"p\"}}}",
		"{}",
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(others); k++) {
			struct shape s, t;

			CHECK_INT(parse(others[i], &s, NULL), 0);
			CHECK_INT(parse(others[k], &t, NULL), 0);
			if (record_equal(&shape_record, &s, &t) != (i == k))
				TEST_FAIL("%s and %s", others[i], others[k]);
			record_done(&shape_record, &t);
			record_done(&shape_record, &s);
		}
	}
}

TEST(types_are_exact)
{
	check_refused("[]", "expected object, found array");
	check_refused("{\"open\":\"yes\"}", "open: expected boolean, found string");
	check_refused("{\"open\":1}", "open: expected boolean, found number");
	check_refused("{\"lit\":0}", "lit: expected boolean, found number");
	check_refused("{\"depth\":\"1\"}", "depth: expected number, found string");
	check_refused("{\"path\":[]}", "path: expected string, found array");
	check_refused("{\"colour\":2}", "colour: expected string, found number");
	check_refused("{\"flags\":\"one\"}", "flags: expected array, found string");
	check_refused("{\"flags\":[1]}", "flags[0]: expected string, found number");
	check_refused("{\"args\":[\"a\",null]}", "args[1]: expected string, found null");
	check_refused("{\"gids\":[1,\"2\"]}", "gids[1]: expected number, found string");
	check_refused("{\"notes\":{\"k\":1}}", "notes.k: expected string, found number");
	check_refused("{\"origin\":[]}", "origin: expected object, found array");
	check_refused("{\"points\":{}}", "points: expected array, found object");
	check_refused("{\"points\":[{\"x\":1},3]}", "points[1]: expected object, found number");
	check_refused("{\"devices\":{\"e\":true}}", "devices.e: expected object, found boolean");
}

TEST(numbers_are_integers_in_range)
{
	check_refused("{\"depth\":1.0}", "depth: 1.0 must be an integer");
	check_refused("{\"depth\":1e3}", "depth: 1e3 must be an integer");
	check_refused("{\"id\":1E3}", "id: 1E3 must be an integer");
	check_refused("{\"id\":4294967296}", "id: 4294967296 is out of range 0..4294967295");
	check_refused("{\"id\":-1}", "id: -1 is out of range 0..4294967295");
	check_refused("{\"mask\":512}", "mask: 512 is out of range 0..511");
	check_refused("{\"size\":18446744073709551616}",
		      "size: 18446744073709551616 is out of range 0..18446744073709551615");
	check_refused("{\"nice\":20}", "nice: 20 is out of range -20..19");
	check_refused("{\"gids\":[0,4294967296]}",
		      "gids[1]: 4294967296 is out of range 0..4294967295");
	check_refused("{\"depth\":9223372036854775808}",
		      "depth: 9223372036854775808 is out of range "
		      "-9223372036854775808..9223372036854775807");
}

TEST(rules_name_the_path)
{
	check_refused("{\"origin\":{}}", "origin.x: required member is missing");
	check_refused("{\"origin\":{\"x\":null}}", "origin.x: required member is missing");
	check_refused("{\"points\":[{\"x\":0},{\"x\":11}]}",
		      "points[1].x: 11 is out of range -10..10");
	check_refused("{\"devices\":{\"eth0\":{\"path\":\"\"},\"e\\n\":{}}}",
		      "devices.e\\n.path: required member is missing");
	check_refused("{\"path\":\"a\"}", "path: \"a\" is not an absolute path");
	check_refused("{\"path\":\"\"}", "path: \"\" is not an absolute path");
	check_refused("{\"label\":\"\"}", "label: must not be empty");
	check_refused("{\"label\":\"a b\"}", "label: has a space");
	check_refused("{\"args\":[]}", "args: must not be empty");
	check_refused("{\"colour\":\"Red\"}", "colour: unknown value \"Red\"");
	check_refused("{\"flags\":[\"one\",\"x\"]}", "flags[1]: unknown value \"x\"");
	check_refused("{\"depth\":6,\"args\":[\"a\"]}", "path: needed when deep");
	check_refused("{\"open\":true", "byte 12: parse error: premature EOF");
}

TEST(long_vectors_take_linear_time)
{
	struct timespec from, to;
	autostr text = { 0 };
	struct shape s;

	str_add(&text, "{\"args\":[\"A=0\"");
	for (int i = 1; i < 100000; i++)
		str_addf(&text, ",\"A=%d\"", i);
	str_add(&text, "]}");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	CHECK_INT(parse(text.p, &s, NULL), 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	CHECK_INT(strv_len(s.args), 100000);
	CHECK(to.tv_sec - from.tv_sec < 2);
	record_done(&shape_record, &s);
}

TEST_MAIN
