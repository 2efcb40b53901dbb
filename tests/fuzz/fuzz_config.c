/* SPDX-License-Identifier: Apache-2.0 */
/* What is accepted as a config document prints and reads back equal. */
#include "libocispec/config.h"
#include "tests/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_config c = { 0 };
	struct err e;

	if (record_parse(&oci_config_record, (const char *)data, size, &c, &e) < 0)
		return 0;
	(void)oci_config_check(&c, &e);
	if (!roundtrip(&oci_config_record, &c, NULL) || !roundtrip(&oci_config_record, &c, "\t"))
		abort();
	record_done(&oci_config_record, &c);
	return 0;
}
