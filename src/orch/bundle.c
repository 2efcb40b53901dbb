/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/bundle.h"

#include "core/file.h"
#include "core/inroot.h"
#include "core/json.h"
#include "core/strv.h"
#include "orch/bundle_defaults.h"
#include "orch/bundle_devices.h"
#include "orch/bundle_mounts.h"
#include "orch/passwd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CWD_MODE 0755

/* The configuration that is written. What it points to belongs to what it is made from, to who
 * asked, or to the members behind it. */
struct making {
	struct oci_config config;
	struct oci_process process;
	struct oci_linux linux_;
	struct oci_root root;
	struct oci_capabilities capabilities;
	struct oci_user oci_user;
	struct oci_resources resources;

	const struct oci_config *base; /* the one that was asked for, or: */
	struct oci_config *defaults;
	struct passwd_user user;
	struct bundle_devices devices;
	struct oci_device *nodes;
	struct oci_device_cgroup *rules;
	struct strmap_entry *annotations;
	struct oci_mount *mounts;
	struct oci_namespace *namespaces;
	struct oci_rlimit *rlimits;
	char **args, **env, **bounding, **permitted, **effective;
	char *cwd;
};

static void making_done(struct making *m)
{
	oci_config_free(m->defaults);
	passwd_user_done(&m->user);
	bundle_devices_done(&m->devices);
	free(m->nodes);
	free(m->rules);
	free(m->annotations);
	free(m->mounts);
	free(m->namespaces);
	free(m->rlimits);
	strv_free(m->args);
	strv_free(m->env);
	strv_free(m->bounding);
	strv_free(m->permitted);
	strv_free(m->effective);
	free(m->cwd);
}

/* Those of the base, and over them what was asked for. */
static void set_annotations(struct making *m, const struct strmap *asked)
{
	const struct strmap *base = &m->base->annotations;
	size_t n = asked ? asked->n : 0;

	m->annotations = xcalloc(base->n + n + 1, sizeof(*m->annotations));
	m->config.annotations = (struct strmap){ .v = m->annotations };
	for (size_t i = 0; i < base->n; i++)
		if (!asked || !strmap_get(asked, base->v[i].name))
			m->annotations[m->config.annotations.n++] = base->v[i];
	for (size_t i = 0; i < n; i++)
		m->annotations[m->config.annotations.n++] = asked->v[i];
	if (m->config.annotations.n == 0)
		m->config.annotations.v = NULL;
}

static void set_resources(struct making *m, const struct oci_resources *asked)
{
	const struct oci_linux *l = m->base->linux_;

	if (l && l->resources)
		m->resources = *l->resources;
	if (asked && !(l && l->resources))
		m->resources = *asked;
	if (asked && asked->memory)
		m->resources.memory = asked->memory;
	if (asked && asked->cpu)
		m->resources.cpu = asked->cpu;
	m->linux_.resources = &m->resources;
}

static void begin(struct making *m, const struct bundle *b)
{
	m->defaults = b->base ? NULL : bundle_defaults();
	m->base = b->base ?: m->defaults;
	m->config = *m->base;
	m->process = *m->base->process;
	if (m->base->linux_)
		m->linux_ = *m->base->linux_;
	m->root = (struct oci_root){ .path = (char *)b->rootfs,
				     .readonly = b->read_only || m->base->root->readonly };
	m->config.process = &m->process;
	m->config.linux_ = &m->linux_;
	m->config.root = &m->root;
	m->config.hostname = (char *)b->hostname;
	set_annotations(m, b->annotations);
	set_resources(m, b->resources);
	m->linux_.cgroups_path = (char *)b->cgroups_path;
	m->process.terminal = b->terminal;
	m->process.no_new_privileges |= b->no_new_privileges;
}

static void push_all(char ***to, char *const *from)
{
	for (size_t i = 0; from && from[i]; i++)
		strv_push(to, from[i]);
}

/* What a container runs when nobody asks for something else. */
static void push_own_args(struct making *m, const struct bundle *b)
{
	const struct oci_image_process *p = b->image ? b->image->config : NULL;

	if (b->base && !b->cmd)
		push_all(&m->args, b->base->process->args);
	if (!b->base)
		push_all(&m->args, p ? p->entrypoint : NULL);
	if (!b->base && !b->cmd)
		push_all(&m->args, p ? p->cmd : NULL);
}

/* What is asked for replaces the entrypoint, and then the image's cmd is not meant for it. */
static int set_args(struct making *m, const struct bundle *b, struct err *e)
{
	if (b->entrypoint)
		push_all(&m->args, b->entrypoint);
	else
		push_own_args(m, b);
	push_all(&m->args, b->cmd);
	if (!m->args)
		return err_msg(e, EINVAL, "neither the image nor the request names a program");
	m->process.args = m->args;
	return 0;
}

