/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/monitor.h"

#include "core/file.h"
#include "core/names.h"
#include "core/proc.h"
#include "core/sock.h"
#include "monitor/control.h"
#include "monitor/logfile.h"
#include "monitor/policy.h"
#include "monitor/init_process.h"
#include "monitor/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define START_TIME_MS 180000
/* Beyond the time that the container has: what the runtime's commands may take. */
#define ANSWER_TIME_MS 180000
/* A monitor has its lock a moment before its socket. */
#define CONNECT_TRIES 50
#define CONNECT_WAIT_MS 100
#define ANSWER_MAX 2048
#define OUTPUT_MAX 4096
#define KILL_TIME_MS 5000

static int set_wanted(const char *dir, enum monitor_wanted wanted, struct monitor_spec *spec,
		      struct err *e)
{
	int r = monitor_spec_load(dir, spec, e);

	if (r < 0 || spec->wanted == (int)wanted)
		return r;
	spec->wanted = (int)wanted;
	return monitor_spec_save(dir, spec, e);
}

/* The monitor's lock, with which there is none. Returns a descriptor; -ETIMEDOUT while it lives;
 * -ENOENT when there never was one in this boot. */
static int lock_out(const struct monitor_spec *spec, bool exclusive, int timeout_ms, struct err *e)
{
	autofree char *path = xasprintf("%s/" MONITOR_LOCK, spec->run);
	autofd int fd = open(path, O_RDWR | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	r = fd_lock(fd, exclusive, timeout_ms, e);
	return r < 0 ? r : TAKE_FD(fd);
}

static bool has_monitor(const struct monitor_spec *spec)
{
	autofd int lock = lock_out(spec, false, 0, NULL);

	return lock == -ETIMEDOUT;
}

static int ask(const struct monitor_spec *spec, enum control_request request, struct err *e);

/* Lets the monitor that there may be have it up. Returns 1 when one does, 0 when there is none, or
 * -errno. One that ends meanwhile, as after a stop, does not say so: its lock is waited for. */
static int start_by_monitor(const struct monitor_spec *spec, struct err *e)
{
	autofd int lock = -1;
	int r;

	if (!has_monitor(spec))
		return 0;
	r = ask(spec, CONTROL_START, e);
	if (r != -ESRCH)
		return r < 0 ? r : 1;
	lock = lock_out(spec, true, CONNECT_WAIT_MS * CONNECT_TRIES, NULL);
	/* It lives and knows no such request: it is of an earlier version. */
	return lock == -ETIMEDOUT;
}

int monitor_start(const char *program, const char *dir, struct err *e)
{
	char *const argv[] = { (char *)program, (char *)dir, NULL };
	automonitorspec spec = { 0 };
	autostr said = { 0 };
	const struct proc_run run = {
		.path = program,
		.argv = argv,
		.env = oci_runtime_env,
		.timeout_ms = START_TIME_MS,
		.output_max = OUTPUT_MAX,
		.output = &said,
	};
	int status;

	status = set_wanted(dir, MONITOR_UP, &spec, e);
	if (status < 0)
		return status;
	status = start_by_monitor(&spec, e);
	if (status != 0)
		return MIN(status, 0);
	status = proc_run(&run, e);
	if (status <= 0)
		return status < 0 ? status : 1;
	while (said.len > 0 && said.p[said.len - 1] == '\n')
		said.p[--said.len] = '\0';
	return err_msg(e, ECANCELED, "%s", said.len ? said.p : "the monitor ended early");
}

/* Returns a connection; -ESRCH when there is no monitor. */
static int connect_to(const struct monitor_spec *spec, struct err *e)
{
	autofree char *path = xasprintf("%s/" MONITOR_SOCKET, spec->run);
	int r = -ESRCH;

	for (int i = 0; i < CONNECT_TRIES; i++) {
		autofd int lock = -1;

		r = sock_connect(AT_FDCWD, path, SOCK_SEQPACKET, e);
		if (r >= 0)
			return r;
		lock = lock_out(spec, true, CONNECT_WAIT_MS, NULL);
		if (lock != -ETIMEDOUT)
			return err_msg(e, ESRCH, "it has no monitor");
	}
	return r;
}

/* Returns 0; -ESRCH: no monitor, or it was killed meanwhile. */
static int ask(const struct monitor_spec *spec, enum control_request request, struct err *e)
{
	const char *text = names_get(control_request_names, request);
	autofd int fd = connect_to(spec, e);
	char answer[ANSWER_MAX];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;
	int r;

	if (fd < 0)
		return fd;
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		return err_msg(e, ESRCH, "its monitor has ended");
	do
		r = poll(&p, 1, (int)MIN(spec->stop_timeout_ms + ANSWER_TIME_MS, INT32_MAX));
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return err_msg(e, ETIMEDOUT, "its monitor does not answer");
	n = recv(fd, answer, sizeof(answer) - 1, 0);
	if (n <= 0)
		return err_msg(e, ESRCH, "its monitor has ended");
	answer[n] = '\0';
	return str_eq(answer, "ok") ? 0 : err_msg(e, ECANCELED, "%s", answer);
}

static void end_process(const struct monitor_spec *spec, const struct monitor_status *status)
{
	autofd int pidfd = init_process_open(status, NULL);
	int sig = spec->stop_signal ? signal_parse(spec->stop_signal, NULL) : SIGTERM;

	if (pidfd < 0)
		return;
	(void)pidfd_signal(pidfd, sig > 0 ? sig : SIGTERM); /* it may have ended just now */
	if (pidfd_poll(pidfd, (int)spec->stop_timeout_ms) == 0) {
		(void)pidfd_signal(pidfd, SIGKILL);
		(void)pidfd_poll(pidfd, KILL_TIME_MS);
	}
}

/* What a monitor would do, of a container that has none. Returns 1 when there was something. */
static int stop_without(const char *dir, const struct monitor_spec *spec, struct err *e)
{
	const struct oci_runtime rt = { .path = spec->runtime, .root = spec->root };
	autofree char *state = xasprintf("%s/%s", spec->root, spec->id);
	automonitorstatus status = { 0 };
	bool there = access(state, F_OK) == 0;
	int r;

	r = monitor_status_load(dir, &status, e);
	if (r < 0 && r != -ENOENT && r != -EBADMSG)
		return r;
	if (there) {
		end_process(spec, &status);
		r = oci_runtime_delete(&rt, spec->id, e);
		if (r < 0)
			return r;
		status.exit_code.is_set = false;
		status.finished_ms = wall_ms();
	}
	status.version = MONITOR_VERSION;
	status.state = MONITOR_STOPPED;
	status.pid = 0;
	status.start_time = 0;
	r = monitor_status_save(dir, &status, true, e);
	return r < 0 ? r : there;
}

int monitor_stop(const char *dir, struct err *e)
{
	automonitorspec spec = { 0 };
	autofd int lock = -1;
	int r;

	r = set_wanted(dir, MONITOR_DOWN, &spec, e);
	if (r < 0)
		return r;
	r = ask(&spec, CONTROL_STOP, e);
	if (r == 0)
		return 1;
	if (r != -ESRCH)
		return r;
	lock = lock_out(&spec, true, CONNECT_WAIT_MS * CONNECT_TRIES, e);
	if (lock < 0 && lock != -ENOENT)
		return lock;
	return stop_without(dir, &spec, e);
}

int monitor_restart(const char *dir, struct err *e)
{
	automonitorspec spec = { 0 };
	int r = set_wanted(dir, MONITOR_UP, &spec, e);

	return r < 0 ? r : ask(&spec, CONTROL_RESTART, e);
}

/* Corrects what nobody is there to correct. */
static void check_status(struct monitor_status *status)
{
	autofd int pidfd = -1;

	if (status->state >= MONITOR_STOPPED || status->state == MONITOR_CREATED)
		return;
	pidfd = init_process_open(status, NULL);
	if (pidfd >= 0) {
		status->state = MONITOR_ORPHANED;
		return;
	}
	status->state = MONITOR_EXITED;
	status->pid = 0;
	status->start_time = 0;
	status->exit_code.is_set = false;
}

int monitor_status(const char *dir, struct monitor_status *out, struct err *e)
{
	automonitorspec spec = { 0 };
	bool lives;
	int r;

	r = monitor_spec_load(dir, &spec, e);
	if (r < 0)
		return r;
	lives = has_monitor(&spec);
	r = monitor_status_load(dir, out, e);
	if (r == -ENOENT) {
		*out = (struct monitor_status){ .version = MONITOR_VERSION,
						.state = MONITOR_CREATED };
		return lives;
	}
	if (r < 0)
		return r;
	if (!lives)
		check_status(out);
	return lives;
}

static bool is_of_this_boot(const struct monitor_status *status)
{
	automonitorstatus now = { 0 };

	return init_process_describe(&now, NULL) == 0 && status->boot_id &&
	       str_eq(status->boot_id, now.boot_id);
}

/* Of a status that is damaged: a start, as a stop, ends first what there may be. */
static int plan_blindly(const struct monitor_spec *spec)
{
	if (spec->wanted == MONITOR_DOWN)
		return MONITOR_STOP;
	if (has_monitor(spec))
		return MONITOR_LEAVE;
	return spec->restart == MONITOR_RESTART_NO ? MONITOR_LEAVE : MONITOR_START;
}

int monitor_plan(const char *dir, struct err *e)
{
	automonitorspec spec = { 0 };
	automonitorstatus status = { 0 };
	int r;

	r = monitor_spec_load(dir, &spec, e);
	if (r < 0)
		return r;
	r = monitor_status(dir, &status, e);
	if (r == -EBADMSG)
		return plan_blindly(&spec);
	if (r < 0)
		return r;
	if (r > 0) /* one that is stopping has been asked to, but who asked does the rest no more */
		return spec.wanted == MONITOR_DOWN ? MONITOR_STOP : MONITOR_LEAVE;
	if (spec.wanted == MONITOR_DOWN) /* a stop that ended says so */
		return status.state == MONITOR_STOPPED || status.state == MONITOR_CREATED ?
			       MONITOR_LEAVE :
			       MONITOR_STOP;
	if (!policy_at_boot((enum monitor_restart)spec.restart, (enum monitor_state)status.state,
			    status.exit_code, is_of_this_boot(&status)))
		return MONITOR_LEAVE;
	return status.state == MONITOR_ORPHANED ? MONITOR_ADOPT : MONITOR_START;
}

static int remove_run_dir(const struct monitor_spec *spec, struct err *e)
{
	static const char *const names[] = { MONITOR_SOCKET, "stdout",	    "stderr",
					     "pid",	     "runtime.log", MONITOR_LOCK };
	autofd int run = open(spec->run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (run < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "open %s", spec->run);
	if (file_sweep(run, ".", e) < 0)
		return -e->num;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (unlinkat(run, names[i], 0) < 0 && errno != ENOENT)
			return err_set(e, errno, "remove %s/%s", spec->run, names[i]);
	return rmdir(spec->run) < 0 ? err_set(e, errno, "remove %s", spec->run) : 0;
}

int monitor_remove(const char *dir, struct err *e)
{
	automonitorspec spec = { 0 };
	int r;

	r = monitor_spec_load(dir, &spec, e);
	if (r == -ENOENT)
		return 0;
	if (r >= 0)
		r = monitor_stop(dir, e);
	if (r >= 0)
		r = logfile_remove(spec.log, spec.log_files, e);
	return r < 0 ? r : remove_run_dir(&spec, e);
}
