/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted as a process document prints and reads back equal. */
#include "libocispec/config.h"
#include "tests/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_process c = { 0 };
	struct err e;

	if (record_parse(&oci_process_record, (const char *)data, size, &c, &e) < 0)
		return 0;
	(void)oci_process_check(&c, &e);
	if (!roundtrip(&oci_process_record, &c, NULL) || !roundtrip(&oci_process_record, &c, "\t"))
		abort();
	record_done(&oci_process_record, &c);
	return 0;
}
