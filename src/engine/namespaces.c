/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/namespaces.h"

#include "core/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_namespace(const struct oci_namespace *n, size_t index, struct err *e)
{
	autofd int fd = -1;
	int type;

	/* A path of the host, often /proc/PID/ns/KIND or a bind mount of one. */
	fd = open(n->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(e, errno, "linux.namespaces[%zu].path: open %s", index, n->path);
	type = ioctl(fd, NS_GET_NSTYPE);
	if (type < 0)
		return err_msg(e, EINVAL, "linux.namespaces[%zu].path: %s is not a namespace",
			       index, n->path);
	if (type != n->type)
		return err_msg(e, EINVAL,
			       "linux.namespaces[%zu].path: %s is a %s namespace, not a %s one",
			       index, n->path, names_get(oci_namespace_names, type) ?: "different",
			       names_get(oci_namespace_names, n->type));
	return TAKE_FD(fd);
}

int namespaces_open(const struct oci_config *c, struct namespaces *out, struct err *e)
{
	const struct oci_linux *l = c->linux_;

	*out = (struct namespaces){ 0 };
	if (geteuid() != 0 && !oci_namespace_get(c, CLONE_NEWUSER))
		return err_msg(e, EPERM,
			       "linux.namespaces: rootless container requires user namespaces");
	for (size_t i = 0; l && i < l->n_namespaces; i++) {
		const struct oci_namespace *n = &l->namespaces[i];
		int fd;

		if (!n->path) {
			out->new_flags |= n->type;
			continue;
		}
		fd = open_namespace(n, i, e);
		if (fd < 0) {
			namespaces_close(out);
			return fd;
		}
		out->join[out->n_join++] = (struct ns_join){ n->type, fd, i, n->path };
		if (n->type == CLONE_NEWUSER && out->n_join > 1) {
			struct ns_join first = out->join[0];

			out->join[0] = out->join[out->n_join - 1];
			out->join[out->n_join - 1] = first;
		}
	}
	return 0;
}

/* Whether the configuration would change what the namespace's other members live in. */
static bool changes(const struct oci_config *c, int type)
{
	if (type == CLONE_NEWUTS)
		return (c->hostname && *c->hostname) || (c->domainname && *c->domainname);
	return type == CLONE_NEWNS;
}

static int refuse_own(const struct ns_join *j, const char *link, int proc, struct err *e)
{
	autofd int own = procfs_open_link(proc, link, O_RDONLY | O_CLOEXEC, e);
	struct stat ours, theirs;

	if (own < 0)
		return own;
	if (fstat(own, &ours) < 0 || fstat(j->fd, &theirs) < 0)
		return err_set(e, errno, "stat a namespace");
	if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
		return 0;
	return err_msg(e, EINVAL,
		       "linux.namespaces: the %s namespace to join is the runtime's own, "
		       "and would be changed for the host",
		       names_get(oci_namespace_names, j->type));
}

int namespaces_check_own(const struct namespaces *ns, const struct oci_config *c, int proc,
			 struct err *e)
{
	static const struct {
		int type;
		const char *link;
	} own[] = { { CLONE_NEWNS, "self/ns/mnt" }, { CLONE_NEWUTS, "self/ns/uts" } };
	int r = 0;

	for (size_t i = 0; i < ns->n_join && r == 0; i++)
		for (size_t k = 0; k < ARRAY_SIZE(own) && r == 0; k++)
			if (ns->join[i].type == own[k].type && changes(c, own[k].type))
				r = refuse_own(&ns->join[i], own[k].link, proc, e);
	return r;
}

void namespaces_close(struct namespaces *ns)
{
	for (size_t i = 0; i < ns->n_join; i++)
		(void)fd_close(ns->join[i].fd);
	*ns = (struct namespaces){ 0 };
}

bool namespaces_has_new(const struct namespaces *ns, int type)
{
	return ns->new_flags & type;
}

int namespaces_join_fd(const struct namespaces *ns, int type)
{
	for (size_t i = 0; i < ns->n_join; i++)
		if (ns->join[i].type == type)
			return ns->join[i].fd;
	return -1;
}

bool namespaces_has(const struct namespaces *ns, int type)
{
	return namespaces_has_new(ns, type) || namespaces_join_fd(ns, type) >= 0;
}

static int join_failed(const struct ns_join *j, int num, struct err *e)
{
	const char *why = "";

	if (num == EINVAL && j->type == CLONE_NEWUSER)
		why = " (the caller is in it)";
	if (num == EPERM)
		why = j->type == CLONE_NEWUSER ? " (it belongs to another user)" :
						 " (it belongs to another user namespace)";
	return err_msg(e, num, "linux.namespaces[%zu].path: join %s namespace %s: %s%s", j->index,
		       names_get(oci_namespace_names, j->type), j->path, err_words(num), why);
}

int namespaces_join_early(struct namespaces *ns, struct err *e)
{
	for (size_t i = 0; i < ns->n_join; i++) {
		const struct ns_join *j = &ns->join[i];

		if (j->type & (CLONE_NEWUSER | CLONE_NEWNS))
			continue;
		if (setns(j->fd, j->type) == 0)
			ns->joined |= j->type;
		else if (errno != EPERM)
			return join_failed(j, errno, e);
	}
	return 0;
}

int namespaces_join(struct namespaces *ns, int mask, struct err *e)
{
	for (size_t i = 0; i < ns->n_join; i++) {
		const struct ns_join *j = &ns->join[i];

		if (!(j->type & mask & ~ns->joined))
			continue;
		if (setns(j->fd, j->type) < 0)
			return join_failed(j, errno, e);
		ns->joined |= j->type;
	}
	return 0;
}
