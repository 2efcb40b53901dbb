/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/security/attrs.h"

#include "core/procfs.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>

#define VALUE_MAX 4096

/* Which namespace a setting belongs to; a path that ends in '/' stands for all below it. */
struct rule {
	const char *path;
	int ns; /* CLONE_NEW* */
};

static const struct rule rules[] = {
	{ "kernel/msgmax", CLONE_NEWIPC },     { "kernel/msgmnb", CLONE_NEWIPC },
	{ "kernel/msgmni", CLONE_NEWIPC },     { "kernel/sem", CLONE_NEWIPC },
	{ "kernel/shmall", CLONE_NEWIPC },     { "kernel/shmmax", CLONE_NEWIPC },
	{ "kernel/shmmni", CLONE_NEWIPC },     { "kernel/shm_rmid_forced", CLONE_NEWIPC },
	{ "fs/mqueue/", CLONE_NEWIPC },	       { "net/", CLONE_NEWNET },
	{ "kernel/domainname", CLONE_NEWUTS }, { "kernel/hostname", CLONE_NEWUTS },
};

/* What to say when the namespace is the host's, and where /proc shows it. */
static const struct place {
	int ns;
	const char *link;
	const char *why;
} places[] = {
	{ CLONE_NEWIPC, "self/ns/ipc", "is not allowed in the hosts ipc namespace" },
	{ CLONE_NEWNET, "self/ns/net", "not allowed in host network namespace" },
	{ CLONE_NEWUTS, "self/ns/uts", "is not in a separate kernel namespace" },
};

/* Each component is a name: not empty, not "." or "..", and printable. */
static bool is_safe_path(const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "/");

		if (n == 0 || n > NAME_MAX || strspn(path, ".") == n)
			return false;
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)path[i] <= ' ' || path[i] == 0x7f)
				return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

/*
 * The path below /proc/sys, by sysctl(8)'s rule: the separator that comes first is the separator,
 * and the other of '.' and '/' stands for a '.' within a component.
 */
static int name_to_path(const char *name, char *out, size_t size)
{
	size_t n = strlen(name), first = strcspn(name, "./");
	bool dots = name[first] == '.';

	if (n >= size)
		return -ENAMETOOLONG;
	for (size_t i = 0; i <= n; i++) {
		out[i] = name[i];
		if (dots && name[i] == '.')
			out[i] = '/';
		if (dots && name[i] == '/')
			out[i] = '.';
	}
	return is_safe_path(out) ? 0 : -EINVAL;
}

static const struct rule *find_rule(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		size_t n = strlen(rules[i].path);

		if (rules[i].path[n - 1] == '/' ? str_starts(path, rules[i].path) :
						  str_eq(path, rules[i].path))
			return &rules[i];
	}
	return NULL;
}

static const struct place *find_place(int ns)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (places[i].ns == ns)
			return &places[i];
	return NULL;
}

/* Whether a namespace file is the caller's own namespace: 1, 0, or -errno. */
static int is_own_namespace(const char *path, const struct place *p, struct err *e)
{
	autofd int proc = -1, fd = -1;
	struct stat theirs, ours;

	if (stat(path, &theirs) < 0)
		return err_set(e, errno, "stat %s", path);
	proc = procfs_open_root(e);
	if (proc < 0)
		return proc;
	fd = procfs_open_link(proc, p->link, O_RDONLY, e);
	if (fd < 0)
		return fd;
	if (fstat(fd, &ours) < 0)
		return err_set(e, errno, "stat /proc/%s", p->link);
	return theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static int check_namespace(const struct oci_config *c, const char *name, int ns, struct err *e)
{
	const struct oci_namespace *has = oci_namespace_get(c, ns);
	const struct place *p = find_place(ns);
	int r = !has;

	if (has && has->path)
		r = is_own_namespace(has->path, p, e);
	if (r < 0)
		return err_wrap(e, "sysctl \"%s\": ", name);
	if (r > 0)
		return err_msg(e, EINVAL, "sysctl \"%s\" %s", name, p->why);
	return 0;
}

/* Nothing that would make a second line or end the text early. */
static int check_value(const struct strmap_entry *s, struct err *e)
{
	size_t n = strnlen(s->value, VALUE_MAX);

	if (n == VALUE_MAX)
		return err_msg(e, EINVAL, "sysctl \"%s\": the value is too long", s->name);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s->value[i] < ' ' && s->value[i] != '\t')
			return err_msg(e, EINVAL,
				       "sysctl \"%s\": the value has a control character", s->name);
	return 0;
}

static int check_one(const struct oci_config *c, const struct strmap_entry *s, struct err *e)
{
	char path[PATH_MAX];
	const struct rule *rule;
	int r;

	r = name_to_path(s->name, path, sizeof(path));
	if (r < 0)
		return err_msg(e, -r, "sysctl \"%s\" is not a valid name", s->name);
	rule = find_rule(path);
	if (!rule)
		return err_msg(e, EINVAL, "sysctl \"%s\" is not in a separate kernel namespace",
			       s->name);
	r = check_namespace(c, s->name, rule->ns, e);
	if (r < 0)
		return r;
	if (str_eq(path, "kernel/hostname"))
		return err_msg(e, EINVAL,
			       "sysctl \"%s\" is not allowed as it conflicts with the OCI "
			       "\"hostname\" field",
			       s->name);
	return check_value(s, e);
}

int sysctl_check(const struct oci_config *c, struct err *e)
{
	const struct strmap *m = c->linux_ ? &c->linux_->sysctl : NULL;
	int r;

	for (size_t i = 0; m && i < m->n; i++) {
		r = check_one(c, &m->v[i], e);
		if (r < 0)
			return r;
	}
	return 0;
}

int sysctl_write(int proc, const struct strmap *sysctl, struct err *e)
{
	char path[PATH_MAX] = "sys/";
	size_t n = strlen(path);
	int r;

	for (size_t i = 0; i < sysctl->n; i++) {
		const struct strmap_entry *s = &sysctl->v[i];

		r = name_to_path(s->name, path + n, sizeof(path) - n);
		if (r < 0)
			return err_msg(e, -r, "sysctl \"%s\" is not a valid name", s->name);
		if (procfs_write(proc, path, s->value, strlen(s->value), e) < 0)
			return err_wrap(e, "sysctl \"%s\": ", s->name);
	}
	return 0;
}
