/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/jobs.h"

#include "core/log.h"
#include "core/proc_spawn.h"
#include "orch/serve/channel.h"
#include "orch/serve/refusal.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

/* An answer with two days of samples fits. */
#define ACK_MAX (8u << 20)

static const char died[] = "The process that did this ended before it was done";

struct answerer;

struct job {
	char *topic;
	char *device;
	bool is_long;
	char *line; /* what the answerer is told */
	size_t len;
	jobs_fn *fn; /* NULL: nobody is told */
	void *data;
	struct answerer *answerer; /* who does it; NULL: it waits */
	struct job *next;
};

struct answerer {
	struct jobs *jobs;
	struct proc_spawn process; /* pid 0: there is none */
	struct channel *channel;   /* NULL: it is told nothing more, and about to end */
	struct job *job;
	int idle_timer;
	bool has_ended;
};

struct jobs {
	struct loop *loop;
	char *const *argv;
	char *const *env;
	struct job *first;
	size_t n, bytes, n_long; /* n_long: at work */
	int timer;		 /* to look for what can be done; 0: none */
	struct answerer answerers[JOBS_ANSWERERS];
};

static void schedule(struct jobs *j);

struct jobs *jobs_new(struct loop *l, char *const *argv, char *const *env)
{
	struct jobs *j = xcalloc(1, sizeof(*j));

	j->loop = l;
	j->argv = argv;
	j->env = env;
	for (size_t i = 0; i < JOBS_ANSWERERS; i++)
		j->answerers[i].jobs = j;
	return j;
}

static void job_free(struct job *job)
{
	free(job->topic);
	free(job->device);
	free(job->line);
	free(job);
}

/* Out of the list. */
static void unlink_job(struct jobs *j, struct job *job)
{
	struct job **at = &j->first;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	j->n--;
	j->bytes -= job->len;
	if (job->answerer) {
		j->n_long -= job->is_long;
		job->answerer->job = NULL;
	}
}

static int finish(struct jobs *j, struct job *job, const char *ack, size_t len)
{
	int r = 0;

	unlink_job(j, job);
	if (job->fn)
		r = job->fn(ack, len, job->data);
	job_free(job);
	return r;
}

/* Without an answer of the answerer's that could be passed on. */
static int finish_failed(struct jobs *j, struct job *job, const char *why)
{
	autofree char *refusal = NULL;
	autojson *doc = NULL;
	const struct json *message = NULL;

	if (json_parse(job->line, job->len, &doc, NULL) == 0)
		message = json_get(json_root(doc), "message");
	refusal = refusal_format(job->topic, message, why);
	return finish(j, job, refusal, strlen(refusal));
}

static void answerer_reap(struct answerer *w)
{
	int status = 0;

	if (!w->has_ended)
		loop_remove(w->jobs->loop, w->process.pidfd);
	(void)pidfd_wait(w->process.pidfd, -1, &status, NULL); /* a child of ours */
	proc_spawn_done(&w->process);
	w->process.pid = 0;
	w->has_ended = false;
	schedule(w->jobs);
}

static void answerer_forget(struct answerer *w)
{
	loop_timer_cancel(w->jobs->loop, w->idle_timer);
	w->idle_timer = 0;
	channel_free(TAKE(w->channel));
}

static int on_idle(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct answerer *w = data;

	w->idle_timer = 0;
	/* It ends when there is nothing more to read. */
	answerer_forget(w);
	return 0;
}

static int on_ack(struct channel *c _unused_, const char *line, size_t len, void *data)
{
	struct answerer *w = data;

	if (!w->job) /* it says what it was not asked */
		return 0;
	schedule(w->jobs);
	w->idle_timer = loop_timer(w->jobs->loop, JOBS_IDLE_MS, on_idle, w);
	if (!line) {
		autofree char *why =
			xasprintf("It was done, but the answer has more than %u bytes", ACK_MAX);

		return finish_failed(w->jobs, w->job, why);
	}
	return finish(w->jobs, w->job, line, len);
}

static int on_answerer_end(struct channel *c _unused_, void *data)
{
	struct answerer *w = data;

	answerer_forget(w);
	if (w->has_ended)
		answerer_reap(w);
	else
		(void)pidfd_signal(w->process.pidfd, SIGKILL); /* it may end just now */
	return w->job ? finish_failed(w->jobs, w->job, died) : 0;
}

static int on_ended(struct loop *l, int fd, uint32_t events _unused_, void *data)
{
	struct answerer *w = data;

	/* What it said last may be in its pipe still, whose end comes behind that. */
	if (w->channel) {
		loop_remove(l, fd);
		w->has_ended = true;
	} else {
		answerer_reap(w);
	}
	return 0;
}

