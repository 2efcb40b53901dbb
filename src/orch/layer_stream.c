/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/layer_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>

#define BUFFER_SIZE 65536

struct layer_stream {
	struct archive *plain; /* decompresses */
	struct archive *tar;   /* reads what plain gives */
	struct sha256 *digest;
	locale_t locale; /* in which names of pax headers are UTF-8 */
	locale_t before;
	int64_t bytes, bytes_max;
	struct err failure; /* of plain, while tar reads from it */
	char buffer[BUFFER_SIZE];
};

/* libarchive's own numbers of errors are negative, or none of errno's. */
static int set_error(struct err *e, struct archive *a, const char *what)
{
	int num = archive_errno(a);
	const char *text = archive_error_string(a);

	return err_msg(e, num > 0 && num < 4096 ? num : EINVAL, "%s: %s", what,
		       text ? text : "unknown error");
}

/* Reads and hashes the next bytes. Returns how many, 0 at the end, or -errno with failure set. */
static ssize_t read_plain(struct layer_stream *s)
{
	la_ssize_t n = archive_read_data(s->plain, s->buffer, sizeof(s->buffer));

	if (n < 0)
		return set_error(&s->failure, s->plain, "decompress");
	sha256_add(s->digest, s->buffer, (size_t)n);
	s->bytes += n;
	if (s->bytes > s->bytes_max)
		return err_msg(&s->failure, EFBIG, "unpacked it has more than %" PRId64 " bytes",
			       s->bytes_max);
	return (ssize_t)n;
}

static la_ssize_t feed_tar(struct archive *tar, void *data, const void **out)
{
	struct layer_stream *s = data;
	ssize_t n = read_plain(s);

	if (n < 0) {
		archive_set_error(tar, s->failure.num, "%s", s->failure.text);
		return ARCHIVE_FATAL;
	}
	*out = s->buffer;
	return n;
}

static int open_plain(struct layer_stream *s, int blob, struct err *e)
{
	struct archive_entry *entry;
	int r;

	if (archive_read_support_filter_gzip(s->plain) != ARCHIVE_OK ||
	    archive_read_support_filter_zstd(s->plain) != ARCHIVE_OK ||
	    archive_read_support_format_raw(s->plain) != ARCHIVE_OK ||
	    archive_read_support_format_empty(s->plain) != ARCHIVE_OK)
		return err_msg(e, ENOTSUP, "libarchive was built without zlib or zstd");
	if (archive_read_open_fd(s->plain, blob, BUFFER_SIZE) != ARCHIVE_OK)
		return set_error(e, s->plain, "open");
	r = archive_read_next_header(s->plain, &entry);
	if (r == ARCHIVE_EOF)
		return err_msg(e, EINVAL, "the layer is empty");
	return r < ARCHIVE_WARN ? set_error(e, s->plain, "decompress") : 0;
}

static int open_tar(struct layer_stream *s, struct err *e)
{
	if (archive_read_support_format_tar(s->tar) != ARCHIVE_OK ||
	    archive_read_open(s->tar, s, NULL, feed_tar, NULL) != ARCHIVE_OK)
		return s->failure.num ? (*e = s->failure, -e->num) : set_error(e, s->tar, "open");
	return 0;
}

struct layer_stream *layer_stream_open(int blob, int64_t bytes_max, struct err *e)
{
	autolayerstream *s = xcalloc(1, sizeof(*s));
	int r;

	s->bytes_max = bytes_max;
	s->digest = sha256_new();
	s->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (s->locale)
		s->before = uselocale(s->locale);
	s->plain = archive_read_new();
	s->tar = archive_read_new();
	if (!s->plain || !s->tar)
		abort(); /* without memory */
	r = open_plain(s, blob, e);
	if (r >= 0)
		r = open_tar(s, e);
	return r < 0 ? NULL : TAKE(s);
}

void layer_stream_free(struct layer_stream *s)
{
	if (!s)
		return;
	/* What was read was checked; closing has nothing to say. */
	(void)archive_read_free(s->tar);
	(void)archive_read_free(s->plain);
	sha256_free(s->digest);
	if (s->locale) {
		uselocale(s->before);
		freelocale(s->locale);
	}
	free(s);
}

void layer_stream_free_p(struct layer_stream **s)
{
	layer_stream_free(*s);
}

int layer_stream_next(struct layer_stream *s, struct archive_entry **out, struct err *e)
{
	int r;

	do
		r = archive_read_next_header(s->tar, out);
	while (r == ARCHIVE_RETRY);
	if (r == ARCHIVE_EOF)
		return 0;
	/* A warning is about a member that it could not read; what matters is checked by who asks.
	 */
	return r < ARCHIVE_WARN ? set_error(e, s->tar, "read the archive") : 1;
}

int layer_stream_data(struct layer_stream *s, const void **block, size_t *n, int64_t *offset,
		      struct err *e)
{
	la_int64_t at = 0;
	int r;

	do
		r = archive_read_data_block(s->tar, block, n, &at);
	while (r == ARCHIVE_RETRY);
	*offset = at;
	if (r == ARCHIVE_EOF)
		return 0;
	return r < ARCHIVE_WARN ? set_error(e, s->tar, "read the archive") : 1;
}

int layer_stream_end(struct layer_stream *s, char hex[SHA256_HEX_LEN + 1], int64_t *bytes,
		     struct err *e)
{
	ssize_t n;

	while ((n = read_plain(s)) > 0)
		continue;
	if (n < 0) {
		*e = s->failure;
		return (int)n;
	}
	sha256_end(s->digest, hex);
	*bytes = s->bytes;
	return 0;
}
