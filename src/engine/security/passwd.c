/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/creds.h"

#include "core/file.h"
#include "core/inroot.h"
#include "core/num.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define PASSWD_MAX (1u << 20)

enum { F_NAME, F_PASSWORD, F_UID, F_GID, F_GECOS, F_HOME, F_SHELL, N_FIELDS };

/* Cuts a line in place; fields that it lacks are NULL. */
static void split_line(char *line, char *fields[N_FIELDS])
{
	for (int i = 0; i < N_FIELDS; i++)
		fields[i] = line ? strsep(&line, ":") : NULL;
}

static bool is_uid(const char *text, uint32_t uid)
{
	uint64_t v;

	return text && num_parse_u64(text, UINT32_MAX, "uid", &v, NULL) == 0 && v == uid;
}

/* A name is required, and "+" and "-" are NIS's, so that no damaged line counts as a user. */
static bool is_user(const char *name)
{
	return *name && *name != '#' && *name != '+' && *name != '-';
}

/* 1 when the line is @uid's, and *home is what it says, else 0. */
static int match_line(const char *text, size_t len, uint32_t uid, char **home)
{
	autofree char *line = NULL;
	char *fields[N_FIELDS];

	if (len == 0 || memchr(text, '\0', len))
		return 0;
	line = xstrndup(text, len);
	split_line(line, fields);
	if (!is_user(fields[F_NAME]) || !is_uid(fields[F_UID], uid))
		return 0;
	if (fields[F_HOME] && *fields[F_HOME] && strlen(fields[F_HOME]) < PATH_MAX)
		*home = xstrdup(fields[F_HOME]);
	return 1;
}

char *passwd_find_home(const char *text, size_t len, uint32_t uid)
{
	const char *end = text + len;
	char *home = NULL;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (!eol)
			eol = end;
		if (match_line(text, (size_t)(eol - text), uid, &home))
			break;
		text = eol + 1;
	}
	return home ? home : xstrdup("/");
}

/* Opening a device may do something: look before, and again at what was opened. */
static int open_regular(int root, const char *path)
{
	autofd int fd = -1;
	struct stat st;

	fd = inroot_open(root, path, O_PATH | O_CLOEXEC, NULL);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	fd_close(fd);
	fd = inroot_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, NULL);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > PASSWD_MAX)
		return -1;
	return TAKE_FD(fd);
}

char *passwd_home(int root, uint32_t uid)
{
	autostr text = { 0 };
	autofd int fd = -1;

	fd = open_regular(root, "/etc/passwd");
	if (fd < 0 || fd_read_all(fd, PASSWD_MAX, &text, NULL) < 0 || text.len == 0)
		return xstrdup("/");
	return passwd_find_home(text.p, text.len, uid);
}
