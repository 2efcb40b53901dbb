/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/lease.h"

#include "core/file.h"
#include "core/procfs.h"
#include "net/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define LOCK_TIMEOUT_MS 60000
#define LEASE_SIZE_MAX 1024

struct lease_store {
	int dir;
	int lock;
	char boot_id[37];
};

/* A file's content: the lines are cut out of it. */
struct content {
	char *text;
	struct lease_owner owner; /* borrowed from it; ifname "" in files of old versions */
	bool is_stale;		  /* of an earlier boot, or empty */
};

void lease_close(struct lease_store *s)
{
	if (!s)
		return;
	fd_close_p(&s->lock);
	fd_close_p(&s->dir);
	free(s);
}

void lease_close_p(struct lease_store **s)
{
	lease_close(*s);
}

static int take_lock(struct lease_store *s, struct err *e)
{
	autofd int proc = procfs_open_root(e);

	if (proc < 0)
		return proc;
	s->lock = openat(s->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0)
		return err_set(e, errno, "open lock");
	if (fd_lock(s->lock, true, LOCK_TIMEOUT_MS, e) < 0)
		return err_wrap(e, "lock: ");
	leftovers_remove(s->dir, ".", NULL); /* of one who was killed: we have the lock */
	return procfs_boot_id(proc, s->boot_id, e);
}

int lease_open(const char *data_dir, const char *network, bool make, struct lease_store **out,
	       struct err *e)
{
	autofree char *path =
		xasprintf("%s/%s", data_dir && *data_dir ? data_dir : LEASE_DIR_DEFAULT, network);
	autolease *s = xmalloc(sizeof(*s));
	int r;

	*s = (struct lease_store){ .dir = -1, .lock = -1 };
	if (make && dir_make_all(path, 0755, e) < 0)
		return err_wrap(e, "leases: ");
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 && errno == ENOENT && !make)
		return 0;
	if (s->dir < 0)
		return err_set(e, errno, "leases: open %s", path);
	r = take_lock(s, e);
	if (r < 0)
		return err_wrap(e, "leases in %s: ", path);
	*out = TAKE(s);
	return 1;
}

/* ---- one file ---- */

/* Cuts a line off, which ends with \n or \r\n. */
static const char *cut_line(char **rest)
{
	char *line = *rest, *end = strchr(line, '\n');

	*rest = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	if (*line && line[strlen(line) - 1] == '\r')
		line[strlen(line) - 1] = '\0';
	return line;
}

/* Returns 1, 0 when there is no such file, or -errno. */
static int read_content(struct lease_store *s, const char *name, struct content *out, struct err *e)
{
	autostr text = { 0 };
	const char *boot_id;
	char *rest;
	int r = file_read(s->dir, name, LEASE_SIZE_MAX, &text, e);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_wrap(e, "lease %s: ", name);
	rest = out->text = str_take(&text);
	out->owner.container = cut_line(&rest);
	out->owner.ifname = cut_line(&rest);
	boot_id = cut_line(&rest);
	out->is_stale = !*out->owner.container || (*boot_id && !str_eq(boot_id, s->boot_id));
	return 1;
}

static bool is_owners(const struct content *c, const struct lease_owner *o)
{
	return str_eq(c->owner.container, o->container) &&
	       (!*c->owner.ifname || str_eq(c->owner.ifname, o->ifname));
}

static int write_content(struct lease_store *s, const char *name, const struct lease_owner *o,
			 struct err *e)
{
	autofree char *text = xasprintf("%s\r\n%s\r\n%s", o->container, o->ifname, s->boot_id);

	if (strlen(text) > LEASE_SIZE_MAX)
		return err_msg(e, EINVAL, "lease %s: the container's id is too long", name);
	/* whole or not at all: one without an owner would not be found by who gives it back */
	return file_replace(s->dir, name, 0644, text, strlen(text), 0, e);
}

/* Returns 1 when the owner has it now, 0 when somebody else has; *holder is heap memory then. */
static int try_take(struct lease_store *s, const struct ip *a, const struct lease_owner *o,
		    char **holder, struct err *e)
{
	struct content c = { 0 };
	autofree char *text = NULL;
	char name[IP_TEXT_MAX];
	int r;

	(void)ip_format_address(a, name);
	r = read_content(s, name, &c, e);
	text = c.text;
	if (r < 0)
		return r;
	if (r > 0 && !c.is_stale) {
		if (is_owners(&c, o))
			return 1;
		if (holder)
			*holder = xstrdup(c.owner.container);
		return 0;
	}
	if (r > 0 && unlinkat(s->dir, name, 0) < 0)
		return err_set(e, errno, "remove lease %s", name);
	r = write_content(s, name, o, e);
	return r < 0 ? r : 1;
}

