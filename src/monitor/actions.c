/* SPDX-License-Identifier: Apache-2.0 */
/* What a monitor does when its machine says so. */
#include "monitor/supervisor_state.h"

#include "core/file.h"
#include "core/num.h"
#include "core/proc.h"
#include "monitor/init_process.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define COMMAND_TIME_MS 60000
#define KILL_TIME_MS 5000

int64_t supervisor_time_of(const struct supervisor *s)
{
	static const int64_t times[MACHINE_STATES] = {
		[MACHINE_CLEARING] = COMMAND_TIME_MS, [MACHINE_CREATING] = COMMAND_TIME_MS,
		[MACHINE_STARTING] = COMMAND_TIME_MS, [MACHINE_ABORTING] = COMMAND_TIME_MS,
		[MACHINE_REMOVING] = COMMAND_TIME_MS, [MACHINE_KILLING] = KILL_TIME_MS,
	};

	if (s->state == MACHINE_STOPPING)
		return s->spec.stop_timeout_ms;
	if (s->state == MACHINE_WAITING)
		return MAX(s->wait_ms, 1);
	return times[s->state];
}

/* Of an attempt, the first failure is the reason. */
void supervisor_failed(struct supervisor *s, const struct err *why)
{
	if (!s->failed)
		s->failure = *why;
	s->failed = true;
}

static int fail(struct supervisor *s, const struct err *why)
{
	supervisor_failed(s, why);
	return EVENT_FAILED;
}

static int run_command(struct supervisor *s, char *const *args, const struct job_output *output)
{
	const struct oci_runtime rt = { .path = s->spec.runtime, .root = s->spec.root };
	autofree char *log = xasprintf("%s/" RUNTIME_LOG, s->spec.run);
	struct err e;
	pid_t pid;

	pid = job_start(&rt, log, args, output, &e);
	if (pid < 0)
		return fail(s, &e);
	s->job = pid;
	s->command = args[0];
	return NO_EVENT;
}

static int delete_container(struct supervisor *s)
{
	static const struct job_output silent = { -1, -1 };
	char *const args[] = { (char *)"delete", (char *)"--force", s->spec.id, NULL };

	return run_command(s, args, &silent);
}

static bool is_at_runtime(const struct supervisor *s)
{
	autofree char *state = xasprintf("%s/%s", s->spec.root, s->spec.id);

	return access(state, F_OK) == 0;
}

/* Begins an attempt. The runtime is only asked when it can have something. */
static int do_clear(struct supervisor *s)
{
	s->failed = false;
	return is_at_runtime(s) ? delete_container(s) : EVENT_DONE;
}

static int do_create(struct supervisor *s)
{
	autofree char *pid_file = xasprintf("%s/" PID_FILE, s->spec.run);
	char *const args[] = { (char *)"create",
			       (char *)"--bundle",
			       s->spec.bundle,
			       (char *)"--pid-file",
			       pid_file,
			       s->spec.id,
			       NULL };
	autofd int out = -1, err = -1;
	struct err e;

	out = pipes_open_end(s->run, LOGFILE_STDOUT, &e);
	err = out < 0 ? -1 : pipes_open_end(s->run, LOGFILE_STDERR, &e);
	if (err < 0)
		return fail(s, &e);
	if (unlinkat(s->run, PID_FILE, 0) < 0 && errno != ENOENT) {
		err_set(&e, errno, "remove %s", pid_file);
		return fail(s, &e);
	}
	s->status.exit_code.is_set = false;
	return run_command(s, args, &(const struct job_output){ out, err });
}

static int read_pid_file(const struct supervisor *s, int64_t *pid, struct err *e)
{
	autostr text = { 0 };
	uint64_t value;
	int r;

	r = file_read(s->run, PID_FILE, 64, &text, e);
	if (r < 0)
		return r;
	while (text.len > 0 && text.p[text.len - 1] == '\n')
		text.p[--text.len] = '\0';
	r = num_parse_u64(text.p ? text.p : "", INT32_MAX, "the runtime's pid file", &value, e);
	*pid = r < 0 ? 0 : (int64_t)value;
	return r;
}

/* It is a child of ours that nobody else reaps: its number stays its own. */
static int watch_init(struct supervisor *s, struct err *e)
{
	int r;

	r = read_pid_file(s, &s->status.pid, e);
	if (r < 0)
		return r;
	s->init = pidfd_open_((pid_t)s->status.pid);
	if (s->init < 0)
		return err_set(e, errno, "watch process %d", (int)s->status.pid);
	s->adopted = false;
	return init_process_describe(&s->status, e);
}

