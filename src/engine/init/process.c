/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/init/process.h"

#include "core/inroot.h"
#include "core/log.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "engine/init/env.h"
#include "engine/init/lookup.h"
#include "engine/init/sync.h"
#include "engine/security/attrs.h"
#include "engine/security/creds.h"
#include "engine/security/lsm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEATH_MS 1000

int process_prepare(struct process_plan *p, const struct oci_seccomp *seccomp, int cache_dirfd,
		    char *const *env_extra, struct err *e)
{
	autostrv char **unknown = NULL;
	int r;

	r = caps_resolve(p->spec->capabilities, &p->caps, &unknown, e);
	if (r < 0)
		return r;
	if (unknown && unknown[0]) {
		autofree char *list = strv_join(unknown, " ");

		log_warning("ignoring unknown or unavailable capabilities: [%s]", list);
	}
	if (seccomp) {
		r = seccomp_compile(seccomp, cache_dirfd, &p->seccomp, e);
		if (r < 0)
			return err_wrap(e, "linux.seccomp: ");
		p->has_seccomp = p->seccomp.n > 0;
	}
	p->env = env_merge(p->spec->env, env_extra);
	return 0;
}

void process_done(struct process_plan *p)
{
	seccomp_program_done(&p->seccomp);
	strv_free(p->env);
	free(p->path);
	p->env = NULL;
	p->path = NULL;
}

/* The socket closes a little before the kernel tells how a process ended. */
static int describe_death(int proc, pid_t pid, int pidfd, struct err *e)
{
	struct proc_stat stat = { 0 };
	int sig, status = 0;

	if (pidfd_poll(pidfd, DEATH_MS) > 0 && !pidfd_exit_status(pidfd, &status) &&
	    procfs_stat(proc, pid, &stat, NULL) > 0)
		status = stat.exit_status;
	sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (sig == 0 || sig == SIGKILL)
		return err_msg(e, ECHILD,
			       "the process was killed before its program ran (memory limit too "
			       "low?)");
	return err_msg(e, ECHILD,
		       "the process was killed by signal %d (%s) before its program ran%s", sig,
		       strsignal(sig), sig == SIGSYS ? ": see linux.seccomp" : "");
}

/* Whoever reaped it: our own code ends with a word, or by what nobody can speak after. */
static bool killed_and_reaped(int pidfd)
{
	int status;

	return pidfd_exit_status(pidfd, &status) > 0 && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

int process_check_ran(int proc, pid_t pid, int pidfd, struct err *e)
{
	struct proc_stat stat;
	bool ended, ran;
	int r;

	/* It may end, and be reaped, and its number be another's, between any two looks: what /proc
	 * says is ours if it had not ended afterwards, or if it had before and is a zombie. */
	do {
		ended = pidfd_poll(pidfd, 0) != 0;
		r = procfs_stat(proc, pid, &stat, e);
		if (r < 0)
			return r;
	} while (!ended && pidfd_poll(pidfd, 0) != 0);
	/* Even of a zombie the kernel knows whether it ever called execve. */
	if (r > 0 && (!ended || stat.state == 'Z' || stat.state == 'X'))
		ran = !(stat.kernel_flags & PROC_PF_FORKNOEXEC);
	else
		ran = !killed_and_reaped(pidfd);
	return ran ? 0 : describe_death(proc, pid, pidfd, e);
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static int close_between(int first, int last, struct err *e)
{
	if (first > last || close_range((unsigned)first, (unsigned)last, 0) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM)
		return err_set(e, errno, "close descriptors %d to %d", first, last);
	/* Before 5.9, or a seccomp profile's answer: whatever this process may have open. */
	last = (int)MIN((long)last, sysconf(_SC_OPEN_MAX));
	for (int fd = first; fd <= last; fd++)
		(void)close(fd); /* EBADF: not open */
	return 0;
}

int process_close_fds(int preserve, const int *keep, size_t n_keep, struct err *e)
{
	int sorted[8], first = 3 + preserve, r = 0;

	memcpy(sorted, keep, n_keep * sizeof(*keep));
	qsort(sorted, n_keep, sizeof(*sorted), compare_ints);
	for (size_t i = 0; i < n_keep && r == 0; i++) {
		if (sorted[i] < first)
			continue;
		r = close_between(first, sorted[i] - 1, e);
		first = sorted[i] + 1;
	}
	return r < 0 ? r : close_between(first, INT_MAX, e);
}

/* With HOME from the image's passwd when the configuration gives none. */
static void set_home(struct process_plan *p, uint32_t uid)
{
	const char *home = strv_env_get(p->env, "HOME");
	autofree char *dir = NULL, *entry = NULL;
	char *extra[2] = { NULL, NULL };
	autofd int root = -1;
	char **merged;

	if (home && *home)
		return;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	dir = root >= 0 ? passwd_home(root, uid) : xstrdup("/");
	extra[0] = entry = xasprintf("HOME=%s", dir);
	merged = env_merge(p->env, extra);
	strv_free(p->env);
	p->env = merged;
}

/* The program must be able to reopen its own stdio; /dev/null is everybody's. */
static int give_stdio(const struct oci_user *user, struct err *e)
{
	uid_t uid = user ? user->uid : 0;
	gid_t gid = user ? user->gid : 0;
	struct stat st;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &st) < 0) {
			if (errno == EBADF)
				continue;
			return err_set(e, errno, "stat descriptor %d", fd);
		}
		if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
			continue;
		if (st.st_uid == uid && st.st_gid == gid)
			continue;
		/* Not ours to give (user namespace), or a read-only file: as good as it gets. */
		if (fchown(fd, uid, gid) < 0 && errno != EPERM && errno != EINVAL && errno != EROFS)
			return err_set(e, errno, "chown descriptor %d to %u:%u", fd, uid, gid);
	}
	return 0;
}

