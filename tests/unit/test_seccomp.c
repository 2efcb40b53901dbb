/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles are compiled, installed in a child, and asked with real system calls. */
#include "core/proc.h"
#include "core/str.h"
#include "engine/security/seccomp.h"
#include "test.h"
#include <errno.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NEWER_THAN_ALL 10000
#define NO_CALL (-1000)

static int compile(const char *json, struct seccomp_program *p, struct err *e)
{
	struct oci_seccomp s = { 0 };
	int r;

	r = record_parse(&oci_seccomp_record, json, strlen(json), &s, e);
	if (r < 0)
		return r;
	r = seccomp_compile(&s, -1, p, e);
	record_done(&oci_seccomp_record, &s);
	return r;
}

/* Not _exit: the sanitizers make calls of their own there, which the filter refuses. */
static void leave(int code)
{
	for (;;)
		syscall(SYS_exit_group, code);
}

/* Makes one system call under the filter; gives the child's wait status, the exit code being the
 * call's errno, or 0. */
static int status_of(const struct seccomp_program *p, long nr, long a0, long a1)
{
	int status = -1;
	pid_t pid;
	long r;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || seccomp_install(p, NULL) < 0 ||
		    seccomp_verify(p, NULL) < 0)
			leave(250);
		errno = 0;
		r = syscall(nr, a0, a1, 0, 0, 0, 0);
		leave(r < 0 ? errno : 0);
	}
	CHECK(pid > 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

/* The errno of a call under a profile, or minus the signal that ended the process. */
static int try_call(const char *json, long nr, long a0, long a1)
{
	struct seccomp_program p = { 0 };
	struct err e = { 0 };
	int status;

	if (compile(json, &p, &e) < 0) {
		TEST_FAIL("does not compile: %s", e.text);
		return NO_CALL;
	}
	status = status_of(&p, nr, a0, a1);
	seccomp_program_done(&p);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

#define ALLOW_BUT(rule) "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" rule "]}"
#define DENY_BUT(rule)                                                                             \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["                                     \
	"{\"names\":[\"exit_group\",\"prctl\"],\"action\":\"SCMP_ACT_ALLOW\"}" rule "]}"

TEST(each_action_does_what_it_says)
{
#define GETPPID(action) ALLOW_BUT("{\"names\":[\"getppid\"],\"action\":\"" action "\"}")
	CHECK_INT(try_call(GETPPID("SCMP_ACT_ERRNO"), SYS_getppid, 0, 0), EPERM);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_KILL"), SYS_getppid, 0, 0), -SIGSYS);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_KILL_THREAD"), SYS_getppid, 0, 0), -SIGSYS);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_KILL_PROCESS"), SYS_getppid, 0, 0), -SIGSYS);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_TRAP"), SYS_getppid, 0, 0), -SIGSYS);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_LOG"), SYS_getppid, 0, 0), 0);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_ALLOW"), SYS_getppid, 0, 0), 0);
	/* Nobody traces: the kernel says so. */
	CHECK_INT(try_call(GETPPID("SCMP_ACT_TRACE"), SYS_getppid, 0, 0), ENOSYS);
	CHECK_INT(try_call(GETPPID("SCMP_ACT_ERRNO"), SYS_getuid, 0, 0), 0);
}

TEST(errno_is_eperm_unless_given)
{
	CHECK_INT(try_call(ALLOW_BUT("{\"names\":[\"getppid\"],\"action\":\"SCMP_ACT_ERRNO\","
				     "\"errnoRet\":5}"),
			   SYS_getppid, 0, 0),
		  EIO);
	CHECK_INT(try_call(ALLOW_BUT("{\"names\":[\"getppid\"],\"action\":\"SCMP_ACT_ERRNO\","
				     "\"errnoRet\":0}"),
			   SYS_getppid, 0, 0),
		  0);
	CHECK_INT(try_call(DENY_BUT(""), SYS_exit, 0, 0), EPERM);
	CHECK_INT(try_call("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":11,"
			   "\"syscalls\":[{\"names\":[\"exit_group\",\"prctl\"],"
			   "\"action\":\"SCMP_ACT_ALLOW\"}]}",
			   SYS_getppid, 0, 0),
		  EAGAIN);
}

