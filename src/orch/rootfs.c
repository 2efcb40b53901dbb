/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/rootfs.h"

#include "core/file.h"
#include "core/json.h"
#include "core/strv.h"
#include "orch/overlay.h"
#include "orch/sha256.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL "rootfs.json"
#define JOURNAL_MAX (1 << 20)
#define MOUNT_POINT "rootfs"

static const char *const dirs[] = { OVERLAY_UPPER, OVERLAY_WORK, MOUNT_POINT };

/* Of an image, or of a directory. */
struct journal {
	char *reference; /* of the image */
	char *manifest;
	char **layers; /* HEX, the lowest first */
	char *tree;
};

static const struct field journal_fields[] = {
	F_STRING("reference", struct journal, reference, 0),
	F_STRING_CHECK("manifest", struct journal, manifest, 0, oci_digest_check),
	F_STRV("layers", struct journal, layers, FIELD_NONEMPTY),
	F_STRING("tree", struct journal, tree, FIELD_ABSOLUTE),
};

static int check_journal(const void *object, struct err *e)
{
	const struct journal *j = object;

	if (!j->tree == !(j->reference && j->manifest && j->layers))
		return err_msg(e, EINVAL, "has to have either an image's layers or a tree");
	for (size_t i = 0; i < strv_len(j->layers); i++)
		if (!sha256_hex_valid(j->layers[i]))
			return err_msg(e, EINVAL, "layers[%zu]: \"%s\" is no layer", i,
				       j->layers[i]);
	return 0;
}

static const struct record journal_record =
	RECORD_CHECK(struct journal, "orchctl(8)", journal_fields, check_journal);

static void journal_done(struct journal *j)
{
	record_done(&journal_record, j);
}
#define autojournal _cleanup_(journal_done) struct journal

static int journal_load(const char *dir, struct journal *out, struct err *e)
{
	autofree char *path = xasprintf("%s/" JOURNAL, dir);
	autostr text = { 0 };
	int r;

	r = file_read(AT_FDCWD, path, JOURNAL_MAX, &text, e);
	if (r < 0)
		return r;
	r = record_parse(&journal_record, text.p ? text.p : "", text.len, out, e);
	return r < 0 ? err_wrap(e, "%s: ", path) : 0;
}

static int journal_create(const char *dir, const struct journal *j, struct err *e)
{
	autofree char *path = xasprintf("%s/" JOURNAL, dir);
	autojsonout *o = json_out_new("  ");
	const char *text;
	size_t len;

	if (access(path, F_OK) == 0)
		return err_set(e, EEXIST, "create %s", path);
	record_encode(&journal_record, j, o);
	text = json_out_text(o, &len);
	return file_replace(AT_FDCWD, path, 0600, text, len, FILE_SYNC, e);
}

static int make(const char *dir, const struct journal *j, struct err *e)
{
	int r = journal_create(dir, j, e);

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(dirs); i++) {
		autofree char *path = xasprintf("%s/%s", dir, dirs[i]);

		r = dir_make_all(path, 0755, e);
	}
	return r;
}

int rootfs_make(const char *dir, const struct image *image, struct err *e)
{
	const struct journal j = { .reference = image->reference,
				   .manifest = image->manifest_digest,
				   .layers = image->layers };

	return make(dir, &j, e);
}

int rootfs_make_on(const char *dir, const char *tree, struct err *e)
{
	const struct journal j = { .tree = (char *)tree };

	return make(dir, &j, e);
}

/* Is something mounted on it? 1 or 0; 0 also when it is not there. */
static int is_mounted(const char *path, struct err *e)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st) < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "stat %s", path);
	return (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

int rootfs_mount(const struct image_store *s, const char *dir, char **out, struct err *e)
{
	autofree char *point = xasprintf("%s/" MOUNT_POINT, dir);
	autojournal j = { 0 };
	int r;

	r = journal_load(dir, &j, e);
	if (r >= 0)
		r = is_mounted(point, e);
	if (r < 0)
		return r;
	if (r == 0) {
		char *const tree[] = { j.tree, NULL };

		r = overlay_mount(s->dir, j.tree ? tree : j.layers, dir, MOUNT_POINT, e);
		if (r < 0)
			return err_wrap(e, "%s: ", point);
		r = 1;
	} else {
		r = 0;
	}
	if (out)
		*out = TAKE(point);
	return r;
}

/* Lazily: processes of the container that are about to end may still be in it. */
int rootfs_unmount(const char *dir, struct err *e)
{
	autofree char *point = xasprintf("%s/" MOUNT_POINT, dir);
	int r;

	while ((r = is_mounted(point, e)) > 0)
		if (umount2(point, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			return err_set(e, errno, "unmount %s", point);
	return r;
}

int rootfs_remove(const char *dir, struct err *e)
{
	autofd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(e, errno, "open %s", dir);
	r = rootfs_unmount(dir, e);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(dirs); i++)
		r = tree_remove(fd, dirs[i], e);
	if (r >= 0)
		r = tree_remove(fd, JOURNAL, e);
	return r < 0 ? err_wrap(e, "%s: ", dir) : 0;
}

int rootfs_layers(const char *dir, char ***layers, struct err *e)
{
	autojournal j = { 0 };
	int r;

	r = journal_load(dir, &j, e);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; i < strv_len(j.layers); i++)
		strv_push(layers, j.layers[i]);
	return 0;
}
