/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stepper - run a program, and at its Nth system call kill, signal, or let the call fail.
 *
 *   stepper [-fq] [-t MS] [-r FD] [-a PID] [-w ROLE [-n N] [-x] [-k VICTIM] [-s SIGNAL] [-e ERRNO]]
 *           PROGRAM [ARGUMENT]...
 *
 * The program is traced with all it makes. Its first process is "main", also after it has executed
 * itself anew; what it forks is "child", until it executes another program: from then on that is
 * the container's own and goes untraced. -a adds a process that is there already, as a child. With
 * -f other programs are traced, too: their calls are not counted, but "all" are victims.
 *
 * -w says whose calls are counted, -n which of them is the one. There, before the call is made (-x:
 * when it has been), SIGKILL or -s goes to -k, the victim (main, child or all); or the call is not
 * made and fails with -e. Calls that cannot fail are left alone.
 *
 * One line of KEY=VALUE goes to -r: calls counted (main, child); hit, the number of the call that
 * it happened at, or -1; status, as waitpid gives it, of main; hang=1 when all that was not over in
 * -t and was killed; fds, open in main when it ended on its own; pids, of all children. With -q
 * also which calls only look: killed at one of them, a program leaves what it leaves at the next
 * one.
 */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACEES_MAX 256
#define CALLS_MAX 16384
#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |  \
	 PTRACE_O_TRACEEXEC)

enum role { MAIN, CHILD, OTHER, ROLES };
enum { KILL_MAIN = 1 << MAIN, KILL_CHILD = 1 << CHILD, KILL_OTHER = 1 << OTHER };

struct tracee {
	pid_t pid;
	enum role role;
	bool gone;    /* ended, or let go */
	bool failing; /* at the end of its call the error is put in */
	bool dying;   /* killed, which takes its time: what it holds it holds until it is gone */
};

struct options {
	int timeout_ms, report, victims, signal, error;
	enum role who;
	unsigned long n; /* 0: only count */
	bool at_exit;
	bool follow; /* other programs, too */
	bool quiet;  /* report which calls only look */
	pid_t attach;
};

static struct options opt = { .timeout_ms = 10000, .report = 1, .signal = SIGKILL };
static struct tracee tracees[TRACEES_MAX];
static size_t n_tracees;
static unsigned long counts[ROLES];
static unsigned short calls[ROLES][CALLS_MAX]; /* their numbers, when all are counted */
static bool looks[ROLES][CALLS_MAX];
static bool executed; /* main is the program: what came before was ours */
static bool done;     /* the one call has come */
static long hit = -1;
static const char *program; /* its last component */
static unsigned open_fds;
static volatile sig_atomic_t timed_out;

_Noreturn static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void on_alarm(int sig)
{
	(void)sig;
	timed_out = 1;
	for (size_t i = 0; i < n_tracees; i++)
		if (!tracees[i].gone)
			kill(tracees[i].pid, SIGKILL);
}

static struct tracee *find(pid_t pid)
{
	for (size_t i = 0; i < n_tracees; i++)
		if (tracees[i].pid == pid && !tracees[i].gone)
			return &tracees[i];
	return NULL;
}

/* A line of a process's status, like "Tgid:"; @pid itself when it has none. */
static pid_t status_of(pid_t pid, const char *key)
{
	char path[64], line[256];
	pid_t value = pid;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return pid;
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			value = (pid_t)strtol(line + strlen(key), NULL, 10);
	fclose(f);
	return value;
}

/* What a process that was just made is: a thread of main, or what its maker makes. */
static enum role role_of_new(pid_t tid, pid_t main_pid)
{
	pid_t process = status_of(tid, "Tgid:");
	const struct tracee *maker = find(process == tid ? status_of(tid, "PPid:") : process);

	if (process == main_pid)
		return MAIN;
	return maker && maker->role == OTHER ? OTHER : CHILD;
}

static struct tracee *add(pid_t pid, enum role role)
{
	if (n_tracees == TRACEES_MAX)
		die("too many processes");
	tracees[n_tracees] = (struct tracee){ .pid = pid, .role = role };
	return &tracees[n_tracees++];
}

static unsigned count_fds(pid_t pid)
{
	char path[64];
	unsigned n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n > 2 ? n - 2 : 0;
}

