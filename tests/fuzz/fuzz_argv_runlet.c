/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines of runlet. */
#include "tests/fuzz/argv.h"

#include "runlet/runlet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	argv_fuzz(&runlet_program, data, size);
	return 0;
}
