/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/layout.h"
#include "core/procfs.h"
#include "core/str.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"
#define ROOT_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)
#define SELF_CGROUP_MAX (256u << 10)
#define MOUNTINFO_MAX (16u << 20)

const struct name controller_names[] = {
	{ "cpu", CTRL_CPU },
	{ "cpuacct", CTRL_CPUACCT },
	{ "cpuset", CTRL_CPUSET },
	{ "memory", CTRL_MEMORY },
	{ "devices", CTRL_DEVICES },
	{ "freezer", CTRL_FREEZER },
	{ "blkio", CTRL_BLKIO },
	{ "io", CTRL_BLKIO },
	{ "pids", CTRL_PIDS },
	{ "hugetlb", CTRL_HUGETLB },
	{ "net_cls", CTRL_NET_CLS },
	{ "net_prio", CTRL_NET_PRIO },
	{ "rdma", CTRL_RDMA },
	{ "perf_event", CTRL_PERF_EVENT },
	{ "misc", CTRL_MISC },
	{ "dmem", CTRL_DMEM },
	{ NULL, 0 },
};

unsigned controllers_parse(const char *list)
{
	char word[32];
	unsigned bits = 0;
	int64_t value;

	while (*list) {
		size_t len = strcspn(list, ", \n");

		if (len > 0 && len < sizeof(word)) {
			memcpy(word, list, len);
			word[len] = '\0';
			if (names_find(controller_names, word, &value))
				bits |= CTRL_BIT(value);
		}
		list += len;
		list += *list != '\0';
	}
	return bits;
}

const char *controller_name(enum controller c, bool v2)
{
	return v2 && c == CTRL_BLKIO ? "io" : names_get(controller_names, c);
}

enum layout_fs layout_fs(int fd)
{
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return LAYOUT_FS_OTHER;
	if (st.f_type == CGROUP_SUPER_MAGIC)
		return LAYOUT_FS_V1;
	return st.f_type == CGROUP2_SUPER_MAGIC ? LAYOUT_FS_V2 : LAYOUT_FS_OTHER;
}

void layout_init(struct layout *l)
{
	*l = (struct layout){ .kind = CGROUP_NONE, .info = xcalloc(1, sizeof(*l->info)) };
}

static void info_done(struct cgroup_hierarchy *info)
{
	free(info->name);
	free(info->mountpoint);
	free(info->own_path);
}

void layout_done(struct layout *l)
{
	for (size_t i = 0; i < l->n; i++) {
		(void)fd_close(l->v[i].root);
		info_done(&l->info[i]);
	}
	free(l->v);
	free(l->info);
	*l = (struct layout){ 0 };
}

static void add(struct layout *l, const char *name, const char *own_path, bool v2)
{
	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->info = xrealloc(l->info, l->n + 2, sizeof(*l->info));
	l->v[l->n] = (struct hierarchy){ -1, v2 ? 0 : controllers_parse(name) };
	l->info[l->n] = (struct cgroup_hierarchy){ .name = xstrdup(name),
						   .own_path = xstrdup(own_path),
						   .v2 = v2 };
	l->n++;
	l->info[l->n] = (struct cgroup_hierarchy){ 0 };
}

/* Not a word about what is there: to go on without a hierarchy would be to go on without its
 * limits. */
static bool is_want(int num)
{
	return num == EMFILE || num == ENFILE || num == ENOMEM;
}

/* Opens a directory and keeps it as the i-th hierarchy's root if such a hierarchy is there. */
static bool take_root(struct layout *l, size_t i, int dir, const char *name, const char *mountpoint,
		      layout_probe *probe)
{
	autofd int fd = -1;

	fd = openat(dir, name, ROOT_FLAGS);
	if (fd < 0 && is_want(errno))
		l->num = errno;
	if (fd < 0 || probe(fd) != (l->info[i].v2 ? LAYOUT_FS_V2 : LAYOUT_FS_V1))
		return false;
	l->v[i].root = TAKE_FD(fd);
	free(l->info[i].mountpoint);
	l->info[i].mountpoint = xstrdup(mountpoint);
	return true;
}

static bool take_below(struct layout *l, size_t i, int dir, const char *dir_path, const char *name,
		       layout_probe *probe)
{
	autofree char *mountpoint = xasprintf("%s/%s", dir_path, name);

	return take_root(l, i, dir, name, mountpoint, probe);
}

/* "cpu,cpuacct" may be mounted as "cpuacct,cpu", with a symlink for each controller. */
static bool find_one(struct layout *l, size_t i, int dir, const char *dir_path, layout_probe *probe)
{
	const char *name = l->info[i].v2 ? "unified" : l->info[i].name;
	autostrv char **words = NULL;

	if (take_below(l, i, dir, dir_path, name, probe))
		return true;
	if (!strchr(name, ','))
		return false;
	words = strv_split(name, ',');
	for (char **w = words; *w; w++)
		if (take_below(l, i, dir, dir_path, *w, probe))
			return true;
	return false;
}

/* One line of /proc/self/cgroup, "4:memory:/path"; a malformed one is left out. */
static void add_line(struct layout *l, const char *line, size_t len)
{
	autofree char *copy = xstrndup(line, len);
	char *name, *path;

	name = strchr(copy, ':');
	path = name ? strchr(name + 1, ':') : NULL;
	if (!path)
		return;
	*name++ = '\0';
	*path++ = '\0';
	if (str_starts(name, "name="))
		name += strlen("name=");
	if (strchr(name, '/') || name[0] == '.')
		return;
	add(l, name, path, name[0] == '\0' && str_eq(copy, "0"));
}