/* Whether what a child executes is the runtime again, as runc does, or the container's program. */
static bool runs_program(pid_t pid)
{
	char path[64], name[256] = "";
	const char *base;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	base = strrchr(name, '/');
	base = base ? base + 1 : name;
	return strcmp(base, program) == 0 || strcmp(name, "/proc/self/exe") == 0;
}

#if defined(__x86_64__)
static void set_call(pid_t pid, long nr)
{
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), nr) < 0 &&
	    errno != ESRCH)
		die("set the call's number");
}

static void set_result(pid_t pid, long value)
{
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), value) < 0 &&
	    errno != ESRCH)
		die("set the call's result");
}
#elif defined(__aarch64__)
static void set_call(pid_t pid, long nr)
{
	int number = (int)nr;
	struct iovec v = { &number, sizeof(number) };

	if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &v) < 0 && errno != ESRCH)
		die("set the call's number");
}

static void set_result(pid_t pid, long value)
{
	struct user_regs_struct regs;
	struct iovec v = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &v) < 0)
		return; /* it is dead */
	regs.regs[0] = (unsigned long long)value;
	if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &v) < 0 && errno != ESRCH)
		die("set the call's result");
}
#else
#error "set_call and set_result are missing for this processor"
#endif

static bool can_fail(uint64_t nr)
{
	static const long never[] = {
		SYS_exit,
		SYS_exit_group,
		SYS_rt_sigreturn,
		SYS_restart_syscall,
		SYS_getpid,
		SYS_getppid,
		SYS_gettid,
		SYS_getuid,
		SYS_geteuid,
		SYS_getgid,
		SYS_getegid,
		SYS_umask,
		SYS_set_tid_address,
		SYS_set_robust_list,
		SYS_rt_sigprocmask,
		SYS_rt_sigaction,
#ifdef SYS_rseq
		SYS_rseq,
#endif
#ifdef SYS_arch_prctl
		SYS_arch_prctl,
#endif
		SYS_clock_gettime,
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if ((uint64_t)never[i] == nr)
			return false;
	return true;
}

/* Does it change nothing that is there when the process is not? What only reads, and what only the
 * process itself has. */
static bool only_looks(uint64_t nr, const uint64_t *args)
{
	static const long all[] = {
		SYS_read,
		SYS_pread64,
		SYS_lseek,
		SYS_mmap,
		SYS_munmap,
		SYS_mprotect,
		SYS_mremap,
		SYS_madvise,
		SYS_brk,
		SYS_close,
		SYS_fstat,
		SYS_newfstatat,
		SYS_statx,
		SYS_getdents64,
		SYS_fcntl,
		SYS_dup,
		SYS_dup3,
		SYS_pipe2,
		SYS_epoll_create1,
		SYS_epoll_ctl,
		SYS_getpid,
		SYS_getppid,
		SYS_gettid,
		SYS_getuid,
		SYS_geteuid,
		SYS_getgid,
		SYS_getegid,
		SYS_rt_sigaction,
		SYS_rt_sigprocmask,
		SYS_sigaltstack,
		SYS_futex,
		SYS_set_robust_list,
		SYS_set_tid_address,
		SYS_prlimit64,
		SYS_getrandom,
		SYS_faccessat,
		SYS_faccessat2,
		SYS_readlinkat,
		SYS_clock_gettime,
		SYS_clock_nanosleep,
		SYS_uname,
		SYS_fstatfs,
		SYS_getsockname,
		SYS_getsockopt,
		SYS_setsockopt,
		SYS_socket,
		SYS_recvfrom,
		SYS_recvmsg,
		SYS_umask,
		SYS_fchdir,
		SYS_chdir,
		SYS_flock,
		SYS_fsync,
		SYS_fdatasync,
		SYS_ppoll,
		SYS_waitid,
		SYS_wait4,
		SYS_pidfd_open,
		SYS_prctl,
#ifdef SYS_poll
		SYS_poll,
		SYS_access,
		SYS_readlink,
		SYS_stat,
		SYS_lstat,
		SYS_dup2,
		SYS_arch_prctl,
		SYS_getrlimit,
#endif
#ifdef SYS_rseq
		SYS_rseq,
#endif
	};

	if (nr == SYS_openat)
		return !(args[2] & (O_CREAT | O_TRUNC));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if ((uint64_t)all[i] == nr)
			return true;
	return false;
}

/* The one that is stopped at its call last: so none can go on because another is dead. */
static void kill_one(struct tracee *t)
{
	t->dying = kill(t->pid, opt.signal) == 0 && opt.signal == SIGKILL;
}

static void kill_victims(struct tracee *at)
{
	for (size_t i = 0; i < n_tracees; i++)
		if (&tracees[i] != at && !tracees[i].gone && opt.victims & (1 << tracees[i].role))
			kill_one(&tracees[i]);
	if (opt.victims & (1 << at->role))
		kill_one(at);
}

static bool any_is_dying(void)
{
	for (size_t i = 0; i < n_tracees; i++)
		if (tracees[i].dying && !tracees[i].gone)
			return true;
	return false;
}

static void at_the_call(struct tracee *t, uint64_t nr)
{
	done = true;
	if (opt.victims) {
		hit = (long)nr;
		kill_victims(t);
	} else if (can_fail(nr)) {
		hit = (long)nr;
		/* A close that fails has closed all the same (close(2)). */
		if (!opt.at_exit && nr != SYS_close)
			set_call(t->pid, -1);
		t->failing = true;
	}
}

static bool counted(const struct tracee *t)
{
	return executed && !done && t->role != OTHER && (opt.n == 0 || t->role == opt.who);
}

static void on_call(struct tracee *t)
{
	struct __ptrace_syscall_info info = { 0 };
	static uint64_t entered; /* by the one whose call it is */

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info) < 0)
		return; /* killed meanwhile: its end is told next */
	if (info.op == PTRACE_SYSCALL_INFO_EXIT && t->failing) {
		set_result(t->pid, -opt.error);
		t->failing = false;
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		if (t->role == MAIN && info.entry.nr == SYS_exit_group)
			open_fds = count_fds(t->pid);
		if (!counted(t))
			return;
		if (opt.n == 0 && counts[t->role] < CALLS_MAX) {
			calls[t->role][counts[t->role]] = (unsigned short)info.entry.nr;
			looks[t->role][counts[t->role]] =
				only_looks(info.entry.nr, info.entry.args);
		}
		counts[t->role]++;
		entered = info.entry.nr;
		if (opt.n && counts[t->role] == opt.n && !opt.at_exit)
			at_the_call(t, info.entry.nr);
	} else if (opt.at_exit && counted(t) && opt.n && counts[t->role] == opt.n) {
		at_the_call(t, entered);
		if (t->failing)
			set_result(t->pid, -opt.error);
		t->failing = false;
	}
}

