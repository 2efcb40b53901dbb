/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/file.h"
#include "core/json.h"
#include "orch/topics.h"
#include "orchctl/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CONFIG_MAX (64u << 10)

struct serve_args {
	char *config;
	char *socket;
	char *url;
	char *ca;
	char *certificate;
	char *key;
};

static const struct opt serve_opts[] = {
	O_STRING_("config", 0, struct serve_args, config, "FILE",
		  "read what is not given here from a JSON file"),
	O_STRING_("socket", 0, struct serve_args, socket, "PATH", "listen on a Unix socket there"),
	LINK_OPTS_(struct serve_args),
	{ 0 },
};

/* The members of a configuration are named as the options. */
static const struct field config_fields[] = {
	F_STRING("socket", struct serve_args, socket, FIELD_NONEMPTY),
	F_STRING("url", struct serve_args, url, FIELD_NONEMPTY),
	F_STRING("ca", struct serve_args, ca, FIELD_NONEMPTY),
	F_STRING("certificate", struct serve_args, certificate, FIELD_NONEMPTY),
	F_STRING("key", struct serve_args, key, FIELD_NONEMPTY),
};
static const struct record config_record =
	RECORD(struct serve_args, "orchctl-serve(8)", config_fields);

static int read_config(const char *path, struct serve_args *out, struct err *e)
{
	autostr text = { 0 };

	if (!path)
		return 0;
	if (file_read(AT_FDCWD, path, CONFIG_MAX, &text, e) < 0)
		return -e->num;
	if (record_parse(&config_record, text.p, text.len, out, e) < 0)
		return err_wrap(e, "%s: ", path);
	return 0;
}

static void push_option(char ***v, const char *name, const char *value)
{
	if (!value)
		return;
	strv_push(v, name);
	strv_push(v, value);
}

static void push_topics(char ***v)
{
	const struct topic *topic = NULL;

	for (size_t i = 0; (topic = topic_at(i)); i++) {
		if (topic->flags & TOPIC_WAITS)
			push_option(v, "--long", topic->name);
		if (topic->flags & TOPIC_SUCCESS)
			push_option(v, "--event", topic->name);
	}
}

/* Beside this program, or where it was installed. */
static int find_server(const struct orch *o, char **out, struct err *e)
{
	static const char *const places[] = { "", "../libexec/" };
	size_t len = (size_t)(strrchr(o->program, '/') - o->program);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		autofree char *path =
			xasprintf("%.*s/%sorchctl-serve", (int)len, o->program, places[i]);

		if (access(path, X_OK) == 0) {
			*out = TAKE(path);
			return 0;
		}
	}
	return err_msg(e, ENOENT, "orchctl-serve: no such program");
}

/* The command line of orchctl-serve (serve_main.c). */
static char **server_argv(const struct orch *o, const char *program, const struct serve_args *a,
			  const struct serve_args *file)
{
	autofree char *socket = xasprintf("%s/orchctl.sock", o->run_dir);
	autostrv char **answer = orch_argv(o, o->ns);
	char **v = NULL;

	strv_push(&v, program);
	if (o->debug)
		strv_push(&v, "--debug");
	strv_push(&v, "serve");
	push_option(&v, "--socket", a->socket ?: file->socket ?: socket);
	push_option(&v, "--url", a->url ?: file->url);
	push_option(&v, "--ca", a->ca ?: file->ca);
	push_option(&v, "--certificate", a->certificate ?: file->certificate);
	push_option(&v, "--key", a->key ?: file->key);
	push_option(&v, "--disk", o->state_dir);
	push_option(&v, "--audit-dir", o->audit_dir);
	push_topics(&v);
	strv_push(&v, "--");
	for (size_t i = 0; i < strv_len(answer); i++)
		strv_push(&v, answer[i]);
	strv_push(&v, "answer");
	return v;
}

/* Does not come back. */
static int become_server(const struct orch *o, const struct serve_args *a,
			 const struct serve_args *file, struct err *e)
{
	autofree char *program = NULL;
	autostrv char **argv = NULL;
	int r = find_server(o, &program, e);

	if (r < 0)
		return r;
	argv = server_argv(o, program, a, file);
	(void)execve(program, argv, o->env);
	return err_set(e, errno, "exec %s", program);
}

static int run_serve(const void *global, void *args, int argc _unused_, char **argv _unused_,
		     struct err *e)
{
	const struct serve_args *a = args;
	struct serve_args file = { 0 };
	autoorch o = { 0 };
	int r = read_config(a->config, &file, e);

	if (r == 0)
		r = globals_orch(global, &o, e);
	if (r == 0)
		r = become_server(&o, a, &file, e);
	record_done(&config_record, &file);
	return r;
}

const struct command cmd_serve = {
	.name = "serve",
	.about = "Take messages from a Unix socket, and from the cloud.",
	.opts = serve_opts,
	.args_size = sizeof(struct serve_args),
	.run = run_serve,
};
