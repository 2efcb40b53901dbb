/* SPDX-License-Identifier: Apache-2.0 */
/* From blobs to layers. */
#include "orch/image_store.h"

#include "core/file.h"
#include "core/strv.h"
#include "orch/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNPACK_LOCK "unpack.lock"

struct documents {
	struct oci_manifest manifest;
	struct oci_image config;
};

static void documents_done(struct documents *d)
{
	record_done(&oci_manifest_record, &d->manifest);
	record_done(&oci_image_record, &d->config);
}
#define autodocuments _cleanup_(documents_done) struct documents

static int load_documents(const struct image_store *s, const char *manifest, struct documents *out,
			  struct err *e)
{
	size_t n;
	int r;

	r = image_blob_parse(s, manifest, &oci_manifest_record, &out->manifest, e);
	if (r >= 0)
		r = image_blob_parse(s, out->manifest.config->digest, &oci_image_record,
				     &out->config, e);
	if (r < 0)
		return r;
	n = strv_len(out->config.rootfs->diff_ids);
	if (n != out->manifest.n_layers)
		return err_msg(e, EINVAL,
			       "the manifest has %zu layers, the configuration %zu diff_ids",
			       out->manifest.n_layers, n);
	return n ? 0 : err_msg(e, EINVAL, "the image has no layers");
}

int image_load(const struct image_store *s, const char *reference, const char *manifest,
	       struct image **out, struct err *e)
{
	autodocuments d = { 0 };
	struct image *i;
	int r;

	r = load_documents(s, manifest, &d, e);
	if (r < 0)
		return r;
	i = xcalloc(1, sizeof(*i));
	i->lock = -1;
	i->reference = xstrdup(reference);
	i->manifest_digest = xstrdup(manifest);
	for (char **id = d.config.rootfs->diff_ids; *id; id++)
		strv_push(&i->layers, oci_digest_hex(*id));
	i->config = d.config;
	d.config = (struct oci_image){ 0 };
	if (!i->config.config)
		i->config.config = xcalloc(1, sizeof(*i->config.config));
	*out = i;
	return 0;
}

void image_release(struct image *i)
{
	fd_close_p(&i->lock);
}

void image_free(struct image *i)
{
	if (!i)
		return;
	image_release(i);
	free(i->reference);
	free(i->manifest_digest);
	strv_free(i->layers);
	record_done(&oci_image_record, &i->config);
	free(i);
}

void image_free_p(struct image **i)
{
	image_free(*i);
}

static bool have_layer(const struct image_store *s, const char *hex)
{
	autofree char *path = xasprintf(STORE_LAYERS "/%s", hex);

	return faccessat(s->dir, path, F_OK, 0) == 0;
}

static int check_blob(int fd, const struct oci_descriptor *d, struct err *e)
{
	_cleanup_(sha256_free_p) struct sha256 *digest = sha256_new();
	char hex[SHA256_HEX_LEN + 1], buf[65536];
	int64_t size = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		sha256_add(digest, buf, (size_t)n);
		size += n;
	}
	if (n < 0)
		return err_set(e, errno, "read");
	sha256_end(digest, hex);
	if (size != d->size || !str_eq(hex, oci_digest_hex(d->digest)))
		return err_msg(e, EINVAL, "its content is another's");
	return lseek(fd, 0, SEEK_SET) < 0 ? err_set(e, errno, "rewind") : 0;
}

/* Unpacks into a temporary directory, which gets its name when all is right, and on the disk. */
static int make_layer(const struct image_store *s, int blob, const char *hex, int64_t bytes_max,
		      int64_t *bytes, struct err *e)
{
	autofree char *from = NULL, *to = xasprintf(STORE_LAYERS "/%s", hex);
	char name[32], got[SHA256_HEX_LEN + 1];
	autofd int dir = image_temporary(s, STORE_LAYERS, name, e);
	autofd int layers = -1;
	int r;

	if (dir < 0)
		return dir;
	r = layer_unpack(blob, dir, bytes_max, got, bytes, e);
	if (r < 0)
		return r;
	if (!str_eq(got, hex))
		return err_msg(e, EINVAL, "unpacked it is not what the image's configuration says");
	if (syncfs(dir) < 0)
		return err_set(e, errno, "write to the disk");
	from = xasprintf(STORE_LAYERS "/%s", name);
	if (renameat(s->dir, from, s->dir, to) < 0)
		return err_set(e, errno, "rename to %s", to);
	layers = openat(s->dir, STORE_LAYERS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layers < 0 || fsync(layers) < 0)
		return err_set(e, errno, "write to the disk");
	return 0;
}

static int unpack_layer(const struct image_store *s, const struct oci_descriptor *d,
			const char *hex, int64_t bytes_max, int64_t *bytes, struct err *e)
{
	autofd int lock = image_store_lock(s, UNPACK_LOCK, true, e);
	autofd int blob = -1;
	int r;

	if (lock < 0)
		return lock;
	*bytes = 0;
	if (have_layer(s, hex))
		return 0;
	r = image_sweep(s, STORE_LAYERS, e);
	if (r < 0)
		return r;
	blob = image_blob_open(s, d->digest, e);
	r = blob < 0 ? blob : check_blob(blob, d, e);
	if (r >= 0)
		r = make_layer(s, blob, hex, bytes_max, bytes, e);
	if (r < 0)
		(void)image_sweep(s, STORE_LAYERS, NULL); /* the next one tries again */
	return r < 0 ? err_wrap(e, "layer %s: ", d->digest) : 0;
}

int image_unpack(const struct image_store *s, const char *manifest, struct err *e)
{
	autodocuments d = { 0 };
	int64_t total = 0;
	int r;

	r = load_documents(s, manifest, &d, e);
	if (r < 0)
		return r;
	for (size_t i = 0; i < d.manifest.n_layers; i++) {
		const char *hex = oci_digest_hex(d.config.rootfs->diff_ids[i]);
		int64_t bytes;

		if (have_layer(s, hex))
			continue;
		r = unpack_layer(s, &d.manifest.layers[i], hex, s->size_max - total, &bytes, e);
		if (r < 0)
			return r;
		total += bytes;
	}
	return 0;
}
