/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rdt.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_MODE 0755
#define TEXT_MAX 65536
#define PATH_LEN 600 /* two names of 255 at most, and what is between */

static const struct field rdt_fields[] = {
	F_STRING("clos", struct rdt, clos, FIELD_REQUIRED),
	F_BOOL("made", struct rdt, made, 0),
	F_BOOL("monitored", struct rdt, monitored, 0),
};
const struct record rdt_record = RECORD(struct rdt, "intelRdt", rdt_fields);

struct rdt *rdt_copy(const struct rdt *r)
{
	struct rdt *copy = xmalloc(sizeof(*copy));

	*copy = *r;
	copy->clos = xstrdup(r->clos);
	return copy;
}

void rdt_free(struct rdt *r)
{
	if (r)
		free(r->clos);
	free(r);
}

/* ---- paths ---- */

static const char *class_dir(const struct rdt *r)
{
	return str_eq(r->clos, "/") ? "." : r->clos;
}

static const char *class_file(const struct rdt *r, char buf[PATH_LEN], const char *file)
{
	(void)snprintf(buf, PATH_LEN, "%s/%s", class_dir(r), file);
	return buf;
}

static const char *group_file(const struct rdt *r, char buf[PATH_LEN], const char *id,
			      const char *file)
{
	(void)snprintf(buf, PATH_LEN, "%s/mon_groups/%s%s", class_dir(r), id, file);
	return buf;
}

static int read_text(int root, const char *path, struct str *out, struct err *e)
{
	int r = file_read(root, path, TEXT_MAX, out, e);

	if (r == 0)
		str_add(out, ""); /* so that it ends with a NUL */
	return r;
}

/* ---- planning ---- */

static bool is_set(const char *text)
{
	return text && *text;
}

static bool has_limits(const struct oci_intel_rdt *c)
{
	return is_set(c->l3_cache_schema) || is_set(c->mem_bw_schema) ||
	       (c->schemata && c->schemata[0]);
}

/* In the order in which the specification wants them written; NULL after the last. */
static const char *limit_line(const struct oci_intel_rdt *c, size_t i, const char **member)
{
	const char *first[2];
	size_t n = 0;

	*member = "l3CacheSchema";
	if (is_set(c->l3_cache_schema))
		first[n++] = c->l3_cache_schema;
	if (is_set(c->mem_bw_schema))
		first[n++] = c->mem_bw_schema;
	if (i < n) {
		if (first[i] == c->mem_bw_schema)
			*member = "memBwSchema";
		return first[i];
	}
	*member = "schemata";
	return c->schemata ? c->schemata[i - n] : NULL;
}

static int compare_limits(int root, const struct rdt *r, const struct oci_intel_rdt *c,
			  struct err *e)
{
	const char *line, *member;
	char path[PATH_LEN];
	autostr text = { 0 };

	if (!has_limits(c))
		return 0;
	if (read_text(root, class_file(r, path, "schemata"), &text, e) < 0)
		return err_wrap(e, "linux.intelRdt: ");
	for (size_t i = 0; (line = limit_line(c, i, &member)); i++) {
		autofree char *name = xstrndup(line, strcspn(line, ":"));
		autofree char *have = NULL;

		if (rdt_line_holds(text.p, line))
			continue;
		have = rdt_line_of(text.p, name);
		return err_msg(e, EINVAL,
			       "linux.intelRdt.%s: \"%s\" does not match the class %s, which "
			       "exists and has \"%s\"",
			       member, line, r->clos, have ?: "no such line");
	}
	return 0;
}

/* 1 it exists, 0 not; what has no tasks is some other directory of the file system. */
static int class_exists(int root, const struct rdt *r, struct err *e)
{
	char path[PATH_LEN];

	if (faccessat(root, class_file(r, path, "tasks"), F_OK, 0) == 0)
		return 1;
	if (errno == ENOENT && faccessat(root, class_dir(r), F_OK, 0) < 0 && errno == ENOENT)
		return 0;
	return err_msg(e, EINVAL, "linux.intelRdt.closID: \"%s\" is not a class of service",
		       r->clos);
}

static int plan_class(int root, const struct oci_intel_rdt *c, struct rdt *r, struct err *e)
{
	int exists = class_exists(root, r, e);

	if (exists < 0)
		return exists;
	if (exists)
		return compare_limits(root, r, c, e);
	if (is_set(c->clos_id) && !has_limits(c))
		return err_msg(e, ENODEV, "linux.intelRdt.closID: the class %s does not exist",
			       r->clos);
	r->made = true;
	return 0;
}

int rdt_plan(int root, const struct oci_intel_rdt *c, const char *id, struct rdt **out,
	     struct err *e)
{
	char path[PATH_LEN];
	struct rdt r = {
		.clos = xstrdup(is_set(c->clos_id) ? c->clos_id : id),
		.monitored = c->enable_monitoring,
	};
	int ret;

