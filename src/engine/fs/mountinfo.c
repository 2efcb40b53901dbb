/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/mountinfo.h"
#include "core/procfs.h"
#include "core/str.h"
#include <errno.h>

/* 100,000 mounts, the default limit of a namespace, with long paths. */
#define MOUNTINFO_MAX (64u << 20)

#define FIELD_MOUNT_POINT 4
#define FIELDS_MIN 6

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* The kernel writes space, tab, newline and backslash as \ooo. */
static char *unescape(const char *s, size_t n)
{
	char *out = xmalloc(n + 1), *w = out;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\\' && i + 3 < n && is_octal(s[i + 1]) && is_octal(s[i + 2]) &&
		    is_octal(s[i + 3])) {
			*w++ = (char)((s[i + 1] - '0') * 64 + (s[i + 2] - '0') * 8 +
				      (s[i + 3] - '0'));
			i += 3;
		} else {
			*w++ = s[i];
		}
	}
	*w = '\0';
	return out;
}

static void add(struct mountinfo *m, char *path, char *type)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 64;
		m->v = xrealloc(m->v, m->cap, sizeof(*m->v));
	}
	m->v[m->n++] = (struct mountinfo_entry){ path, type };
}

/* One line: fixed fields, optional ones, "-", then the type. */
static int parse_line(const char *line, size_t len, struct mountinfo *m)
{
	const char *p = line, *end = line + len, *path = NULL;
	size_t path_len = 0, field = 0;

	while (p < end) {
		const char *space = memchr(p, ' ', (size_t)(end - p));
		size_t n = (size_t)((space ? space : end) - p);

		if (field == FIELD_MOUNT_POINT) {
			path = p;
			path_len = n;
		} else if (field >= FIELDS_MIN && n == 1 && *p == '-' && space) {
			n = strcspn(space + 1, " \n");
			add(m, unescape(path, path_len), xstrndup(space + 1, n));
			return 0;
		}
		p += n + 1;
		field++;
	}
	return -EINVAL;
}

int mountinfo_parse(const char *text, struct mountinfo *out, struct err *e)
{
	struct mountinfo m = { 0 };

	while (*text) {
		size_t n = strcspn(text, "\n");

		if (parse_line(text, n, &m) < 0) {
			mountinfo_done(&m);
			return err_msg(e, EINVAL, "mountinfo: line not understood");
		}
		text += n + (text[n] == '\n');
	}
	*out = m;
	return 0;
}

int mountinfo_read(int proc, struct mountinfo *out, struct err *e)
{
	autostr text = { 0 };
	int r = procfs_read(proc, "self/mountinfo", MOUNTINFO_MAX, &text, e);

	return r < 0 ? r : mountinfo_parse(text.p ? text.p : "", out, e);
}

void mountinfo_done(struct mountinfo *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].path);
		free(m->v[i].type);
	}
	free(m->v);
	*m = (struct mountinfo){ 0 };
}
