/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted as a state document, the specification's or one of our own two on disk, prints
 * and reads back equal. */
#include "engine/store.h"
#include "libocispec/state.h"
#include "tests/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct record *record, const uint8_t *data, size_t size)
{
	autofree void *object = xcalloc(1, record->size);
	struct err e;

	if (record_parse(record, (const char *)data, size, object, &e) < 0)
		return;
	if (!roundtrip(record, object, NULL) || !roundtrip(record, object, "\t"))
		abort();
	record_done(record, object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(&oci_state_record, data, size);
	check(&store_state_record, data, size);
	check(&store_journal_record, data, size);
	return 0;
}
