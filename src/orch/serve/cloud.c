/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/cloud.h"

#include "core/log.h"
#include "core/num.h"
#include "core/proc_spawn.h"
#include "core/strv.h"
#include "monitor/backoff.h"
#include "orch/serve/channel.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/random.h>

/* Of a link; and what may wait for it before it is given up. */
#define LINE_MAX_BYTES (2u << 20)
#define OUTPUT_MAX (32u << 20)

struct cloud {
	struct loop *loop;
	const struct intake *intake;
	struct cloud_options options;
	struct proc_spawn process; /* pid 0: none */
	struct channel *channel;   /* NULL: it is over, the process about to end */
	bool has_ended;
	bool is_connected;
	unsigned attempt; /* since the last connection */
	int retry_timer, heartbeat_timer;
	struct asked *asked;
};

/* An event that waits for its acknowledgement. */
struct asked {
	struct cloud *cloud;
	uint64_t id;
	bool has_id;
	char *event;
	struct asked *next;
};

int64_t cloud_retry_ms(unsigned attempt, uint32_t random)
{
	int64_t ms = backoff_ms(attempt, CLOUD_RETRY_MS, CLOUD_RETRY_MAX_MS);

	return MAX(ms * 7 / 10 + (int64_t)(ms * 6 / 10 * (double)random / UINT32_MAX),
		   CLOUD_RETRY_MS);
}

static int start(struct cloud *c);

static void asked_free(struct asked *a)
{
	struct asked **at = &a->cloud->asked;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	free(a->event);
	free(a);
}

/* ---- to the cloud ---- */

/* @head: `"ack":7`, or `"event":"x"` */
static void send_line(struct cloud *c, const char *head, const char *json, size_t len)
{
	autostr line = { 0 };

	str_addf(&line, "{%s,\"data\":", head);
	str_add_bytes(&line, json, len);
	str_add_char(&line, '}');
	if (channel_send(c->channel, line.p, line.len) == 0)
		return;
	log_warning("cloud: the connection takes nothing more, and is given up");
	(void)pidfd_signal(c->process.pidfd, SIGKILL); /* its end is told by the loop */
}

static void send_event(struct cloud *c, const char *event, const char *json, size_t len)
{
	autojsonout *o = json_out_new(NULL);
	autofree char *head = NULL;

	json_out_string(o, event);
	head = xasprintf("\"event\":%s", json_out_text(o, NULL));
	send_line(c, head, json, len);
}

static void answer(struct asked *a, const char *ack, size_t len)
{
	autofree char *head = NULL;

	if (a->has_id) {
		head = xasprintf("\"ack\":%llu", (unsigned long long)a->id);
		send_line(a->cloud, head, ack, len);
	} else if (strv_has(a->cloud->options.event_topics, a->event)) {
		send_event(a->cloud, a->event, ack, len);
	}
}

static int on_ack(const char *ack, size_t len, void *data)
{
	struct asked *a = data;

	answer(a, ack, len);
	asked_free(a);
	return 0;
}

static int on_heartbeat(struct loop *l, int id _unused_, uint32_t events _unused_, void *data)
{
	struct cloud *c = data;
	autofree char *text = NULL;
	struct err e = { 0 };

	c->heartbeat_timer = loop_timer(l, CLOUD_HEARTBEAT_MS, on_heartbeat, c);
	if (heartbeat_format(c->options.heartbeat, &text, &e) < 0)
		log_error("heartbeat: %s", e.text);
	else
		send_event(c, "heartbeat", text, strlen(text));
	return 0;
}

/* ---- from the cloud ---- */

static void on_event(struct cloud *c, const char *event, const struct json *line)
{
	const struct json *id = json_get(line, "id"), *message = json_get(line, "message");
	struct asked *a = xcalloc(1, sizeof(*a));
	autofree char *refusal = NULL;

	a->cloud = c;
	a->event = xstrdup(event);
	a->has_id = id && id->type == JSON_NUMBER &&
		    num_parse_u64(id->text, UINT64_MAX, "id", &a->id, NULL) == 0;
	a->next = c->asked;
	c->asked = a;
	refusal = intake_message(c->intake, event, message, on_ack, a);
	if (refusal) {
		answer(a, refusal, strlen(refusal));
		asked_free(a);
	}
}

static void on_connected(struct cloud *c)
{
	log_warning("cloud: connected");
	c->is_connected = true;
	c->attempt = 0;
	c->heartbeat_timer = loop_timer(c->loop, CLOUD_HEARTBEAT_MS, on_heartbeat, c);
}

