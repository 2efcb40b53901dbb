/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/stdio.h"

#include "core/file.h"
#include "core/json.h"
#include "core/num.h"
#include "core/procfs.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define STDIO_FILE "descriptors.json"
#define STDIO_FILE_MAX (STDIO_N * PATH_MAX)
#define HOST_FILE "file["

#define FDINFO_MAX 4096
#define MOUNTINFO_MAX (64u << 20)

/* The "mnt_id:" of /proc/PID/fdinfo/N, as text. */
static int read_mount_id(int proc, pid_t pid, int fd, uint64_t *id, struct err *e)
{
	static const char key[] = "mnt_id:";
	autostr text = { 0 };
	autofree char *value = NULL;
	char path[48];
	const char *at;
	int r;

	(void)snprintf(path, sizeof(path), "%d/fdinfo/%d", (int)pid, fd);
	r = procfs_read(proc, path, FDINFO_MAX, &text, e);
	if (r < 0)
		return r;
	at = text.p ? strstr(text.p, key) : NULL;
	if (!at)
		return err_msg(e, EPROTO, "%s: has no %s", path, key);
	at += sizeof(key) - 1;
	at += strspn(at, " \t");
	value = xstrndup(at, strcspn(at, "\n"));
	return num_parse_u64(value, INT32_MAX, key, id, e);
}

/* Whether a mount is one of the process's mount namespace. */
static int has_mount(int proc, pid_t pid, uint64_t id, struct err *e)
{
	autofree char *begin = xasprintf("%llu ", (unsigned long long)id);
	autostr text = { 0 };
	char path[32];
	int r;

	(void)snprintf(path, sizeof(path), "%d/mountinfo", (int)pid);
	r = procfs_read(proc, path, MOUNTINFO_MAX, &text, e);
	if (r < 0)
		return r;
	for (const char *line = text.p; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts(line, begin))
			return 1;
	}
	return 0;
}

/* Returns 1 and CRIU's name for a file that lies outside, 0 for one of the container's own. */
static int name_of_host_file(int proc, pid_t pid, int fd, char **out, struct err *e)
{
	autofd int file = -1;
	struct stat st;
	char path[32];
	uint64_t id;
	int r = read_mount_id(proc, pid, fd, &id, e);

	if (r == 0)
		r = has_mount(proc, pid, id, e);
	if (r != 0)
		return r < 0 ? r : 0;
	(void)snprintf(path, sizeof(path), "%d/fd/%d", (int)pid, fd);
	file = procfs_open_link(proc, path, O_PATH, e);
	if (file < 0)
		return file;
	if (fstat(file, &st) < 0)
		return err_set(e, errno, "stat %s", path);
	*out = xasprintf(HOST_FILE "%llx:%llx]", (unsigned long long)id,
			 (unsigned long long)st.st_ino);
	return 1;
}

static int find_one(int proc, pid_t pid, int fds, int fd, char **out, struct err *e)
{
	char number[16], target[PATH_MAX];
	ssize_t n;
	int r;

	(void)snprintf(number, sizeof(number), "%d", fd);
	n = readlinkat(fds, number, target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "read descriptor %d of init", fd);
	target[n] = '\0';
	r = *target == '/' ? name_of_host_file(proc, pid, fd, out, e) : 0;
	if (r == 0)
		*out = xstrdup(target);
	return r < 0 ? r : 0;
}

int stdio_find(int proc, pid_t pid, struct stdio *out, struct err *e)
{
	autofd int fds = -1;
	char path[32];
	int r = 0;

	(void)snprintf(path, sizeof(path), "%d/fd", (int)pid);
	fds = procfs_open(proc, path, O_RDONLY | O_DIRECTORY, e);
	if (fds < 0)
		return fds;
	for (int fd = 0; fd < STDIO_N && r == 0; fd++)
		r = find_one(proc, pid, fds, fd, &out->names[fd], e);
	return r;
}

int stdio_write(const struct stdio *s, int dir, struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	const char *text;
	size_t len;

	json_out_array(o);
	for (int fd = 0; fd < STDIO_N; fd++)
		json_out_string(o, s->names[fd] ? s->names[fd] : "");
	json_out_end(o);
	text = json_out_text(o, &len);
	return file_replace(dir, STDIO_FILE, 0600, text, len, 0, e);
}

int stdio_read(int dir, struct stdio *out, struct err *e)
{
	autostr text = { 0 };
	autojson *doc = NULL;
	const struct json *j;
	int r;

	r = file_read(dir, STDIO_FILE, STDIO_FILE_MAX, &text, e);
	if (r == 0)
		r = json_parse(text.p ? text.p : "", text.len, &doc, e);
	if (r < 0)
		return err_wrap(e, "images: " STDIO_FILE ": ");
	j = json_root(doc);
	if (j->type != JSON_ARRAY || j->n > STDIO_N)
		return err_msg(e, EINVAL, "images: " STDIO_FILE ": is no array of %d names",
			       STDIO_N);
	for (size_t i = 0; i < j->n; i++)
		if (j->items[i].type == JSON_STRING)
			out->names[i] = xstrdup(j->items[i].text);
	return 0;
}

void stdio_done(struct stdio *s)
{
	for (int fd = 0; fd < STDIO_N; fd++)
		free(s->names[fd]);
	*s = (struct stdio){ 0 };
}

void stdio_to_dump(const struct stdio *s, struct external *out)
{
	for (int fd = 0; fd < STDIO_N; fd++)
		if (s->names[fd] && str_starts(s->names[fd], HOST_FILE))
			strv_push(&out->list, s->names[fd]);
}

void stdio_to_restore(const struct stdio *s, struct external *out)
{
	for (int fd = 0; fd < STDIO_N; fd++)
		if (s->names[fd] &&
		    (str_starts(s->names[fd], "pipe:") || str_starts(s->names[fd], HOST_FILE)))
			external_inherit(out, s->names[fd], fd);
}