TEST(each_operator_compares)
{
#define ARG(op, v, v2)                                                                             \
	ALLOW_BUT("{\"names\":[\"umask\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":0,"   \
		  "\"op\":\"" op "\",\"value\":" v ",\"valueTwo\":" v2 "}]}")
	static const struct {
		const char *json;
		int below, at, above; /* errno for 15, 16, 17 */
	} rows[] = {
		{ ARG("SCMP_CMP_NE", "16", "0"), EPERM, 0, EPERM },
		{ ARG("SCMP_CMP_LT", "16", "0"), EPERM, 0, 0 },
		{ ARG("SCMP_CMP_LE", "16", "0"), EPERM, EPERM, 0 },
		{ ARG("SCMP_CMP_EQ", "16", "0"), 0, EPERM, 0 },
		{ ARG("SCMP_CMP_GE", "16", "0"), 0, EPERM, EPERM },
		{ ARG("SCMP_CMP_GT", "16", "0"), 0, 0, EPERM },
		{ ARG("SCMP_CMP_MASKED_EQ", "16", "16"), 0, EPERM, EPERM },
		{ ARG("SCMP_CMP_MASKED_EQ", "17", "16"), 0, EPERM, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CHECK_INT(try_call(rows[i].json, SYS_umask, 15, 0), rows[i].below);
		CHECK_INT(try_call(rows[i].json, SYS_umask, 16, 0), rows[i].at);
		CHECK_INT(try_call(rows[i].json, SYS_umask, 17, 0), rows[i].above);
	}
}

TEST(conditions_on_two_arguments_must_both_hold)
{
	const char *json =
		ALLOW_BUT("{\"names\":[\"access\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
			  "{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":1},"
			  "{\"index\":1,\"op\":\"SCMP_CMP_EQ\",\"value\":2}]}");

	CHECK_INT(try_call(json, SYS_access, 1, 2), EPERM);
	CHECK_INT(try_call(json, SYS_access, 1, 4), EFAULT);
	CHECK_INT(try_call(json, SYS_access, 3, 2), EFAULT);
}

TEST(conditions_on_one_argument_become_rules)
{
	const char *json =
		ALLOW_BUT("{\"names\":[\"umask\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":["
			  "{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":1},"
			  "{\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":2}]}");

	CHECK_INT(try_call(json, SYS_umask, 1, 0), EPERM);
	CHECK_INT(try_call(json, SYS_umask, 2, 0), EPERM);
	CHECK_INT(try_call(json, SYS_umask, 3, 0), 0);
}

TEST(repeated_redundant_and_unknown_rules_are_accepted)
{
	CHECK_INT(try_call(ALLOW_BUT("{\"names\":[\"getppid\",\"getppid\",\"no_such_call\"],"
				     "\"action\":\"SCMP_ACT_ERRNO\"},"
				     "{\"names\":[\"getppid\"],\"action\":\"SCMP_ACT_ERRNO\"},"
				     "{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_ALLOW\"}"),
			   SYS_getppid, 0, 0),
		  EPERM);
}

TEST(calls_newer_than_the_profile_get_enosys)
{
	CHECK_INT(try_call(DENY_BUT(""), NEWER_THAN_ALL, 0, 0), ENOSYS);
	CHECK_INT(try_call(DENY_BUT(",{\"names\":[\"openat2\"],\"action\":\"SCMP_ACT_ALLOW\"}"),
			   SYS_pidfd_getfd, 0, 0),
		  ENOSYS);
	/* Older ones, and the newest itself, get the default action. */
	CHECK_INT(try_call(DENY_BUT(",{\"names\":[\"pidfd_getfd\"],\"action\":\"SCMP_ACT_ERRNO\","
				    "\"errnoRet\":1}"),
			   SYS_openat2, 0, 0),
		  EPERM);
	CHECK_INT(try_call(DENY_BUT(",{\"names\":[\"pidfd_getfd\"],\"action\":\"SCMP_ACT_ERRNO\","
				    "\"errnoRet\":1}"),
			   SYS_pidfd_getfd, 0, 0),
		  EPERM);
	CHECK_INT(try_call("{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[{\"names\":"
			   "[\"exit_group\",\"prctl\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
			   NEWER_THAN_ALL, 0, 0),
		  ENOSYS);
}

TEST(the_default_kill_kills)
{
	CHECK_INT(try_call("{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[{\"names\":"
			   "[\"exit_group\",\"prctl\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
			   SYS_getppid, 0, 0),
		  -SIGSYS);
}

TEST(verifying_does_not_ask_who_kills)
{
	CHECK_INT(try_call("{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[{\"names\":"
			   "[\"exit_group\",\"getppid\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
			   SYS_getppid, 0, 0),
		  0);
}

