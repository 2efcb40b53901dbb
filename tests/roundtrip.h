/* SPDX-License-Identifier: Apache-2.0 */
/**
 * roundtrip.h - what is read prints, and reads back equal: for unit tests and fuzz targets.
 */
#ifndef TESTS_ROUNDTRIP_H
#define TESTS_ROUNDTRIP_H

#include "core/record.h"

static inline bool roundtrip(const struct record *r, const void *object, const char *indent)
{
	autojsonout *o = json_out_new(indent);
	void *again = xcalloc(1, r->size);
	struct err e = { 0 };
	size_t len;
	bool same;

	record_encode(r, object, o);
	(void)json_out_text(o, &len);
	same = record_parse(r, json_out_text(o, NULL), len, again, &e) == 0 &&
	       record_equal(r, object, again);
	record_done(r, again);
	free(again);
	return same;
}

#endif