/* NAME=value takes the place of an earlier one of that name. */
static int add_env(struct making *m, char *const *env, struct err *e)
{
	for (size_t i = 0; env && env[i]; i++) {
		const char *equals = strchr(env[i], '=');
		size_t n = equals ? (size_t)(equals - env[i]) + 1 : 0, at = 0;

		if (n < 2)
			return err_msg(e, EINVAL, "environment: \"%s\" is no NAME=value", env[i]);
		while (m->env[at] && strncmp(m->env[at], env[i], n) != 0)
			at++;
		if (!m->env[at]) {
			strv_push(&m->env, env[i]);
			continue;
		}
		free(m->env[at]);
		m->env[at] = xstrdup(env[i]);
	}
	return 0;
}

static int set_env(struct making *m, const struct bundle *b, struct err *e)
{
	autofree char *hostname = xasprintf("HOSTNAME=%s", b->hostname ? b->hostname : "");
	char *const own[] = { hostname, NULL };
	int r = 0;

	m->env = m->process.env ? strv_copy(m->process.env) : strv_new();
	if (b->hostname)
		r = add_env(m, own, e);
	if (r >= 0 && b->image && b->image->config)
		r = add_env(m, b->image->config->env, e);
	if (r >= 0)
		r = add_env(m, b->env, e);
	m->process.env = m->env;
	return r;
}

static int set_user(struct making *m, const struct bundle *b, int root, struct err *e)
{
	const char *user = b->user;
	int r;

	if (!user && b->base) {
		m->user.uid = m->process.user ? m->process.user->uid : 0;
		return 0;
	}
	if (!user && b->image && b->image->config)
		user = b->image->config->user;
	r = passwd_resolve_at(root, user, &m->user, e);
	if (r < 0)
		return r;
	m->oci_user = (struct oci_user){ .uid = m->user.uid,
					 .gid = m->user.gid,
					 .additional_gids = m->user.groups };
	m->process.user = &m->oci_user;
	return 0;
}

/* Made when it is missing, as those expect who write WORKDIR. */
static int set_cwd(struct making *m, const struct bundle *b, int root, struct err *e)
{
	const char *cwd = b->cwd;
	autofd int made = -1;

	if (!cwd && b->image && b->image->config)
		cwd = b->image->config->working_dir;
	if (!cwd || !*cwd)
		return 0;
	m->cwd = *cwd == '/' ? xstrdup(cwd) : xasprintf("/%s", cwd);
	m->process.cwd = m->cwd;
	made = inroot_mkdir_all(root, m->cwd, CWD_MODE, e);
	return made < 0 ? err_wrap(e, "working directory: ") : 0;
}

static char **with_added(char *const *from, const struct bundle *b)
{
	char **v = from ? strv_copy(from) : NULL;

	for (size_t i = 0; b->add_capabilities && b->add_capabilities[i]; i++)
		if (!strv_has(v, b->add_capabilities[i]))
			strv_push(&v, b->add_capabilities[i]);
	if (b->elevated && !strv_has(v, "CAP_SYS_ADMIN"))
		strv_push(&v, "CAP_SYS_ADMIN");
	return v;
}

/* A user other than root gets them only by a set-user-id program, unless the base says so. */
static void set_capabilities(struct making *m, const struct bundle *b)
{
	const struct oci_capabilities none = { 0 };
	const struct oci_capabilities *from = m->base->process->capabilities ?: &none;
	const struct oci_capabilities *own = b->base ? from : &none;

	m->capabilities = *from;
	m->bounding = with_added(from->bounding, b);
	m->capabilities.bounding = m->bounding;
	if (m->user.uid == 0) {
		m->permitted = with_added(b->base ? own->permitted : from->bounding, b);
		m->effective = with_added(b->base ? own->effective : from->bounding, b);
		m->capabilities.permitted = m->permitted;
		m->capabilities.effective = m->effective;
	}
	m->process.capabilities = &m->capabilities;
}

/* What is asked for comes first: a default of the same type is left out. */
static void set_rlimits(struct making *m, const struct bundle *b)
{
	const struct oci_process *p = m->base->process;
	size_t n = b->n_rlimits;

	m->rlimits = xcalloc(n + p->n_rlimits, sizeof(*m->rlimits));
	for (size_t i = 0; i < b->n_rlimits; i++)
		m->rlimits[i] = b->rlimits[i];
	for (size_t i = 0; i < p->n_rlimits; i++) {
		size_t at = 0;

		while (at < b->n_rlimits && b->rlimits[at].type != p->rlimits[i].type)
			at++;
		if (at == b->n_rlimits)
			m->rlimits[n++] = p->rlimits[i];
	}
	m->process.rlimits = m->rlimits;
	m->process.n_rlimits = n;
}

static int check_netns(const char *path, struct err *e)
{
	autofd int fd = -1;

	if (!path || !*path)
		return err_msg(e, EINVAL, "network namespace: no path");
	if (*path != '/')
		return err_msg(e, EINVAL, "network namespace %s: not an absolute path", path);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "network namespace %s", path);
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return err_msg(e, EINVAL, "network namespace %s: it is none", path);
	return 0;
}

