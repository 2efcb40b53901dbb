/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/log.h"
#include "net/dhcp_client.h"

#include <signal.h>

static int prepare(void *globals, const struct command *c _unused_, struct err *e)
{
	const struct globals *g = globals;

	return log_open(NULL, LOG_TEXT, g->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING, e);
}

int main(int argc, char **argv)
{
	struct program p = orchctl_program;

	p.prepare = prepare;
	/* Ignored, the kernel would reap children before we can ask how they ended. */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	/* What a DHCP client runs at an event: that is all there is on the command line. */
	if (argc == 2 && getenv(DHCP_ENV))
		return program_main(&p, 3,
				    (char *[]){ argv[0], (char *)"dhcp-event", argv[1], NULL });
	return program_main(&p, argc, argv);
}