static size_t length_of(const char *json)
{
	struct seccomp_program p = { 0 };
	struct err e = { 0 };
	size_t n;

	if (compile(json, &p, &e) < 0)
		TEST_FAIL("does not compile: %s", e.text);
	n = p.n;
	seccomp_program_done(&p);
	return n;
}

TEST(permissive_defaults_have_no_enosys_rule)
{
#define DEFAULT(action)                                                                            \
	"{\"defaultAction\":\"" action "\",\"syscalls\":[{\"names\":[\"getppid\"],"                \
	"\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}"
	size_t n = length_of(DEFAULT("SCMP_ACT_ALLOW"));

	CHECK(n > 0);
	CHECK_INT(length_of(DEFAULT("SCMP_ACT_LOG")), n);
	CHECK_INT(length_of(DEFAULT("SCMP_ACT_TRACE")), n);
	CHECK_INT(length_of("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
			    "\"syscalls\":[{\"names\":[\"getppid\"],"
			    "\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}"),
		  n);
	CHECK(length_of(DEFAULT("SCMP_ACT_ERRNO")) > n);
	CHECK(length_of(DEFAULT("SCMP_ACT_TRAP")) > n);
}

static uint32_t ask(const struct seccomp_program *p, uint32_t arch, unsigned nr)
{
	const struct seccomp_data data = { .nr = (int)nr, .arch = arch };

	return seccomp_program_eval(p, &data);
}

TEST(evaluation_agrees_with_the_kernel)
{
	const char *json = DENY_BUT(",{\"names\":[\"umask\"],\"action\":\"SCMP_ACT_ERRNO\","
				    "\"errnoRet\":7},{\"names\":[\"getppid\",\"getuid\"],"
				    "\"action\":\"SCMP_ACT_ALLOW\"}");
	static const long calls[] = { SYS_umask, SYS_getppid, SYS_getuid, SYS_getgid, 9999 };
	struct seccomp_program p = { 0 };

	CHECK_INT(compile(json, &p, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		uint32_t action = ask(&p, seccomp_arch_native(), (unsigned)calls[i]);
		int want = action == SECCOMP_RET_ALLOW ? 0 : (int)(action & SECCOMP_RET_DATA);

		CHECK_INT(WEXITSTATUS(status_of(&p, calls[i], 0, 0)), want);
	}
	seccomp_program_done(&p);
}

/* Each architecture of an x86 profile has a newest call of its own, and x32 shares x86-64's name.
 */
TEST(enosys_is_per_architecture)
{
#define ARCHS(list)                                                                                \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[" list "],\"syscalls\":"         \
	"[{\"names\":[\"read\",\"openat2\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"
	const uint32_t enosys = SECCOMP_RET_ERRNO | ENOSYS, eperm = SECCOMP_RET_ERRNO | EPERM;
	struct seccomp_program p = { 0 };

	if (seccomp_arch_native() != SCMP_ARCH_X86_64)
		SKIP("the numbers are x86-64's");
	CHECK_INT(compile(ARCHS("\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\""), &p,
			  NULL),
		  0);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 1), eperm);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 437), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 438), enosys);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x3fffffff), enosys);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x40000000), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x40000001), eperm);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x40000000 + 438), enosys);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0xffffffff), enosys);
	CHECK_INT(ask(&p, AUDIT_ARCH_I386, 3), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_I386, 0), eperm);
	CHECK_INT(ask(&p, AUDIT_ARCH_I386, 438), enosys);
	CHECK_INT(ask(&p, AUDIT_ARCH_AARCH64, 63), SECCOMP_RET_KILL_PROCESS);
	CHECK_INT(ask(&p, AUDIT_ARCH_AARCH64, 5000), SECCOMP_RET_KILL_PROCESS);
	seccomp_program_done(&p);
	/* Without x32 its numbers are a foreign architecture's, as with runc. */
	CHECK_INT(compile(ARCHS(""), &p, NULL), 0);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 437), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x3fffffff), enosys);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x40000000), SECCOMP_RET_KILL_PROCESS);
	CHECK_INT(ask(&p, AUDIT_ARCH_X86_64, 0x40000258), SECCOMP_RET_KILL_PROCESS);
	CHECK_INT(ask(&p, AUDIT_ARCH_I386, 3), SECCOMP_RET_KILL_PROCESS);
	seccomp_program_done(&p);
}