/* Goes on; to its next call where that is of interest. */
static void go_on(const struct tracee *t, int sig)
{
	bool by_call = t->failing ||
		       (!done && t->role != OTHER && (opt.n == 0 || t->role == opt.who)) ||
		       t->role == MAIN;

	(void)ptrace(by_call ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, 0, sig); /* ESRCH: killed */
}

static void let_go(struct tracee *t)
{
	(void)ptrace(PTRACE_DETACH, t->pid, 0, 0);
	t->gone = true;
}

static void on_stop(struct tracee *t, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	executed |= event == PTRACE_EVENT_EXEC && t->role == MAIN;
	if (event == PTRACE_EVENT_EXEC && t->role == CHILD && !runs_program(t->pid)) {
		if (!opt.follow) {
			let_go(t);
			return;
		}
		t->role = OTHER;
	}
	if (event == PTRACE_EVENT_STOP && sig != SIGTRAP) {
		(void)ptrace(PTRACE_LISTEN, t->pid, 0, 0); /* stopped by a signal, and stays so */
		return;
	}
	if (event)
		sig = 0;
	if (sig == (SIGTRAP | 0x80)) {
		on_call(t);
		sig = 0;
	}
	go_on(t, sig);
}

/* Until main has ended; returns its status. */
static int trace(pid_t main_pid)
{
	int status, result = 0;
	bool ended = false;

	while (!ended || any_is_dying()) {
		pid_t pid = waitpid(-1, &status, __WALL);
		struct tracee *t;

		if (pid < 0) {
			if (errno == EINTR)
				continue;
			die("waitpid");
		}
		t = find(pid);
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			if (t)
				t->gone = true;
			if (pid == main_pid) {
				ended = true;
				result = status;
			}
			continue;
		}
		if (!t)
			t = add(pid, role_of_new(pid, main_pid));
		on_stop(t, status);
	}
	return result;
}