/*
 * CVE-2024-21626: a working directory behind a leaked descriptor is outside the root. getcwd(2)
 * answers with a path that does not begin with '/' then.
 */
static int check_cwd(struct err *e)
{
	char buf[PATH_MAX + 16];
	long n = syscall(SYS_getcwd, buf, sizeof(buf));

	if (n < 0)
		return errno == ENOENT || errno == ERANGE ?
			       err_msg(e, EPERM,
				       "current working directory is outside of container "
				       "mount namespace root -- possible container breakout") :
			       err_set(e, errno, "getcwd");
	if (buf[0] != '/')
		return err_msg(e, EPERM,
			       "current working directory is outside of container "
			       "mount namespace root -- possible container breakout");
	return 0;
}

/*
 * Tried with privilege, and where that does not help (a root-squashed mount) once more as the user.
 * Returns 1 when it is entered, 0 when it is still to be tried.
 */
static int enter_cwd(const struct process_plan *p, bool final, struct err *e)
{
	const char *cwd = p->spec->cwd;
	int num, r;

	if (chdir(cwd) == 0) {
		r = check_cwd(e);
		return r < 0 ? r : 1;
	}
	num = errno;
	if (!final && num == ENOENT && p->make_cwd) {
		autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		autofd int dir = -1;

		if (root < 0)
			return err_set(e, errno, "open /");
		dir = inroot_mkdir_all(root, cwd, 0755, e);
		if (dir < 0)
			return err_wrap(e, "process.cwd: ");
		if (fchdir(dir) < 0)
			return err_set(e, errno, "chdir to cwd (\"%s\") set in config.json failed",
				       cwd);
		r = check_cwd(e);
		return r < 0 ? r : 1;
	}
	if (!final && num == EACCES)
		return 0;
	return err_set(e, num, "chdir to cwd (\"%s\") set in config.json failed", cwd);
}

int process_set_labels(const struct process_plan *p, struct err *e)
{
	int r = 0;

	if (p->proc < 0)
		return 0;
	if (p->spec->apparmor_profile && *p->spec->apparmor_profile)
		r = apparmor_set_exec(p->proc, p->spec->apparmor_profile, e);
	if (r == 0 && p->spec->selinux_label && *p->spec->selinux_label)
		r = selinux_set_exec(p->proc, p->spec->selinux_label, e);
	return r;
}

