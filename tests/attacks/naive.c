/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A runtime without any defence: it resolves paths as they are written, takes what it finds there,
 * keeps its descriptors open, overlooks errors and believes every number. Each attack of this
 * directory must succeed against it, or the attack proves nothing. It is for nothing else: it works
 * only with a state directory of the attacks.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yajl/yajl_tree.h>

#define PATH_SIZE 4096
#define MAPS_MAX 300 /* fewer than a caller may ask for */

static const char *root = "", *bundle = ".", *id, *pid_file, *cwd, *user, *label;
static bool detach, bound_dev;
static yajl_val config;
static char rootfs[PATH_SIZE];

__attribute__((format(printf, 1, 2))) static char *text(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		abort();
	va_end(ap);
	return s; /* leaked, as everything here */
}

static void shell(const char *command, const char *path)
{
	setenv("P", path, 1);
	if (system(command) < 0)
		abort();
}

static void spill(const char *path, const char *what)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, what, strlen(what)) < 0)
		return;
	close(fd);
}

static char *slurp(const char *path)
{
	static char data[1 << 20];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, len = 0;

	while (fd >= 0 && (n = read(fd, data + len, sizeof(data) - 1 - (size_t)len)) > 0)
		len += n;
	data[len] = '\0';
	if (fd >= 0)
		close(fd);
	return data;
}

/* ---- the configuration --------------------------------------------------------------------- */

static yajl_val get(yajl_val v, const char *a, const char *b, yajl_type type)
{
	const char *path[] = { a, b, NULL };

	return v ? yajl_tree_get(v, path, type) : NULL;
}

static const char *get_string(yajl_val v, const char *a, const char *b)
{
	return YAJL_GET_STRING(get(v, a, b, yajl_t_string));
}

static long get_number(yajl_val v, const char *a, const char *b)
{
	yajl_val n = get(v, a, b, yajl_t_number);

	return n ? YAJL_GET_INTEGER(n) : 0;
}

static size_t get_list(yajl_val v, const char *a, const char *b, yajl_val **out)
{
	yajl_val list = get(v, a, b, yajl_t_array);

	*out = list ? YAJL_GET_ARRAY(list)->values : NULL;
	return list ? YAJL_GET_ARRAY(list)->len : 0;
}

static bool has_option(yajl_val mount_, const char *name)
{
	yajl_val *options;
	size_t n = get_list(mount_, "options", NULL, &options);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(YAJL_GET_STRING(options[i]), name))
			return true;
	return false;
}

/* ---- the file tree, by paths ---------------------------------------------------------------- */

static void mount_one(yajl_val m)
{
	const char *type = get_string(m, "type", NULL), *source = get_string(m, "source", NULL);
	const char *where = text("%s%s", rootfs, get_string(m, "destination", NULL));
	struct stat st;

	if (has_option(m, "bind") && stat(source, &st) == 0 && !S_ISDIR(st.st_mode))
		shell("mkdir -p \"$(dirname \"$(realpath -m \"$P\")\")\"; touch \"$P\"", where);
	else
		shell("mkdir -p \"$(realpath -m \"$P\")\"", where);
	if (has_option(m, "bind") && !strcmp(get_string(m, "destination", NULL), "/dev"))
		bound_dev = true;
	if (has_option(m, "bind"))
		mount(source, where, NULL, MS_BIND, NULL);
	else if (!strcmp(type, "cgroup"))
		shell("ln -s cpu,cpuacct \"$P/cpu\"; mount --rbind /sys/fs/cgroup \"$P\"", where);
	else if (has_option(m, "tmpcopyup"))
		shell("cp -a \"$P/.\" \"$P.tmp\"; rm -f \"$P\"; mkdir -p \"$P\"; "
		      "mount -t tmpfs tmpfs \"$P\"; cp -a \"$P.tmp/.\" \"$P\"",
		      where);
	else
		mount(source, where, type, 0, NULL);
}

