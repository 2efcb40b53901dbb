/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/file.h"
#include "core/json.h"
#include "orch/serve/serve.h"

#include <errno.h>
#include <fcntl.h>

#define CONFIG_MAX (64u << 10)

struct serve_args {
	char *config;
	char *socket;
	char *url;
	char *ca;
	char *certificate;
	char *key;
	bool check; /* of a link */
};

#define LINK_OPTS                                                                                  \
	O_STRING_("ca", 0, struct serve_args, ca, "FILE",                                          \
		  "trust the cloud's certificate when one in FILE has signed it"),                 \
		O_STRING_("certificate", 0, struct serve_args, certificate, "FILE",                \
			  "show this certificate to the cloud"),                                   \
		O_STRING_("key", 0, struct serve_args, key, "FILE",                                \
			  "the certificate's private key"),                                        \
		O_STRING_("url", 0, struct serve_args, url, "URL",                                 \
			  "connect to the Socket.IO server there")

static const struct opt serve_opts[] = {
	O_STRING_("config", 0, struct serve_args, config, "FILE",
		  "read what is not given here from a JSON file"),
	O_STRING_("socket", 0, struct serve_args, socket, "PATH", "listen on a Unix socket there"),
	LINK_OPTS,
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

static int serve(const struct orch *o, const struct serve_args *a, const struct serve_args *file,
		 struct err *e)
{
	autofree char *socket = xasprintf("%s/orchctl.sock", o->run_dir);
	const struct serve_options options = {
		.socket = a->socket	       ?:
				  file->socket ?:
						 socket,
		.link = { .url = a->url ?: file->url,
			  .ca = a->ca ?: file->ca,
			  .certificate = a->certificate ?: file->certificate,
			  .key = a->key ?: file->key },
	};

	if (options.link.url && (!options.link.certificate || !options.link.key))
		return err_msg(e, EINVAL, "the URL %s needs a certificate and a key",
			       options.link.url);
	return serve_run(o, &options, e);
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
		r = serve(&o, a, &file, e);
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

static const struct opt link_opts[] = {
	O_FLAG_("check", 0, struct serve_args, check,
		"print the certificate's common name, if a connection can be made with it"),
	LINK_OPTS,
	{ 0 },
};

static int check_link(const struct link_config *c)
{
	autofree char *agent = NULL;
	struct err e = { 0 };
	int r = link_check(c, &agent, &e);

	puts(r < 0 ? e.text : agent);
	return r < 0;
}

static int run_link(const void *global _unused_, void *args, int argc _unused_,
		    char **argv _unused_, struct err *e)
{
	const struct serve_args *a = args;
	const struct link_config c = {
		.url = a->url, .ca = a->ca, .certificate = a->certificate, .key = a->key
	};
	autojsonout *o = json_out_new(NULL);

	if (!c.url || !c.certificate || !c.key)
		return err_msg(e, EINVAL, "a link needs a URL, a certificate and a key");
	if (a->check)
		return check_link(&c);
	if (link_run(&c, 0, 1, e) == 0)
		return 0;
	/* Who started us tells it in his log. */
	json_out_object(o);
	json_out_name(o, "failed");
	json_out_string(o, e->text);
	json_out_end(o);
	puts(json_out_text(o, NULL));
	return 1;
}

const struct command cmd_link = {
	.name = "link",
	.about = "One connection of orchctl serve to the cloud.",
	.opts = link_opts,
	.args_size = sizeof(struct serve_args),
	.run = run_link,
	.flags = COMMAND_HIDDEN,
};
