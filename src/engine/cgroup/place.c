/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/cgroup/place.h"
#include "core/num.h"
#include "engine/cgroup/tree.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_MODE 0755

const char *place_file(const struct place *p, char buf[CGROUP_FILE_MAX], const char *file)
{
	return cgroup_file(buf, p->path, file);
}

static int mkdir_failed(const struct place *p, const char *path, struct err *e)
{
	/* The kernel's "no such file or directory" would read like a missing program. */
	if (errno == ENOENT)
		return err_msg(e, ESTALE, "make cgroup %s/%s: its parent was removed", p->name,
			       path);
	return err_set(e, errno, "unable to apply cgroup configuration: make cgroup %s/%s", p->name,
		       path);
}

static int make_one(struct place *p, const char *path, struct err *e)
{
	if (mkdirat(p->root, path, DIR_MODE) == 0) {
		p->made++;
		return 0;
	}
	if (errno != EEXIST)
		return mkdir_failed(p, path, e);
	/* Undoing must not go past a directory that was there. */
	p->made = 0;
	return 0;
}

int place_make_dirs(struct place *p,
		    int (*before)(struct place *p, const char *parent, struct err *e),
		    struct err *e)
{
	char path[CGROUP_PATH_MAX] = "", parent[CGROUP_PATH_MAX] = "";
	int r = 0;

	/* Most often the parent is there, or is the root. */
	if (!before && mkdirat(p->root, p->path, DIR_MODE) == 0) {
		p->made = 1;
		return 0;
	}
	for (const char *end = p->path; r == 0 && *end; end += *end == '/') {
		end += strcspn(end, "/");
		memcpy(path, p->path, (size_t)(end - p->path));
		path[end - p->path] = '\0';
		r = before ? before(p, parent, e) : 0;
		if (r == 0)
			r = make_one(p, path, e);
		memcpy(parent, path, sizeof(parent));
	}
	return r;
}

