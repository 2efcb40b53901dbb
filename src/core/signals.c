/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"
#include "core/proc.h"
#include "core/procfs.h"
#include <errno.h>
#include <signal.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's range, less the two that the C library keeps for itself: what SIGRTMIN+3 means to
 * systemd, podman and kill(1). The macro is no constant and differs between C libraries. */
#define RTMIN 34
#define RTMAX 64

const struct name signal_names[] = {
	{ "HUP", SIGHUP },	 { "INT", SIGINT },	  { "QUIT", SIGQUIT },
	{ "ILL", SIGILL },	 { "TRAP", SIGTRAP },	  { "ABRT", SIGABRT },
	{ "IOT", SIGABRT },	 { "BUS", SIGBUS },	  { "FPE", SIGFPE },
	{ "KILL", SIGKILL },	 { "USR1", SIGUSR1 },	  { "SEGV", SIGSEGV },
	{ "USR2", SIGUSR2 },	 { "PIPE", SIGPIPE },	  { "ALRM", SIGALRM },
	{ "TERM", SIGTERM },
#ifdef SIGSTKFLT
	{ "STKFLT", SIGSTKFLT },
#endif
	{ "CHLD", SIGCHLD },	 { "CLD", SIGCHLD },	  { "CONT", SIGCONT },
	{ "STOP", SIGSTOP },	 { "TSTP", SIGTSTP },	  { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },	 { "URG", SIGURG },	  { "XCPU", SIGXCPU },
	{ "XFSZ", SIGXFSZ },	 { "VTALRM", SIGVTALRM }, { "PROF", SIGPROF },
	{ "WINCH", SIGWINCH },	 { "IO", SIGIO },	  { "POLL", SIGIO },
	{ "PWR", SIGPWR },	 { "SYS", SIGSYS },	  { "UNUSED", SIGSYS },
	{ "RTMIN", RTMIN },	 { "RTMAX", RTMAX },	  { NULL, 0 },
};

/* The number after "RTMIN+" or "RTMAX-"; the whole range lies above RTMIN and below RTMAX. */
static int parse_realtime(const char *text)
{
	bool up = strncasecmp(text, "RTMIN+", 6) == 0;
	uint64_t n;

	if (!up && strncasecmp(text, "RTMAX-", 6) != 0)
		return -EINVAL;
	if (num_parse_u64(text + 6, RTMAX - RTMIN, "signal", &n, NULL) < 0)
		return -EINVAL;
	return up ? RTMIN + (int)n : RTMAX - (int)n;
}

static int parse_name(const char *text)
{
	if (strncasecmp(text, "SIG", 3) == 0)
		text += 3;
	for (const struct name *n = signal_names; n->name; n++)
		if (strcasecmp(n->name, text) == 0)
			return (int)n->value;
	return parse_realtime(text);
}

int signal_parse(const char *text, struct err *e)
{
	uint64_t n;
	int sig;

	if (num_parse_u64(text, RTMAX, "signal", &n, NULL) == 0)
		sig = n > 0 ? (int)n : -EINVAL;
	else
		sig = parse_name(text);
	return sig < 0 ? err_msg(e, EINVAL, "unknown signal \"%s\"", text) : sig;
}

/* Signals that are ignored or caught; all when that cannot be read. */
static uint64_t not_default(int proc)
{
	struct proc_mask masks[] = { { .name = "SigIgn" }, { .name = "SigCgt" } };

	if (proc < 0 || procfs_own_masks(proc, masks, ARRAY_SIZE(masks)) < 0)
		return UINT64_MAX;
	return masks[0].value | masks[1].value;
}

/*
 * By the system call, since the C library refuses its own two signals, 32 and 33: glibc's
 * posix_spawn, with which make and others start programs, leaves them ignored.
 */
void signals_default(int proc)
{
	static const unsigned long dfl[4]; /* the kernel's struct sigaction: all zeros is SIG_DFL */
	uint64_t set = not_default(proc);

	for (int sig = 1; sig <= RTMAX; sig++)
		if (set >> (sig - 1) & 1) /* KILL, STOP refuse */
			(void)syscall(SYS_rt_sigaction, sig, dfl, NULL, sizeof(set));
}

void signals_unblock(void)
{
	const uint64_t none = 0;

	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}

void signals_reset(void)
{
	autofd int proc = procfs_open_root(NULL);

	signals_default(proc);
	signals_unblock();
}
