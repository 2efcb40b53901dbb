/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/supervisor_state.h"

#include "core/file.h"
#include "core/num.h"
#include "core/proc.h"
#include "core/strv.h"
#include "monitor/init_process.h"
#include "monitor/trim.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK_TIME_MS 2000
#define LOOP_ENDED 1
#define QUIET_MS 1000

void supervisor_say(struct supervisor *s, const char *fmt, ...)
{
	autostr text = { 0 };
	struct timespec now;
	va_list ap;

	va_start(ap, fmt);
	str_addv(&text, fmt, ap);
	va_end(ap);
	(void)clock_gettime(CLOCK_REALTIME, &now); /* never fails */
	logfile_say(&s->log, &now, "%s", text.p);
}

/* A status that cannot be written is no reason to let go of the container: the log tells. */
void supervisor_tell(struct supervisor *s, enum monitor_state state, bool final)
{
	struct err e;

	s->status.state = (int)state;
	strv_free(s->status.recent);
	s->status.recent = NULL;
	for (size_t i = 0; i < s->history.n; i++)
		strv_push_take(&s->status.recent, xasprintf("%" PRId64, s->history.at_ms[i]));
	if (monitor_status_save(s->dir, &s->status, final, &e) < 0)
		supervisor_say(s, "%s", e.text);
}

void supervisor_answer_up(struct supervisor *s, const char *why)
{
	control_answer(&s->control, CONTROL_START, why);
	control_answer(&s->control, CONTROL_RESTART, why);
}

static void tell_ready(struct supervisor *s, const struct err *failure)
{
	if (s->ready)
		s->ready(s->ready_data, failure);
	s->ready = NULL;
}

/* Nothing may happen for months now. */
static int on_quiet(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct supervisor *s = data;

	s->timer = 0;
	memory_trim();
	return 0;
}

static void started(struct supervisor *s)
{
	s->ran = true;
	s->status.started_ms = wall_ms();
	free(s->status.error);
	s->status.error = NULL;
	if (s->status.pid) /* it can have ended by now */
		supervisor_tell(s, MONITOR_RUNNING, false);
	supervisor_answer_up(s, NULL);
	tell_ready(s, NULL);
}

static void ended(struct supervisor *s, int exit_code)
{
	pipes_drain(&s->pipes, &s->log);
	if (s->adopted)
		loop_remove(s->loop, s->init);
	s->init = fd_close(s->init);
	s->status.pid = 0;
	s->status.start_time = 0;
	s->status.finished_ms = wall_ms();
	s->status.exit_code = (struct opt_int){ exit_code >= 0, MAX(exit_code, 0) };
	supervisor_tell(s, s->want_down || s->again ? MONITOR_STOPPING : MONITOR_RESTARTING, false);
}

static int on_timer(struct loop *l, int id, uint32_t events, void *data);

static void set_timer(struct supervisor *s)
{
	int64_t time = supervisor_time_of(s);

	if (s->timer)
		loop_timer_cancel(s->loop, s->timer);
	s->timer = 0;
	if (s->state == MACHINE_RUNNING)
		s->timer = loop_timer(s->loop, QUIET_MS, on_quiet, s);
	else if (time > 0)
		s->timer = loop_timer(s->loop, time, on_timer, s);
}

/* Feeds an event to the machine, and what follows from it. */
static void feed(struct supervisor *s, int event)
{
	while (event != NO_EVENT) {
		struct machine_edge edge = machine_next(s->state, (enum machine_event)event);
		bool moved = edge.next != s->state;

		if (!edge.action)
			return;
		s->state = edge.next;
		event = supervisor_actions[edge.action](s);
		if (moved)
			set_timer(s);
	}
}

static int verdict(const struct supervisor *s)
{
	return s->state == MACHINE_DOWN ? LOOP_ENDED : 0;
}

static int on_timer(struct loop *l _unused_, int id _unused_, uint32_t events _unused_, void *data)
{
	struct supervisor *s = data;

	s->timer = 0;
	feed(s, EVENT_TIMER);
	return verdict(s);
}

/* A new start by somebody's will. */
static void clean_slate(struct supervisor *s)
{
	s->history.n = 0;
	s->status.restarts = 0;
}

