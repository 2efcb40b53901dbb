/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/file.h"
#include "core/json.h"
#include "orch/image.h"
#include "orch/run.h"
#include "orch/run_options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct run_args {
	char *bundle, *cpus, *entrypoint, *file, *hostname, *memory, *name, *network, *restart;
	char *user, *workdir;
	char **cap_add, **device, **env, **label, **mount, **tag, **volume;
	bool detach, elevated, read_only;
	int pull;
	int64_t stop_timeout;
};

static const struct opt run_opts[] = {
	O_STRING_("bundle", 'b', struct run_args, bundle, "DIR", "run an OCI bundle, not an image"),
	O_STRV_("cap-add", 0, struct run_args, cap_add, "CAP", "add a capability"),
	O_STRING_("cpus", 0, struct run_args, cpus, "NUMBER",
		  "let it use so many processors' time, 1.5 for example"),
	O_FLAG_("detach", 'd', struct run_args, detach,
		"return once it runs, which is done anyway"),
	O_STRV_("device", 0, struct run_args, device, "SOURCE[:PATH]",
		"give it a device of the host"),
	O_FLAG_("elevated", 0, struct run_args, elevated,
		"give it CAP_SYS_ADMIN and /dev/fuse, as 0-OS does"),
	O_STRING_("entrypoint", 0, struct run_args, entrypoint, "PROGRAM",
		  "run this instead of the image's program"),
	O_STRV_("env", 'e', struct run_args, env, "NAME[=VALUE]",
		"set a variable, or pass ours on"),
	O_STRING_("file", 'f', struct run_args, file, "FILE",
		  "read what is asked for from a document, and take no other option"),
	O_STRING_("hostname", 0, struct run_args, hostname, "NAME", "its host's name"),
	O_STRV_("label", 'l', struct run_args, label, "NAME[=VALUE]",
		"label it; an annotation of its configuration"),
	O_STRING_("memory", 'm', struct run_args, memory, "SIZE", "let it use so much memory"),
	O_STRV_("mount", 0, struct run_args, mount, "KEY=VALUE,...",
		"mount something, by type, source, target and options"),
	O_STRING_("name", 0, struct run_args, name, "NAME", "its name"),
	O_STRING_("network", 0, struct run_args, network, "NETWORK",
		  "none, host, or ns:PATH for a namespace that is prepared"),
	O_ENUM_("pull", 0, struct run_args, pull, "WHEN", image_pull_names,
		"ask the registry always, only when it is missing, or never"),
	O_FLAG_("read-only", 0, struct run_args, read_only, "keep it from writing to its root"),
	O_STRING_("restart", 0, struct run_args, restart, "POLICY",
		  "start it again: no, on-failure or always"),
	O_INT_("stop-timeout", 0, struct run_args, stop_timeout, "SECONDS",
	       "when it is to stop, kill it after SECONDS"),
	O_STRV_("tag", 0, struct run_args, tag, "TAG", "tag it"),
	O_STRING_("user", 'u', struct run_args, user, "USER[:GROUP]",
		  "run as this user, by name or number"),
	O_STRV_("volume", 'v', struct run_args, volume, "SOURCE:TARGET[:OPTION,...]",
		"mount a directory or file of the host"),
	O_STRING_("workdir", 'w', struct run_args, workdir, "DIR", "start in this directory"),
	{ 0 },
};

static void run_args_done(struct run_args *a)
{
	char **const all[] = {
		a->cap_add, a->device, a->env, a->label, a->mount, a->tag, a->volume
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		strv_free(all[i]);
}

/* ---- from options ---- */

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static int take_bundle(const char *path, char **out, struct err *e)
{
	*out = realpath(path, NULL);
	return *out ? 0 : err_set(e, errno, "--bundle %s", path);
}

static int take_mounts(char *const *texts,
		       int (*parse)(const char *text, struct run_mount *out, struct err *e),
		       struct run_request *r, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < strv_len(texts); i++) {
		r->mounts = xrealloc(r->mounts, r->n_mounts + 1, sizeof(*r->mounts));
		r->mounts[r->n_mounts] = (struct run_mount){ 0 };
		ret = parse(texts[i], &r->mounts[r->n_mounts++], e);
	}
	return ret;
}

static int take_environment(const struct run_args *a, struct run_request *r, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; ret >= 0 && i < strv_len(a->env); i++)
		ret = run_option_env(a->env[i], environ, &r->env, e);
	for (size_t i = 0; ret >= 0 && i < strv_len(a->label); i++)
		ret = run_option_label(a->label[i], &r->labels, e);
	for (size_t i = 0; ret >= 0 && i < strv_len(a->cap_add); i++)
		ret = run_option_capability(a->cap_add[i], &r->capabilities, e);
	return MIN(ret, 0);
}

static int take_network(const char *text, struct run_request *r, struct err *e)
{
	r->network = xcalloc(1, sizeof(*r->network));
	return run_option_network(text, r->network, e);
}

