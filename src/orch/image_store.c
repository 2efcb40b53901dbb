/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/image_store.h"

#include "core/file.h"
#include "core/json.h"
#include "core/strv.h"
#include "orch/sha256.h"
#include "orch/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOCUMENT_MAX (4 << 20)

static const struct field ref_fields[] = {
	F_STRING("reference", struct image_ref, reference, FIELD_REQUIRED | FIELD_NONEMPTY),
	F_STRING_CHECK("manifest", struct image_ref, manifest, FIELD_REQUIRED, oci_digest_check),
	F_STRING("stamp", struct image_ref, stamp, 0),
};
const struct record image_ref_record = RECORD(struct image_ref, "orchctl(8)", ref_fields);

void image_ref_done(struct image_ref *ref)
{
	record_done(&image_ref_record, ref);
}

int image_store_open(const char *path, char *const *env, struct image_store *out, struct err *e)
{
	static const char *const dirs[] = { STORE_BLOBS, STORE_LAYERS, STORE_REFS, STORE_PULLS };
	autofd int dir = -1;
	int r;

	r = dir_make_all(path, 0700, e);
	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(dirs); i++) {
		autofree char *sub = xasprintf("%s/%s", path, dirs[i]);

		r = dir_make_all(sub, 0700, e);
	}
	if (r < 0)
		return r;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_set(e, errno, "open %s", path);
	*out = (struct image_store){
		.path = xstrdup(path),
		.dir = TAKE_FD(dir),
		.env = env,
		.size_max = IMAGE_SIZE_MAX,
	};
	return 0;
}

void image_store_done(struct image_store *s)
{
	if (s->path)
		s->dir = fd_close(s->dir);
	free(s->path);
	s->path = NULL;
}