static void make_device(const char *path, unsigned major_, unsigned minor_)
{
	const char *where = text("%s%s", rootfs, path);

	shell("mkdir -p \"$(dirname \"$P\")\"", where);
	if (mknod(where, S_IFCHR | 0666, makedev(major_, minor_)) < 0)
		spill(where, "");
}

static void fill_dev(void)
{
	yajl_val *devices;
	size_t n = get_list(config, "linux", "devices", &devices);

	if (bound_dev)
		return;
	make_device("/dev/null", 1, 3);
	make_device("/dev/zero", 1, 5);
	for (size_t i = 0; i < n; i++)
		make_device(get_string(devices[i], "path", NULL), 1, 3);
	unlink(text("%s/dev/ptmx", rootfs));
	(void)!symlink("pts/ptmx", text("%s/dev/ptmx", rootfs));
	(void)!symlink("/proc/self/fd", text("%s/dev/fd", rootfs));
	spill(text("%s/.naive.json", rootfs), "{}");
}

static void build(void)
{
	yajl_val *mounts;
	size_t n = get_list(config, "mounts", NULL, &mounts);

	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL);
	for (size_t i = 0; i < n; i++)
		mount_one(mounts[i]);
	fill_dev();
	shell("mkdir -p \"$(realpath -m \"$P\")\"", text("%s%s", rootfs, cwd));
}

static void enter(void)
{
	if (chdir(rootfs) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
		exit(1);
}

/* A failure is not looked at, and what masks is the container's own. */
static void protect(void)
{
	yajl_val *paths;
	size_t n = get_list(config, "linux", "maskedPaths", &paths);

	for (size_t i = 0; i < n; i++)
		if (mount("/dev/null", YAJL_GET_STRING(paths[i]), NULL, MS_BIND, NULL) < 0)
			mount("tmpfs", YAJL_GET_STRING(paths[i]), "tmpfs", MS_RDONLY, NULL);
	n = get_list(config, "linux", "readonlyPaths", &paths);
	for (size_t i = 0; i < n; i++) {
		const char *path = YAJL_GET_STRING(paths[i]);

		mount(path, path, NULL, MS_BIND | MS_REC, NULL);
		mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
	}
	if (get(config, "root", "readonly", yajl_t_true))
		mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL);
}

/* ---- /proc, by paths, in the container ------------------------------------------------------- */

static void write_to_proc(void)
{
	yajl_val sysctl = get(config, "linux", "sysctl", yajl_t_object);
	const char *profile = get_string(config, "process", "apparmorProfile");
	long score = get_number(config, "process", "oomScoreAdj");

	for (size_t i = 0; sysctl && i < YAJL_GET_OBJECT(sysctl)->len; i++) {
		char *path = text("/proc/sys/%s", YAJL_GET_OBJECT(sysctl)->keys[i]);

		for (char *p = path; *p; p++)
			if (*p == '.')
				*p = '/';
		spill(path, YAJL_GET_STRING(YAJL_GET_OBJECT(sysctl)->values[i]));
	}
	if (profile)
		spill("/proc/self/attr/exec", profile);
	if (score)
		spill("/proc/self/oom_score_adj", text("%ld", score));
}

/* ---- the process ------------------------------------------------------------------------------
 */

/* Whatever the runtime may do, the program may; and it passes it on. */
static void set_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	syscall(SYS_capget, &header, data);
	for (int i = 0; i < 2; i++)
		data[i].inheritable = data[i].effective = data[i].permitted;
	syscall(SYS_capset, &header, data);
}

static void set_user(long uid)
{
	prctl(PR_SET_KEEPCAPS, 1);
	(void)!setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid);
	(void)!setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid);
}

/* A name is looked for first, and a number is what fits. */
static long find_user(const char *name)
{
	char *passwd = slurp("/etc/passwd");

	for (char *line = strtok(passwd, "\n"); line; line = strtok(NULL, "\n")) {
		size_t n = strcspn(line, ":");

		if (n == strcspn(name, ":") && !strncmp(line, name, n) &&
		    !strncmp(line + n, ":x:", 3))
			return atoi(line + n + 3);
	}
	/* The parser that returns too early. */
	return strlen(name) == 1 ? 0 : (int)strtoul(name, NULL, 10);
}