static int take_limits(const struct run_args *a, struct run_request *r, struct err *e)
{
	int ret = 0;

	if (a->memory)
		ret = run_option_memory(a->memory, &r->memory_mb, e);
	if (ret == 0 && a->cpus)
		ret = run_option_cpus(a->cpus, &r->cpu_quota_us, e);
	if (ret == 0 && a->stop_timeout < 0)
		ret = err_msg(e, EINVAL, "--stop-timeout %lld: is less than 0",
			      (long long)a->stop_timeout);
	r->stop_timeout_s = (uint64_t)a->stop_timeout;
	return ret;
}

static void take_texts(const struct run_args *a, struct run_request *r)
{
	r->name = copy(a->name);
	r->hostname = copy(a->hostname);
	r->user = copy(a->user);
	r->workdir = copy(a->workdir);
	r->restart = copy(a->restart);
	r->read_only = a->read_only;
	r->elevated = a->elevated;
	r->pull = a->pull;
	if (a->tag)
		r->tags = strv_copy(a->tag);
	if (a->device)
		r->devices = strv_copy(a->device);
}

/* An image is the first argument; what follows are the program's. */
static int take_arguments(const struct run_args *a, int argc, char **argv, struct run_request *r,
			  struct err *e)
{
	if (a->bundle && take_bundle(a->bundle, &r->bundle, e) < 0)
		return -EINVAL;
	if (!a->bundle && argc == 0)
		return err_msg(e, EINVAL, "neither an image nor --bundle is given");
	if (!a->bundle)
		r->image = xstrdup(argv[0]);
	for (int i = a->bundle ? 0 : 1; i < argc; i++)
		strv_push(&r->args, argv[i]);
	return a->entrypoint ? run_option_entrypoint(a->entrypoint, &r->entrypoint, e) : 0;
}

static int from_options(const struct run_args *a, int argc, char **argv, struct run_request *r,
			struct err *e)
{
	int ret;

	if (!a->name)
		return err_msg(e, EINVAL, "--name: is missing");
	take_texts(a, r);
	ret = take_arguments(a, argc, argv, r, e);
	if (ret == 0)
		ret = take_environment(a, r, e);
	if (ret == 0)
		ret = take_mounts(a->mount, run_option_mount, r, e);
	if (ret == 0)
		ret = take_mounts(a->volume, run_option_volume, r, e);
	if (ret == 0 && a->network)
		ret = take_network(a->network, r, e);
	return ret < 0 ? ret : take_limits(a, r, e);
}

/* ---- from a document ---- */

static int read_document(const char *path, struct str *text, struct err *e)
{
	if (str_eq(path, "-"))
		return fd_read_all(STDIN_FILENO, JSON_SIZE_MAX, text, e);
	return file_read(AT_FDCWD, path, JSON_SIZE_MAX, text, e);
}

static int from_document(const char *path, struct run_request *r, struct err *e)
{
	autostr text = { 0 };
	int ret = read_document(path, &text, e);

	if (ret < 0)
		return ret;
	ret = record_parse(&run_request_record, text.p ?: "", text.len, r, e);
	return ret < 0 ? err_wrap(e, "%s: ", path) : 0;
}

/* The options' own result goes the same way: what is checked of one is checked of the other. */
static int check(const struct run_request *asked, struct run_request *out, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	const char *text;
	size_t len;

	record_encode(&run_request_record, asked, o);
	text = json_out_text(o, &len);
	return record_parse(&run_request_record, text, len, out, e);
}

static int read_request(const struct run_args *a, int argc, char **argv, struct run_request *out,
			struct err *e)
{
	_cleanup_(run_request_done) struct run_request asked = { 0 };
	struct run_args only_file;
	int r;

	memset(&only_file, 0, sizeof(only_file)); /* what is between the members, too */
	only_file.file = a->file;
	only_file.detach = a->detach;

	if (!a->file) {
		r = from_options(a, argc, argv, &asked, e);
		return r < 0 ? r : check(&asked, out, e);
	}
	if (argc > 0 || memcmp(a, &only_file, sizeof(only_file)) != 0)
		return err_msg(e, EINVAL, "--file: takes neither arguments nor other options");
	return from_document(a->file, out, e);
}

static int make(const struct globals *g, const struct run_args *a, int argc, char **argv,
		struct err *e)
{
	_cleanup_(run_request_done) struct run_request request = { 0 };
	autoorch o = { 0 };
	int r = read_request(a, argc, argv, &request, e);

	if (r == 0)
		r = globals_orch(g, &o, e);
	if (r == 0)
		r = run_container(&o, &request, e);
	if (r < 0)
		return r;
	puts(request.name);
	return fflush(stdout) == EOF ? err_set(e, errno, "write to standard output") : 0;
}

static int run_run(const void *global, void *args, int argc, char **argv, struct err *e)
{
	int r = make(global, args, argc, argv, e);

	run_args_done(args);
	return r;
}

const struct command cmd_run = {
	.name = "run",
	.synopsis = "[IMAGE] [ARGUMENT...]",
	.about = "Run a container of an image or of a bundle.",
	.opts = run_opts,
	.args_size = sizeof(struct run_args),
	.min_args = 0,
	.max_args = -1,
	.run = run_run,
	.flags = COMMAND_STOP_AT_ARG,
};
