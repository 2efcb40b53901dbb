/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor - only the kernel calls which the default config of `spec` asks for, to run one command.
 *
 *	floor [-t] [-v VARIANT]... ROOTFS NAME COMMAND [ARG]...
 *
 * No runtime can be faster than the kernel work that its config demands. This program does that
 * work in the cheapest way the kernel offers and nothing else: no JSON, no state, no checks, no
 * clean-up after a failure, no libc. It is a ruler for the benchmark, not a runtime: it trusts the
 * root filesystem, which must hold the mount points /proc /dev /sys.
 *
 * It does: a cgroup NAME below every cgroup v1 hierarchy, the device rules, five new namespaces,
 * a private mount tree, the eight mounts (that of type "cgroup" being a tmpfs with one bind of the
 * own cgroup for each hierarchy), default devices and links, pivot_root, a read-only root, masked
 * and read-only paths, loopback up, the hostname, one rlimit, capabilities, no_new_privs, execve,
 * wait and the removal of the cgroups. It does not do what runtimes add on their own account: a
 * session keyring, a clone of the runtime's binary, a state file, oom_score_adj, a dumpable flag.
 *
 * -t prints what each step cost. -v chooses the dearer way of a step, to measure the difference:
 *
 *	procs	the child writes "0" to cgroup.procs; the default writes it to tasks, which
 *		moves one thread only and so takes no part in the global threadgroup lock
 *	parent	the parent writes the child's pid to cgroup.procs, as runtimes in Go must
 *	fork	plain copy of the address space instead of CLONE_VM | CLONE_VFORK
 *	fsapi	fsopen/fsmount/move_mount instead of mount(2) for new file systems
 *	clones	open_tree/mount_setattr/move_mount instead of bind + remount
 *	remount	remount each cgroup bind read-only, not all by one recursive mount_setattr
 *	nodev	no device rules; nocg: no cgroups; nonet: no network namespace;
 *		nons: no namespaces but the mount namespace; nocgmount: no /sys/fs/cgroup
 *
 * README.md beside this file has the figures.
 */
#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <net/if.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MNT_DETACH 2

/* ---- system calls, without libc ------------------------------------------------------------- */

#if defined(__x86_64__)
static inline long sys(long n, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}
__asm__(".globl _start\n_start:\n\txor %ebp,%ebp\n\tmov %rsp,%rdi\n\tand $-16,%rsp\n\tcall begin\n");
#elif defined(__aarch64__)
static inline long sys(long n, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = n, x0 __asm__("x0") = a, x1 __asm__("x1") = b,
		      x2 __asm__("x2") = c, x3 __asm__("x3") = d, x4 __asm__("x4") = e;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
}
__asm__(".globl _start\n_start:\n\tmov x29,#0\n\tmov x0,sp\n\tbl begin\n");
#else
#error "floor knows the system calls of x86-64 and arm64 only"
#endif

#define L(x) ((long)(x))
#define sys0(n) sys(n, 0, 0, 0, 0, 0)
#define sys1(n, a) sys(n, L(a), 0, 0, 0, 0)
#define sys2(n, a, b) sys(n, L(a), L(b), 0, 0, 0)
#define sys3(n, a, b, c) sys(n, L(a), L(b), L(c), 0, 0)
#define sys4(n, a, b, c, d) sys(n, L(a), L(b), L(c), L(d), 0)
#define sys5(n, a, b, c, d, e) sys(n, L(a), L(b), L(c), L(d), L(e))

/* ---- text ------------------------------------------------------------------------------------ */

