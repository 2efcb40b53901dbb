/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/delegate.h"

#include "core/proc.h"
#include "core/procfs.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_MS 120000
#define OUTPUT_MAX (1 << 20)

static bool is_self(const struct stat *st)
{
	autofd int proc = procfs_open_root(NULL);
	autofd int self =
		proc < 0 ? -1 : procfs_open_link(proc, "self/exe", O_PATH | O_CLOEXEC, NULL);
	struct stat own;

	return self >= 0 && fstat(self, &own) == 0 && own.st_dev == st->st_dev &&
	       own.st_ino == st->st_ino;
}

int cni_find_program(const struct cni *c, const char *name, char **out, struct err *e)
{
	int r = cni_name_check(name, "type", e);

	for (size_t i = 0; r == 0 && c->call.path && c->call.path[i]; i++) {
		autofree char *path = xasprintf("%s/%s", c->call.path[i], name);
		struct stat st;

		if (path[0] != '/' || stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
		    access(path, X_OK) < 0)
			continue;
		*out = TAKE(path);
		return is_self(&st) ? 2 : 1;
	}
	return r;
}

/* {"code": 7, "msg": "...", "details": "..."} */
struct failure {
	int64_t code;
	char *msg, *details;
};
static const struct field failure_fields[] = {
	F_INT("code", struct failure, code, 0, INT32_MAX, 0),
	F_STRING("msg", struct failure, msg, 0),
	F_STRING("details", struct failure, details, 0),
};
static const struct record failure_record = RECORD(struct failure, "SPEC.md#error", failure_fields);

static int explain(struct cni *c, const char *program, const struct str *output, int status,
		   struct err *e)
{
	struct failure f = { 0 };
	int r;

	if (output->len == 0 ||
	    record_parse(&failure_record, output->p, output->len, &f, NULL) < 0 || !f.msg) {
		record_done(&failure_record, &f);
		return err_msg(e, EIO, "%s: status %d: %s", program, proc_exit_code(status),
			       output->p ? output->p : "no reason given");
	}
	if (f.code > 0)
		c->code = (enum cni_code)f.code;
	r = err_msg(e, EIO, "%s: %s%s%s", program, f.msg, f.details ? ": " : "",
		    f.details ? f.details : "");
	record_done(&failure_record, &f);
	return r;
}

/* The environment that we have, but for the command: undoing an ADD is a DEL. */
static char **environment(const struct cni *c)
{
	struct strv_builder b = { 0 };

	for (char *const *v = c->call.env; v && *v; v++)
		if (!str_starts(*v, "CNI_COMMAND="))
			strv_builder_add(&b, xstrdup(*v));
	strv_builder_add(&b, xasprintf("CNI_COMMAND=%s",
				       names_get(cni_command_names, c->call.command)));
	return strv_builder_take(&b);
}

int cni_delegate(struct cni *c, const char *program, struct str *out, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	char *argv[] = { (char *)program, NULL };
	autostrv char **env = environment(c);
	autostr output = { 0 };
	struct proc_run run = {
		.path = program,
		.argv = argv,
		.env = env,
		.timeout_ms = TIMEOUT_MS,
		.output_max = OUTPUT_MAX,
		.output = &output,
	};
	int r;

	json_out_tree(o, json_root(c->conf.doc));
	run.input = json_out_text(o, &run.input_len);
	r = proc_run(&run, e);
	if (r < 0)
		return err_wrap(e, "%s: ", program);
	if (r != 0)
		return explain(c, program, &output, r, e);
	if (out)
		str_add_bytes(out, output.p, output.len);
	return 0;
}
