/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/passwd.h"

#include "core/file.h"
#include "core/inroot.h"
#include "core/num.h"
#include "core/strv.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define FILE_MAX (1 << 20)
#define ID_MAX (UINT32_MAX - 1) /* the last one means "no change" */
#define GROUPS_MAX 1024
#define FIELDS_MAX 7

struct line {
	char *text;
	char *field[FIELDS_MAX]; /* NULL: not there */
};

static void line_done(struct line *l)
{
	free(l->text);
	*l = (struct line){ 0 };
}

static int parse_id(const char *text, uint32_t *out)
{
	uint64_t value;

	if (!text || num_parse_u64(text, ID_MAX, "id", &value, NULL) < 0)
		return -EINVAL;
	*out = (uint32_t)value;
	return 0;
}

/* The next line that names somebody. "+" and "-" are NIS's. */
static bool next_line(const char **at, struct line *l)
{
	while (*at && **at) {
		size_t n = strcspn(*at, "\n");
		char *rest;

		line_done(l);
		l->text = rest = xstrndup(*at, n);
		*at += n + ((*at)[n] == '\n');
		for (int i = 0; i < FIELDS_MAX; i++)
			l->field[i] = rest ? strsep(&rest, ":") : NULL;
		if (l->field[0][0] && !strchr("#+-", l->field[0][0]))
			return true;
	}
	line_done(l);
	return false;
}

/* Returns 1 when a line of passwd is the user's: *name is heap, NULL for a number without a line.
 */
static int find_user(const char *passwd, const char *user, bool number, struct passwd_user *out,
		     char **name)
{
	_cleanup_(line_done) struct line l = { 0 };
	uint32_t uid, gid;

	while (next_line(&passwd, &l)) {
		if (parse_id(l.field[2], &uid) < 0 || parse_id(l.field[3], &gid) < 0)
			continue;
		if (number ? uid != out->uid : !str_eq(l.field[0], user))
			continue;
		out->uid = uid;
		out->gid = gid;
		*name = xstrdup(l.field[0]);
		return 1;
	}
	return 0;
}

static int find_group(const char *group, const char *name, uint32_t *gid)
{
	_cleanup_(line_done) struct line l = { 0 };

	while (next_line(&group, &l))
		if (str_eq(l.field[0], name) && parse_id(l.field[2], gid) == 0)
			return 1;
	return 0;
}

static void add_groups(const char *group, const char *name, struct passwd_user *out)
{
	_cleanup_(line_done) struct line l = { 0 };
	uint32_t gid;

	while (out->groups.n < GROUPS_MAX && next_line(&group, &l)) {
		autostrv char **members = l.field[3] ? strv_split(l.field[3], ',') : NULL;

		if (parse_id(l.field[2], &gid) < 0 || gid == out->gid || !strv_has(members, name))
			continue;
		out->groups.v = xrealloc(out->groups.v, out->groups.n + 1, sizeof(uint32_t));
		out->groups.v[out->groups.n++] = gid;
	}
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

static int resolve_user(const char *user, const char *passwd, struct passwd_user *out, char **name,
			struct err *e)
{
	bool number = is_number(user);

	if (number && parse_id(user, &out->uid) < 0)
		return err_msg(e, EINVAL, "user %s: out of range", user);
	if (!find_user(passwd, user, number, out, name) && !number)
		return err_msg(e, EINVAL, "user %s: not in the image's /etc/passwd", user);
	return 0;
}

static int resolve_group(const char *name, const char *group, uint32_t *gid, struct err *e)
{
	if (is_number(name))
		return parse_id(name, gid) < 0 ?
			       err_msg(e, EINVAL, "group %s: out of range", name) :
			       0;
	return find_group(group, name, gid) ?
		       0 :
		       err_msg(e, EINVAL, "group %s: not in the image's /etc/group", name);
}

int passwd_resolve(const char *user, const char *passwd, const char *group, struct passwd_user *out,
		   struct err *e)
{
	autofree char *name = NULL, *word = xstrdup(user ? user : "");
	struct passwd_user u = { 0 };
	char *colon = strchr(word, ':');
	int r;

	if (colon)
		*colon++ = '\0';
	r = resolve_user(*word ? word : "0", passwd, &u, &name, e);
	if (r >= 0 && colon && *colon)
		r = resolve_group(colon, group, &u.gid, e);
	else if (r >= 0 && name)
		add_groups(group, name, &u);
	if (r < 0)
		return r;
	*out = u;
	return 0;
}

void passwd_user_done(struct passwd_user *u)
{
	free(u->groups.v);
	*u = (struct passwd_user){ 0 };
}

/* Opening a device may do something: looked at before, and again at what was opened. */
static void read_regular(int root, const char *path, struct str *out)
{
	autofd int seen = inroot_open(root, path, O_PATH, NULL), fd = -1;
	struct stat st;

	if (seen < 0 || fstat(seen, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	fd = inroot_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, NULL);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    fd_read_all(fd, FILE_MAX, out, NULL) < 0 || (out->p && memchr(out->p, '\0', out->len)))
		str_reset(out);
}

int passwd_resolve_at(int root, const char *user, struct passwd_user *out, struct err *e)
{
	autostr passwd = { 0 }, group = { 0 };

	read_regular(root, "/etc/passwd", &passwd);
	read_regular(root, "/etc/group", &group);
	return passwd_resolve(user, passwd.len ? passwd.p : NULL, group.len ? group.p : NULL, out,
			      e);
}
