/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/backoff.h"
#include "test.h"

TEST(doubles_up_to_the_most)
{
	CHECK_INT(backoff_ms(0, 100, 1000), 100);
	CHECK_INT(backoff_ms(1, 100, 1000), 200);
	CHECK_INT(backoff_ms(3, 100, 1000), 800);
	CHECK_INT(backoff_ms(4, 100, 1000), 1000);
	CHECK_INT(backoff_ms(4000000000u, 100, 1000), 1000);
}

TEST_MAIN
