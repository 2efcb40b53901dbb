/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/serve.h"

#include "core/json.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/strv.h"
#include "net/monitor.h"
#include "orch/serve/clients.h"
#include "orch/serve/cloud.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#define CHECK_TIMEOUT_MS 10000

struct serve {
	struct loop *loop;
	struct jobs *jobs;
	struct clients *clients;
	struct cloud *cloud;
	struct heartbeat *heartbeat;
	struct monitor *monitor;
	struct intake intake;
	char **link_argv;
	char *agent;
	int signals;
};

static int on_signal(struct loop *l _unused_, int fd _unused_, uint32_t events _unused_,
		     void *data _unused_)
{
	return 1;
}

static int watch_signals(struct serve *s, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL); /* cannot fail with these arguments */
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return err_set(e, errno, "watch signals");
	return loop_add(s->loop, s->signals, EPOLLIN, on_signal, s, e);
}

/* Interfaces that go are not told on: when they are back, that is a change, too. */
static int on_network(const char *line, size_t len, void *data)
{
	const struct json *type = NULL, *change = NULL;
	struct job_request request = { .topic = "network_change",
				       .is_long = true,
				       .is_change = true };
	autojsonout *o = json_out_new(NULL);
	struct serve *s = data;
	autojson *doc = NULL;

	if (json_parse(line, len, &doc, NULL) < 0)
		return 0;
	type = json_get(json_root(doc), "type");
	change = json_get(json_root(doc), "data");
	if (!type || type->type != JSON_STRING || !str_eq(type->text, "network_change") ||
	    !change || json_get(change, "status"))
		return 0;
	json_out_tree(o, change);
	request.message = json_out_text(o, &request.len);
	if (jobs_add(s->jobs, &request) < 0)
		log_error("a change of the network is not followed: too many messages are waiting");
	return 0;
}

static void push_option(char ***v, const char *name, const char *value)
{
	if (!value)
		return;
	strv_push(v, name);
	strv_push(v, value);
}

static char **link_argv(const struct serve_options *o)
{
	const struct link_config *link = &o->link;
	char **v = NULL;

	strv_push(&v, o->program);
	strv_push(&v, "link");
	push_option(&v, "--url", link->url);
	push_option(&v, "--ca", link->ca);
	push_option(&v, "--certificate", link->certificate);
	push_option(&v, "--key", link->key);
	return v;
}

/* Whether it can work, and who we are; a process of its own, so that what libcrypto needs for that
 * does not stay in memory. */
static int check_link(struct serve *s, const struct serve_options *o, struct err *e)
{
	autostrv char **argv = link_argv(o);
	autostr output = { 0 };
	struct proc_run run = { .path = o->program,
				.env = o->env,
				.output = &output,
				.output_max = ERR_TEXT_MAX,
				.timeout_ms = CHECK_TIMEOUT_MS };
	int status = 0;

	strv_push(&argv, "--check");
	run.argv = argv;
	status = proc_run(&run, e);
	if (status < 0)
		return err_wrap(e, "check the certificate: ");
	str_add(&output, "");
	output.p[strcspn(output.p, "\n")] = '\0';
	if (proc_exit_code(status) != 0)
		return err_msg(e, EINVAL, "%s", output.p);
	s->agent = str_take(&output);
	return 0;
}

static int start_cloud(struct serve *s, const struct serve_options *o, struct err *e)
{
	const struct heartbeat_options heartbeat = { .agent = s->agent,
						     .disk = o->disk,
						     .audit_dir = o->audit_dir };
	struct cloud_options options = { .env = o->env, .event_topics = o->event_topics };

	if (heartbeat_new(&heartbeat, &s->heartbeat, e) < 0)
		return -e->num;
	s->link_argv = link_argv(o);
	options.argv = s->link_argv;
	options.heartbeat = s->heartbeat;
	return cloud_new(s->loop, &s->intake, &options, &s->cloud, e);
}

static int start(struct serve *s, const struct serve_options *o, struct err *e)
{
	static const struct monitor_options watched = { .debounce_ms = MONITOR_DEBOUNCE_MS };
	int r = o->link.url ? check_link(s, o, e) : 0;

	if (r < 0)
		return r;
	s->loop = loop_new(e);
	if (!s->loop)
		return -e->num;
	r = watch_signals(s, e);
	if (r < 0)
		return r;
	s->jobs = jobs_new(s->loop, o->answer_argv, o->env);
	s->intake = (struct intake){ s->jobs, o->long_topics };
	r = clients_new(s->loop, &s->intake, o->socket, &s->clients, e);
	if (r == 0)
		r = monitor_new(s->loop, &watched, on_network, s, &s->monitor, e);
	if (r == 0 && o->link.url)
		r = start_cloud(s, o, e);
	return r;
}

static void done(struct serve *s)
{
	cloud_free(s->cloud);
	monitor_free(s->monitor);
	heartbeat_free(s->heartbeat);
	clients_free(s->clients);
	jobs_free(s->jobs);
	loop_free(s->loop);
	strv_free(s->link_argv);
	free(s->agent);
	(void)fd_close(s->signals);
}

int serve_run(const struct serve_options *options, struct err *e)
{
	struct serve s = { .signals = -1 };
	int r = start(&s, options, e);

	if (r == 0)
		r = loop_run(s.loop, e);
	done(&s);
	return r < 0 ? r : 0;
}