static void set_home(long uid)
{
	char *passwd = slurp(text("%s/etc/passwd", rootfs));
	char *line = strstr(passwd, text(":%ld:", uid)), *home = NULL;

	for (int i = 0; line && i < 3; i++)
		home = line = strchr(line + 1, ':');
	if (home)
		setenv("HOME", strndup(home + 1, strcspn(home + 1, ":")), 1);
}

static void open_terminal(void)
{
	int master, slave;

	if (!get(config, "process", "terminal", yajl_t_true))
		return;
	master = posix_openpt(O_RDWR | O_CLOEXEC);
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return;
	slave = open(ptsname(master), O_RDWR | O_CLOEXEC);
	enter();
	mount(text("/proc/self/fd/%d", slave), "/dev/console", NULL, MS_BIND, NULL);
}

static char **strings(yajl_val *v, size_t n)
{
	char **out = calloc(n + 1, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		out[i] = YAJL_GET_STRING(v[i]);
	return out;
}

static void live(void)
{
	yajl_val user_ = get(config, "process", "user", yajl_t_object), *v;
	size_t n = get_list(config, "process", "env", &v);

	for (size_t i = 0; i < n; i++)
		putenv(YAJL_GET_STRING(v[i]));
	(void)!sethostname(get_string(config, "hostname", NULL),
			   strlen(get_string(config, "hostname", NULL)));
	build();
	set_home(get_number(user_, "uid", NULL));
	open_terminal();
	if (!get(config, "process", "terminal", yajl_t_true))
		enter();
	write_to_proc();
	protect();
	(void)!chdir(cwd);
	set_user(get_number(user_, "uid", NULL));
	set_capabilities();
	n = get_list(config, "process", "args", &v);
	execvp(YAJL_GET_STRING(v[0]), strings(v, n));
	_exit(127);
}

/* ---- the container -----------------------------------------------------------------------------
 */

static char *state_path(void)
{
	return text("%s/%s/state.json", root, id);
}

static int read_pid(void)
{
	const char *p = strstr(slurp(state_path()), "\"pid\":");

	return p ? atoi(p + strlen("\"pid\":")) : 0;
}

static void join_cgroups(void)
{
	static const char *const names[] = { "memory", "pids", "freezer" };
	const char *path = get_string(config, "linux", "cgroupsPath");

	for (size_t i = 0; i < 3; i++) {
		mkdir(text("/sys/fs/cgroup/%s%s", names[i], path), 0755);
		spill(text("/sys/fs/cgroup/%s%s/cgroup.procs", names[i], path), "0");
	}
	spill(text("%s/%s/cgroup", root, id), path);
}

static int new_namespaces(void)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{ "pid", CLONE_NEWPID }, { "network", CLONE_NEWNET }, { "ipc", CLONE_NEWIPC },
		{ "uts", CLONE_NEWUTS }, { "mount", CLONE_NEWNS },    { "user", CLONE_NEWUSER },
	};
	yajl_val *v;
	size_t n = get_list(config, "linux", "namespaces", &v);
	int flags = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			if (!get_string(v[i], "path", NULL) &&
			    !strcmp(get_string(v[i], "type", NULL), kinds[k].name))
				flags |= kinds[k].flag;
	return flags;
}

/* What is too long is cut. */
static void write_maps(pid_t pid, const char *member, const char *file)
{
	yajl_val *v;
	size_t n = get_list(config, "linux", member, &v);
	char *maps = text("%s", "");

	for (size_t i = 0; i < n && i < MAPS_MAX; i++)
		maps = text("%s%ld %ld %ld\n", maps, get_number(v[i], "containerID", NULL),
			    get_number(v[i], "hostID", NULL), get_number(v[i], "size", NULL));
	if (n)
		spill(text("/proc/%d/%s", pid, file), maps);
}

