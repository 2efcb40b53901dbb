/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"
#include "test.h"
#include <errno.h>

TEST(names)
{
	static const char *const good[] = { "eth0", "a", "vi100", "br_0.12-x", "fifteen_charact" };
	static const char *const bad[] = { "",	  ".",	 "..",	"-x",	"sixteen_characte",
					   "a/b", "a b", "a:b", "a\nb", "\xc3\xa4" };

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		CHECK_INT(ifname_check(good[i], "parent", NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(ifname_check(bad[i], "parent", NULL), -EINVAL);
}

TEST_MAIN