static unsigned long length(const char *s)
{
	unsigned long n = 0;

	while (s[n])
		n++;
	return n;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static char *add(char *to, const char *s)
{
	while (*s)
		*to++ = *s++;
	*to = '\0';
	return to;
}

static char *add_number(char *to, unsigned long n)
{
	char digits[24], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	return add(to, p);
}

static void say(const char *s)
{
	sys3(__NR_write, 2, s, length(s));
}

_Noreturn static void die(const char *what, long err)
{
	char line[256], *p = line;

	p = add(p, "floor: ");
	p = add(p, what);
	p = add(p, ": errno ");
	p = add_number(p, (unsigned long)-err);
	add(p, "\n");
	say(line);
	for (;;)
		sys1(__NR_exit_group, 125);
}

static long must(const char *what, long r)
{
	if (r < 0)
		die(what, r);
	return r;
}

/* ---- what to do ------------------------------------------------------------------------------ */

enum variant {
	V_PROCS, V_PARENT, V_FORK, V_FSAPI, V_CLONES, V_REMOUNT,
	V_NODEV, V_NOCG, V_NONET, V_NONS, V_NOCGMOUNT, V_COUNT,
};

static const char *const variant_names[V_COUNT] = {
	[V_PROCS] = "procs",   [V_PARENT] = "parent",   [V_FORK] = "fork",
	[V_FSAPI] = "fsapi",   [V_CLONES] = "clones",   [V_REMOUNT] = "remount",
	[V_NODEV] = "nodev",   [V_NOCG] = "nocg",       [V_NONET] = "nonet",
	[V_NONS] = "nons",     [V_NOCGMOUNT] = "nocgmount",
};

static const char *const hierarchies[] = {
	"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "systemd",
};
#define N_HIERARCHIES (sizeof(hierarchies) / sizeof(hierarchies[0]))

/* The config denies all; these are the spec's default devices, mknod of anything and terminals. */
static const char *const device_rules[] = {
	"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm",
	"c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm",
};

static const struct { const char *path; unsigned int dev; } nodes[] = {
	{ "/dev/null", 0x103 }, { "/dev/zero", 0x105 },	 { "/dev/full", 0x107 },
	{ "/dev/random", 0x108 }, { "/dev/urandom", 0x109 }, { "/dev/tty", 0x500 },
};

static const struct { const char *to, *path; } links[] = {
	{ "/proc/self/fd", "/dev/fd" },	      { "/proc/self/fd/0", "/dev/stdin" },
	{ "/proc/self/fd/1", "/dev/stdout" }, { "/proc/self/fd/2", "/dev/stderr" },
	{ "pts/ptmx", "/dev/ptmx" },
};

static const char *const masked[] = {
	"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
	"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
};

static const char *const readonly_paths[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

#define EACH(v, array) (unsigned long v = 0; v < sizeof(array) / sizeof((array)[0]); v++)

struct floor {
	const char *rootfs;
	const char *name;
	char **argv;
	int variant[V_COUNT];
	int timing;
	char path[4096];
	char root[4096];
	char *root_end;
};

static struct floor f;

/* In the new root while it is still at its host path: /ROOTFS + path. */
static const char *inside(const char *path)
{
	add(f.root_end, path);
	return f.root;
}

static const char *cgroup_file(const char *hierarchy, const char *file)
{
	char *p = f.path;

	p = add(p, "/sys/fs/cgroup/");
	p = add(p, hierarchy);
	p = add(p, "/");
	p = add(p, f.name);
	add(p, file);
	return f.path;
}

static void file_write(const char *path, const char *text)
{
	long fd = must(path, sys3(__NR_openat, AT_FDCWD, path, O_WRONLY));

	must(path, sys3(__NR_write, fd, text, length(text)));
	sys1(__NR_close, fd);
}

/* ---- cgroups --------------------------------------------------------------------------------- */

static void cgroup_make(void)
{
	if (f.variant[V_NOCG])
		return;
	for EACH(i, hierarchies) {
		const char *dir = cgroup_file(hierarchies[i], "");

		must(dir, sys3(__NR_mkdirat, AT_FDCWD, dir, 0755));
	}
}

/* A new v1 cpuset is empty and takes no task before it has processors and memory nodes. */
static void cpuset_fill(void)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[1024], name[32];
	long fd, n;

	if (f.variant[V_NOCG])
		return;
	for EACH(i, files) {
		add(add(f.path, "/sys/fs/cgroup/cpuset/"), files[i]);
		fd = must(f.path, sys3(__NR_openat, AT_FDCWD, f.path, O_RDONLY));
		n = must(f.path, sys3(__NR_read, fd, text, sizeof(text) - 1));
		sys1(__NR_close, fd);
		text[n] = '\0';
		add(add(name, "/"), files[i]);
		file_write(cgroup_file("cpuset", name), text);
	}
}

/* The kernel parses one rule in each write; the file may stay open between them. */
static void cgroup_devices(void)
{
	long fd;

	if (f.variant[V_NODEV] || f.variant[V_NOCG])
		return;
	file_write(cgroup_file("devices", "/devices.deny"), "a");
	fd = must("devices.allow", sys3(__NR_openat, AT_FDCWD,
					cgroup_file("devices", "/devices.allow"), O_WRONLY));
	for EACH(i, device_rules)
		must(device_rules[i], sys3(__NR_write, fd, device_rules[i], length(device_rules[i])));
	sys1(__NR_close, fd);
}

static void cgroup_enter(const char *file, const char *pid)
{
	if (f.variant[V_NOCG])
		return;
	for EACH(i, hierarchies)
		file_write(cgroup_file(hierarchies[i], file), pid);
}

static void cgroup_enter_child(void)
{
	if (!f.variant[V_PARENT])
		cgroup_enter(f.variant[V_PROCS] ? "/cgroup.procs" : "/tasks", "0");
}

static void cgroup_remove(void)
{
	if (f.variant[V_NOCG])
		return;
	for EACH(i, hierarchies) {
		const char *dir = cgroup_file(hierarchies[i], "");

		must(dir, sys3(__NR_unlinkat, AT_FDCWD, dir, AT_REMOVEDIR));
	}
}

/* ---- mounts ---------------------------------------------------------------------------------- */

static void attach(long fd, const char *to)
{
	must(to, sys5(__NR_move_mount, fd, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH));
	sys1(__NR_close, fd);
}

static void set_attr(long fd, const char *path, unsigned int at, __u64 attr)
{
	struct mount_attr a = { .attr_set = attr };

	must(path, sys5(__NR_mount_setattr, fd, path, at, &a, sizeof(a)));
}

/* @options: one "key=value" or "key" per element, for the new API; @data: the same for mount(2) */
static void mount_new(const char *type, const char *to, unsigned long flags, unsigned int attr,
		      const char *const *options, const char *data)
{
	char key[64];
	long fs, m;

	if (!f.variant[V_FSAPI]) {
		must(to, sys5(__NR_mount, type, to, type, flags, data));
		return;
	}
	fs = must(type, sys2(__NR_fsopen, type, FSOPEN_CLOEXEC));
	for (; *options; options++) {
		const char *value = NULL;
		char *k;

		add(key, *options);
		for (k = key; *k; k++) {
			if (*k == '=') {
				*k = '\0';
				value = k + 1;
				break;
			}
		}
		must(key, sys5(__NR_fsconfig, fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			       key, value, 0));
	}
	must(type, sys5(__NR_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	m = must(type, sys3(__NR_fsmount, fs, FSMOUNT_CLOEXEC, attr));
	sys1(__NR_close, fs);
	attach(m, to);
}

static void bind_mount(const char *from, const char *to, int read_only)
{
	long m;

	if (!f.variant[V_CLONES]) {
		must(to, sys5(__NR_mount, from, to, NULL, MS_BIND | MS_REC, NULL));
		if (read_only)
			must(to, sys5(__NR_mount, NULL, to, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY,
				      NULL));
		return;
	}
	m = must(from, sys3(__NR_open_tree, AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
	if (read_only)
		set_attr(m, "", AT_EMPTY_PATH, MOUNT_ATTR_RDONLY);
	attach(m, to);
}

static void mounts_private(void)
{
	must("private", sys5(__NR_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

static void root_bind(void)
{
	must("rootfs", sys5(__NR_mount, f.rootfs, f.rootfs, NULL, MS_BIND | MS_REC, NULL));
}

#define NONE ((const char *const[]){ NULL })
#define MS_SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define ATTR_SAFE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

static void mount_proc(void)
{
	mount_new("proc", inside("/proc"), 0, 0, NONE, NULL);
}

static void mount_dev(void)
{
	static const char *const options[] = { "mode=755", "size=65536k", NULL };

	mount_new("tmpfs", inside("/dev"), MS_NOSUID | MS_STRICTATIME,
		  MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME, options, "mode=755,size=65536k");
}

static void mount_pts(void)
{
	static const char *const options[] = { "newinstance", "ptmxmode=0666", "mode=0620",
					       "gid=5", NULL };

	must("pts", sys3(__NR_mkdirat, AT_FDCWD, inside("/dev/pts"), 0755));
	mount_new("devpts", f.root, MS_NOSUID | MS_NOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
		  options, "newinstance,ptmxmode=0666,mode=0620,gid=5");
}

static void mount_shm(void)
{
	static const char *const options[] = { "mode=1777", "size=65536k", NULL };

	must("shm", sys3(__NR_mkdirat, AT_FDCWD, inside("/dev/shm"), 0755));
	mount_new("tmpfs", f.root, MS_SAFE, ATTR_SAFE, options, "mode=1777,size=65536k");
}

static void mount_mqueue(void)
{
	must("mqueue", sys3(__NR_mkdirat, AT_FDCWD, inside("/dev/mqueue"), 0755));
	mount_new("mqueue", f.root, MS_SAFE, ATTR_SAFE, NONE, NULL);
}

static void mount_sys(void)
{
	mount_new("sysfs", inside("/sys"), MS_SAFE | MS_RDONLY, ATTR_SAFE | MOUNT_ATTR_RDONLY, NONE,
		  NULL);
}

static void mount_cgroups(void)
{
	static const char *const options[] = { "mode=755", NULL };
	unsigned long flags = MS_SAFE | MS_RELATIME | MS_RDONLY;
	char to[256];

	if (f.variant[V_NOCG] || f.variant[V_NOCGMOUNT])
		return;
	mount_new("tmpfs", inside("/sys/fs/cgroup"), MS_SAFE, ATTR_SAFE, options, "mode=755");
	for EACH(i, hierarchies) {
		add(add(to, "/sys/fs/cgroup/"), hierarchies[i]);
		inside(to);
		must(to, sys3(__NR_mkdirat, AT_FDCWD, f.root, 0755));
		bind_mount(cgroup_file(hierarchies[i], ""), f.root, 0);
		if (f.variant[V_REMOUNT])
			must(to, sys5(__NR_mount, NULL, f.root, NULL,
				      MS_REMOUNT | MS_BIND | flags, NULL));
	}
	if (f.variant[V_REMOUNT])
		must("cgroup", sys5(__NR_mount, NULL, inside("/sys/fs/cgroup"), NULL,
				    MS_REMOUNT | MS_BIND | flags, NULL));
	else
		set_attr(AT_FDCWD, inside("/sys/fs/cgroup"), AT_RECURSIVE,
			 ATTR_SAFE | MOUNT_ATTR_RDONLY);
}

static void make_devices(void)
{
	sys1(__NR_umask, 0);
	for EACH(i, nodes)
		must(nodes[i].path, sys4(__NR_mknodat, AT_FDCWD, inside(nodes[i].path),
					 S_IFCHR | 0666, nodes[i].dev));
	for EACH(i, links)
		must(links[i].path, sys3(__NR_symlinkat, links[i].to, AT_FDCWD,
					 inside(links[i].path)));
	sys1(__NR_umask, 022);
}

static void pivot(void)
{
	*f.root_end = '\0';
	must("chdir", sys1(__NR_chdir, f.root));
	must("pivot_root", sys2(__NR_pivot_root, ".", "."));
	must("umount", sys2(__NR_umount2, ".", MNT_DETACH));
	must("chdir", sys1(__NR_chdir, "/"));
}

static void root_readonly(void)
{
	must("/", sys5(__NR_mount, NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL));
}

static void protect_paths(void)
{
	long r;

	for EACH(i, readonly_paths)
		if (!sys4(__NR_faccessat, AT_FDCWD, readonly_paths[i], F_OK, 0))
			bind_mount(readonly_paths[i], readonly_paths[i], 1);
	for EACH(i, masked) {
		r = sys5(__NR_mount, "/dev/null", masked[i], NULL, MS_BIND, NULL);
		if (r == -ENOTDIR)
			mount_new("tmpfs", masked[i], MS_RDONLY, MOUNT_ATTR_RDONLY, NONE, NULL);
	}
}

/* ---- the process ----------------------------------------------------------------------------- */

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	long fd;

	if (f.variant[V_NONET] || f.variant[V_NONS])
		return;
	fd = must("socket", sys3(__NR_socket, AF_INET, SOCK_DGRAM, 0));
	must("lo", sys3(__NR_ioctl, fd, SIOCSIFFLAGS, &ifr));
	sys1(__NR_close, fd);
}

static void set_hostname(void)
{
	if (!f.variant[V_NONS])
		must("hostname", sys2(__NR_sethostname, "floor", 5));
}

static void set_process(void)
{
	static const struct rlimit limit = { 1024, 1024 };
	const unsigned int keep = 1u << CAP_AUDIT_WRITE | 1u << CAP_KILL | 1u << CAP_NET_BIND_SERVICE;
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { keep, keep, 0 }, { 0 } };

	must("setsid", sys0(__NR_setsid));
	must("rlimit", sys4(__NR_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL));
	for (unsigned int c = 0; c <= CAP_LAST_CAP; c++)
		if (c > 31 || !(keep & 1u << c))
			sys5(__NR_prctl, PR_CAPBSET_DROP, c, 0, 0, 0);
	must("setgroups", sys2(__NR_setgroups, 0, NULL));
	must("capset", sys2(__NR_capset, &head, data));
	must("no_new_privs", sys5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	must("close_range", sys3(__NR_close_range, 3, ~0u, 0));
}

/* ---- order ----------------------------------------------------------------------------------- */

struct step {
	const char *name;
	void (*run)(void);
};

static const struct step before[] = {
	{ "cgroup: 9 mkdir", cgroup_make },
	{ "cgroup: cpus, mems", cpuset_fill },
	{ "cgroup: device rules", cgroup_devices },
};

static const struct step in_child[] = {
	{ "cgroup: enter 9", cgroup_enter_child },
	{ "loopback up", loopback_up },
	{ "hostname", set_hostname },
	{ "make / private", mounts_private },
	{ "bind rootfs", root_bind },
	{ "mount /proc", mount_proc },
	{ "mount /dev", mount_dev },
	{ "mount /dev/pts", mount_pts },
	{ "mount /dev/shm", mount_shm },
	{ "mount /dev/mqueue", mount_mqueue },
	{ "mount /sys", mount_sys },
	{ "mount /sys/fs/cgroup", mount_cgroups },
	{ "device nodes, links", make_devices },
	{ "pivot_root, umount", pivot },
	{ "/ read-only", root_readonly },
	{ "masks, ro paths", protect_paths },
	{ "caps, rlimit, nnp", set_process },
};

#define N_BEFORE (sizeof(before) / sizeof(before[0]))
#define N_CHILD (sizeof(in_child) / sizeof(in_child[0]))

static unsigned long took[N_BEFORE + N_CHILD];

static unsigned long now(void)
{
	struct timespec t;

	sys2(__NR_clock_gettime, CLOCK_MONOTONIC, &t);
	return (unsigned long)t.tv_sec * 1000000000UL + (unsigned long)t.tv_nsec;
}

static void run_steps(const struct step *steps, unsigned long n, unsigned long *ns)
{
	for (unsigned long i = 0; i < n; i++) {
		unsigned long t = f.timing ? now() : 0;

		steps[i].run();
		if (f.timing)
			ns[i] = now() - t;
	}
}

static void row(const char *name, unsigned long ns)
{
	char line[128], *p = add(line, name);

	while (p < line + 24)
		*p++ = ' ';
	p = add_number(p, ns / 1000);
	add(p, " us\n");
	say(line);
}

static unsigned long exec_began;

_Noreturn static void child(int go)
{
	static char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm",
		NULL,
	};
	char c;

	if (go >= 0)
		sys3(__NR_read, go, &c, 1);
	run_steps(in_child, N_CHILD, took + N_BEFORE);
	if (f.timing)
		exec_began = now();
	die(f.argv[0], sys3(__NR_execve, f.argv[0], f.argv, env));
}

static __u64 clone_flags(void)
{
	__u64 flags = CLONE_NEWNS;

	if (!f.variant[V_NONS])
		flags |= CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
	if (!f.variant[V_NONS] && !f.variant[V_NONET])
		flags |= CLONE_NEWNET;
	/* Sharing memory until execve copies no page table, and vfork needs no pipe to wait. */
	if (!f.variant[V_FORK] && !f.variant[V_PARENT])
		flags |= CLONE_VM | CLONE_VFORK;
	return flags;
}

static long run(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	static struct clone_args args;
	unsigned long t0 = now(), t1, t2, t3, t4;
	int go[2] = { -1, -1 }, status = 0;
	char pid_text[16];
	long pid;

	run_steps(before, N_BEFORE, took);
	args.flags = clone_flags();
	args.exit_signal = SIGCHLD;
	if (f.variant[V_PARENT])
		must("pipe", sys2(__NR_pipe2, go, 0));
	t1 = now();
	/* With a null stack a CLONE_VM child would share the parent's, which vfork allows. */
	if (args.flags & CLONE_VM) {
		args.stack = (__u64)stack;
		args.stack_size = sizeof(stack);
	}
#if defined(__x86_64__)
	/* The child wakes on its own stack, so nothing of this frame may be read after the call. */
	__asm__ volatile("syscall\n\ttest %%rax,%%rax\n\tjnz 1f\n\tmov %2,%%edi\n\tcall floor_child\n1:"
			 : "=a"(pid)
			 : "a"(__NR_clone3), "r"(go[0]), "D"(&args), "S"(sizeof(args))
			 : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
#else
	register long x8 __asm__("x8") = __NR_clone3, x0 __asm__("x0") = L(&args),
		      x1 __asm__("x1") = sizeof(args);
	register int w19 __asm__("w19") = go[0];
	__asm__ volatile("svc 0\n\tcbnz x0,1f\n\tmov w0,w19\n\tbl floor_child\n1:"
			 : "+r"(x0) : "r"(x8), "r"(x1), "r"(w19)
			 : "memory", "x30");
	pid = x0;
#endif
	must("clone3", pid);
	t2 = now();
	if (f.variant[V_PARENT]) {
		add_number(pid_text, (unsigned long)pid);
		cgroup_enter("/cgroup.procs", pid_text);
		sys3(__NR_write, go[1], "", 1);
	}
	must("wait4", sys4(__NR_wait4, pid, &status, 0, NULL));
	t3 = now();
	cgroup_remove();
	t4 = now();
	if (f.timing) {
		unsigned long in_steps = 0;

		for EACH(i, before)
			row(before[i].name, took[i]);
		for EACH(i, in_child) {
			in_steps += took[N_BEFORE + i];
			row(in_child[i].name, took[N_BEFORE + i]);
		}
		if (args.flags & CLONE_VM) {
			row("clone3 and scheduling", exec_began - t1 - in_steps);
			row("execve", t2 - exec_began);
		}
		row("run, exit, wait", t3 - t2);
		row("cgroup: 9 rmdir", t4 - t3);
		row("total", t4 - t0);
	}
	return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

__attribute__((used)) void floor_child(int go);
void floor_child(int go)
{
	child(go);
}

static int variant_find(const char *name)
{
	for (int v = 0; v < V_COUNT; v++)
		if (same(variant_names[v], name))
			return v;
	say("floor: no such variant\n");
	sys1(__NR_exit_group, 125);
	return 0;
}

__attribute__((used)) void begin(long *sp);
void begin(long *sp)
{
	char **argv = (char **)(sp + 1) + 1;

	for (; argv[0] && argv[0][0] == '-'; argv++) {
		if (same(argv[0], "-t"))
			f.timing = 1;
		else if (same(argv[0], "-v") && argv[1])
			f.variant[variant_find(*++argv)] = 1;
		else
			break;
	}
	if (!argv[0] || !argv[1] || !argv[2] || length(argv[0]) > 2000 || length(argv[1]) > 200) {
		say("usage: floor [-t] [-v VARIANT]... ROOTFS NAME COMMAND [ARG]...\n");
		sys1(__NR_exit_group, 125);
	}
	f.rootfs = argv[0];
	f.name = argv[1];
	f.argv = argv + 2;
	f.root_end = add(f.root, f.rootfs);
	sys1(__NR_exit_group, run());
}
