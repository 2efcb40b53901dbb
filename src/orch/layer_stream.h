/* SPDX-License-Identifier: Apache-2.0 */
/**
 * layer_stream.h - a layer's archive: decompressed (gzip, zstd or not at all), hashed and limited
 * on the way to libarchive's reader of tar.
 */
#ifndef ORCH_LAYER_STREAM_H
#define ORCH_LAYER_STREAM_H

#include "core/err.h"
#include "orch/sha256.h"

#include <archive.h>
#include <archive_entry.h>

struct layer_stream;

/* @bytes_max: that the archive may have, decompressed. Returns NULL after filling *e. */
struct layer_stream *layer_stream_open(int blob, int64_t bytes_max, struct err *e);
void layer_stream_free(struct layer_stream *s);
void layer_stream_free_p(struct layer_stream **s);
#define autolayerstream _cleanup_(layer_stream_free_p) struct layer_stream

/* The next entry, which stays the stream's: 1, 0 at the end; -EINVAL, -EFBIG; or -errno. */
int layer_stream_next(struct layer_stream *s, struct archive_entry **out, struct err *e);

/* The next block of the entry's data, and where in the file it belongs: 1, 0 at its end; or -errno.
 */
int layer_stream_data(struct layer_stream *s, const void **block, size_t *n, int64_t *offset,
		      struct err *e);

/* Reads what is behind the last entry, and gives the digest and the size of all; once. */
int layer_stream_end(struct layer_stream *s, char hex[SHA256_HEX_LEN + 1], int64_t *bytes,
		     struct err *e);

#endif
