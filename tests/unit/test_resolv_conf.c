/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/resolv_conf.h"
#include "test.h"

TEST(servers_on_loopback_are_left_out)
{
	autostr out = { 0 };

	resolv_conf_filter("# a comment\n"
			   "nameserver 127.0.0.53\n"
			   "nameserver ::1\n"
			   "nameserver 192.0.2.1\n"
			   "nameserver\tfe80::1%eth0\n"
			   "nameserver nonsense\n"
			   "search example.org\n"
			   "sortlist 10.0.0.0\n"
			   "options edns0",
			   &out);
	CHECK_STR(out.p, "nameserver 192.0.2.1\n"
			 "nameserver\tfe80::1%eth0\n"
			 "search example.org\n"
			 "options edns0\n");
}

TEST_MAIN
