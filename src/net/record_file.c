/* SPDX-License-Identifier: Apache-2.0 */
#include "net/record_file.h"

#include "core/file.h"
#include "core/strv.h"
#include "net/attach.h"
#include "net/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)
#define SUFFIX ".json"

static int file_path(const struct record_file *f, const char *container, char **out, struct err *e)
{
	int r = attach_check_name(container, e);

	if (r == 0)
		*out = xasprintf("%s/%s/%s" SUFFIX, f->state_dir, f->kind, container);
	return r;
}

int record_file_load(const struct record_file *f, const char *container, void *out, struct err *e)
{
	autofree char *path = NULL;
	autostr text = { 0 };
	struct err why = { 0 };
	int r = file_path(f, container, &path, e);

	if (r < 0)
		return r;
	r = file_read(AT_FDCWD, path, FILE_MAX, &text, &why);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_msg(e, why.num, "%s: %s", path, why.text);
	r = record_parse(f->record, text.p ? text.p : "", text.len, out, e);
	return r < 0 ? err_wrap(e, "%s: ", path) : 1;
}

int record_file_save(const struct record_file *f, const char *container, const void *in,
		     struct err *e)
{
	autofree char *dir = xasprintf("%s/%s", f->state_dir, f->kind);
	autofree char *path = NULL;
	autojsonout *o = json_out_new("  ");
	const char *text;
	size_t len;
	int r = file_path(f, container, &path, e);

	if (r == 0)
		r = dir_make_all(dir, 0700, e);
	if (r < 0)
		return r;
	record_encode(f->record, in, o);
	text = json_out_text(o, &len);
	return file_replace(AT_FDCWD, path, 0600, text, len, 0, e);
}

int record_file_remove(const struct record_file *f, const char *container, struct err *e)
{
	autofree char *dir = xasprintf("%s/%s", f->state_dir, f->kind);
	autofree char *name = xasprintf("%s" SUFFIX, container);
	autofree char *path = NULL;
	int r = file_path(f, container, &path, e);

	if (r < 0)
		return r;
	leftovers_remove(AT_FDCWD, dir, name);
	if (unlink(path) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_set(e, errno, "unlink %s", path);
}

/* ---- damage ---- */

void damage_note(struct damage *d, const struct err *why)
{
	if (d->n++ == 0)
		d->first = *why;
}

int damage_result(const struct damage *d, struct err *e)
{
	if (d->n == 0)
		return 0;
	if (d->n > 1)
		return err_msg(e, EUCLEAN, "%s (and %u more)", d->first.text, d->n - 1);
	return err_msg(e, EUCLEAN, "%s", d->first.text);
}

/* ---- lists ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dir_names(const char *path, const char *suffix, char ***out, struct err *e)
{
	struct strv_builder b = { 0 };
	size_t cut = strlen(suffix);
	DIR *d = opendir(path);
	struct dirent *entry;

	if (!d && errno != ENOENT)
		return err_set(e, errno, "open %s", path);
	while (d && (entry = readdir(d))) {
		size_t n = strlen(entry->d_name);

		/* A dot in front: not a record, or one that is being written. */
		if (entry->d_name[0] != '.' && n > cut && str_eq(entry->d_name + n - cut, suffix))
			strv_builder_add(&b, xstrndup(entry->d_name, n - cut));
	}
	if (d)
		(void)closedir(d);
	*out = strv_builder_take(&b);
	qsort(*out, strv_len(*out), sizeof(**out), by_name);
	return 0;
}

int record_file_names(const struct record_file *f, char ***out, struct err *e)
{
	autofree char *path = xasprintf("%s/%s", f->state_dir, f->kind);

	return dir_names(path, SUFFIX, out, e);
}

int record_file_each(const struct record_file *f, void *scratch, record_file_fn *fn, void *data,
		     struct err *e)
{
	struct damage damage = { 0 };
	autostrv char **names = NULL;
	int r = record_file_names(f, &names, e);

	for (char **name = names; r >= 0 && name && *name; name++) {
		struct err why = { 0 };
		int found = record_file_load(f, *name, scratch, &why);

		if (found < 0)
			damage_note(&damage, &why);
		else if (found > 0)
			r = fn(scratch, data, e);
		record_done(f->record, scratch);
	}
	return r < 0 ? r : damage_result(&damage, e);
}
