/* SPDX-License-Identifier: Apache-2.0 */
#include "net/netns.h"

#include "core/json.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/record.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- finding ---- */

static int verify(int fd, const char *what, struct err *e)
{
	int type = ioctl(fd, NS_GET_NSTYPE);

	if (type != CLONE_NEWNET)
		return err_msg(e, EINVAL, "%s: not a network namespace", what);
	return 0;
}

int netns_open_path(const char *path, struct err *e)
{
	autofd int fd = -1;
	int r;

	/* A FIFO or a device in its place must neither hang nor do anything. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(e, errno, "open network namespace %s", path);
	r = verify(fd, path, e);
	return r < 0 ? r : TAKE_FD(fd);
}

static int open_link(const char *path, struct err *e)
{
	autofd int proc = procfs_open_root(e);

	return proc < 0 ? proc : procfs_open_link(proc, path, O_RDONLY | O_CLOEXEC, e);
}

int netns_open_pid(pid_t pid, struct err *e)
{
	autofree char *path = xasprintf("%d/ns/net", (int)pid);
	struct err why = { 0 };
	int fd;

	if (pid <= 0)
		return err_msg(e, EINVAL, "%d: not a process id", (int)pid);
	fd = open_link(path, &why);
	if (fd == -ENOENT || fd == -ESRCH)
		return err_msg(e, ESRCH, "no process %d", (int)pid);
	if (fd < 0)
		return err_msg(e, why.num, "network namespace of process %d: %s", (int)pid,
			       why.text);
	return fd;
}

int netns_open_self(struct err *e)
{
	return open_link("self/ns/net", e);
}

/* ---- containers ---- */

#define STATE_MAX 65536
#define STATE_TIMEOUT_MS 10000

struct state {
	char *status;
	int64_t pid;
};

static const struct field state_fields[] = {
	F_STRING("status", struct state, status, 0),
	F_INT("pid", struct state, pid, 0, INT32_MAX, 0),
};
static const struct record state_record = RECORD(struct state, "runtime.md#state", state_fields);

/* What a runtime prints when it fails is its error, and a line of it is enough. */
static int refused(const char *id, struct str *said, struct err *e)
{
	static const char mark[] = " msg=\"";
	const char *text = said->len ? said->p : "unknown", *msg = strstr(text, mark);
	size_t len;

	/* a line of a log, as runc's */
	if (msg)
		text = msg + strlen(mark);
	len = strcspn(text, msg ? "\"\n" : "\n");
	return err_msg(e, ENOENT, "container %s: %.*s", id, (int)len, text);
}

static int ask_state(const struct netns_runtime *rt, const char *id, struct str *out, struct err *e)
{
	const char *argv[7] = { rt->program };
	struct proc_run run = {
		.path = rt->program,
		.argv = (char *const *)argv,
		.timeout_ms = STATE_TIMEOUT_MS,
		.output_max = STATE_MAX,
		.output = out,
	};
	size_t n = 1;
	int r;

	if (rt->root) {
		argv[n++] = "--root";
		argv[n++] = rt->root;
	}
	argv[n++] = "state";
	argv[n++] = "--";
	argv[n] = id;
	r = proc_run(&run, e);
	if (r < 0)
		return err_wrap(e, "container %s: %s state: ", id, rt->program);
	return r == 0 ? 0 : refused(id, out, e);
}

pid_t netns_container_pid(const struct netns_runtime *rt, const char *id, struct err *e)
{
	struct state s = { 0 };
	autostr out = { 0 };
	pid_t pid;
	int r;

	r = ask_state(rt, id, &out, e);
	if (r < 0)
		return r;
	r = record_parse(&state_record, out.p ? out.p : "", out.len, &s, e);
	if (r < 0)
		return err_wrap(e, "container %s: %s state: ", id, rt->program);
	pid = s.status && str_eq(s.status, "stopped") ? 0 : (pid_t)s.pid;
	record_done(&state_record, &s);
	return pid > 0 ? pid : err_msg(e, ESRCH, "container %s: it has no process", id);
}

int netns_open_container(const struct netns_runtime *rt, const char *id, struct err *e)
{
	pid_t pid = netns_container_pid(rt, id, e);
	int fd;

	if (pid < 0)
		return pid;
	fd = netns_open_pid(pid, e);
	return fd < 0 ? err_wrap(e, "container %s: ", id) : fd;
}

bool netns_same(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* ---- inside ---- */

int netns_run(int netns, int (*fn)(void *data, struct err *e), void *data, struct err *e)
{
	autofd int here = -1;
	int r;

	if (netns < 0)
		return fn(data, e);
	here = netns_open_self(e);
	if (here < 0)
		return here;
	if (setns(netns, CLONE_NEWNET) < 0)
		return err_set(e, errno, "enter the network namespace%s",
			       errno == EPERM ? " (needs CAP_SYS_ADMIN)" : "");
	r = fn(data, e);
	if (setns(here, CLONE_NEWNET) < 0)
		abort();
	return r;
}

static int own_cookie(void *data, struct err *e)
{
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t *out = data;
	socklen_t len = sizeof(*out);

	if (fd < 0)
		return err_set(e, errno, "ask for a network namespace's cookie");
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, out, &len) == 0)
		return 0;
	*out = 0;
	return errno == ENOPROTOOPT ? 0 : err_set(e, errno, "a network namespace's cookie");
}

int netns_cookie(int netns, uint64_t *out, struct err *e)
{
	return netns_run(netns, own_cookie, out, e);
}

/* ---- making ---- */

static int loopback_up(struct err *e)
{
	struct ifreq req = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &req) < 0)
		return err_set(e, errno, "bring up the loopback interface");
	return 0;
}

int netns_make(struct err *e)
{
	autofd int here = netns_open_self(e), made = -1;
	int r;

	if (here < 0)
		return here;
	if (unshare(CLONE_NEWNET) < 0)
		return err_set(e, errno, "make a network namespace%s",
			       errno == EPERM ? " (needs CAP_SYS_ADMIN)" : "");
	made = netns_open_self(e);
	r = made < 0 ? made : loopback_up(e);
	if (setns(here, CLONE_NEWNET) < 0)
		abort();
	return r < 0 ? r : TAKE_FD(made);
}

static int mount_over(int netns, const char *path, struct err *e)
{
	autofd int tree = open_tree(netns, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (tree < 0 || move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_set(e, errno, "pin a network namespace at %s", path);
	return 0;
}

int netns_pin(int netns, const char *path, struct err *e)
{
	autofd int file = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	int r;

	if (file < 0)
		return err_set(e, errno, "pin a network namespace at %s", path);
	r = mount_over(netns, path, e);
	if (r < 0)
		(void)unlink(path); /* the error is what counts */
	return r;
}

int netns_unpin(const char *path, struct err *e)
{
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0 && errno != EINVAL && errno != ENOENT)
		return err_set(e, errno, "unpin %s", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set(e, errno, "unpin %s", path);
	return 0;
}