int image_store_lock(const struct image_store *s, const char *name, bool exclusive, struct err *e)
{
	autofd int fd = openat(s->dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_set(e, errno, "open %s/%s", s->path, name);
	r = fd_lock(fd, exclusive, STORE_TIME_MS, e);
	return r < 0 ? err_wrap(e, "%s/%s: ", s->path, name) : TAKE_FD(fd);
}

static char *ref_path(const char *reference)
{
	char hex[SHA256_HEX_LEN + 1];

	sha256_hex(reference, strlen(reference), hex);
	return xasprintf(STORE_REFS "/%s.json", hex);
}

/* A record that is damaged is as good as none: the image is pulled again. */
int image_ref_load(const struct image_store *s, const char *reference, struct image_ref *out,
		   struct err *e)
{
	autofree char *path = ref_path(reference);
	autostr text = { 0 };
	int r;

	r = file_read(s->dir, path, DOCUMENT_MAX, &text, e);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	memset(out, 0, sizeof(*out));
	if (record_parse(&image_ref_record, text.p ? text.p : "", text.len, out, NULL) < 0)
		return 0;
	if (!str_eq(out->reference, reference)) {
		record_done(&image_ref_record, out);
		return 0;
	}
	return 1;
}

int image_ref_save(const struct image_store *s, const struct image_ref *ref, struct err *e)
{
	autofree char *path = ref_path(ref->reference);
	autojsonout *o = json_out_new("  ");
	const char *text;
	size_t len;

	record_encode(&image_ref_record, ref, o);
	text = json_out_text(o, &len);
	return file_replace(s->dir, path, 0600, text, len, FILE_SYNC, e);
}

int image_forget(const struct image_store *s, const char *reference, struct err *e)
{
	autofree char *path = ref_path(reference);

	if (unlinkat(s->dir, path, 0) == 0)
		return 0;
	if (errno == ENOENT)
		return err_msg(e, ENOENT, "image %s: not there", reference);
	return err_set(e, errno, "remove %s/%s", s->path, path);
}

int image_blob_open(const struct image_store *s, const char *digest, struct err *e)
{
	autofree char *path = xasprintf(STORE_BLOBS "/%s", oci_digest_hex(digest));
	autofd int fd = openat(s->dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_set(e, errno, "open blob %s", digest);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_msg(e, EINVAL, "blob %s is no file", digest);
	return TAKE_FD(fd);
}

int image_blob_read(const struct image_store *s, const char *digest, size_t max, struct str *out,
		    struct err *e)
{
	autofd int fd = image_blob_open(s, digest, e);
	char hex[SHA256_HEX_LEN + 1];
	int r;

	if (fd < 0)
		return fd;
	r = fd_read_all(fd, max, out, e);
	if (r < 0)
		return err_wrap(e, "blob %s: ", digest);
	sha256_hex(out->p ? out->p : "", out->len, hex);
	if (!str_eq(hex, oci_digest_hex(digest)))
		return err_msg(e, EINVAL, "blob %s: its content is another's", digest);
	return 0;
}

int image_blob_parse(const struct image_store *s, const char *digest, const struct record *r,
		     void *out, struct err *e)
{
	autostr text = { 0 };
	int res;

	res = image_blob_read(s, digest, DOCUMENT_MAX, &text, e);
	if (res < 0)
		return res;
	res = record_parse(r, text.p ? text.p : "", text.len, out, e);
	return res < 0 ? err_wrap(e, "%s: ", digest) : 0;
}

int image_temporary(const struct image_store *s, const char *where, char name[32], struct err *e)
{
	autofree char *path = NULL;
	autofd int fd = -1;
	uint64_t number;
	int r;

	if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
		return err_set(e, errno, "getrandom");
	snprintf(name, 32, ".%016" PRIx64, number);
	path = xasprintf("%s/%s", where, name);
	if (mkdirat(s->dir, path, 0755) < 0)
		return err_set(e, errno, "mkdir %s/%s", s->path, path);
	fd = openat(s->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s/%s", s->path, path);
	r = fd_lock(fd, true, 0, e);
	return r < 0 ? r : TAKE_FD(fd);
}

/* All names, with those that begin with a dot, or only those. */
static int list(const struct image_store *s, const char *where, bool hidden, char ***out,
		struct err *e)
{
	autofd int fd = openat(s->dir, where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct strv_builder names = { 0 };
	struct dirent *entry;
	DIR *d;

	if (fd < 0)
		return err_set(e, errno, "open %s/%s", s->path, where);
	d = fdopendir(fd);
	if (!d)
		return err_set(e, errno, "read %s/%s", s->path, where);
	(void)TAKE_FD(fd);
	while ((entry = readdir(d)))
		if ((entry->d_name[0] == '.') == hidden && !str_eq(entry->d_name, ".") &&
		    !str_eq(entry->d_name, ".."))
			strv_builder_add(&names, xstrdup(entry->d_name));
	closedir(d);
	*out = strv_builder_take(&names);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int image_names(const struct image_store *s, const char *where, char ***out, struct err *e)
{
	int r = list(s, where, false, out, e);

	if (r >= 0)
		qsort(*out, strv_len(*out), sizeof(char *), by_name);
	return r;
}

int image_sweep(const struct image_store *s, const char *where, struct err *e)
{
	autofd int dir = openat(s->dir, where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autostrv char **names = NULL;
	int r;

	if (dir < 0)
		return err_set(e, errno, "open %s/%s", s->path, where);
	r = list(s, where, true, &names, e);
	for (size_t i = 0; r >= 0 && names[i]; i++) {
		autofd int fd =
			openat(dir, names[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0 || fd_lock(fd, true, 0, NULL) < 0)
			continue; /* its owner lives, or has just renamed it */
		r = tree_remove(dir, names[i], e);
	}
	return r < 0 ? err_wrap(e, "%s/%s: ", s->path, where) : 0;
}

int image_list(const struct image_store *s, char ***references, struct err *e)
{
	struct strv_builder found = { 0 };
	autostrv char **names = NULL;
	int r;

	r = image_names(s, STORE_REFS, &names, e);
	if (r < 0)
		return r;
	for (size_t i = 0; names[i]; i++) {
		autofree char *path = xasprintf(STORE_REFS "/%s", names[i]);
		struct image_ref ref = { 0 };
		autostr text = { 0 };

		if (file_read(s->dir, path, DOCUMENT_MAX, &text, NULL) < 0 ||
		    record_parse(&image_ref_record, text.p ? text.p : "", text.len, &ref, NULL) < 0)
			continue; /* removed meanwhile, or damaged: no image */
		strv_builder_add(&found, xstrdup(ref.reference));
		record_done(&image_ref_record, &ref);
	}
	*references = strv_builder_take(&found);
	qsort(*references, strv_len(*references), sizeof(char *), by_name);
	return 0;
}