static int answerer_start(struct answerer *w, struct err *e)
{
	const struct channel_options options = { .line_max = ACK_MAX,
						 .output_max = JOBS_BYTES_MAX,
						 .line = on_ack,
						 .end = on_answerer_end,
						 .data = w };
	struct str output = { 0 };
	const struct proc_run run = { .path = w->jobs->argv[0],
				      .argv = w->jobs->argv,
				      .env = w->jobs->env,
				      .input = "",
				      .output = &output,
				      .keep_stderr = true };
	int in = -1, out = -1, r = proc_spawn(&run, &w->process, e);

	if (r < 0) {
		proc_spawn_done(&w->process);
		w->process.pid = 0;
		return r;
	}
	in = TAKE_FD(w->process.output);
	out = TAKE_FD(w->process.input);
	r = channel_new(w->jobs->loop, in, out, &options, &w->channel, e);
	if (r == 0)
		r = loop_add(w->jobs->loop, w->process.pidfd, EPOLLIN, on_ended, w, e);
	if (r < 0) {
		answerer_forget(w);
		(void)pidfd_signal(w->process.pidfd, SIGKILL);
		answerer_reap(w);
	}
	return r;
}

/* One that has nothing to do; else room for a new one. */
static struct answerer *free_answerer(struct jobs *j)
{
	struct answerer *room = NULL;

	for (size_t i = 0; i < JOBS_ANSWERERS; i++) {
		struct answerer *w = &j->answerers[i];

		if (w->channel && !w->job)
			return w;
		if (!w->process.pid && !room)
			room = w;
	}
	return room;
}

static bool may_start(const struct jobs *j, const struct job *job)
{
	if (job->answerer || (job->is_long && j->n_long >= JOBS_LONG))
		return false;
	for (const struct job *before = j->first; before != job; before = before->next)
		if (before->device && job->device && str_eq(before->device, job->device))
			return false;
	return true;
}

static int give(struct jobs *j, struct job *job, struct answerer *w)
{
	struct err e = { 0 };

	loop_timer_cancel(j->loop, w->idle_timer);
	w->idle_timer = 0;
	if (!w->process.pid && answerer_start(w, &e) < 0) {
		log_error("start an answerer: %s", e.text);
		return finish_failed(j, job, died);
	}
	w->job = job;
	job->answerer = w;
	j->n_long += job->is_long;
	/* One without a job has nothing in its pipe, so there is room. */
	(void)channel_send(w->channel, job->line, job->len);
	return 0;
}

static int on_timer(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct jobs *j = data;
	struct answerer *w = NULL;
	int r = 0;

	j->timer = 0;
	for (struct job *job = j->first, *next = NULL; job && r == 0; job = next) {
		next = job->next;
		if (!may_start(j, job))
			continue;
		w = free_answerer(j);
		if (!w)
			break;
		r = give(j, job, w);
	}
	return r;
}

static void schedule(struct jobs *j)
{
	if (!j->timer)
		j->timer = loop_timer(j->loop, 0, on_timer, j);
}

/* What orch/serve/answer.c reads. */
static char *line_of(const struct job_request *request)
{
	autojsonout *o = json_out_new(NULL);

	if (request->is_change)
		return xasprintf("{\"network_change\":%.*s}", (int)request->len, request->message);
	json_out_string(o, request->topic);
	return xasprintf("{\"topic\":%s,\"message\":%.*s}", json_out_text(o, NULL),
			 (int)request->len, request->message);
}

int jobs_add(struct jobs *j, const struct job_request *request)
{
	struct job **at = &j->first, *job = NULL;

	if (j->n >= JOBS_MAX || j->bytes + request->len > JOBS_BYTES_MAX)
		return -ENOBUFS;
	job = xcalloc(1, sizeof(*job));
	job->topic = xstrdup(request->topic);
	job->device = request->device ? xstrdup(request->device) : NULL;
	job->is_long = request->is_long;
	job->line = line_of(request);
	job->len = strlen(job->line);
	job->fn = request->fn;
	job->data = request->data;
	while (*at)
		at = &(*at)->next;
	*at = job;
	j->n++;
	j->bytes += job->len;
	schedule(j);
	return 0;
}

void jobs_forget(struct jobs *j, const void *data)
{
	for (struct job *job = j->first; job; job = job->next)
		if (job->data == data)
			job->fn = NULL;
}

void jobs_free(struct jobs *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < JOBS_ANSWERERS; i++) {
		struct answerer *w = &j->answerers[i];

		answerer_forget(w);
		if (!w->process.pid)
			continue;
		(void)pidfd_signal(w->process.pidfd, SIGKILL);
		answerer_reap(w);
	}
	loop_timer_cancel(j->loop, j->timer);
	while (j->first) {
		struct job *job = j->first;

		j->first = job->next;
		job_free(job);
	}
	free(j);
}
