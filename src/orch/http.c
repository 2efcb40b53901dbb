/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>

void http_answer_done(struct http_answer *a)
{
	str_done(&a->headers);
	str_done(&a->body);
	free(a->type);
	*a = (struct http_answer){ 0 };
}

void http_escape(const char *text, struct str *out)
{
	for (; *text; text++)
		if (isascii((unsigned char)*text) &&
		    (isalnum((unsigned char)*text) || strchr("-._~", *text)))
			str_add_char(out, *text);
		else
			str_addf(out, "%%%02X", (unsigned char)*text);
}

bool http_is_header_name(const char *text)
{
	if (!*text)
		return false;
	for (; *text; text++)
		if (!isascii((unsigned char)*text) ||
		    (!isalnum((unsigned char)*text) && !strchr("!#$%&'*+-.^_`|~", *text)))
			return false;
	return true;
}

bool http_is_header_value(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < ' ' && *text != '\t') || *text == 0x7f)
			return false;
	return true;
}

/* Everything that belongs to one request. */
struct transfer {
	CURL *curl;
	CURLU *url;
	struct curl_slist *headers;
	curl_mime *mime;
	struct http_answer answer;
	bool too_long;
};

static void transfer_done(struct transfer *t)
{
	curl_mime_free(t->mime);
	curl_slist_free_all(t->headers);
	curl_url_cleanup(t->url);
	curl_easy_cleanup(t->curl);
	http_answer_done(&t->answer);
}

static size_t keep(struct transfer *t, struct str *where, const char *bytes, size_t n)
{
	if (where->len + n > HTTP_ANSWER_MAX) {
		t->too_long = true;
		return 0; /* which ends the transfer */
	}
	str_add_bytes(where, bytes, n);
	return n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data)
{
	struct transfer *t = data;

	return keep(t, &t->answer.body, bytes, size * n);
}

/* The lines of an interim answer (100 Continue) give way to those of the next. */
static size_t on_header(char *bytes, size_t size, size_t n, void *data)
{
	struct transfer *t = data;

	if (size * n >= 5 && memcmp(bytes, "HTTP/", 5) == 0) {
		str_reset(&t->answer.headers);
		return size * n;
	}
	return keep(t, &t->answer.headers, bytes, size * n);
}

static int set_url(struct transfer *t, const struct http_request *rq, struct err *e)
{
	autofree char *text =
		xasprintf("%s://%s:%u/%s", rq->tls ? "https" : "http", rq->ip, rq->port, rq->path);
	CURLUcode code;

	t->url = curl_url();
	code = curl_url_set(t->url, CURLUPART_URL, text, CURLU_URLENCODE | CURLU_PATH_AS_IS);
	if (code == CURLUE_OK && rq->query && *rq->query)
		code = curl_url_set(t->url, CURLUPART_QUERY, rq->query, CURLU_APPENDQUERY);
	return code == CURLUE_OK ? 0 : err_msg(e, EINVAL, "%s: %s", text, curl_url_strerror(code));
}

static int set_parts(struct transfer *t, const struct http_request *rq, struct err *e)
{
	t->mime = curl_mime_init(t->curl);
	for (size_t i = 0; i < rq->n_parts; i++) {
		const struct http_part *p = &rq->parts[i];
		curl_mimepart *part = curl_mime_addpart(t->mime);

		if (!part || curl_mime_name(part, p->name) ||
		    curl_mime_data(part, p->bytes, p->len) ||
		    (p->filename && curl_mime_filename(part, p->filename)) ||
		    (p->type && curl_mime_type(part, p->type)))
			return err_msg(e, EINVAL, "part \"%s\" of the body cannot be made",
				       p->name);
	}
	(void)curl_easy_setopt(t->curl, CURLOPT_MIMEPOST, t->mime);
	return 0;
}

static int set_body(struct transfer *t, const struct http_request *rq, struct err *e)
{
	if (rq->n_parts > 0)
		return set_parts(t, rq, e);
	if (rq->body) {
		(void)curl_easy_setopt(t->curl, CURLOPT_POSTFIELDSIZE_LARGE,
				       (curl_off_t)rq->body->len);
		(void)curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, rq->body->p ?: "");
	}
	return 0;
}

static void set_headers(struct transfer *t, const struct http_request *rq)
{
	for (size_t i = 0; rq->headers && rq->headers[i]; i++)
		t->headers = curl_slist_append(t->headers, rq->headers[i]);
	/* Not asked for: it would cost a second with servers that do not know it. */
	t->headers = curl_slist_append(t->headers, "Expect:");
	(void)curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers);
}

/* Options of a curl that has them cannot fail but for memory, which perform would tell, too. */
static void set_limits(CURL *c)
{
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(c, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
	(void)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_TIMEOUT_MS);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)HTTP_TIMEOUT_MS);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
}

static int fail(const struct transfer *t, CURLcode code, const char *said, struct err *e)
{
	const char *why = *said ? said : curl_easy_strerror(code);

	if (t->too_long)
		return err_msg(e, EFBIG, "the answer has more than %u bytes", HTTP_ANSWER_MAX);
	return err_msg(e, code == CURLE_OPERATION_TIMEDOUT ? ETIMEDOUT : EIO, "%s", why);
}

static int perform(struct transfer *t, const struct http_request *rq, struct err *e)
{
	char said[CURL_ERROR_SIZE] = "";
	char *type = NULL;
	CURLcode code;

	set_limits(t->curl);
	set_headers(t, rq);
	(void)curl_easy_setopt(t->curl, CURLOPT_CURLU, t->url);
	(void)curl_easy_setopt(t->curl, CURLOPT_CUSTOMREQUEST, rq->method);
	(void)curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
	(void)curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
	(void)curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, said);
	code = curl_easy_perform(t->curl);
	if (code != CURLE_OK)
		return fail(t, code, said, e);
	(void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->answer.status);
	(void)curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &type);
	t->answer.type = type ? xstrdup(type) : NULL;
	return 0;
}

int http_send(const struct http_request *rq, struct http_answer *out, struct err *e)
{
	_cleanup_(transfer_done) struct transfer t = { .curl = curl_easy_init() };
	int r;

	if (!t.curl)
		return err_msg(e, ENOMEM, "libcurl cannot be used");
	r = set_url(&t, rq, e);
	if (r == 0)
		r = set_body(&t, rq, e);
	if (r == 0)
		r = perform(&t, rq, e);
	if (r == 0) {
		*out = t.answer;
		t.answer = (struct http_answer){ 0 };
	}
	return r;
}
