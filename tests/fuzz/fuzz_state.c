/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted as a state document prints and reads back equal. */
#include "libocispec/state.h"
#include "tests/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_state c = { 0 };
	struct err e;

	if (record_parse(&oci_state_record, (const char *)data, size, &c, &e) < 0)
		return 0;
	if (!roundtrip(&oci_state_record, &c, NULL) || !roundtrip(&oci_state_record, &c, "\t"))
		abort();
	record_done(&oci_state_record, &c);
	return 0;
}
