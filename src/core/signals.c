/* SPDX-License-Identifier: Apache-2.0 */
#include "core/num.h"
#include "core/proc.h"
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

/*
 * By the system call, since the C library refuses its own two signals, 32 and 33: glibc's
 * posix_spawn, with which make and others start programs, leaves them ignored.
 */
void signals_reset(void)
{
	static const unsigned long dfl[4]; /* the kernel's struct sigaction: all zeros is SIG_DFL */
	const uint64_t none = 0;

	for (int sig = 1; sig <= RTMAX; sig++)
		(void)syscall(SYS_rt_sigaction, sig, dfl, NULL,
			      sizeof(none)); /* KILL, STOP refuse */
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none));
}
