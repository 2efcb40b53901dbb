/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a container's v2 cgroup belongs to. Spec: config-linux.md#cgroup-ownership. */
#include "core/file.h"
#include "core/log.h"
#include "core/strv.h"
#include "engine/cgroup/place.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#define DELEGATE_FILE "/sys/kernel/cgroup/delegate"
#define DELEGATE_MAX 65536
#define OLD_KERNELS "cgroup.procs\ncgroup.subtree_control\ncgroup.threads"

/* Only who is to write there needs to own it: in a namespace and through a mount of his own. */
static bool is_delegated(const struct oci_config *c)
{
	const struct oci_namespace *ns = oci_namespace_get(c, CLONE_NEWCGROUP);

	if (!ns || ns->path)
		return false;
	for (size_t i = 0; i < c->n_mounts; i++) {
		const struct oci_mount *m = &c->mounts[i];

		if (m->source && str_eq(m->source, "cgroup") &&
		    (str_eq(m->destination, "/sys/fs/cgroup") ||
		     str_eq(m->destination, "/sys/fs/cgroup/")))
			return !strv_has(m->options, "ro");
	}
	return false;
}

/* The user that runs the container's program, as the host sees it: 1, or 0 when it has no id. */
static int host_user(const struct oci_config *c, uid_t *out)
{
	const struct oci_linux *l = c->linux_;
	uint32_t uid = c->process->user ? c->process->user->uid : 0;

	if (!oci_namespace_get(c, CLONE_NEWUSER)) {
		*out = uid;
		return 1;
	}
	for (size_t i = 0; i < l->n_uid_mappings; i++) {
		const struct oci_id_mapping *m = &l->uid_mappings[i];

		if (uid >= m->container_id && uid - m->container_id < m->size) {
			*out = m->host_id + (uid - m->container_id);
			return 1;
		}
	}
	return 0;
}

static int give(const struct place *p, const char *file, uid_t uid, struct err *e)
{
	char path[CGROUP_FILE_MAX];

	(void)place_file(p, path, file);
	if (fchownat(p->root, path, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) == 0 || errno == ENOENT)
		return 0;
	/* A user without privilege has made it, and owns it. */
	if (errno == EPERM && geteuid() != 0) {
		log_debug("give %s/%s to user %u: %s", p->path, file, (unsigned)uid,
			  err_words(errno));
		return 0;
	}
	return err_set(e, errno, "give cgroup /%s/%s to user %u", p->path, file, (unsigned)uid);
}

int cgroup_give(const struct cgroup *cg, const struct oci_config *c, struct err *e)
{
	autostrv char **files = NULL;
	autostr list = { 0 };
	uid_t uid;
	int r;

	if (cg->n != 1 || !cg->v[0].v2 || !is_delegated(c) || host_user(c, &uid) == 0 ||
	    uid == geteuid())
		return 0;
	if (file_read(AT_FDCWD, DELEGATE_FILE, DELEGATE_MAX, &list, NULL) < 0 || !list.p) {
		str_reset(&list);
		str_add(&list, OLD_KERNELS);
	}
	files = strv_split(list.p, '\n');
	r = give(&cg->v[0], ".", uid, e);
	for (char **file = files; *file && r == 0; file++)
		if (**file && !strchr(*file, '/'))
			r = give(&cg->v[0], *file, uid, e);
	return r;
}
