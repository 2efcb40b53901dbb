/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/plan.h"
#include <errno.h>
#include <sys/mount.h>

char *path_clean(const char *path)
{
	char *out = xmalloc(strlen(path) + 2), *w = out;

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (w > out && *--w != '/')
				;
		} else if (n > 0 && !(n == 1 && path[0] == '.')) {
			*w++ = '/';
			memcpy(w, path, n);
			w += n;
		}
		path += n;
		path += strspn(path, "/");
	}
	if (w == out)
		*w++ = '/';
	*w = '\0';
	return out;
}

const char *path_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1)
		return path;
	if (strncmp(path, dir, n) != 0 || (path[n] != '/' && path[n] != '\0'))
		return NULL;
	return path + n;
}

static bool is_type(const struct oci_mount *m, const char *type)
{
	return m->type && str_eq(m->type, type);
}

static int kind_of(const struct oci_mount *m, const struct mount_options *o, struct err *e)
{
	if (o->words & MOUNT_OPT_REMOUNT)
		return MOUNT_OP_REMOUNT;
	if ((o->words & MOUNT_OPT_BIND) || is_type(m, "bind"))
		return MOUNT_OP_BIND;
	if (!m->type || !*m->type || is_type(m, "none"))
		return err_msg(e, EINVAL, "a type is missing, and it is no bind mount");
	return is_type(m, "cgroup") ? MOUNT_OP_CGROUP : MOUNT_OP_FS;
}

bool plan_has_binds(const struct oci_config *c)
{
	for (size_t i = 0; i < c->n_mounts; i++)
		if (is_type(&c->mounts[i], "bind") ||
		    mount_options_have(c->mounts[i].options, MOUNT_OPT_BIND))
			return true;
	return false;
}

static int check_op(const struct mount_op *op, struct err *e)
{
	const struct mount_options *o = &op->options;
	bool no_fs = op->kind == MOUNT_OP_BIND || op->kind == MOUNT_OP_REMOUNT;

	/* Flags of the file system ("sync") are not a mount's to change: the kernel passes over
	 * them, and so do others. */
	if (no_fs && o->data && *o->data)
		return err_msg(e, EINVAL,
			       "%s mounts cannot have any filesystem-specific "
			       "options applied: %s",
			       op->kind == MOUNT_OP_BIND ? "bind" : "remounted", *o->data);
	if (op->kind == MOUNT_OP_BIND && (!op->mount->source || !*op->mount->source))
		return err_msg(e, EINVAL, "a bind mount needs a source");
	if (op->kind != MOUNT_OP_BIND && op->kind != MOUNT_OP_FS && mount_op_is_mapped(op))
		return err_msg(e, EINVAL, "id mappings need a bind mount or a new file system");
	if (!op->mount->n_uid_mappings != !op->mount->n_gid_mappings)
		return err_msg(e, EINVAL, "uidMappings and gidMappings go together");
	if ((o->words & MOUNT_OPT_TMPCOPYUP) && !is_type(op->mount, "tmpfs"))
		return err_msg(e, EINVAL, "tmpcopyup needs a tmpfs");
	return 0;
}

static void plan_source(struct mount_op *op, const char *bundle, const char *root_path)
{
	const char *source = op->mount->source;
	autofree char *joined = NULL, *clean = NULL;
	const char *rest;

	joined = *source == '/' ? xstrdup(source) : xasprintf("%s/%s", bundle, source);
	clean = path_clean(joined);
	rest = str_eq(root_path, "/") ? NULL : path_below(clean, root_path);
	op->source_inside = rest != NULL;
	/* As written otherwise: ".." behind a symlink of the host means what the host says. */
	op->source = rest ? xstrdup(*rest ? rest : "/") : TAKE(joined);
}

static void plan_details(struct mount_op *op, const char *bundle, const char *root_path)
{
	struct mount_options *o = &op->options;

	if (op->kind == MOUNT_OP_BIND)
		plan_source(op, bundle, root_path);
	if (op->kind != MOUNT_OP_FS)
		return;
	op->needs_mode = is_type(op->mount, "tmpfs") && !mount_data_has(o->data, "mode");
	if (str_eq(op->dest, "/dev") && (o->top.set & MOUNT_ATTR_RDONLY)) {
		op->late_readonly = true;
		o->top.set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	}
}

static int plan_mount(const struct oci_mount *m, const char *bundle, const char *root_path,
		      struct mount_op *op, struct err *e)
{
	int r;