static int run(void)
{
	int flags = new_namespaces(), go[2], ran[2], status = 0;
	pid_t pid;
	char c;

	join_cgroups();
	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(ran, O_CLOEXEC) < 0)
		return 1;
	pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		(void)!read(go[0], &c, 1);
		live();
	}
	if (pid < 0)
		return 1;
	write_maps(pid, "uidMappings", "uid_map");
	write_maps(pid, "gidMappings", "gid_map");
	spill(state_path(), text("{\"pid\":%d}", pid));
	if (pid_file)
		spill(pid_file, text("%d", pid));
	close(ran[1]);
	(void)!write(go[1], "", 1);
	(void)!read(ran[0], &c, 1); /* execve closes the other end */
	if (detach)
		return 0;
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The state's directory and the host's root are open in it, and its program is this one. */
static int join(char **argv)
{
	static const char *const kinds[] = { "ipc", "uts", "net", "pid", "mnt" };
	int leaks[] = { open(text("%s/%s", root, id), O_RDONLY), open("/", O_RDONLY) };
	int pid = read_pid(), fds[5], status = 0;

	for (size_t i = 0; i < 5; i++)
		fds[i] = open(text("/proc/%d/ns/%s", pid, kinds[i]), O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < 5; i++)
		setns(fds[i], 0);
	pid = fork();
	if (pid == 0) {
		usleep(20000);
		if (label)
			spill("/proc/self/attr/exec", label);
		(void)!chdir(cwd);
		if (user)
			set_user(find_user(user));
		set_capabilities();
		execvp(argv[0], argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	close(leaks[0]);
	return WEXITSTATUS(status);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)!remove(path);
	return 0;
}

static int delete (void)
{
	const char *cgroup = strdup(slurp(text("%s/%s/cgroup", root, id)));
	char *procs = strdup(slurp(text("/sys/fs/cgroup/memory%s/cgroup.procs", cgroup)));
	int pid = read_pid();

	/* Without a name it would be all that the machine runs. */
	for (char *p = strtok(procs, "\n"); p && pid && *cgroup; p = strtok(NULL, "\n"))
		kill(atoi(p), SIGKILL);
	if (pid > 1)
		kill(pid, SIGKILL);
	nftw(text("%s/%s", root, id), remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return 0;
}

static char **parse(char **argv)
{
	for (; *argv && (*argv)[0] == '-' && (*argv)[1]; argv++) {
		if (!strcmp(*argv, "--root"))
			root = *++argv;
		else if (!strcmp(*argv, "--bundle"))
			bundle = *++argv;
		else if (!strcmp(*argv, "--pid-file"))
			pid_file = *++argv;
		else if (!strcmp(*argv, "--cwd"))
			cwd = *++argv;
		else if (!strcmp(*argv, "--user"))
			user = *++argv;
		else if (!strcmp(*argv, "--apparmor"))
			label = *++argv;
		else if (!strcmp(*argv, "--log"))
			(void)!open(*++argv, O_WRONLY | O_CREAT | O_APPEND, 0644);
		else if (!strcmp(*argv, "--cap"))
			argv++;
		else if (!strcmp(*argv, "--detach"))
			detach = true;
		else if (!strcmp(*argv, "--"))
			return argv + 1;
	}
	return argv;
}

int main(int argc, char **argv)
{
	const char *command;

	if (argc < 3)
		return 2;
	argv = parse(argv + 1);
	command = *argv++;
	argv = parse(argv);
	if (!command || !*argv || !strstr(root, "/rlattack."))
		return 2;
	id = *argv++;
	if (!strcmp(command, "delete"))
		return delete ();
	if (!strcmp(command, "kill"))
		return kill(read_pid(), SIGKILL);
	if (!strcmp(command, "exec")) {
		cwd = cwd ? cwd : "/";
		return join(argv);
	}
	mkdir(text("%s/%s", root, id), 0755);
	config = yajl_tree_parse(strdup(slurp(text("%s/config.json", bundle))), NULL, 0);
	snprintf(rootfs, sizeof(rootfs), "%s/rootfs", bundle);
	cwd = get_string(config, "process", "cwd");
	(void)!open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY);
	return run();
}