static int on_asked(void *data, enum control_request request)
{
	struct supervisor *s = data;

	/* One that runs stays as it is. */
	if (request == CONTROL_START && s->state == MACHINE_RUNNING) {
		control_answer(&s->control, CONTROL_START, NULL);
		return 0;
	}
	s->want_down = request == CONTROL_STOP;
	if (s->state == MACHINE_WAITING)
		clean_slate(s);
	/* One that is about to be started is new already. */
	s->again = request != CONTROL_STOP && s->state >= MACHINE_RUNNING &&
		   s->state != MACHINE_WAITING;
	feed(s, request == CONTROL_STOP ? EVENT_STOP : EVENT_RESTART);
	return verdict(s);
}

static void on_job_end(struct supervisor *s, int status)
{
	autofree char *log = xasprintf("%s/" RUNTIME_LOG, s->spec.run);
	bool failed = proc_exit_code(status) != 0;
	struct err why;

	s->job = 0;
	if (failed) {
		job_failure(log, s->command, status, &why);
		supervisor_failed(s, &why);
	} else if (str_eq(s->command, "start")) {
		started(s);
	}
	feed(s, failed ? EVENT_FAILED : EVENT_DONE);
}

/* What else is reaped are processes of the container that had no other parent. */
static void reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->job) {
			on_job_end(s, status);
		} else if (pid == s->status.pid && !s->adopted) {
			ended(s, proc_exit_code(status));
			feed(s, EVENT_EXIT);
		}
	}
}

static int on_signal(struct loop *l _unused_, int fd, uint32_t events _unused_, void *data)
{
	struct supervisor *s = data;
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	if (info.ssi_signo == SIGCHLD) {
		reap(s);
	} else { /* the machine goes down: what is wanted stays so for the next boot */
		s->want_down = true;
		s->again = false;
		feed(s, EVENT_STOP);
	}
	return verdict(s);
}

static int on_adopted_end(struct loop *l _unused_, int fd _unused_, uint32_t events _unused_,
			  void *data)
{
	struct supervisor *s = data;

	ended(s, init_process_exit_code(&s->status, s->init));
	feed(s, EVENT_EXIT);
	return verdict(s);
}

static int adopt(struct supervisor *s, struct err *e)
{
	int pidfd;

	if (s->status.state != MONITOR_RUNNING)
		return err_msg(e, ESRCH, "it does not run");
	pidfd = init_process_open(&s->status, e);
	if (pidfd < 0)
		return pidfd;
	s->init = pidfd;
	s->adopted = true;
	return loop_add(s->loop, pidfd, EPOLLIN, on_adopted_end, s, e);
}

static int on_output(struct loop *l _unused_, int fd, uint32_t events _unused_, void *data)
{
	struct supervisor *s = data;

	(void)pipes_read(&s->pipes,
			 fd == s->pipes.fd[LOGFILE_STDOUT] ? LOGFILE_STDOUT : LOGFILE_STDERR,
			 &s->log);
	return verdict(s);
}

static int watch_signals(struct supervisor *s, struct err *e)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "become a reaper");
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return err_set(e, errno, "signalfd");
	return loop_add(s->loop, s->signals, EPOLLIN, on_signal, s, e);
}