	if (!m->destination || *m->destination != '/')
		return err_msg(e, EINVAL, "mount destination is not absolute");
	*op = (struct mount_op){ .mount = m, .source_fd = -1, .dest = path_clean(m->destination) };
	r = mount_options_parse(m->options, &op->options, e);
	if (r < 0)
		return r;
	r = kind_of(m, &op->options, e);
	if (r < 0)
		return r;
	op->kind = (enum mount_op_kind)r;
	r = check_op(op, e);
	if (r < 0)
		return r;
	plan_details(op, bundle, root_path);
	return 0;
}

static int check_paths(char *const *paths, const char *member, struct err *e)
{
	for (size_t i = 0; paths && paths[i]; i++) {
		autofree char *clean = NULL;

		if (*paths[i] != '/')
			return err_msg(e, EINVAL, "linux.%s[%zu]: \"%s\" is not absolute", member,
				       i, paths[i]);
		clean = path_clean(paths[i]);
		if (str_eq(clean, "/"))
			return err_msg(e, EINVAL, "linux.%s[%zu]: \"%s\" is the whole root", member,
				       i, paths[i]);
	}
	return 0;
}

static int plan_fill(struct rootfs_plan *p, const struct oci_config *c, const char *bundle,
		     const char *root_path, struct err *e)
{
	int r;

	p->ops = xcalloc(c->n_mounts ? c->n_mounts : 1, sizeof(*p->ops));
	p->fill_dev = true;
	for (size_t i = 0; i < c->n_mounts; i++) {
		struct mount_op *op = &p->ops[i];

		p->n = i + 1;
		op->source_fd = -1;
		r = plan_mount(&c->mounts[i], bundle, root_path, op, e);
		if (r < 0)
			return err_wrap(e, "invalid mount \"%s\": ",
					c->mounts[i].destination ? c->mounts[i].destination : "");
		if (op->kind == MOUNT_OP_BIND && str_eq(op->dest, "/dev"))
			p->fill_dev = false;
		p->dev_readonly |= op->late_readonly;
	}
	if (!c->linux_)
		return 0;
	r = check_paths(c->linux_->masked_paths, "maskedPaths", e);
	if (r < 0)
		return r;
	return check_paths(c->linux_->readonly_paths, "readonlyPaths", e);
}

int rootfs_plan_new(const struct oci_config *c, const char *bundle, const char *root_path,
		    struct rootfs_plan **out, struct err *e)
{
	_cleanup_(rootfs_plan_free_p) struct rootfs_plan *p = xcalloc(1, sizeof(*p));
	int r;

	r = plan_fill(p, c, bundle, root_path, e);
	if (r < 0)
		return r;
	*out = TAKE(p);
	return 0;
}

void rootfs_plan_free(struct rootfs_plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		mount_options_done(&p->ops[i].options);
		free(p->ops[i].dest);
		free(p->ops[i].source);
		fd_close_p(&p->ops[i].source_fd);
	}
	free(p->ops);
	free(p);
}

void rootfs_plan_free_p(struct rootfs_plan **p)
{
	rootfs_plan_free(*p);
}

int mount_op_wrap(const struct mount_op *op, struct err *e)
{
	bool host = op->kind == MOUNT_OP_BIND && !op->source_inside;
	const char *source = host ? op->source : op->mount->source;

	return err_wrap(e, "error mounting \"%s\" to rootfs at \"%s\": ", source ? source : "",
			op->mount->destination);
}

#define PROC "/proc"

/* What lxcfs and checkpointing tools are known to replace. */
static const char *const proc_replaceable[] = {
	"/cpuinfo",
	"/diskstats",
	"/meminfo",
	"/stat",
	"/swaps",
	"/uptime",
	"/loadavg",
	"/slabinfo",
	"/net/dev",
	"/sys/kernel/ns_last_pid",
	"/sys/crypto/fips_enabled",
};

const char *const plan_views[PLAN_VIEWS] = { PROC, "/sys" };

bool plan_is_kernel_view(const char *dest)
{
	for (size_t i = 0; i < PLAN_VIEWS; i++)
		if (str_eq(dest, plan_views[i]))
			return true;
	return false;
}

int plan_check_proc(const char *resolved, const char *dest, bool is_proc, struct err *e)
{
	const char *rest = path_below(resolved, PROC), *named = path_below(dest, PROC);

	if (!rest)
		return 0;
	if (!*rest) {
		if (is_proc)
			return 0;
		return err_msg(e, EINVAL, "\"%s\" cannot be mounted because it is not of type proc",
			       dest);
	}
	/* By the configured name: /proc/net is a symlink of the kernel's own. */
	for (size_t i = 0; i < ARRAY_SIZE(proc_replaceable); i++)
		if (named && str_eq(named, proc_replaceable[i]))
			return 0;
	return err_msg(e, EINVAL, "\"%s\" cannot be mounted because it is inside /proc", dest);
}
