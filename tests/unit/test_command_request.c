/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/command_request.h"
#include "test.h"
#include <errno.h>

/* What is made of it borrows from the document. */
static int make(const char *text, struct command_request *r, struct err *e)
{
	static struct json_doc *doc;

	json_free(doc);
	doc = NULL;
	CHECK_INT(json_parse(text, strlen(text), &doc, e), 0);
	return command_request_make(json_root(doc), r, e);
}

TEST(method_and_api)
{
	struct command_request r = { 0 };

	CHECK_INT(make("{\"method\":\"GET\",\"api\":\"//api/status\"}", &r, NULL), 0);
	CHECK_STR(r.http.method, "GET");
	CHECK_STR(r.http.path, "api/status");
	CHECK_INT(r.http.port, 8443);
	CHECK(r.http.tls);
	CHECK(!r.http.body);
	command_request_done(&r);
	CHECK_INT(make("{\"method\":\"DELETE\",\"api\":\"x\",\"port\":80}", &r, NULL), 0);
	CHECK_INT(r.http.port, 80);
	CHECK(!r.http.tls);
	command_request_done(&r);
}

TEST(command_and_parameters)
{
	struct command_request r = { 0 };
	struct err e = { 0 };

	CHECK_INT(make("{\"command\":\"start\",\"parameters\":{}}", &r, NULL), 0);
	CHECK_STR(r.http.method, "GET");
	CHECK_STR(r.http.path, "api/start-plc");
	command_request_done(&r);
	CHECK_INT(make("{\"command\":\"fly\"}", &r, &e), -EINVAL);
	CHECK_STR(e.text, "Unknown command: fly; there are start, stop, status, ping");
	CHECK_INT(make("{\"command\":\"stop\",\"api\":\"x\"}", &r, &e), -EINVAL);
}

TEST(query)
{
	struct command_request r = { 0 };

	CHECK_INT(make("{\"method\":\"GET\",\"api\":\"x\",\"params\":{\"a b\":\"c&d=\xc3\xa9\","
		       "\"n\":1.50,\"l\":[1,true],\"none\":null}}",
		       &r, NULL),
		  0);
	CHECK_STR(r.http.query, "a%20b=c%26d%3D%C3%A9&n=1.50&l=1&l=True");
	command_request_done(&r);
	CHECK_INT(make("{\"method\":\"GET\",\"api\":\"x\",\"params\":{\"a\":{}}}", &r, NULL),
		  -EINVAL);
}

TEST(bodies)
{
	struct command_request r = { 0 };

	CHECK_INT(make("{\"method\":\"POST\",\"api\":\"x\",\"data\":{\"a\":[1, 2]}}", &r, NULL), 0);
	CHECK_STR(r.http.body->p, "{\"a\":[1,2]}");
	CHECK_STR(r.http.headers[0], "Content-Type: application/json");
	command_request_done(&r);
	CHECK_INT(make("{\"method\":\"PUT\",\"api\":\"x\",\"headers\":{\"content-type\":"
		       "\"text/plain\"},\"data\":\"raw text\"}",
		       &r, NULL),
		  0);
	CHECK_STR(r.http.body->p, "raw text");
	command_request_done(&r);
	CHECK_INT(make("{\"method\":\"POST\",\"api\":\"x\",\"headers\":{\"Content-Type\":"
		       "\"application/x-www-form-urlencoded\"},\"data\":{\"a\":\"b c\"}}",
		       &r, NULL),
		  0);
	CHECK_STR(r.http.body->p, "a=b%20c");
	command_request_done(&r);
}

TEST(files)
{
	struct command_request r = { 0 };
	struct err e = { 0 };

	CHECK_INT(make("{\"method\":\"POST\",\"api\":\"x\",\"data\":{\"k\":\"v\"},\"files\":{"
		       "\"file\":{\"filename\":\"p.zip\",\"content_base64\":\"Zm9v\"}}}",
		       &r, NULL),
		  0);
	CHECK_INT(r.http.n_parts, 2);
	CHECK_STR(r.http.parts[0].name, "k");
	CHECK_STR(r.http.parts[1].filename, "p.zip");
	CHECK_INT(r.http.parts[1].len, 3);
	CHECK(!r.http.body);
	command_request_done(&r);
	CHECK_INT(make("{\"method\":\"POST\",\"api\":\"x\",\"files\":{\"f\":{}}}", &r, &e),
		  -EINVAL);
	CHECK_STR(e.text, "file \"f\": has no content_base64");
	CHECK_INT(make("{\"method\":\"POST\",\"api\":\"x\",\"files\":{\"f\":{\"content_base64\":"
		       "\"Zm9\"}}}",
		       &r, &e),
		  -EINVAL);
	CHECK_INT(
		make("{\"method\":\"POST\",\"api\":\"x\",\"files\":{\"f\":{\"filename\":\"a\\nb\","
		     "\"content_base64\":\"Zm9v\"}}}",
		     &r, &e),
		-EINVAL);
}

TEST(refused)
{
	static const char *const bad[] = {
		"{}",
		"{\"method\":\"GET\"}",
		"{\"api\":\"x\"}",
		"{\"method\":\"GET\",\"api\":\"debug\"}",
		"{\"method\":\"GET\",\"api\":\"x\\r\\nHost: y\"}",
		"{\"method\":\"GET\",\"api\":\"x\",\"port\":0}",
		"{\"method\":\"GET\",\"api\":\"x\",\"port\":65536}",
		"{\"method\":\"GET\",\"api\":\"x\",\"port\":80.5}",
		"{\"method\":\"GET\",\"api\":\"x\",\"headers\":{\"A\":\"b\\r\\nC: d\"}}",
		"{\"method\":\"GET\",\"api\":\"x\",\"headers\":{\"A:B\":\"c\"}}",
		"{\"method\":\"GET\",\"api\":\"x\",\"headers\":{\"\":\"c\"}}",
		"{\"method\":\"GET\",\"api\":\"x\",\"headers\":{\"A\":[]}}",
	};
	struct command_request r = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(make(bad[i], &r, NULL) < 0);
	CHECK_INT(make("{\"method\":\"PATCH\",\"api\":\"x\"}", &r, &e), -EOPNOTSUPP);
	CHECK_STR(e.text, "Unsupported HTTP method: PATCH");
}

TEST_MAIN
