/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/image_layout.h"

#include "core/file.h"
#include "orch/image_store.h"
#include "orch/sha256.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LAYOUT "oci:"
#define INDEX_MAX (1 << 20)
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define REF_NAME "org.opencontainers.image.ref.name"
#define SETTLED_S 2 /* clocks of file systems tick much faster */

static const char *const archives[] = { "oci-archive:", "docker-archive:" };

/* The path in "TRANSPORT:PATH[:MORE]"; heap. */
static char *path_of(const char *source, const char *transport)
{
	const char *path = source + strlen(transport);

	return xstrndup(path, strcspn(path, ":"));
}

static const char *tag_of(const char *source)
{
	const char *tag = strchr(source + strlen(LAYOUT), ':');

	return tag ? tag + 1 : NULL;
}

static int open_layout(const char *source, struct err *e)
{
	autofree char *path = path_of(source, LAYOUT);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? err_set(e, errno, "open %s", path) : fd;
}

static bool is_named(const struct oci_descriptor *d, const char *tag)
{
	const char *name = strmap_get(&d->annotations, REF_NAME);

	return !tag || (name && str_eq(name, tag));
}

/* The one that has this name, or that there is; NULL otherwise. */
static const struct oci_descriptor *choose(const struct oci_index *index, const char *tag)
{
	const struct oci_descriptor *found = NULL;

	for (size_t i = 0; i < index->n_manifests; i++) {
		if (!is_named(&index->manifests[i], tag))
			continue;
		if (found)
			return NULL;
		found = &index->manifests[i];
	}
	return found && found->media_type && str_eq(found->media_type, MANIFEST_TYPE) ? found :
											NULL;
}

int image_layout_find(const char *source, char **manifest)
{
	const struct oci_descriptor *found = NULL;
	struct oci_index index = { 0 };
	autostr text = { 0 };
	autofd int dir = -1;

	if (!str_starts(source, LAYOUT))
		return 0;
	dir = open_layout(source, NULL);
	if (dir < 0 || file_read(dir, "index.json", INDEX_MAX, &text, NULL) < 0 ||
	    record_parse(&oci_index_record, text.p ? text.p : "", text.len, &index, NULL) < 0)
		return 0;
	found = choose(&index, tag_of(source));
	if (found)
		*manifest = xstrdup(found->digest);
	record_done(&oci_index_record, &index);
	return found != NULL;
}

static int open_blob(int layout, const char *path, struct err *e)
{
	autofd int fd = openat(layout, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_set(e, errno, "open");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_msg(e, EINVAL, "is no file");
	return TAKE_FD(fd);
}

/* At most @size bytes; they have to be the digest's. */
static int copy_bytes(int from, int to, const char *hex, int64_t size, struct err *e)
{
	_cleanup_(sha256_free_p) struct sha256 *digest = sha256_new();
	char got[SHA256_HEX_LEN + 1], buf[65536];
	int64_t copied = 0;
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0) {
		copied += n;
		if (copied > size)
			break;
		sha256_add(digest, buf, (size_t)n);
		if (fd_write_all(to, buf, (size_t)n, e) < 0)
			return -e->num;
	}
	if (n < 0)
		return err_set(e, errno, "read");
	sha256_end(digest, got);
	if (copied != size || !str_eq(got, hex))
		return err_msg(e, EINVAL, "its content is another's");
	return fdatasync(to) < 0 ? err_set(e, errno, "write to the disk") : 0;
}

struct copying {
	const struct image_store *store;
	int layout;
	int pull; /* a directory of our own */
};

/* A blob gets its name when all of it is right, and on the disk. */
static int copy_new(const struct copying *c, const char *hex, const char *path, int64_t size,
		    struct err *e)
{
	autofd int from = open_blob(c->layout, path, e), to = -1;
	int r;

	if (from < 0)
		return from;
	to = openat(c->pull, hex, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (to < 0)
		return err_set(e, errno, "create");
	r = copy_bytes(from, to, hex, size, e);
	if (r < 0)
		return r;
	return renameat(c->pull, hex, c->store->dir, path) < 0 ? err_set(e, errno, "rename") : 0;
}

static int copy_blob(const struct copying *c, const char *digest, int64_t size, struct err *e)
{
	const char *hex = oci_digest_hex(digest);
	autofree char *path = xasprintf(STORE_BLOBS "/%s", hex);
	int r;

	if (faccessat(c->store->dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	r = copy_new(c, hex, path, size, e);
	return r < 0 ? err_wrap(e, "blob %s: ", digest) : 0;
}

/* Its size stands only in the index; what it is is limited when it is read. */
static int copy_manifest(const struct copying *c, const char *digest, struct err *e)
{
	autofree char *path = xasprintf(STORE_BLOBS "/%s", oci_digest_hex(digest));
	autofd int fd = open_blob(c->layout, path, e);
	struct stat st;

	if (fd < 0)
		return err_wrap(e, "blob %s: ", digest);
	if (fstat(fd, &st) < 0 || st.st_size > INDEX_MAX * 4)
		return err_msg(e, EFBIG, "blob %s: too large for a manifest", digest);
	return copy_blob(c, digest, st.st_size, e);
}

static int copy_all(const struct copying *c, const char *digest, struct err *e)
{
	struct oci_manifest m = { 0 };
	int r = copy_manifest(c, digest, e);

	if (r >= 0)
		r = image_blob_parse(c->store, digest, &oci_manifest_record, &m, e);
	if (r < 0)
		return r;
	r = copy_blob(c, m.config->digest, m.config->size, e);
	for (size_t i = 0; r >= 0 && i < m.n_layers; i++)
		r = copy_blob(c, m.layers[i].digest, m.layers[i].size, e);
	record_done(&oci_manifest_record, &m);
	return r;
}

int image_layout_copy(const struct image_store *s, const char *source, const char *manifest,
		      struct err *e)
{
	autofd int layout = open_layout(source, e), pull = -1;
	autofree char *path = NULL;
	char name[32];
	int r;

	if (layout < 0)
		return layout;
	pull = image_temporary(s, STORE_PULLS, name, e);
	if (pull < 0)
		return pull;
	path = xasprintf(STORE_PULLS "/%s", name);
	r = copy_all(&(struct copying){ s, layout, pull }, manifest, e);
	/* What is left of it, the next one removes. */
	(void)tree_remove(s->dir, path, NULL);
	return r < 0 ? err_wrap(e, "copy %s: ", source) : 0;
}

static char *stamp(const char *path)
{
	struct timespec now;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode) ||
	    clock_gettime(CLOCK_REALTIME, &now) < 0 || st.st_ctim.tv_sec > now.tv_sec - SETTLED_S)
		return NULL;
	return xasprintf("%ju:%ju %jd %jd.%09ld %jd.%09ld", (uintmax_t)st.st_dev,
			 (uintmax_t)st.st_ino, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
			 st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

char *image_archive_stamp(const char *source)
{
	for (size_t i = 0; i < ARRAY_SIZE(archives); i++)
		if (str_starts(source, archives[i])) {
			autofree char *path = path_of(source, archives[i]);

			return stamp(path);
		}
	return NULL;
}