int layout_find(struct layout *l, int dir, const char *dir_path, const char *self_cgroup,
		layout_probe *probe)
{
	int missing = 0;

	if (probe(dir) == LAYOUT_FS_V2) {
		add(l, "", "/", true);
		(void)take_root(l, 0, dir, ".", dir_path, probe);
		return 0;
	}
	for (const char *p = self_cgroup; *p;) {
		size_t len = strcspn(p, "\n");

		add_line(l, p, len);
		p += len;
		p += *p == '\n';
	}
	for (size_t i = 0; i < l->n; i++)
		if (!find_one(l, i, dir, dir_path, probe) && !l->info[i].v2)
			missing++;
	return missing;
}

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* Whether a v1 mount's super options, "rw,cpu,cpuacct" or "rw,name=systemd", name a hierarchy. */
static bool options_name(const char *options, const struct hierarchy *h, const char *name)
{
	autostrv char **words = strv_split(options, ',');
	autofree char *named = xasprintf("name=%s", name);

	if (h->controllers)
		return (controllers_parse(options) & h->controllers) != 0;
	return strv_has(words, name) || strv_has(words, named);
}

/* ID PARENT DEV ROOT MOUNTPOINT OPTIONS [TAG…] - FSTYPE SOURCE SUPEROPTIONS */
static void mount_line(struct layout *l, const char *line, size_t len, layout_probe *probe)
{
	autofree char *copy = xstrndup(line, len);
	char *dash = strstr(copy, " - cgroup ");
	autostrv char **head = NULL, **tail = NULL;

	if (!dash)
		return;
	*dash = '\0';
	head = strv_split(copy, ' ');
	tail = strv_split(dash + 3, ' ');
	if (strv_len(head) < 6 || strv_len(tail) < 3)
		return;
	unescape(head[4]);
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].root < 0 && !l->info[i].v2 &&
		    options_name(tail[2], &l->v[i], l->info[i].name))
			(void)take_root(l, i, AT_FDCWD, head[4], head[4], probe);
}

void layout_find_mounts(struct layout *l, const char *mountinfo, layout_probe *probe)
{
	for (const char *p = mountinfo; *p;) {
		size_t len = strcspn(p, "\n");

		mount_line(l, p, len, probe);
		p += len;
		p += *p == '\n';
	}
}

void layout_settle(struct layout *l)
{
	size_t kept = 0, v2 = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].root < 0) {
			info_done(&l->info[i]);
			continue;
		}
		v2 += l->info[i].v2;
		l->v[kept] = l->v[i];
		l->info[kept++] = l->info[i];
	}
	l->n = kept;
	l->info[kept] = (struct cgroup_hierarchy){ 0 };
	if (kept == 0)
		l->kind = CGROUP_NONE;
	else if (v2 == 0)
		l->kind = CGROUP_V1;
	else
		l->kind = kept > v2 ? CGROUP_HYBRID : CGROUP_V2;
}

static struct layout host_layout;
static bool host_own_paths; /* a v2 host's own path is read only when somebody asks */

static int read_host(struct layout *l, struct err *e)
{
	autofd int dir = -1, proc = -1;
	autostr text = { 0 };

	dir = open(CGROUP_ROOT, ROOT_FLAGS);
	if (dir < 0) {
		l->num = is_want(errno) ? errno : 0;
		return 0;
	}
	if (layout_fs(dir) == LAYOUT_FS_V2)
		return layout_find(l, dir, CGROUP_ROOT, "", layout_fs);
	proc = procfs_open_root(e);
	if (proc < 0)
		return proc;
	if (procfs_read(proc, "self/cgroup", SELF_CGROUP_MAX, &text, e) < 0)
		return err_wrap(e, "find the cgroup hierarchies: ");
	host_own_paths = true;
	if (layout_find(l, dir, CGROUP_ROOT, text.p ? text.p : "", layout_fs) == 0)
		return 0;
	str_reset(&text);
	if (procfs_read(proc, "self/mountinfo", MOUNTINFO_MAX, &text, e) < 0)
		return err_wrap(e, "find the cgroup hierarchies: ");
	layout_find_mounts(l, text.p ? text.p : "", layout_fs);
	return 0;
}

int layout_host(const struct layout **out, struct err *e)
{
	int r;

	if (host_layout.kind == 0) {
		struct layout l;

		layout_init(&l);
		r = read_host(&l, e);
		if (r >= 0 && l.num)
			r = err_set(e, l.num, "open the cgroup hierarchies");
		if (r < 0) {
			layout_done(&l);
			return r;
		}
		layout_settle(&l);
		host_layout = l;
	}
	*out = &host_layout;
	return 0;
}

enum cgroup_layout cgroup_layout(void)
{
	const struct layout *l;

	return layout_host(&l, NULL) < 0 ? CGROUP_NONE : l->kind;
}

static void read_own_path(struct cgroup_hierarchy *info)
{
	autofd int proc = procfs_open_root(NULL);
	autostr text = { 0 };
	const char *line;

	host_own_paths = true;
	if (proc < 0 || procfs_read(proc, "self/cgroup", SELF_CGROUP_MAX, &text, NULL) < 0)
		return;
	line = text.p ? strstr(text.p, "0::/") : NULL;
	while (line && line != text.p && line[-1] != '\n')
		line = strstr(line + 1, "0::/");
	if (!line)
		return;
	free(info->own_path);
	info->own_path = xstrndup(line + 3, strcspn(line + 3, "\n"));
}

const struct cgroup_hierarchy *cgroup_hierarchies(void)
{
	static const struct cgroup_hierarchy none[1];
	const struct layout *l;

	if (layout_host(&l, NULL) < 0)
		return none;
	if (l->kind == CGROUP_V2 && !host_own_paths)
		read_own_path(&l->info[0]);
	return l->info;
}
