/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/runtime.h"

#include "core/proc.h"
#include "core/strv.h"

#include <errno.h>

#define TIMEOUT_MS 60000
#define OUTPUT_MAX (1 << 20)

char *const oci_runtime_env[] = {
	(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	NULL,
};

char **oci_runtime_argv(const struct oci_runtime *rt, char *const *args)
{
	char **argv = NULL;

	strv_push(&argv, rt->path);
	strv_push(&argv, "--root");
	strv_push(&argv, rt->root);
	for (size_t i = 0; args[i]; i++)
		strv_push(&argv, args[i]);
	return argv;
}

/* What stands last in the output, without its line's end. */
static const char *last_line(struct str *output, size_t from)
{
	char *at;

	if (!output->p)
		return "";
	while (output->len > from && strchr("\r\n \t", output->p[output->len - 1]))
		output->p[--output->len] = '\0';
	at = memrchr(output->p + from, '\n', output->len - from);
	return at ? at + 1 : output->p + from;
}

int oci_runtime_run(const struct oci_runtime *rt, char *const *args, const char *input,
		    struct str *output, struct err *e)
{
	autostrv char **argv = oci_runtime_argv(rt, args);
	autostr own = { 0 };
	struct str *out = output ? output : &own;
	size_t from = out->len;
	const struct proc_run run = {
		.path = rt->path,
		.argv = argv,
		.env = oci_runtime_env,
		.input = input,
		.input_len = input ? strlen(input) : 0,
		.timeout_ms = TIMEOUT_MS,
		.output_max = OUTPUT_MAX,
		.output = out,
	};
	const char *said;
	int status;

	status = proc_run(&run, e);
	if (status <= 0)
		return status;
	said = last_line(out, from);
	if (*said)
		return err_msg(e, ECANCELED, "%s %s: %s", rt->path, args[0], said);
	return err_msg(e, ECANCELED, "%s %s: exit status %d", rt->path, args[0],
		       proc_exit_code(status));
}

int oci_runtime_delete(const struct oci_runtime *rt, const char *id, struct err *e)
{
	char *const args[] = { (char *)"delete", (char *)"--force", (char *)id, NULL };

	return oci_runtime_run(rt, args, NULL, NULL, e);
}