static int do_start(struct supervisor *s)
{
	static const struct job_output silent = { -1, -1 };
	char *const args[] = { (char *)"start", s->spec.id, NULL };

	struct err e;

	if (watch_init(s, &e) < 0)
		return fail(s, &e);
	supervisor_tell(s, MONITOR_STARTING, false);
	return run_command(s, args, &silent);
}

static int signal_init(struct supervisor *s, int sig)
{
	/* One that has ended is seen to have, in the next event. */
	if (s->init >= 0)
		(void)pidfd_signal(s->init, sig);
	return NO_EVENT;
}

static int do_signal(struct supervisor *s)
{
	int sig = s->spec.stop_signal ? signal_parse(s->spec.stop_signal, NULL) : SIGTERM;

	supervisor_tell(s, MONITOR_STOPPING, false);
	return signal_init(s, sig > 0 ? sig : SIGTERM);
}

static int do_kill(struct supervisor *s)
{
	return signal_init(s, SIGKILL);
}

static int do_end_command(struct supervisor *s)
{
	if (s->job > 0)
		(void)kill(s->job, SIGKILL); /* our child, and not reaped */
	return NO_EVENT;
}

/* Starting for the first time is not tried again: who asked is told why. */
static int decide(struct supervisor *s, int64_t *wait_ms)
{
	struct opt_int exit_code = s->failed ? (struct opt_int){ 0 } : s->status.exit_code;
	int64_t now = wall_ms();

	if (s->want_down)
		return EVENT_END;
	if (s->again)
		return EVENT_NOW;
	if (!s->ran)
		return EVENT_END;
	policy_forget(&s->history, now);
	*wait_ms = policy_next((enum monitor_restart)s->spec.restart, exit_code, &s->history);
	if (*wait_ms < 0)
		return EVENT_END;
	policy_note(&s->history, now);
	return EVENT_AGAIN;
}

static void set_error(struct supervisor *s, const char *text)
{
	free(s->status.error);
	s->status.error = xstrdup(text);
}

static void give_up(struct supervisor *s)
{
	autofree char *text = xasprintf("started again %d times within %d minutes: given up",
					POLICY_RESTARTS_MAX, POLICY_WINDOW_MS / 60000);

	set_error(s, text);
	supervisor_say(s, "%s", text);
}

static int do_decide(struct supervisor *s)
{
	int event = decide(s, &s->wait_ms);

	if (s->failed) {
		set_error(s, s->failure.text);
		supervisor_say(s, "%s", s->failure.text);
		supervisor_answer_up(s, s->failure.text);
	}
	if (event == EVENT_END && !s->want_down && s->wait_ms == POLICY_GIVE_UP)
		give_up(s);
	if (event == EVENT_NOW) {
		s->again = false;
		s->history.n = 0;
		s->status.restarts = 0;
	}
	if (event == EVENT_AGAIN)
		s->status.restarts++;
	return event;
}

static int do_wait(struct supervisor *s)
{
	supervisor_tell(s, MONITOR_RESTARTING, false);
	supervisor_say(s, "starts again in %lld ms", (long long)s->wait_ms);
	return NO_EVENT;
}

/* One that the runtime could not delete is not stopped, and who asked for that is told why. */
static int do_leave(struct supervisor *s)
{
	bool stopped = s->want_down && !(s->failed && is_at_runtime(s));
	bool failed = s->status.error && !stopped;

	if (stopped) {
		free(s->status.error);
		s->status.error = NULL;
	} else if (s->want_down) {
		control_answer(&s->control, CONTROL_STOP, s->failure.text);
	}
	supervisor_tell(s,
			stopped ? MONITOR_STOPPED :
			failed	? MONITOR_FAILED :
				  MONITOR_EXITED,
			true);
	return NO_EVENT;
}

static int do_nothing(struct supervisor *s _unused_)
{
	return NO_EVENT;
}

action_fn *const supervisor_actions[] = {
	[ACTION_NONE] = do_nothing,	    [ACTION_CLEAR] = do_clear,
	[ACTION_CREATE] = do_create,	    [ACTION_START] = do_start,
	[ACTION_SIGNAL] = do_signal,	    [ACTION_KILL] = do_kill,
	[ACTION_REMOVE] = delete_container, [ACTION_END_COMMAND] = do_end_command,
	[ACTION_DECIDE] = do_decide,	    [ACTION_WAIT] = do_wait,
	[ACTION_LEAVE] = do_leave,
};