static int set_namespaces(struct making *m, const struct bundle *b, struct err *e)
{
	const struct oci_namespace *from = m->linux_.namespaces;
	size_t n = 0;
	int r = 0;

	m->namespaces = xcalloc(m->linux_.n_namespaces + 1, sizeof(*m->namespaces));
	for (size_t i = 0; i < m->linux_.n_namespaces; i++)
		if (from[i].type != CLONE_NEWNET)
			m->namespaces[n++] = from[i];
	if (b->network != BUNDLE_NETWORK_HOST)
		m->namespaces[n++].type = CLONE_NEWNET;
	if (b->network == BUNDLE_NETWORK_PATH) {
		r = check_netns(b->netns, e);
		m->namespaces[n - 1].path = (char *)b->netns;
	}
	m->linux_.namespaces = m->namespaces;
	m->linux_.n_namespaces = n;
	return r;
}

static char *bind_file_options[] = {
	(char *)"rbind", (char *)"rprivate", (char *)"ro", (char *)"nosuid",
	(char *)"nodev", (char *)"noexec",   NULL
};

static int add_file(struct making *m, const char *source, const char *destination, struct err *e)
{
	const struct oci_mount mount = { .destination = (char *)destination,
					 .source = (char *)source,
					 .type = (char *)"bind",
					 .options = bind_file_options };

	/* A base that has its own keeps it. */
	for (size_t i = 0; i < m->base->n_mounts; i++)
		if (str_eq(m->base->mounts[i].destination, destination))
			return 0;
	if (!source)
		return 0;
	m->mounts[m->config.n_mounts++] = mount;
	return bundle_mount_check(&mount, e);
}

static int set_mounts(struct making *m, const struct bundle *b, struct err *e)
{
	const struct oci_config *c = m->base;
	int r;

	m->mounts = xcalloc(c->n_mounts + 2 + b->n_mounts, sizeof(*m->mounts));
	for (size_t i = 0; i < c->n_mounts; i++)
		m->mounts[i] = c->mounts[i];
	m->config.mounts = m->mounts;
	r = add_file(m, b->resolv_conf, "/etc/resolv.conf", e);
	if (r >= 0)
		r = add_file(m, b->hosts, "/etc/hosts", e);
	for (size_t i = 0; r >= 0 && i < b->n_mounts; i++) {
		r = bundle_mount_check(&b->mounts[i], e);
		m->mounts[m->config.n_mounts++] = b->mounts[i];
	}
	return r;
}

/* Behind the base's. Its rules, when it has any, take the place of the one that denies all. */
static int set_devices(struct making *m, const struct bundle *b, struct err *e)
{
	int r = bundle_devices_make(b->devices, b->n_devices, b->device_rules, b->elevated,
				    &m->devices, e);
	const struct bundle_devices *own = &m->devices;
	size_t n = m->linux_.n_devices, n_rules = m->resources.n_devices, skip = n_rules > 0;

	if (r < 0)
		return r;
	m->nodes = xcalloc(n + own->n_nodes + 1, sizeof(*m->nodes));
	for (size_t i = 0; i < n; i++)
		m->nodes[i] = m->linux_.devices[i];
	for (size_t i = 0; i < own->n_nodes; i++)
		m->nodes[n++] = own->nodes[i];
	m->rules = xcalloc(n_rules + own->n_rules + 1, sizeof(*m->rules));
	for (size_t i = 0; i < n_rules; i++)
		m->rules[i] = m->resources.devices[i];
	for (size_t i = skip; i < own->n_rules; i++)
		m->rules[n_rules++] = own->rules[i];
	m->linux_.devices = m->nodes;
	m->linux_.n_devices = n;
	m->resources.devices = m->rules;
	m->resources.n_devices = n_rules;
	return 0;
}

static int make(struct making *m, const struct bundle *b, int root, struct err *e)
{
	int r;

	r = set_args(m, b, e);
	if (r >= 0)
		r = set_env(m, b, e);
	if (r >= 0)
		r = set_user(m, b, root, e);
	if (r >= 0)
		r = set_namespaces(m, b, e);
	if (r >= 0)
		r = set_devices(m, b, e);
	if (r >= 0)
		r = set_mounts(m, b, e);
	if (r >= 0)
		r = set_cwd(m, b, root, e);
	if (r < 0)
		return r;
	set_capabilities(m, b);
	set_rlimits(m, b);
	return oci_config_check(&m->config, e);
}

int bundle_write(const char *dir, const struct bundle *b, struct err *e)
{
	_cleanup_(making_done) struct making m = { 0 };
	autofree char *path = xasprintf("%s/config.json", dir);
	autofd int root = open(b->rootfs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autojsonout *o = json_out_new("\t");
	const char *text;
	size_t len;
	int r;

	if (root < 0)
		return err_set(e, errno, "open %s", b->rootfs);
	begin(&m, b);
	r = make(&m, b, root, e);
	if (r < 0)
		return r;
	record_encode(&oci_config_record, &m.config, o);
	text = json_out_text(o, &len);
	return file_replace(AT_FDCWD, path, 0600, text, len, FILE_SYNC, e);
}