static int on_line(struct channel *channel _unused_, const char *line, size_t len, void *data)
{
	const struct json *root = NULL, *event = NULL, *failed = NULL;
	struct cloud *c = data;
	autojson *doc = NULL;

	if (!line || json_parse(line, len, &doc, NULL) < 0) {
		log_error("cloud: the connection says what cannot be read");
		return 0;
	}
	root = json_root(doc);
	event = json_get(root, "event");
	failed = json_get(root, "failed");
	if (event && event->type == JSON_STRING && json_get(root, "message"))
		on_event(c, event->text, root);
	else if (failed && failed->type == JSON_STRING)
		log_warning("cloud: %s", failed->text);
	else if (json_get(root, "connected"))
		on_connected(c);
	return 0;
}

/* ---- its process ---- */

static int on_retry(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct cloud *c = data;

	c->retry_timer = 0;
	return start(c);
}

static void retry(struct cloud *c)
{
	uint32_t random = 0;

	/* Without randomness there is no jitter, which is no harm to us. */
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	c->retry_timer = loop_timer(c->loop, cloud_retry_ms(c->attempt++, random), on_retry, c);
}

/* Nobody waits any more for what was asked over this connection. */
static void disconnect(struct cloud *c)
{
	c->is_connected = false;
	loop_timer_cancel(c->loop, c->heartbeat_timer);
	c->heartbeat_timer = 0;
	while (c->asked) {
		jobs_forget(c->intake->jobs, c->asked);
		asked_free(c->asked);
	}
	channel_free(TAKE(c->channel));
}

static void reap(struct cloud *c)
{
	int status = 0;

	if (!c->has_ended)
		loop_remove(c->loop, c->process.pidfd);
	(void)pidfd_wait(c->process.pidfd, -1, &status, NULL); /* a child of ours */
	proc_spawn_done(&c->process);
	c->process.pid = 0;
	c->has_ended = false;
}

static int on_end(struct channel *channel _unused_, void *data)
{
	struct cloud *c = data;

	disconnect(c);
	if (!c->has_ended) {
		(void)pidfd_signal(c->process.pidfd, SIGKILL); /* it may end just now */
		return 0;
	}
	reap(c);
	retry(c);
	return 0;
}

static int on_ended(struct loop *l, int fd, uint32_t events _unused_, void *data)
{
	struct cloud *c = data;

	/* What it said last comes first. */
	if (c->channel) {
		loop_remove(l, fd);
		c->has_ended = true;
		return 0;
	}
	reap(c);
	retry(c);
	return 0;
}

static int watch(struct cloud *c, struct err *e)
{
	const struct channel_options options = { .line_max = LINE_MAX_BYTES,
						 .output_max = OUTPUT_MAX,
						 .line = on_line,
						 .end = on_end,
						 .data = c };
	int in = TAKE_FD(c->process.output), out = TAKE_FD(c->process.input);
	int r = channel_new(c->loop, in, out, &options, &c->channel, e);

	return r < 0 ? r : loop_add(c->loop, c->process.pidfd, EPOLLIN, on_ended, c, e);
}

static int start(struct cloud *c)
{
	struct str output = { 0 };
	const struct proc_run run = { .path = c->options.argv[0],
				      .argv = c->options.argv,
				      .env = c->options.env,
				      .input = "",
				      .output = &output,
				      .keep_stderr = true };
	struct err e = { 0 };

	if (proc_spawn(&run, &c->process, &e) < 0) {
		proc_spawn_done(&c->process);
		c->process.pid = 0;
	} else if (watch(c, &e) < 0) {
		disconnect(c);
		(void)pidfd_signal(c->process.pidfd, SIGKILL);
		reap(c);
	} else {
		return 0;
	}
	log_error("cloud: %s", e.text);
	retry(c);
	return 0;
}

int cloud_new(struct loop *l, const struct intake *intake, const struct cloud_options *options,
	      struct cloud **out, struct err *e _unused_)
{
	struct cloud *c = xcalloc(1, sizeof(*c));

	c->loop = l;
	c->intake = intake;
	c->options = *options;
	*out = c;
	return start(c);
}

void cloud_free(struct cloud *c)
{
	if (!c)
		return;
	loop_timer_cancel(c->loop, c->retry_timer);
	disconnect(c);
	if (c->process.pid) {
		(void)pidfd_signal(c->process.pidfd, SIGKILL);
		reap(c);
	}
	free(c);
}