TEST(arm_private_calls_are_not_newer)
{
	struct seccomp_program p = { 0 };

	if (seccomp_arch_native() == SCMP_ARCH_ARM)
		SKIP("foreign here");
	CHECK_INT(compile("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":"
			  "[\"SCMP_ARCH_ARM\"],\"syscalls\":[{\"names\":[\"read\",\"openat2\","
			  "\"cacheflush\",\"set_tls\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
			  &p, NULL),
		  0);
	CHECK_INT(ask(&p, AUDIT_ARCH_ARM, 437), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_ARM, 438), SECCOMP_RET_ERRNO | ENOSYS);
	CHECK_INT(ask(&p, AUDIT_ARCH_ARM, 0xf0005), SECCOMP_RET_ALLOW);
	CHECK_INT(ask(&p, AUDIT_ARCH_ARM, 0xf0001), SECCOMP_RET_ERRNO | EPERM);
	seccomp_program_done(&p);
}

/* Many calls are ordered as a tree: every number must still get its own answer. */
TEST(a_large_profile_answers_every_number)
{
	uint32_t native = seccomp_arch_native();
	struct seccomp_program p = { 0 };
	autostr json = { 0 };
	int allowed = 0;

	str_add(&json, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,"
		       "\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":[{\"action\":"
		       "\"SCMP_ACT_ALLOW\",\"names\":[\"read\"");
	if (native != SCMP_ARCH_X86_64)
		SKIP("the profile lists x86");
	for (int nr = 0; nr < 450; nr++) {
		autofree char *name = seccomp_syscall_resolve_num_arch(native, nr);

		if (name && nr % 3)
			str_addf(&json, ",\"%s\"", name);
	}
	str_add(&json, "]}]}");
	CHECK_INT(compile(json.p, &p, NULL), 0);
	for (unsigned nr = 0; nr < 1000; nr++) {
		autofree char *name = seccomp_syscall_resolve_num_arch(native, (int)nr);
		bool listed = nr == 0 || (name && nr < 450 && nr % 3);

		CHECK_INT(ask(&p, native, nr),
			  listed ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | ENOSYS);
		allowed += listed;
	}
	CHECK(allowed > 200);
	seccomp_program_done(&p);
}

TEST(flags_follow_the_profile)
{
	static const struct {
		const char *flags;
		unsigned long want;
	} rows[] = {
		{ "", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
		{ "\"flags\":[],", 0 },
		{ "\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],", SECCOMP_FILTER_FLAG_LOG },
		{ "\"flags\":[\"SECCOMP_FILTER_FLAG_TSYNC\"],", 0 },
		{ "\"flags\":[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"],", 0 },
		{ "\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\",\"SECCOMP_FILTER_FLAG_LOG\"],",
		  SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_LOG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct seccomp_program p = { 0 };
		autostr json = { 0 };

		str_addf(&json,
			 "{%s\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":"
			 "[\"getppid\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
			 rows[i].flags);
		CHECK_INT(compile(json.p, &p, NULL), 0);
		CHECK_INT(p.flags, rows[i].want);
		CHECK_INT(WEXITSTATUS(status_of(&p, SYS_getppid, 0, 0)), EPERM);
		seccomp_program_done(&p);
	}
}

/* The child installs and calls getppid; this process answers it through the listener. */
TEST(a_notified_call_is_answered_by_the_listener)
{
	struct seccomp_notif ask_ = { 0 };
	struct seccomp_notif_resp answer = { 0 };
	struct seccomp_program p = { 0 };
	autofd int pidfd = -1, listener = -1;
	int ready[2], status = -1, theirs = -1;
	pid_t pid;

	CHECK_INT(compile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":"
			  "[\"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV\"],\"syscalls\":[{\"names\":"
			  "[\"getppid\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}",
			  &p, NULL),
		  0);
	CHECK(p.notify);
	CHECK_INT(p.flags, SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	CHECK(pipe(ready) == 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int fd;

		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		fd = seccomp_install(&p, NULL);
		if (fd < 0 || write(ready[1], &fd, sizeof(fd)) != sizeof(fd))
			_exit(250);
		_exit(syscall(SYS_getppid) == 77 ? 0 : 1);
	}
	close(ready[1]);
	CHECK(read(ready[0], &theirs, sizeof(theirs)) == sizeof(theirs));
	close(ready[0]);
	pidfd = pidfd_open_(pid);
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
	CHECK(listener >= 0);
	if (listener < 0) {
		kill(pid, SIGKILL);
	} else {
		CHECK_INT(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask_), 0);
		CHECK_INT(ask_.data.nr, SYS_getppid);
		answer.id = ask_.id;
		answer.val = 77;
		CHECK_INT(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer), 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_INT(status, 0);
	seccomp_program_done(&p);
}

static void add_conditions(struct str *json, int n, int calls)
{
	for (int i = 0; i < n; i++) {
		autofree char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, i % calls);

		str_addf(json,
			 "%s{\"names\":[\"%s\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{"
			 "\"index\":0,\"op\":\"SCMP_CMP_EQ\",\"value\":%d}]}",
			 i ? "," : "", name, i);
	}
}

TEST(a_large_profile_that_fits_compiles)
{
	struct seccomp_data d = { .nr = 0, .arch = seccomp_arch_native() };
	struct seccomp_program p = { 0 };
	autostr json = { 0 };

	if (d.arch != SCMP_ARCH_X86_64)
		SKIP("the names are x86-64's");
	str_add(&json, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	add_conditions(&json, 3000, 1);
	str_add(&json, "]}");
	CHECK_INT(compile(json.p, &p, NULL), 0);
	CHECK(p.n > 3000 && p.n <= BPF_MAXINSNS);
	for (d.args[0] = 0; d.args[0] < 3100; d.args[0] += 100)
		CHECK_INT(seccomp_program_eval(&p, &d),
			  d.args[0] < 3000 ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_ALLOW);
	seccomp_program_done(&p);
}

TEST(a_profile_that_cannot_fit_fails_at_once)
{
	static const struct {
		int n, calls;
	} rows[] = { { 20000, 1 }, { 20000, 300 }, { 4000, 300 }, { 4097, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct seccomp_program p = { 0 };
		struct err e = { 0 };
		autostr json = { 0 };
		int64_t start;

		str_add(&json, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
		add_conditions(&json, rows[i].n, rows[i].calls);
		str_add(&json, "]}");
		start = monotonic_ms();
		CHECK_INT(compile(json.p, &p, &e), -E2BIG);
		CHECK_HAS(e.text, "4096");
		CHECK(monotonic_ms() - start < 5000);
	}
}

TEST(too_many_names_are_refused)
{
	struct seccomp_program p = { 0 };
	struct err e = { 0 };
	autostr json = { 0 };

	str_add(&json, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":"
		       "\"SCMP_ACT_ERRNO\",\"names\":[\"read\"");
	for (int i = 0; i < 65536; i++)
		str_add(&json, ",\"read\"");
	str_add(&json, "]}]}");
	CHECK_INT(compile(json.p, &p, &e), -E2BIG);
	CHECK_HAS(e.text, "65536");
}

TEST(twenty_thousand_equal_rules_are_one)
{
	struct seccomp_program p = { 0 };
	autostr json = { 0 };

	str_add(&json, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[");
	for (int i = 0; i < 20000; i++)
		str_addf(&json, "%s{\"names\":[\"getppid\"],\"action\":\"SCMP_ACT_ERRNO\"}",
			 i ? "," : "");
	str_add(&json, "]}");
	CHECK_INT(compile(json.p, &p, NULL), 0);
	CHECK(p.n < 20);
	CHECK_INT(WEXITSTATUS(status_of(&p, SYS_getppid, 0, 0)), EPERM);
	seccomp_program_done(&p);
}

TEST(bad_profiles_are_errors)
{
	struct seccomp_program p = { 0 };
	struct err e = { 0 };

	CHECK_INT(compile(ALLOW_BUT("{\"names\":[\"umask\"],\"action\":\"SCMP_ACT_ERRNO\","
				    "\"args\":[{\"index\":6,\"op\":\"SCMP_CMP_EQ\",\"value\":1}]}"),
			  &p, &e),
		  -EINVAL);
	CHECK_HAS(e.text, "argument 6");
	CHECK_INT(compile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":"
			  "[\"SCMP_ARCH_SH\"]}",
			  &p, &e),
		  -EINVAL);
	CHECK_HAS(e.text, "SCMP_ARCH_SH");
	/* Of the other byte order. */
	CHECK(compile("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":"
		      "[\"SCMP_ARCH_S390X\",\"SCMP_ARCH_X86_64\"]}",
		      &p, &e) < 0);
	CHECK(!p.filter);
}

TEST_MAIN