	ret = plan_class(root, c, &r, e);
	if (ret == 0 && r.monitored && !r.made &&
	    faccessat(root, group_file(&r, path, id, ""), F_OK, 0) == 0)
		ret = err_msg(e, EEXIST, "linux.intelRdt: the monitoring group %s exists already",
			      path);
	if (ret < 0)
		free(r.clos);
	else {
		*out = xmalloc(sizeof(r));
		**out = r;
	}
	return ret;
}

/* ---- making and removing ---- */

/* The kernel tells more than an errno, in a file. */
static int failed(int root, int num, const char *what, struct err *e)
{
	autostr why = { 0 };

	/* The kernel's "no such file or directory" would read like a missing program. */
	if (num == ENOENT)
		return err_msg(e, EOPNOTSUPP, "linux.intelRdt: %s: this host has no such file",
			       what);
	if (file_read(root, "info/last_cmd_status", TEXT_MAX, &why, NULL) < 0 || !why.p)
		return err_set(e, num, "linux.intelRdt: %s", what);
	why.p[strcspn(why.p, "\n")] = '\0';
	if (!*why.p || str_eq(why.p, "ok"))
		return err_set(e, num, "linux.intelRdt: %s", what);
	return err_set(e, num, "linux.intelRdt: %s: %s", what, why.p);
}

static int make_dir(int root, const char *path, const char *what, struct err *e)
{
	autofree char *doing = xasprintf("make the %s %s", what, path);

	return mkdirat(root, path, DIR_MODE) < 0 ? failed(root, errno, doing, e) : 0;
}

int rdt_make(int root, const struct rdt *r, const char *id, struct err *e)
{
	char path[PATH_LEN];
	int ret = 0;

	if (r->made)
		ret = make_dir(root, r->clos, "class", e);
	if (ret == 0 && r->monitored) {
		ret = make_dir(root, group_file(r, path, id, ""), "monitoring group", e);
		if (ret < 0 && r->made)
			(void)unlinkat(root, r->clos, AT_REMOVEDIR); /* ours, and empty */
	}
	return ret;
}

static int write_line(int root, const struct rdt *r, const char *member, const char *line,
		      struct err *e)
{
	autofree char *what = xasprintf("%s: write \"%s\" to schemata", member, line);
	autofree char *text = xasprintf("%s\n", line);
	char path[PATH_LEN];
	int ret = file_write_at(root, class_file(r, path, "schemata"), text, NULL);

	return ret < 0 ? failed(root, -ret, what, e) : 0;
}

int rdt_limit(int root, const struct rdt *r, const struct oci_intel_rdt *c, struct err *e)
{
	const char *line, *member;

	for (size_t i = 0; r->made && (line = limit_line(c, i, &member)); i++) {
		int ret = write_line(root, r, member, line, e);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int add_to(int root, const char *path, pid_t pid, struct err *e)
{
	autofree char *what = xasprintf("write pid %d to %s", (int)pid, path);
	char text[16];
	int r;

	(void)snprintf(text, sizeof(text), "%d\n", (int)pid);
	r = file_write_at(root, path, text, NULL);
	return r < 0 ? failed(root, -r, what, e) : 0;
}

/* Into the class first: the kernel takes only its processes in the class's groups. */
int rdt_add(int root, const struct rdt *r, const char *id, pid_t pid, struct err *e)
{
	char path[PATH_LEN];
	int ret = add_to(root, class_file(r, path, "tasks"), pid, e);

	if (ret == 0 && r->monitored)
		ret = add_to(root, group_file(r, path, id, "/tasks"), pid, e);
	return ret;
}

static int remove_dir(int root, const char *path, struct err *e)
{
	if (unlinkat(root, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return err_set(e, errno, "remove %s of resctrl", path);
}

int rdt_remove(int root, const struct rdt *r, const char *id, struct err *e)
{
	char path[PATH_LEN];
	int ret = 0;

	if (r->monitored)
		ret = remove_dir(root, group_file(r, path, id, ""), e);
	if (r->made && ret == 0)
		ret = remove_dir(root, r->clos, e);
	return ret;
}

/* ---- updating ---- */

int rdt_update(int root, const struct rdt *r, const struct oci_intel_rdt *c, char **undo,
	       struct err *e)
{
	const struct oci_intel_rdt two = { .l3_cache_schema = c->l3_cache_schema,
					   .mem_bw_schema = c->mem_bw_schema };
	const char *line, *member;
	char path[PATH_LEN];
	autostr before = { 0 };
	int ret;

	ret = read_text(root, class_file(r, path, "schemata"), &before, e);
	if (ret < 0)
		return err_wrap(e, "linux.intelRdt: ");
	for (size_t i = 0; ret == 0 && (line = limit_line(&two, i, &member)); i++)
		ret = write_line(root, r, member, line, e);
	if (ret < 0)
		rdt_restore(root, r, before.p);
	else
		*undo = str_take(&before);
	return ret;
}

/* A line at a time: one that cannot be had back must not cost the others. */
void rdt_restore(int root, const struct rdt *r, const char *undo)
{
	static const char *const resources[] = { "L3", "MB" };

	for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
		autofree char *line = rdt_line_of(undo, resources[i]);

		if (line)
			(void)write_line(root, r, "schemata", line, NULL);
	}
}