static int take_lock(struct supervisor *s, struct err *e)
{
	int r;

	s->lock = openat(s->run, MONITOR_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return err_set(e, errno, "open %s/" MONITOR_LOCK, s->spec.run);
	r = fd_lock(s->lock, true, LOCK_TIME_MS, e);
	return r == -ETIMEDOUT ? err_msg(e, EALREADY, "it has a monitor already") : r;
}

static int open_run_dir(struct supervisor *s, struct err *e)
{
	int r;

	r = dir_make_all(s->spec.run, 0700, e);
	if (r >= 0)
		r = dir_make_all(s->spec.root, 0700, e);
	if (r < 0)
		return r;
	s->run = open(s->spec.run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return s->run < 0 ? err_set(e, errno, "open %s", s->spec.run) : take_lock(s, e);
}

static int open_output(struct supervisor *s, struct err *e)
{
	int r;

	r = logfile_open(&s->log, s->spec.log, s->spec.log_size_max, s->spec.log_files, e);
	if (r >= 0)
		r = pipes_open(s->run, &s->pipes, e);
	for (int i = 0; r >= 0 && i < LOGFILE_STREAMS; i++)
		r = loop_add(s->loop, s->pipes.fd[i], EPOLLIN, on_output, s, e);
	return r;
}

/* What the monitor before left, when it was killed. */
static int load_status(struct supervisor *s, struct err *e)
{
	int r = monitor_status_load(s->dir, &s->status, e);

	if (r == -EBADMSG)
		supervisor_say(s, "%s", e->text);
	if (r == -ENOENT || r == -EBADMSG) {
		s->status = (struct monitor_status){ .state = MONITOR_CREATED };
		r = 0;
	}
	s->status.version = MONITOR_VERSION;
	for (size_t i = 0; s->status.recent && s->status.recent[i]; i++) {
		int64_t at;

		if (num_parse_i64(s->status.recent[i], 0, INT64_MAX, "recent", &at, NULL) == 0)
			policy_note(&s->history, at);
	}
	return r;
}

static int prepare(struct supervisor *s, struct err *e)
{
	int r;

	r = monitor_spec_load(s->dir, &s->spec, e);
	if (r >= 0)
		r = open_run_dir(s, e);
	if (r < 0)
		return r;
	s->loop = loop_new(e);
	if (!s->loop)
		return -e->num;
	r = watch_signals(s, e);
	if (r >= 0)
		r = open_output(s, e);
	if (r >= 0)
		r = load_status(s, e);
	return r < 0 ? r : control_open(&s->control, s->loop, s->run, on_asked, s, e);
}

static void begin(struct supervisor *s)
{
	struct err e;

	if (adopt(s, &e) >= 0) {
		s->state = MACHINE_RUNNING;
		set_timer(s);
		s->ran = true;
		supervisor_say(s, "took over process %d", (int)s->status.pid);
		supervisor_tell(s, MONITOR_RUNNING, false);
		tell_ready(s, NULL);
		return;
	}
	clean_slate(s);
	s->status.pid = 0;
	s->status.start_time = 0;
	free(s->status.error);
	s->status.error = NULL;
	if (init_process_describe(&s->status, &e) < 0)
		supervisor_say(s, "%s", e.text);
	supervisor_tell(s, MONITOR_STARTING, false);
	s->state = MACHINE_CLEARING;
	set_timer(s);
	feed(s, supervisor_actions[ACTION_CLEAR](s));
}

static void done(struct supervisor *s)
{
	static const char *const leftovers[] = { PID_FILE, RUNTIME_LOG };

	if (s->control.fd >= 0) {
		control_answer(&s->control, CONTROL_STOP, NULL);
		control_answer(&s->control, CONTROL_RESTART, "the container is down");
		control_close(&s->control);
	}
	for (size_t i = 0; s->lock >= 0 && i < ARRAY_SIZE(leftovers); i++)
		(void)unlinkat(s->run, leftovers[i], 0); /* with the run directory at the latest */
	pipes_close(&s->pipes);
	logfile_done(&s->log);
	fd_close_p(&s->init);
	fd_close_p(&s->signals);
	loop_free(s->loop);
	fd_close_p(&s->run);
	fd_close_p(&s->lock);
	monitor_status_done(&s->status);
	monitor_spec_done(&s->spec);
}

int supervisor_run(const char *dir, supervisor_ready_fn *ready, void *data, struct err *e)
{
	struct supervisor s = {
		.dir = dir,
		.run = -1,
		.lock = -1,
		.signals = -1,
		.init = -1,
		.log = LOGFILE_NONE,
		.pipes = PIPES_NONE,
		.control = { .fd = -1 },
		.ready = ready,
		.ready_data = data,
	};
	int r;

	r = prepare(&s, e);
	if (r >= 0) {
		begin(&s);
		r = verdict(&s) ? 0 : loop_run(s.loop, e);
	}
	if (!s.failed)
		err_msg(&s.failure, ECANCELED, "it was stopped before it ran");
	tell_ready(&s, r < 0 ? e : &s.failure); /* when it never ran */
	done(&s);
	return r < 0 ? r : 0;
}