static void attach(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 ||
	    waitpid(pid, &status, __WALL) != pid)
		die("attach");
	go_on(add(pid, CHILD), 0);
}

static pid_t launch(char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (opt.report > 2)
			close(opt.report);
		raise(SIGSTOP);
		execv(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		die("wait for the child");
	if (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0)
		die("PTRACE_SEIZE");
	add(pid, MAIN);
	kill(pid, SIGCONT);
	return pid;
}

static void report_calls(FILE *f, const char *name, enum role role)
{
	fprintf(f, " %s=", name);
	for (size_t i = 0; i < counts[role] && i < CALLS_MAX && opt.n == 0; i++)
		fprintf(f, "%u%s,", calls[role][i], can_fail(calls[role][i]) ? "" : "!");
}

static void report_looks(FILE *f, const char *name, enum role role)
{
	fprintf(f, " %s=", name);
	for (size_t i = 0; i < counts[role] && i < CALLS_MAX && opt.n == 0; i++)
		fputc(looks[role][i] ? '-' : '+', f);
}

static void report(int status)
{
	FILE *f = fdopen(opt.report, "w");

	if (!f)
		die("write the report");
	fprintf(f, "main=%lu child=%lu hit=%ld status=%d hang=%d fds=%u pids=", counts[MAIN],
		counts[CHILD], hit, status, (int)timed_out, open_fds);
	for (size_t i = 0; i < n_tracees; i++)
		if (tracees[i].role == CHILD)
			fprintf(f, "%d,", (int)tracees[i].pid);
	report_calls(f, "main_calls", MAIN);
	report_calls(f, "child_calls", CHILD);
	if (opt.quiet) {
		report_looks(f, "main_looks", MAIN);
		report_looks(f, "child_looks", CHILD);
	}
	fputc('\n', f);
	if (fclose(f) != 0)
		die("write the report");
}

static int role_of(const char *name)
{
	return strcmp(name, "main") == 0  ? KILL_MAIN :
	       strcmp(name, "child") == 0 ? KILL_CHILD :
	       strcmp(name, "all") == 0	  ? KILL_MAIN | KILL_CHILD | KILL_OTHER :
					    0;
}

static char **parse(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "+fqt:r:a:w:n:xk:s:e:")) != -1) {
		switch (c) {
		case 'f':
			opt.follow = true;
			break;
		case 'q':
			opt.quiet = true;
			break;
		case 't':
			opt.timeout_ms = (int)strtol(optarg, NULL, 10);
			break;
		case 'r':
			opt.report = (int)strtol(optarg, NULL, 10);
			break;
		case 'a':
			opt.attach = (pid_t)strtol(optarg, NULL, 10);
			break;
		case 'w':
			opt.who = role_of(optarg) == KILL_CHILD ? CHILD : MAIN;
			break;
		case 'n':
			opt.n = strtoul(optarg, NULL, 10);
			break;
		case 'x':
			opt.at_exit = true;
			break;
		case 'k':
			opt.victims = role_of(optarg);
			break;
		case 's':
			opt.signal = (int)strtol(optarg, NULL, 10);
			break;
		case 'e':
			opt.error = (int)strtol(optarg, NULL, 10);
			break;
		default:
			exit(125);
		}
	}
	if (optind == argc) {
		fprintf(stderr, "stepper: no program\n");
		exit(125);
	}
	return argv + optind;
}

int main(int argc, char **argv)
{
	char **command = parse(argc, argv);
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value = { opt.timeout_ms / 1000,
						 opt.timeout_ms % 1000 * 1000 } };
	pid_t pid;

	program = strrchr(command[0], '/');
	program = program ? program + 1 : command[0];
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	sigaction(SIGALRM, &action, NULL);
	if (opt.attach)
		attach(opt.attach);
	pid = launch(command);
	setitimer(ITIMER_REAL, &timer, NULL);
	/* What is still traced is let go as this process ends. */
	report(trace(pid));
	return 0;
}
