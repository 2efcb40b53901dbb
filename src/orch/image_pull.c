/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/image_store.h"

#include "core/file.h"
#include "core/proc.h"
#include "core/strv.h"
#include "orch/image_layout.h"
#include "orch/image_reference.h"
#include "orch/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define OUTPUT_MAX 65536
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

const struct name image_pull_names[] = {
	{ "always", IMAGE_PULL_ALWAYS },
	{ "missing", IMAGE_PULL_MISSING },
	{ "never", IMAGE_PULL_NEVER },
	{ NULL, 0 },
};

/* The path of skopeo, heap; NULL when there is none. */
static char *find_skopeo(const struct image_store *s)
{
	const char *path = s->env ? strv_env_get(s->env, "PATH") : NULL;
	autostrv char **dirs = strv_split(path && *path ? path : DEFAULT_PATH, ':');

	if (s->skopeo)
		return xstrdup(s->skopeo);
	for (size_t i = 0; dirs[i]; i++) {
		char *file = xasprintf("%s/skopeo", dirs[i]);

		if (file[0] == '/' && access(file, X_OK) == 0)
			return file;
		free(file);
	}
	return NULL;
}

/* Of `time="…" level=fatal msg="TEXT"` only the text, if that is how it reads. */
static void set_failure(const char *source, struct str *said, struct err *e)
{
	char *text, *line;

	while (said->len > 0 && strchr("\r\n \t", said->p[said->len - 1]))
		said->p[--said->len] = '\0';
	line = said->len ? strrchr(said->p, '\n') : NULL;
	line = line ? line + 1 : said->len ? said->p : (char *)"it says nothing";
	text = strstr(line, "msg=\"");
	if (text) {
		text += strlen("msg=\"");
		said->p[said->len - 1] = '\0';
	}
	err_msg(e, EIO, "skopeo: copy %s: %s", source, text ? text : line);
}

static int run_skopeo(const struct image_store *s, const char *source, const char *layout,
		      int timeout_ms, struct err *e)
{
	autofree char *program = find_skopeo(s), *blobs = xasprintf("%s/blobs", s->path);
	char *const argv[] = { (char *)"skopeo",
			       (char *)"copy",
			       (char *)"--quiet",
			       (char *)"--dest-shared-blob-dir",
			       blobs,
			       (char *)source,
			       (char *)layout,
			       NULL };
	autostr said = { 0 };
	const struct proc_run run = {
		.path = program,
		.argv = argv,
		.env = (char **)s->env,
		.timeout_ms = timeout_ms,
		.output_max = OUTPUT_MAX,
		.output = &said,
	};
	int status;

	if (!program)
		return err_msg(e, ENOENT, "skopeo is not installed");
	status = proc_run(&run, e);
	if (status > 0)
		set_failure(source, &said, e);
	return status > 0 ? -EIO : status;
}

/* What skopeo made of it: a layout with one manifest. */
static int read_layout(int dir, char **manifest, struct err *e)
{
	struct oci_index index = { 0 };
	autostr text = { 0 };
	int r;

	r = file_read(dir, "index.json", OUTPUT_MAX, &text, e);
	if (r >= 0)
		r = record_parse(&oci_index_record, text.p ? text.p : "", text.len, &index, e);
	if (r < 0)
		return err_wrap(e, "skopeo's layout: ");
	if (index.n_manifests == 1)
		*manifest = xstrdup(index.manifests[0].digest);
	else
		r = err_msg(e, EINVAL, "skopeo's layout has %zu images", index.n_manifests);
	record_done(&oci_index_record, &index);
	return r;
}

static int fetch_by_skopeo(const struct image_store *s, const char *source, int timeout_ms,
			   char **manifest, struct err *e)
{
	char name[32];
	autofd int dir = image_temporary(s, STORE_PULLS, name, e);
	autofree char *layout = NULL, *path = xasprintf(STORE_PULLS "/%s", name);
	int r;

	if (dir < 0)
		return dir;
	layout = xasprintf("oci:%s/%s:image", s->path, path);
	r = run_skopeo(s, source, layout, timeout_ms, e);
	if (r >= 0)
		r = read_layout(dir, manifest, e);
	/* What is left of it, the next one removes. */
	(void)tree_remove(s->dir, path, NULL);
	return r;
}

