/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted as a features document prints and reads back equal. */
#include "libocispec/features.h"
#include "tests/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_features c = { 0 };
	struct err e;

	if (record_parse(&oci_features_record, (const char *)data, size, &c, &e) < 0)
		return 0;
	if (!roundtrip(&oci_features_record, &c, NULL) ||
	    !roundtrip(&oci_features_record, &c, "\t"))
		abort();
	record_done(&oci_features_record, &c);
	return 0;
}
