/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "orch/boot.h"

#include <errno.h>
#include <stdio.h>

#define WAIT_S 120
#define WAIT_MAX_S 86400

struct boot_args {
	struct opt_int wait;
};

static const struct opt boot_opts[] = {
	{ .name = "wait",
	  .kind = OPT_DURATION,
	  .offset = OPT_OFF(struct boot_args, wait, struct opt_int),
	  .arg = "DURATION",
	  .help = "wait this long for interfaces that are not there yet" },
	{ 0 },
};

static void tell(void *data _unused_, const char *ns, const char *name, enum boot_outcome outcome,
		 const char *why)
{
	printf("%s/%s: %s%s%s\n", ns, name, names_get(boot_outcome_names, outcome), why ? ": " : "",
	       why ? why : "");
	(void)fflush(stdout); /* what is written is seen while others are waited for */
}

static int run_boot(const void *global, void *args, int argc _unused_, char **argv _unused_,
		    struct err *e)
{
	const struct boot_args *a = args;
	int64_t wait_s = a->wait.is_set ? a->wait.value / 1000000000 : WAIT_S;
	autoorch o = { 0 };
	int r;

	if (wait_s < 0 || wait_s > WAIT_MAX_S)
		return err_msg(e, EINVAL, "--wait: from 0s to 24h");
	r = globals_orch(global, &o, e);
	if (r >= 0)
		r = boot_all(&o, (int)wait_s * 1000, tell, NULL, e);
	return r < 0 ? r : r > 0;
}

const struct command cmd_boot = {
	.name = "boot",
	.synopsis = "",
	.about = "Bring every container to where it should be.",
	.opts = boot_opts,
	.args_size = sizeof(struct boot_args),
	.run = run_boot,
};
