/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines of netctl. */
#include "tests/fuzz/argv.h"

#include "netctl/netctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	argv_fuzz(&netctl_program, data, size);
	return 0;
}
