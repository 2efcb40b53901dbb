/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp_client.h"

#include "core/proc.h"
#include "core/procfs.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where the client, and then its event program, finds this program: by descriptor, so that it is
 * the file that runs here, whatever is at its path by then. (udhcpc makes 3 and 4 its own.) */
#define SELF_FD 10
#define SELF_PATH "/proc/self/fd/10"

static const char *const programs[] = {
	"/usr/sbin/udhcpc", "/sbin/udhcpc",	"/usr/bin/udhcpc",
	"/bin/udhcpc",	    "/usr/bin/busybox", "/bin/busybox",
};

char *dhcp_client_id(const char *container, const char *ifname)
{
	autostr id = { 0 };

	str_add(&id, "0x3d:00");
	for (const char *p = container; *p; p++)
		str_addf(&id, "%02x", (unsigned char)*p);
	str_add(&id, "00");
	for (const char *p = ifname; *p; p++)
		str_addf(&id, "%02x", (unsigned char)*p);
	return str_take(&id);
}

static int find_program(const char **out, struct err *e)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (access(programs[i], X_OK) == 0) {
			*out = programs[i];
			return 0;
		}
	return err_msg(e, ENOENT, "DHCP needs udhcpc or busybox, and neither is installed");
}

/* A first answer within seconds, if there is a server; then on and on. The address is given back at
 * the end (-R). */
static char **client_argv(const struct dhcp_client_args *a)
{
	static const char *const fixed[] = {
		"udhcpc", "-f",	 "-R", "-t",	       "5",  "-T",     "1",  "-A",	"5",
		"-O",	  "mtu", "-O", "staticroutes", "-O", "ntpsrv", "-s", SELF_PATH,
	};
	char **v = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		strv_push(&v, fixed[i]);
	strv_push(&v, "-x");
	strv_push_take(&v, dhcp_client_id(a->container, a->ifname));
	if (a->hostname) {
		strv_push(&v, "-x");
		strv_push_take(&v, xasprintf("hostname:%s", a->hostname));
	}
	strv_push(&v, "-i");
	strv_push(&v, a->ifname);
	return v;
}

/* What the processes between fork and exec need; all made before. */
struct plan {
	const char *program;
	char **argv;
	char **env;
	int netns;
	int self;
	int null;
	int gate[2], report[2];
};

static void plan_done(struct plan *p)
{
	strv_free(p->argv);
	strv_free(p->env);
	fd_close_p(&p->self);
	fd_close_p(&p->null);
	for (int i = 0; i < 2; i++) {
		fd_close_p(&p->gate[i]);
		fd_close_p(&p->report[i]);
	}
}

static int open_self(struct err *e)
{
	autofd int proc = procfs_open_root(e);
	int fd = proc < 0 ? proc : procfs_open_link(proc, "self/exe", O_PATH | O_CLOEXEC, e);

	return fd < 0 ? err_wrap(e, "this program: ") : fd;
}

static int plan_init(struct plan *p, const struct dhcp_client_args *a, struct err *e)
{
	int r = find_program(&p->program, e);

	if (r < 0)
		return r;
	p->argv = client_argv(a);
	strv_push_take(&p->env, xasprintf("%s=%s", DHCP_ENV, a->record));
	p->netns = a->netns;
	p->self = open_self(e);
	if (p->self < 0)
		return p->self;
	p->null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (p->null < 0)
		return err_set(e, errno, "open /dev/null");
	if (pipe2(p->gate, O_CLOEXEC) < 0 || pipe2(p->report, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	return 0;
}

/* ---- after fork: no stdio, no allocation ---- */

static int set_up_client(const struct plan *p)
{
	char byte;
	ssize_t n;

	/* Our own copy of the other end would keep the gate from ever closing. */
	(void)close(p->gate[1]);
	do
		n = read(p->gate[0], &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(0);
	if (p->netns >= 0 && setns(p->netns, CLONE_NEWNET) < 0)
		return errno;
	if (chdir("/") < 0)
		return errno;
	(void)umask(022);
	for (int fd = 0; fd < SELF_FD; fd++)
		if (dup2(p->null, fd) < 0)
			return errno;
	if (dup2(p->self, SELF_FD) < 0)
		return errno;
	/* What our caller had open is not to be held for as long as the client lives. */
	proc_close_on_exec(SELF_FD + 1);
	return 0;
}

_noreturn_ static void run_client(const struct plan *p)
{
	int num;

	signals_reset();
	num = set_up_client(p);
	if (num == 0) {
		(void)execve(p->program, p->argv, p->env);
		num = errno;
	}
	(void)!write(p->report[1], &num, sizeof(num));
	_exit(1);
}

/* Between us and the client, so that somebody else reaps it: tells its pid, and goes. */
_noreturn_ static void run_middle(const struct plan *p)
{
	pid_t pid;

	(void)setsid();
	pid = fork();
	if (pid == 0)
		run_client(p);
	(void)!write(p->report[1], &pid, sizeof(pid));
	_exit(0);
}

/* ---- in the starter ---- */

static ssize_t read_retry(int fd, void *buf, size_t len)
{
	ssize_t n;

	do
		n = read(fd, buf, len);
	while (n < 0 && errno == EINTR);
	return n;
}

/* Descriptors up to SELF_FD give way to what the client gets there. */
static int raise_fd(int *fd, struct err *e)
{
	int high;

	if (*fd < 0 || *fd > SELF_FD)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, SELF_FD + 1);
	if (high < 0)
		return err_set(e, errno, "duplicate a descriptor");
	(void)fd_close(*fd);
	*fd = high;
	return 0;
}

static int raise_fds(struct plan *p, struct err *e)
{
	int *const fds[] = { &p->self, &p->null, &p->gate[0], &p->report[1] };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(fds); i++)
		r = raise_fd(fds[i], e);
	return r;
}

int dhcp_client_fork(const struct dhcp_client_args *a, struct dhcp_client *out, struct err *e)
{
	_cleanup_(plan_done) struct plan p = {
		.self = -1, .null = -1, .gate = { -1, -1 }, .report = { -1, -1 }
	};
	pid_t middle, pid = -1;
	ssize_t n;
	int r = plan_init(&p, a, e);

	if (r == 0)
		r = raise_fds(&p, e);
	if (r < 0)
		return r;
	middle = fork();
	if (middle == 0)
		run_middle(&p);
	if (middle < 0)
		return err_set(e, errno, "fork");
	n = read_retry(p.report[0], &pid, sizeof(pid));
	while (waitpid(middle, NULL, 0) < 0 && errno == EINTR)
		;
	if (n != sizeof(pid) || pid <= 0)
		return err_msg(e, EAGAIN, "the DHCP client could not be forked");
	*out = (struct dhcp_client){ pid, TAKE_FD(p.gate[1]), TAKE_FD(p.report[0]) };
	return 0;
}

int dhcp_client_go(struct dhcp_client *c, struct err *e)
{
	int num = 0;

	if (write(c->gate, "g", 1) != 1)
		return err_set(e, errno, "start the DHCP client");
	c->gate = fd_close(c->gate);
	if (read_retry(c->report, &num, sizeof(num)) == sizeof(num))
		return err_set(e, num, "start the DHCP client");
	return 0;
}

void dhcp_client_done(struct dhcp_client *c)
{
	fd_close_p(&c->gate);
	fd_close_p(&c->report);
	c->gate = c->report = -1;
}
