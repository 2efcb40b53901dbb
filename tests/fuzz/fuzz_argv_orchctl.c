/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines of orchctl. */
#include "tests/fuzz/argv.h"

#include "orchctl/orchctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	argv_fuzz(&orchctl_program, data, size);
	return 0;
}
