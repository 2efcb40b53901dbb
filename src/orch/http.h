/* SPDX-License-Identifier: Apache-2.0 */
/**
 * http.h - one HTTP request to a container, over libcurl.
 *
 * Goes to the address that it is told and nowhere else: no redirect is followed, no proxy used, no
 * other protocol spoken, and no credentials of the host are sent. Certificates are not checked: a
 * container makes its own, and the way there is the container's own bridge.
 */
#ifndef ORCH_HTTP_H
#define ORCH_HTTP_H

#include "core/err.h"
#include "core/str.h"

#define HTTP_CONNECT_TIMEOUT_MS 10000
#define HTTP_TIMEOUT_MS 30000
#define HTTP_ANSWER_MAX (8u << 20)

/* A file of a multipart body. All borrowed; NULL: not given. */
struct http_part {
	const char *name;
	const char *filename;
	const char *type;
	const void *bytes;
	size_t len;
};

struct http_request {
	const char *method; /* "GET", "POST", "PUT", "DELETE" */
	bool tls;
	const char *ip;
	unsigned port;
	const char *path;	       /* without the slash in front; may have a query */
	const char *query;	       /* further pairs, encoded; NULL: none */
	char *const *headers;	       /* "Name: value", checked; NULL: none */
	const struct str *body;	       /* NULL: none */
	const struct http_part *parts; /* instead of a body */
	size_t n_parts;
};

struct http_answer {
	long status;
	struct str headers; /* the lines of the last answer, each with its line end */
	struct str body;
	char *type; /* of its content; NULL: not said */
};
void http_answer_done(struct http_answer *a);

/* Returns: 0, whatever the status; -ETIMEDOUT; -EFBIG, more than HTTP_ANSWER_MAX; or -errno. */
int http_send(const struct http_request *rq, struct http_answer *out, struct err *e);

/* Appends text to a query, what is special in it as %XX. */
void http_escape(const char *text, struct str *out);

/* Is it a header's name, or value: tokens of RFC 9110, no control character? */
bool http_is_header_name(const char *text);
bool http_is_header_value(const char *text);

#endif
