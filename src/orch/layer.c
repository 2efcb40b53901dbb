/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/layer.h"

#include "core/inroot.h"
#include "orch/layer_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is remembered of directories until their times can be set. */
#define DIRS_BYTES_MAX (64 << 20)

/* A directory's time is set last: what is made in it changes that. */
struct dir_time {
	char *path;
	struct timespec time;
};

struct unpacking {
	struct layer_target target;
	struct layer_stream *stream;
	struct dir_time *dirs;
	size_t n_dirs, cap_dirs, dirs_bytes;
	size_t entries;
	mode_t umask_before;
};

static void unpacking_done(struct unpacking *u)
{
	layer_forget_parent(&u->target);
	layer_stream_free(u->stream);
	for (size_t i = 0; i < u->n_dirs; i++)
		free(u->dirs[i].path);
	free(u->dirs);
	(void)umask(u->umask_before);
}

static int remember_dir(struct unpacking *u, const struct layer_path *p,
			struct archive_entry *entry, struct err *e)
{
	char *path = p->kind == LAYER_ROOT ? xstrdup("/") : xasprintf("%s/%s", p->dir, p->name);

	u->dirs_bytes += strlen(path) + sizeof(struct dir_time);
	if (u->dirs_bytes > DIRS_BYTES_MAX) {
		free(path);
		return err_msg(e, EFBIG, "too many directories");
	}
	if (u->n_dirs == u->cap_dirs) {
		u->cap_dirs = u->cap_dirs ? u->cap_dirs * 2 : 64;
		u->dirs = xrealloc(u->dirs, u->cap_dirs, sizeof(*u->dirs));
	}
	u->dirs[u->n_dirs++] = (struct dir_time){
		.path = path,
		.time = { .tv_sec = archive_entry_mtime(entry),
			  .tv_nsec = archive_entry_mtime_nsec(entry) },
	};
	return 0;
}

/* One that was replaced by something else meanwhile has no time of a directory to be set. */
static int set_dir_times(struct unpacking *u, struct err *e)
{
	for (size_t i = u->n_dirs; i-- > 0;) {
		const struct timespec times[2] = { u->dirs[i].time, u->dirs[i].time };
		autofd int fd = inroot_open(u->target.root, u->dirs[i].path,
					    O_RDONLY | O_DIRECTORY | O_NOFOLLOW, NULL);

		if (fd >= 0 && futimens(fd, times) < 0)
			return err_set(e, errno, "set the time of %s", u->dirs[i].path);
	}
	return 0;
}

static int make_dir(struct unpacking *u, int parent, const struct layer_path *p,
		    struct archive_entry *entry, struct err *e)
{
	int r = layer_make_dir(parent, p->name, entry, e);

	return r < 0 ? r : remember_dir(u, p, entry, e);
}

static int make_file(struct unpacking *u, int parent, const char *name, struct archive_entry *entry,
		     struct err *e)
{
	const char *target = archive_entry_hardlink(entry);

	switch (target ? AE_IFMT : archive_entry_filetype(entry)) {
	case AE_IFMT:
		return layer_make_link(&u->target, parent, name, target, e);
	case AE_IFREG:
		return layer_make_file(&u->target, parent, name, u->stream, entry, e);
	case AE_IFLNK:
		return layer_make_symlink(parent, name, entry, e);
	case AE_IFIFO:
		return layer_make_fifo(parent, name, entry, e);
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFSOCK:
		return 0; /* left out: see the header */
	default:
		return err_msg(e, EINVAL, "is of an unknown type");
	}
}

static int make_root(struct unpacking *u, const struct layer_path *p, struct archive_entry *entry,
		     struct err *e)
{
	int r;

	if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) != AE_IFDIR)
		return err_msg(e, EINVAL, "the root is to be no directory");
	r = layer_set_attributes(u->target.root, entry, false, e);
	return r < 0 ? r : remember_dir(u, p, entry, e);
}

static int make_entry(struct unpacking *u, const struct layer_path *p, struct archive_entry *entry,
		      struct err *e)
{
	int parent;

	if (p->kind == LAYER_IGNORED)
		return 0;
	if (p->kind == LAYER_ROOT)
		return make_root(u, p, entry, e);
	parent = layer_parent(&u->target, p->dir, e);
	if (parent < 0)
		return parent;
	if (p->kind == LAYER_OPAQUE)
		return layer_make_opaque(parent, e);
	if (p->kind == LAYER_WHITEOUT)
		return layer_make_whiteout(parent, p->name, e);
	if (archive_entry_filetype(entry) == AE_IFDIR && !archive_entry_hardlink(entry))
		return make_dir(u, parent, p, entry, e);
	return make_file(u, parent, p->name, entry, e);
}

static int unpack_entry(struct unpacking *u, struct archive_entry *entry, struct err *e)
{
	const char *name = archive_entry_pathname(entry);
	autolayerpath path = { 0 };
	int r;

	if (!name)
		return err_msg(e, EINVAL, "an entry whose name cannot be read");
	if (++u->entries > LAYER_ENTRIES_MAX)
		return err_msg(e, EFBIG, "more than %d entries", LAYER_ENTRIES_MAX);
	r = layer_path_parse(name, &path, e);
	if (r >= 0)
		r = make_entry(u, &path, entry, e);
	return r < 0 ? err_wrap(e, "entry \"%s\": ", name) : 0;
}

static int unpack_all(struct unpacking *u, struct err *e)
{
	struct archive_entry *entry;
	int r;

	while ((r = layer_stream_next(u->stream, &entry, e)) > 0) {
		r = unpack_entry(u, entry, e);
		if (r < 0)
			return r;
	}
	return r < 0 ? r : set_dir_times(u, e);
}

int layer_unpack(int blob, int root, int64_t bytes_max, char hex[SHA256_HEX_LEN + 1],
		 int64_t *bytes, struct err *e)
{
	_cleanup_(unpacking_done) struct unpacking u = {
		.target = { .root = root, .dir = -1, .sizes_max = bytes_max },
		.umask_before = umask(0),
	};
	int r;

	u.stream = layer_stream_open(blob, bytes_max, e);
	if (!u.stream)
		return -e->num;
	r = unpack_all(&u, e);
	return r < 0 ? r : layer_stream_end(u.stream, hex, bytes, e);
}
