/* SPDX-License-Identifier: Apache-2.0 */
#include "core/procfs.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* The numbers of proc_pid_stat(5); the state is the first after the name. */
enum { FIELD_STATE = 3, FIELD_FLAGS = 9, FIELD_START_TIME = 22 };

/* 52 fields of at most 20 digits, and a name of at most 64 bytes. */
#define STAT_MAX 2048

/* Reads an unsigned number that a space or the end follows. Negative ones are passed over as 0:
 * only fields that cannot be negative are asked for. */
static bool next_number(const char **p, const char *end, uint64_t *out)
{
	uint64_t value = 0;
	bool negative;
	const char *s = *p;

	negative = s < end && *s == '-';
	s += negative;
	if (s == end || *s < '0' || *s > '9')
		return false;
	for (; s < end && *s >= '0' && *s <= '9'; s++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*s - '0'), &value))
			return false;
	}
	if (s < end && *s != ' ' && *s != '\n')
		return false;
	*p = s < end ? s + 1 : s;
	*out = negative ? 0 : value;
	return true;
}

/* exit_code is the last of all fields, since Linux 3.5. */
static int last_number(const char *p, const char *end)
{
	uint64_t value = 0;

	while (next_number(&p, end, &value))
		;
	return p >= end && value <= INT_MAX ? (int)value : 0;
}

int proc_stat_parse(const char *text, size_t len, struct proc_stat *out)
{
	const char *end = text + len;
	struct proc_stat stat = { 0 };
	uint64_t value = 0;
	const char *p;

	/* The name may hold spaces, parentheses and newlines; what follows it cannot. */
	p = len ? memrchr(text, ')', len) : NULL;
	if (!p || end - p < 4 || p[1] != ' ' || p[3] != ' ')
		return -EINVAL;
	stat.state = p[2];
	p += 4;
	for (int i = FIELD_STATE + 1; i <= FIELD_START_TIME; i++) {
		if (!next_number(&p, end, &value))
			return -EINVAL;
		if (i == FIELD_FLAGS)
			stat.kernel_flags = (unsigned)value;
	}
	stat.start_time = value;
	stat.exit_status = stat.state == 'Z' ? last_number(p, end) : 0;
	*out = stat;
	return 0;
}

int procfs_stat(int proc, pid_t pid, struct proc_stat *out, struct err *e)
{
	char path[32], text[STAT_MAX];
	autofd int fd = -1;
	ssize_t n;
	int r;

	if (pid <= 0)
		return 0;
	snprintf(path, sizeof(path), "%d/stat", pid);
	r = procfs_open(proc, path, O_RDONLY, NULL);
	if (r == -ENOENT || r == -ESRCH)
		return 0;
	if (r < 0)
		return err_set(e, -r, "open /proc/%s", path);
	fd = r;
	do
		n = read(fd, text, sizeof(text));
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == ESRCH)
		return 0;
	if (n < 0)
		return err_set(e, errno, "read /proc/%s", path);
	r = proc_stat_parse(text, (size_t)n, out);
	return r < 0 ? err_set(e, -r, "parse /proc/%s", path) : 1;
}