static int fetch(const struct image_store *s, const char *source, int timeout_ms, char **manifest,
		 struct err *e)
{
	autofree char *found = NULL;
	int r;

	if (!image_layout_find(source, &found))
		return fetch_by_skopeo(s, source, timeout_ms, manifest, e);
	r = image_layout_copy(s, source, found, e);
	if (r >= 0)
		*manifest = TAKE(found);
	return r;
}

/* Is what a source on this host has certainly what the reference stands for already? Then there is
 * nothing to copy. */
static bool is_current(const char *source, const char *stamp, const struct image_ref *ref)
{
	autofree char *manifest = NULL;

	if (stamp && ref->stamp)
		return str_eq(stamp, ref->stamp);
	return image_layout_find(source, &manifest) > 0 && str_eq(manifest, ref->manifest);
}

/* Shared among those who pull, so that nothing of theirs is collected; who is alone removes what
 * others left that were killed. */
static int join(const struct image_store *s, struct err *e)
{
	autofd int lock =
		openat(s->dir, STORE_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r = 0;

	if (lock < 0)
		return err_set(e, errno, "open %s/" STORE_LOCK, s->path);
	if (fd_lock(lock, true, 0, NULL) >= 0)
		r = image_sweep(s, STORE_PULLS, e);
	if (r >= 0)
		r = fd_lock(lock, false, STORE_TIME_MS, e);
	return r < 0 ? r : TAKE_FD(lock);
}

/* Unpacks what the reference stands for, and notes it. */
static int take(const struct image_store *s, const struct image_ref *ref, bool note,
		struct image **out, struct err *e)
{
	autoimage *image = NULL;
	int r;

	r = image_unpack(s, ref->manifest, e);
	if (r >= 0)
		r = image_load(s, ref->reference, ref->manifest, &image, e);
	if (r >= 0 && note)
		r = image_ref_save(s, ref, e);
	if (r < 0)
		return err_wrap(e, "image %s: ", ref->reference);
	*out = TAKE(image);
	return 0;
}

static void become(struct image_ref *ref, const char *reference, char *manifest, char *stamp)
{
	record_done(&image_ref_record, ref);
	*ref = (struct image_ref){ xstrdup(reference), manifest, stamp };
}

/* Brings *ref up to date. Returns 1 when it was pulled; 0 the local copy is to do, and *why says
 * why, if it was to be pulled; or -errno. */
static int update(const struct image_store *s, const char *reference, const char *source,
		  enum image_pull how, int timeout_ms, struct image_ref *ref, struct err *why)
{
	autofree char *manifest = NULL, *stamp = NULL, *after = NULL;
	bool known = ref->manifest != NULL;
	int r;

	if (how == IMAGE_PULL_NEVER && !known)
		return err_msg(why, ENOENT, "not there, and not to be pulled");
	if (how != IMAGE_PULL_ALWAYS && known)
		return 0;
	stamp = image_archive_stamp(source);
	if (known && is_current(source, stamp, ref))
		return 0;
	r = fetch(s, source, timeout_ms, &manifest, why);
	if (r < 0)
		return known ? 0 : r;
	after = image_archive_stamp(source);
	if (stamp && after && str_eq(stamp, after))
		become(ref, reference, TAKE(manifest), TAKE(stamp));
	else
		become(ref, reference, TAKE(manifest), NULL);
	return 1;
}

int image_pull(const struct image_store *s, const char *reference, enum image_pull how,
	       int timeout_ms, struct image **out, struct err *e)
{
	_cleanup_(image_ref_done) struct image_ref ref = { 0 };
	autofree char *source = NULL;
	struct err why = { 0 };
	autofd int lock = -1;
	int r, pulled;
	bool pinned;

	r = image_reference_source(reference, &source, &pinned, e);
	if (r < 0)
		return r;
	lock = join(s, e);
	r = lock < 0 ? lock : image_ref_load(s, reference, &ref, e);
	if (r < 0)
		return r;
	if (pinned && how == IMAGE_PULL_ALWAYS)
		how = IMAGE_PULL_MISSING;
	pulled = update(s, reference, source, how, timeout_ms, &ref, &why);
	if (pulled < 0) {
		*e = why;
		return err_wrap(e, "image %s: ", reference);
	}
	r = take(s, &ref, pulled, out, e);
	if (r < 0)
		return r;
	(*out)->lock = TAKE_FD(lock);
	*e = why;
	return pulled;
}