int lease_take(struct lease_store *s, const struct ip *a, const struct lease_owner *o,
	       struct err *e)
{
	autofree char *holder = NULL;
	char text[IP_TEXT_MAX];
	int r = try_take(s, a, o, &holder, e);

	if (r == 0)
		return err_msg(e, EADDRINUSE, "address %s is taken by container %s",
			       ip_format_address(a, text), holder);
	return r < 0 ? r : 0;
}

/* ---- searching ---- */

static struct ip last_reserved(struct lease_store *s, const char *name)
{
	struct ip a = { 0 };
	autostr text = { 0 };
	char *rest;

	/* without it, or with nonsense in it, the search begins at the first one */
	if (file_read(s->dir, name, IP_TEXT_MAX, &text, NULL) == 0 && text.p) {
		rest = text.p;
		(void)ip_parse_address(cut_line(&rest), "address", &a, NULL);
	}
	return a;
}

int lease_next(struct lease_store *s, const struct range_set *set, size_t index,
	       const struct lease_owner *o, struct ip *out, struct err *e)
{
	autofree char *mark = xasprintf("last_reserved_ip.%zu", index);
	struct ip from = last_reserved(s, mark);
	struct ip first = range_next(set, &from), a = first;
	char text[IP_TEXT_MAX];
	int r = 0;

	while (ip_is_set(&a)) {
		r = try_take(s, &a, o, NULL, e);
		if (r != 0)
			break;
		a = range_next(set, &a);
		if (ip_same_address(&a, &first))
			break;
	}
	if (r == 0)
		return err_msg(e, EADDRNOTAVAIL, "no address is left in the range from %s on",
			       ip_format(&set->v[0].first, text));
	if (r < 0)
		return r;
	(void)ip_format_address(&a, text);
	r = file_replace(s->dir, mark, 0644, text, strlen(text), 0, e);
	if (r < 0) {
		/* it was not given out yet */
		(void)unlinkat(s->dir, text, 0);
		return r;
	}
	*out = a;
	return 0;
}

/* ---- all of them ---- */

static void closedir_p(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

/* Calls for every file that is a lease; *n is the number of those that @chosen says yes to, which
 * are removed with @remove. */
static int for_each(struct lease_store *s, bool (*chosen)(const struct content *c, void *data),
		    void *data, bool remove, struct err *e)
{
	_cleanup_(closedir_p) DIR *d = NULL;
	struct dirent *entry;
	struct ip a;
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), n = 0;

	if (fd < 0 || !(d = fdopendir(fd))) {
		(void)fd_close(fd);
		return err_set(e, errno, "list leases");
	}
	while ((entry = readdir(d))) {
		struct content c = { 0 };
		autofree char *text = NULL;
		int r;

		if (ip_parse_address(entry->d_name, "lease", &a, NULL) < 0)
			continue;
		r = read_content(s, entry->d_name, &c, e);
		text = c.text;
		if (r < 0)
			return r;
		if (r == 0 || !chosen(&c, data))
			continue;
		if (remove && unlinkat(s->dir, entry->d_name, 0) < 0 && errno != ENOENT)
			return err_set(e, errno, "remove lease %s", entry->d_name);
		n++;
	}
	return n;
}

static bool by_owner(const struct content *c, void *data)
{
	return is_owners(c, data);
}

static bool by_living_owner(const struct content *c, void *data)
{
	return !c->is_stale && is_owners(c, data);
}

int lease_give_back(struct lease_store *s, const struct lease_owner *o, struct err *e)
{
	return for_each(s, by_owner, (void *)o, true, e);
}

int lease_count(struct lease_store *s, const struct lease_owner *o, struct err *e)
{
	return for_each(s, by_living_owner, (void *)o, false, e);
}

struct keeping {
	bool (*keep)(const struct lease_owner *o, void *data);
	void *data;
};

static bool by_keeping(const struct content *c, void *data)
{
	const struct keeping *k = data;

	return c->is_stale || !k->keep(&c->owner, k->data);
}

int lease_keep(struct lease_store *s, bool (*keep)(const struct lease_owner *o, void *data),
	       void *data, struct err *e)
{
	struct keeping k = { .keep = keep, .data = data };

	return for_each(s, by_keeping, &k, true, e);
}
