/* SPDX-License-Identifier: Apache-2.0 */
/* orchctl-serve: what orchctl serve becomes, and the connections that it starts. A program of its
 * own, so that nothing is in memory which only the answers to messages need. */
#include "core/log.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "orch/serve/serve.h"
#include "orchctl/serve.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "config.h"

struct globals {
	bool debug;
};

static const struct opt global_opts[] = {
	O_FLAG_("debug", 0, struct globals, debug, "log what is done, step by step"),
	{ 0 },
};

/* ---- serve ---- */

struct serve_args {
	char *socket;
	char *url;
	char *ca;
	char *certificate;
	char *key;
	char *disk;
	char *audit_dir;
	char **long_topics;
	char **event_topics;
};

static const struct opt serve_opts[] = {
	O_STRING_("audit-dir", 0, struct serve_args, audit_dir, "DIR",
		  "tell the head of this trail"),
	O_STRING_("disk", 0, struct serve_args, disk, "DIR", "tell of this directory's disk"),
	O_STRV_("event", 0, struct serve_args, event_topics, "TOPIC", "answer it by an event"),
	O_STRV_("long", 0, struct serve_args, long_topics, "TOPIC", "it takes long"),
	O_STRING_("socket", 0, struct serve_args, socket, "PATH", "listen on a Unix socket there"),
	LINK_OPTS_(struct serve_args),
	{ 0 },
};

static int own_program(char *out, size_t size, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	ssize_t n = proc < 0 ? -1 : readlinkat(proc, "self/exe", out, size);

	if (n < 0 || (size_t)n >= size)
		return err_set(e, n < 0 ? errno : ENAMETOOLONG, "find this program's file");
	out[n] = '\0';
	return 0;
}

static int run_serve(const void *global _unused_, void *args, int argc _unused_, char **argv,
		     struct err *e)
{
	struct serve_args *a = args;
	char program[PATH_MAX];
	const struct serve_options options = {
		.socket = a->socket,
		.link = { .url = a->url,
			  .ca = a->ca,
			  .certificate = a->certificate,
			  .key = a->key },
		.disk = a->disk,
		.audit_dir = a->audit_dir,
		.answer_argv = argv,
		.program = program,
		.env = environ,
		.long_topics = a->long_topics,
		.event_topics = a->event_topics,
	};
	int r = own_program(program, sizeof(program), e);

	if (r == 0 && a->url && (!a->certificate || !a->key))
		r = err_msg(e, EINVAL, "the URL %s needs a certificate and a key", a->url);
	if (r == 0)
		r = serve_run(&options, e);
	strv_free(a->long_topics);
	strv_free(a->event_topics);
	return r;
}

static const struct command cmd_serve = {
	.name = "serve",
	.synopsis = "PROGRAM ARGUMENT ...",
	.about = "Serve; the program answers messages.",
	.opts = serve_opts,
	.args_size = sizeof(struct serve_args),
	.min_args = 1,
	.max_args = -1,
	.run = run_serve,
	.flags = COMMAND_STOP_AT_ARG,
};

/* ---- link ---- */

struct link_args {
	char *url;
	char *ca;
	char *certificate;
	char *key;
	bool check;
};

static const struct opt link_opts[] = {
	O_FLAG_("check", 0, struct link_args, check,
		"print the certificate's common name, if a connection can be made with it"),
	LINK_OPTS_(struct link_args),
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
	const struct link_args *a = args;
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

static const struct command cmd_link = {
	.name = "link",
	.about = "One connection to the cloud.",
	.opts = link_opts,
	.args_size = sizeof(struct link_args),
	.run = run_link,
};

static const struct command *const commands[] = {
	&cmd_link,
	&cmd_serve,
	NULL,
};

static int prepare(void *globals, const struct command *c _unused_, struct err *e)
{
	const struct globals *g = globals;

	return log_open(NULL, LOG_TEXT, g->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING, e);
}

/* Errors are orchctl's, of which this is a part. */
static const struct program serve_program = {
	.name = "orchctl",
	.about = "what orchctl serve becomes",
	.version = "orchctl version " PACKAGE_VERSION "\n",
	.opts = global_opts,
	.globals_size = sizeof(struct globals),
	.commands = commands,
	.prepare = prepare,
};

int main(int argc, char **argv)
{
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	return program_main(&serve_program, argc, argv);
}
