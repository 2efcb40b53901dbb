/* SPDX-License-Identifier: Apache-2.0 */
/* Removing what no reference and no container needs. */
#include "orch/image_store.h"

#include "core/strv.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct needed {
	struct strv_builder layers;
	struct strv_builder blobs;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_blob(struct needed *n, const char *digest)
{
	strv_builder_add(&n->blobs, xstrdup(oci_digest_hex(digest)));
}

/* A manifest that cannot be read any more needs nothing: the image is pulled again. */
static void add_image(const struct image_store *s, const char *manifest, struct needed *n)
{
	struct oci_manifest m = { 0 };
	autoimage *image = NULL;

	if (image_blob_parse(s, manifest, &oci_manifest_record, &m, NULL) < 0)
		return;
	add_blob(n, manifest);
	add_blob(n, m.config->digest);
	for (size_t i = 0; i < m.n_layers; i++)
		add_blob(n, m.layers[i].digest);
	record_done(&oci_manifest_record, &m);
	if (image_load(s, "", manifest, &image, NULL) < 0)
		return;
	for (size_t i = 0; image->layers[i]; i++)
		strv_builder_add(&n->layers, xstrdup(image->layers[i]));
}

static int add_references(const struct image_store *s, struct needed *n, struct err *e)
{
	autostrv char **references = NULL;
	int r;

	r = image_list(s, &references, e);
	for (size_t i = 0; r >= 0 && references[i]; i++) {
		struct image_ref ref = { 0 };

		r = image_ref_load(s, references[i], &ref, e);
		if (r > 0)
			add_image(s, ref.manifest, n);
		record_done(&image_ref_record, &ref);
	}
	return r < 0 ? r : 0;
}

/* A layer loses its name first: half removed it must not be taken for whole. */
static int remove_one(int dir, const char *name, struct err *e)
{
	char hidden[NAME_MAX + 2];
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(st.st_mode))
		return tree_remove(dir, name, e);
	snprintf(hidden, sizeof(hidden), ".%s", name);
	if (renameat(dir, name, dir, hidden) < 0)
		return err_set(e, errno, "rename %s", name);
	return tree_remove(dir, hidden, e);
}

static int collect(const struct image_store *s, const char *where, char **needed, struct err *e)
{
	autofd int dir = openat(s->dir, where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autostrv char **names = NULL;
	size_t n = strv_len(needed);
	int r;

	if (dir < 0)
		return err_set(e, errno, "open %s/%s", s->path, where);
	qsort(needed, n, sizeof(char *), by_name);
	r = image_names(s, where, &names, e);
	for (size_t i = 0; r >= 0 && names[i]; i++) {
		if (bsearch(&names[i], needed, n, sizeof(char *), by_name))
			continue;
		r = remove_one(dir, names[i], e);
	}
	return r < 0 ? err_wrap(e, "%s/%s: ", s->path, where) : 0;
}

int image_collect(const struct image_store *s, image_used_fn *used, void *data, struct err *e)
{
	autofd int lock = image_store_lock(s, STORE_LOCK, true, e);
	autostrv char **layers = NULL, **blobs = NULL, **mounted = NULL;
	struct needed n = { 0 };
	int r;

	if (lock < 0)
		return lock;
	r = used(data, &mounted, e);
	for (size_t i = 0; r >= 0 && mounted && mounted[i]; i++)
		strv_builder_add(&n.layers, xstrdup(mounted[i]));
	if (r >= 0)
		r = add_references(s, &n, e);
	layers = strv_builder_take(&n.layers);
	blobs = strv_builder_take(&n.blobs);
	if (r >= 0)
		r = image_sweep(s, STORE_PULLS, e);
	if (r >= 0)
		r = image_sweep(s, STORE_LAYERS, e);
	if (r >= 0)
		r = collect(s, STORE_LAYERS, layers, e);
	if (r >= 0)
		r = collect(s, STORE_BLOBS, blobs, e);
	return r < 0 ? r : 0;
}
