/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "net/dhcp_client.h"
#include "net/dhcp_event.h"

#include <errno.h>
#include <unistd.h>

/* libnet's DHCP clients run the program that started them, at every event (main.c). */
static int run_event(const void *global _unused_, void *args _unused_, int argc _unused_,
		     char **argv, struct err *e)
{
	const char *record = getenv(DHCP_ENV);

	if (!record)
		return err_msg(e, EINVAL, "dhcp-event is what a DHCP client runs");
	return dhcp_event(record, argv[0], environ, e);
}

const struct command cmd_dhcp_event = {
	.name = "dhcp-event",
	.synopsis = "EVENT",
	.about = "Configure an interface for its DHCP client.",
	.min_args = 1,
	.max_args = 1,
	.run = run_event,
	.flags = COMMAND_HIDDEN,
};