static int set_attributes(const struct process_plan *p, struct err *e)
{
	int r;

	r = p->cpus ? attrs_set_affinity(p->cpus, e) : attrs_reset_affinity(e);
	if (r == 0)
		r = attrs_set_scheduler(p->spec, e);
	if (r == 0)
		r = attrs_set_io_priority(p->spec, e);
	if (r == 0)
		r = attrs_set_personality(p->linux_, e);
	if (r == 0)
		r = attrs_set_memory_policy(p->linux_, e);
	if (r == 0)
		r = attrs_set_rlimits(p->spec, e);
	return r;
}

/* The agent cannot be asked about the very call that hands it the listener: then the runtime has to
 * fetch that. write(2), by which it learns of it, cannot have SCMP_ACT_NOTIFY. */
static bool must_not_send(const struct seccomp_program *program)
{
	const struct seccomp_data call = { .nr = SYS_sendmsg, .arch = seccomp_arch_native() };

	return seccomp_program_eval(program, &call) != SECCOMP_RET_ALLOW;
}

static int load_seccomp(struct process_plan *p, struct err *e)
{
	autofd int listener = -1;
	int r;

	r = seccomp_install(&p->seccomp, e);
	if (r < 0)
		return r;
	p->has_seccomp = false;
	if (!p->seccomp.notify)
		return 0;
	listener = r;
	if (must_not_send(&p->seccomp))
		r = sync_send_remote_fd(p->notify_sock, SYNC_NOTIFY, listener, e);
	else
		r = sync_send(p->notify_sock, SYNC_NOTIFY, listener, e);
	if (r == 0)
		r = sync_expect(p->notify_sock, SYNC_GO, e);
	return r < 0 ? err_wrap(e, "hand over the seccomp listener: ") : 0;
}

static int verify(const struct process_plan *p, struct err *e)
{
	bool filtered = !p->has_seccomp && p->seccomp.n;
	int r;

	/* To open a file may be a call that the filter kills for, or asks an agent about. */
	r = caps_verify(&p->caps, filtered ? -1 : p->proc, p->is_bounded, e);
	if (r < 0)
		return r;
	if (p->spec->no_new_privileges && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return err_msg(e, EPERM, "no_new_privs did not take effect");
	if (filtered)
		return seccomp_verify(&p->seccomp, e);
	return 0;
}

int process_become(struct process_plan *p, struct err *e)
{
	const struct oci_user *user = p->spec->user;
	uint32_t uid = user ? user->uid : 0, gid = user ? user->gid : 0;
	struct u32list none = { 0 };
	bool entered;
	int r;

	r = set_attributes(p, e);
	if (r == 0)
		r = process_set_labels(p, e);
	if (r == 0)
		r = give_stdio(user, e);
	if (r == 0)
		r = enter_cwd(p, false, e);
	if (r < 0)
		return r;
	entered = r > 0;
	(void)umask(user && user->umask.is_set ? (mode_t)user->umask.value : 0022);
	set_home(p, uid);
	if (p->spec->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(e, errno, "set no_new_privs");
	/* Without no_new_privs loading a filter takes CAP_SYS_ADMIN, which goes away next. */
	if (p->has_seccomp && (!p->spec->no_new_privileges || p->seccomp.notify)) {
		r = load_seccomp(p, e);
		if (r < 0)
			return r;
	}
	r = p->is_bounded ? 0 : caps_drop_bounding(&p->caps, e);
	if (r == 0)
		r = creds_set(uid, gid, user ? &user->additional_gids : &none, p->keep_groups, e);
	if (r == 0 && !entered)
		r = MIN(enter_cwd(p, true, e), 0);
	if (r == 0)
		r = caps_apply(&p->caps, e);
	if (r == 0)
		r = program_lookup(p->spec->args[0], strv_env_get(p->env, "PATH"), &p->path, e);
	if (r == 0)
		r = verify(p, e);
	return r;
}

int process_exec(struct process_plan *p, struct err *e)
{
	if (p->has_seccomp) {
		int r = load_seccomp(p, e);

		if (r < 0)
			return r;
	}
	execve(p->path, p->spec->args, p->env);
	return err_set(e, errno, "exec %s", p->path);
}
