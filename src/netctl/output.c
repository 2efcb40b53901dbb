/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/netctl.h"

#include <errno.h>

int finish_output(struct err *e)
{
	if (fflush(stdout) == EOF || ferror(stdout))
		return err_set(e, errno, "write to stdout");
	return 0;
}

int print_json(const struct json_out *o, struct err *e)
{
	puts(json_out_text(o, NULL));
	return finish_output(e);
}

int print_shown(struct json_out *o, int r, struct err *e)
{
	int printed;

	if (r < 0 && r != -EUCLEAN)
		return r;
	if (o)
		json_out_end(o);
	printed = o ? print_json(o, e) : finish_output(e);
	return printed < 0 ? printed : MIN(r, 0);
}