void place_undo(struct place *p)
{
	char path[CGROUP_PATH_MAX];
	char *slash;

	(void)snprintf(path, sizeof(path), "%s", p->path);
	for (; p->made > 0; p->made--) {
		/* A neighbour has come into it: it is his now. */
		if (unlinkat(p->root, path, AT_REMOVEDIR) < 0)
			break;
		slash = strrchr(path, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
	p->made = 0;
}

int place_refuse(const struct place *p, struct err *e)
{
	_cleanup_(pid_list_done) struct pid_list pids = { 0 };
	int r;

	if (p->made == 0) {
		r = tree_pids(p->root, p->path, &pids, e);
		if (r < 0)
			return r;
		if (pids.n > 0)
			return err_msg(e, EBUSY,
				       "container's cgroup is not empty: %zu process(es) found",
				       pids.n);
	}
	/* A new one can only be frozen by a parent, and the root cannot be frozen. */
	if (p->made > 0 && !strchr(p->path, '/'))
		return 0;
	r = p->ops->frozen(p, e);
	if (r > 0)
		return err_msg(e, EBUSY, "container's cgroup unexpectedly frozen");
	return r;
}

/* Needed for a period that must not change the quota: cpu.max is "QUOTA PERIOD". */
static int write_period(const struct place *p, const char *path, const char *period)
{
	char now[64], text[128];
	int r = cgroup_read(p->root, path, now, sizeof(now));

	if (r < 0)
		return r;
	now[strcspn(now, " \n")] = '\0';
	(void)snprintf(text, sizeof(text), "%s %s", now, period);
	return cgroup_write(p->root, path, text);
}

/* Returns 0 or -errno; -ENOENT means that neither file is there. *file is the one that was tried
 * last. */
static int write_limit(const struct place *p, const struct limit *l, const char **file)
{
	char path[CGROUP_FILE_MAX];
	int r;

	*file = l->file;
	(void)place_file(p, path, l->file);
	r = l->v2 && l->flags & LIMIT_KEEP_QUOTA ? write_period(p, path, l->value) :
						   cgroup_write(p->root, path, l->value);
	if (r == -ENOENT && l->alt_file) {
		*file = l->alt_file;
		r = cgroup_write(p->root, place_file(p, path, l->alt_file), l->alt_value);
	}
	return r == -ENOENT && l->flags & LIMIT_OPTIONAL ? 0 : r;
}

static unsigned long long read_number(const struct place *p, const char *file)
{
	char path[CGROUP_FILE_MAX], text[32];
	uint64_t number = 0;

	if (cgroup_read(p->root, place_file(p, path, file), text, sizeof(text)) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	(void)num_parse_u64(text, UINT64_MAX, file, &number, NULL);
	return number;
}

static int limit_failed(const struct place *p, const struct limit *l, const char *file, int num,
			struct err *e)
{
	/* Not in the kernel's words, which callers take for a missing program. */
	if (num == ENOENT)
		return err_msg(e, EOPNOTSUPP, "linux.resources.%s: the cgroup has no file %s",
			       l->member, l->file);
	if (num == EBUSY && !l->v2 && l->flags & LIMIT_MEMORY)
		return err_msg(e, EBUSY,
			       "unable to set memory limit to %lld (current usage: %llu, "
			       "peak usage: %llu)",
			       (long long)l->bytes, read_number(p, "memory.usage_in_bytes"),
			       read_number(p, "memory.max_usage_in_bytes"));
	return err_set(e, num, "linux.resources.%s: failed to write \"%s\" to %s/%s/%s", l->member,
		       file == l->file ? l->value : l->alt_value, p->name, p->path, file);
}

/*
 * v2 kills to get below a limit; whoever asked for checkBeforeUpdate wants a refusal instead. v1
 * refuses by itself.
 */
static int check_usage(const struct place *p, const struct limit *l, struct err *e)
{
	unsigned long long usage;

	if (!l->v2 || !(l->flags & (LIMIT_MEMORY | LIMIT_MEMORY_SWAP)) || l->bytes <= 0)
		return 0;
	usage = read_number(p, "memory.current");
	if (l->flags & LIMIT_MEMORY_SWAP)
		usage += read_number(p, "memory.swap.current");
	if ((unsigned long long)l->bytes >= usage)
		return 0;
	return err_msg(e, EBUSY, "rejecting memory%s limit %lld < usage %llu",
		       l->flags & LIMIT_MEMORY_SWAP ? "+swap" : "", (long long)l->bytes, usage);
}

const struct place *place_of_limit(const struct place *places, size_t n, const struct limit *l)
{
	for (size_t i = 0; i < n; i++)
		if (places[i].v2 == l->v2 &&
		    (l->v2 || places[i].controllers & CTRL_BIT(l->controller)))
			return &places[i];
	return NULL;
}

/*
 * Limits that bound each other (memory and memory+swap; quota, period and burst; real-time runtime
 * and period) are refused with EINVAL in one order and accepted in the other, and which is which
 * depends on the values in force: what was refused is tried once more after all the others.
 *
 * Nothing is read back: the kernel takes each of these as it is or refuses it, except cpu.shares,
 * whose range was checked, and sizes, which it rounds down to a page.
 */
int places_apply(const struct place *places, size_t n, const struct limits *l, struct err *e)
{
	autofree bool *again = xcalloc(l->n + 1, sizeof(*again));
	const struct place *p;
	const char *file;
	int r;

	for (size_t i = 0; l->check_before_update && i < l->n; i++) {
		p = place_of_limit(places, n, &l->v[i]);
		r = p ? check_usage(p, &l->v[i], e) : 0;
		if (r < 0)
			return r;
	}
	for (size_t pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < l->n; i++) {
			p = place_of_limit(places, n, &l->v[i]);
			if (pass == 1 && !again[i])
				continue;
			/* A limit of the cgroup core on a pure v1 host: no controller was missed.
			 */
			if (!p)
				return err_msg(e, EOPNOTSUPP,
					       "linux.resources.%s: this host has no cgroup v2 "
					       "hierarchy",
					       l->v[i].member);
			r = write_limit(p, &l->v[i], &file);
			again[i] = r == -EINVAL;
			if (r < 0 && (r != -EINVAL || pass == 1))
				return limit_failed(p, &l->v[i], file, -r, e);
		}
	}
	return 0;
}
