/* SPDX-License-Identifier: Apache-2.0 */
#include "core/json.h"
#include "monitor/spec.h"
#include "test.h"

#include <errno.h>

static int parse(const char *text, struct err *e)
{
	struct monitor_spec spec = { 0 };
	int r = record_parse(&monitor_spec_record, text, strlen(text), &spec, e);

	monitor_spec_done(&spec);
	return r;
}

#define PATHS                                                                                      \
	"\"runtime\":\"/r\",\"root\":\"/s\",\"bundle\":\"/b\",\"run\":\"/run/x\",\"log\":\"/l\""

TEST(what_is_refused)
{
	struct err e;

	CHECK_INT(parse("{\"version\":1,\"id\":\"a\"," PATHS "}", &e), 0);
	CHECK_INT(parse("{\"version\":2,\"id\":\"a\"," PATHS "}", &e), -EINVAL);
	CHECK_HAS(e.text, "version");
	CHECK_INT(parse("{\"version\":1,\"id\":\"--all\"," PATHS "}", &e), -EINVAL);
	CHECK_INT(parse("{\"version\":1,\"id\":\"../a\"," PATHS "}", &e), -EINVAL);
	CHECK_INT(parse("{\"version\":1,\"id\":\"a\",\"runtime\":\"runc\"}", &e), -EINVAL);
	CHECK_HAS(e.text, "absolute");
	CHECK_INT(parse("{\"version\":1,\"id\":\"a\",\"restart\":\"often\"," PATHS "}", &e),
		  -EINVAL);
}

TEST(what_is_saved_is_loaded)
{
	char dir[] = "/tmp/test_monitor_spec.XXXXXX";
	struct monitor_spec in = { .version = 1,
				   .id = (char *)"a",
				   .runtime = (char *)"/r",
				   .root = (char *)"/s",
				   .bundle = (char *)"/b",
				   .run = (char *)"/run/x",
				   .log = (char *)"/l",
				   .restart = MONITOR_RESTART_ALWAYS,
				   .wanted = MONITOR_DOWN };
	automonitorspec out = { 0 };
	struct err e;
	char file[64];

	CHECK(mkdtemp(dir) != NULL);
	CHECK_INT(monitor_spec_load(dir, &out, &e), -ENOENT);
	CHECK_INT(monitor_spec_save(dir, &in, &e), 0);
	CHECK_INT(monitor_spec_load(dir, &out, &e), 0);
	CHECK_INT(out.restart, MONITOR_RESTART_ALWAYS);
	CHECK_INT(out.wanted, MONITOR_DOWN);
	CHECK_INT(out.log_files, MONITOR_LOG_FILES);
	CHECK_INT(out.stop_timeout_ms, MONITOR_STOP_TIMEOUT_MS);
	snprintf(file, sizeof(file), "%s/monitor.json", dir);
	CHECK_INT(remove(file), 0);
	CHECK_INT(remove(dir), 0);
}

TEST_MAIN
