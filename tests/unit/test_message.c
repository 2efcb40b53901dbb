/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/message.h"
#include "test.h"
#include <errno.h>

static const struct message_rule rules[] = {
	{ "name", MESSAGE_TEXT, MESSAGE_REQUIRED },
	{ "size", MESSAGE_NUMBER, 0 },
	{ "list", MESSAGE_LIST, 0 },
	{ "at", MESSAGE_DATETIME, 0 },
	{ "on", MESSAGE_BOOL, 0 },
	{ "more", MESSAGE_OBJECT, 0 },
};

/* NULL: passes. */
static void check(const char *text, const char *want)
{
	autojson *doc = NULL;
	struct err e = { 0 };

	CHECK_INT(json_parse(text, strlen(text), &doc, &e), 0);
	CHECK_INT(message_check(json_root(doc), rules, ARRAY_SIZE(rules), &e), want ? -EINVAL : 0);
	CHECK_STR(e.text, want ?: "");
}

TEST(rules)
{
	check("{\"name\":\"x\"}", NULL);
	check("{\"name\":\"x\",\"size\":null,\"unknown\":[{}]}", NULL);
	check("{\"name\":\"x\",\"size\":1.5e3,\"list\":[],\"at\":\"2026-02-01\",\"on\":false,"
	      "\"more\":{}}",
	      NULL);
	check("{}", "Missing required field: 'Missing key: name'");
	check("[\"name\"]", "Missing required field: 'Missing key: name'");
	check("{\"name\":null}", "Invalid field type: Value must be a non-empty string.");
	check("{\"name\":\" \\t\"}", "Invalid field type: Value must be a non-empty string.");
	check("{\"name\":7}", "Invalid field type: Value must be a non-empty string.");
	check("{\"name\":\"x\",\"size\":true}", "Invalid field type: Value must be a number.");
	check("{\"name\":\"x\",\"list\":{}}", "Invalid field type: Value must be a list.");
	check("{\"name\":\"x\",\"on\":1}", "Invalid field type: Value must be a boolean.");
	check("{\"name\":\"x\",\"at\":\"now\"}",
	      "Invalid field type: Value must be a valid ISO datetime string.");
	check("7", "Invalid field type: argument of type 'int' is not iterable");
	check("7.5", "Invalid field type: argument of type 'float' is not iterable");
	check("null", "Invalid field type: argument of type 'NoneType' is not iterable");
}

TEST(device)
{
	static const char *const bad[] = {
		"{\"device_id\":\"../x\"}", "{\"device_id\":\"-rf\"}", "{\"device_id\":\"\"}",
		"{\"device_id\":\"a b\"}",  "{\"device_id\":\"+x\"}",  "{}",
	};
	static const char good[] = "{\"device_id\":\"plc-001\"}";
	const char *name = NULL;
	autojson *doc = NULL;

	CHECK_INT(json_parse(good, strlen(good), &doc, NULL), 0);
	CHECK_INT(message_device(json_root(doc), &name, NULL), 0);
	CHECK_STR(name, "plc-001");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		autojson *other = NULL;

		CHECK_INT(json_parse(bad[i], strlen(bad[i]), &other, NULL), 0);
		CHECK_INT(message_device(json_root(other), &name, NULL), -EINVAL);
	}
}

TEST(topics)
{
	static const char text[] = "{\"action\":\"a\"}";
	autojson *doc = NULL;

	CHECK_INT(json_parse(text, strlen(text), &doc, NULL), 0);
	CHECK_STR(message_topic(json_root(doc), NULL), "a");
	CHECK_STR(message_topic(json_root(doc), "b"), "b");
	CHECK(!message_waits("get_host_interfaces"));
	CHECK(!message_waits("create_new_runtime"));
	CHECK(message_waits("run_command"));
	CHECK(message_waits("stop_device"));
	CHECK(!message_waits("nothing"));
	CHECK(!message_waits(NULL));
}

TEST_MAIN
