/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/url.h"
#include "test.h"

#include <errno.h>

static struct err e;

TEST(takes_a_url_apart)
{
	static const struct {
		const char *text, *host;
		unsigned port;
		const char *path;
	} rows[] = {
		{ "https://api.example.com", "api.example.com", 443, "/socket.io" },
		{ "https://api.example.com/", "api.example.com", 443, "/socket.io" },
		{ "wss://localhost:3001", "localhost", 3001, "/socket.io" },
		{ "https://10.0.0.1:1/a/b/", "10.0.0.1", 1, "/a/b" },
		{ "https://[::1]:65535/x", "::1", 65535, "/x" },
		{ "https://[fe80::1]", "fe80::1", 443, "/socket.io" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autourl u = { 0 };

		if (url_parse(rows[i].text, &u, &e) < 0)
			TEST_FAIL("%s: %s", rows[i].text, e.text);
		CHECK_STR(u.host, rows[i].host);
		CHECK_INT(u.port, rows[i].port);
		CHECK_STR(u.path, rows[i].path);
	}
}

TEST(refuses_what_is_none)
{
	static const char *const bad[] = {
		"",
		"http://a",
		"https:/a",
		"https://",
		"https://:1",
		"https://a:",
		"https://a:0",
		"https://a:65536",
		"https://a:1x",
		"https://a b",
		"https://a?x",
		"https://a/\r\nX: y",
		"https://u@a",
		"https://[::1",
		"https://[]",
		"https://-a",
		"https://a/?q",
		"https://\xc3\xa4",
		"ws://a",
		"https://[a]x",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		autourl u = { 0 };

		if (url_parse(bad[i], &u, &e) != -EINVAL)
			TEST_FAIL("%s is taken", bad[i]);
	}
}

TEST_MAIN
