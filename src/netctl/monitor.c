/* SPDX-License-Identifier: Apache-2.0 */
#include "net/monitor.h"

#include "core/file.h"
#include "net/subscribers.h"
#include "netctl/netctl.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define NS_PER_MS 1000000
/* What on_signal and on_stdout end the loop with. */
#define ENDED 1

struct monitor_args {
	char *socket;
	struct opt_int debounce; /* ns */
	bool all;
};

static const struct opt monitor_opts[] = {
	O_FLAG_("all", 0, struct monitor_args, all,
		"tell of the loopback and of engines' virtual interfaces, too"),
	{ .name = "debounce",
	  .kind = OPT_DURATION,
	  .offset = OPT_OFF(struct monitor_args, debounce, struct opt_int),
	  .arg = "DURATION",
	  .help = "tell of a change when nothing has happened for this long (default 3s)" },
	O_STRING_("socket", 0, struct monitor_args, socket, "PATH",
		  "tell everybody who connects to this socket, instead of standard output"),
	{ 0 },
};

struct watch {
	struct loop *loop;
	struct monitor *monitor;
	struct subscribers *subscribers; /* NULL: standard output */
	int signals;
	struct err *e;
};

static void watch_done(struct watch *w)
{
	subscribers_free(w->subscribers);
	monitor_free(w->monitor);
	loop_free(w->loop);
	(void)fd_close(w->signals);
}

static int print_line(const char *line, struct err *e)
{
	autofree char *text = xasprintf("%s\n", line);

	return fd_write_all(STDOUT_FILENO, text, strlen(text), e);
}

static int on_line(const char *line, size_t len, void *data)
{
	struct watch *w = data;

	if (!w->subscribers)
		return print_line(line, w->e);
	subscribers_send(w->subscribers, line, len);
	return 0;
}

static char *greet(void *data)
{
	const struct watch *w = data;

	return monitor_discovery(w->monitor);
}

static int end_loop(struct loop *l _unused_, int fd _unused_, uint32_t events _unused_,
		    void *data _unused_)
{
	return ENDED;
}

static int watch_signals(struct watch *w, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_set(e, errno, "block signals");
	w->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->signals < 0)
		return err_set(e, errno, "signalfd");
	return loop_add(w->loop, w->signals, EPOLLIN, end_loop, NULL, e);
}

static int start_output(struct watch *w, const char *path, struct err *e)
{
	autofree char *line = NULL;

	if (path)
		return subscribers_new(w->loop, path, greet, w, &w->subscribers, e);
	/* Nobody reads any more: known of a pipe only, and of a file there is nothing to know. */
	(void)loop_add(w->loop, STDOUT_FILENO, 0, end_loop, NULL, NULL);
	line = monitor_discovery(w->monitor);
	return print_line(line, e);
}

static int start(struct watch *w, const struct monitor_args *a, struct err *e)
{
	struct monitor_options options = { .debounce_ms = MONITOR_DEBOUNCE_MS, .all = a->all };
	int r;

	if (a->debounce.is_set) {
		if (a->debounce.value < 0 || a->debounce.value / NS_PER_MS > INT_MAX)
			return err_msg(e, EINVAL, "debounce: out of range");
		options.debounce_ms = (int)(a->debounce.value / NS_PER_MS);
	}
	w->loop = loop_new(e);
	if (!w->loop)
		return -e->num;
	r = watch_signals(w, e);
	if (r == 0)
		r = monitor_new(w->loop, &options, on_line, w, &w->monitor, e);
	if (r == 0)
		r = start_output(w, a->socket, e);
	return r;
}

static int run_monitor(const void *global _unused_, void *args, int argc _unused_,
		       char **argv _unused_, struct err *e)
{
	_cleanup_(watch_done) struct watch w = { .signals = -1, .e = e };
	int r = start(&w, args, e);

	if (r == 0)
		r = loop_run(w.loop, e);
	/* A reader who has gone away is an end like any other. */
	return r == ENDED || r == -EPIPE ? 0 : r;
}

const struct command cmd_monitor = {
	.name = "monitor",
	.synopsis = "",
	.about = "Tell of the host's interfaces, and of what changes.",
	.opts = monitor_opts,
	.args_size = sizeof(struct monitor_args),
	.min_args = 0,
	.max_args = 0,
	.run = run_monitor,
};
