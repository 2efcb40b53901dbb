/* SPDX-License-Identifier: Apache-2.0 */
#include "netctl/cni.h"

#include "core/file.h"
#include "net/cni/plugin.h"
#include "netctl/netctl.h"

#include <stdio.h>
#include <unistd.h>

#define INPUT_MAX (4u << 20)

bool cni_is_called(int argc)
{
	return argc == 1 && getenv("CNI_COMMAND") != NULL;
}

/* An ADD whose result nobody gets has failed, and leaves nothing. */
static void undo(const struct cni_plugin *p)
{
	struct cni_plugin del = *p;
	autostr output = { 0 };

	if (!str_eq(getenv("CNI_COMMAND"), "ADD") || setenv("CNI_COMMAND", "DEL", 1) < 0)
		return;
	del.env = environ;
	(void)cni_plugin_run(&del, &output); /* the error is that of writing */
}

int cni_main(char **argv)
{
	const char *dir = getenv("NETCTL_STATE_DIR");
	struct cni_plugin p = { .program = argv[0],
				.env = environ,
				.state_dir = dir && *dir ? dir : NETCTL_STATE_DIR };
	autostr input = { 0 }, output = { 0 };
	struct err e = { 0 };
	int status;

	if (fd_read_all(STDIN_FILENO, INPUT_MAX, &input, &e) < 0) {
		(void)fprintf(stderr, "netctl: standard input: %s\n", e.text);
		return 1;
	}
	p.input = input.p ? input.p : "";
	p.input_len = input.len;
	status = cni_plugin_run(&p, &output);
	if (output.len > 0 && fd_write_all(STDOUT_FILENO, output.p, output.len, &e) < 0) {
		(void)fprintf(stderr, "netctl: standard output: %s\n", e.text);
		if (status == 0)
			undo(&p);
		return 1;
	}
	return status;
}
