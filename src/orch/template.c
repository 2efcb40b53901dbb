/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/template.h"

#include "core/file.h"
#include "core/json.h"
#include "core/str.h"
#include "orch/bundle_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define COPY "template.json"

bool template_is(const char *image)
{
	return *image == '/';
}

static int read_config(const char *path, struct str *text, struct oci_config **out, struct err *e)
{
	autoconfig *c = NULL;
	int r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, text, e);

	if (r < 0)
		return r;
	r = oci_config_parse(text->p ?: "", text->len, &c, e);
	if (r == 0 && (!c->process || !c->root))
		r = err_msg(e, EINVAL, "has no %s", c->process ? "root" : "process");
	if (r < 0)
		return err_wrap(e, "%s: ", path);
	*out = TAKE(c);
	return 0;
}

static int find_root(const char *bundle, const struct oci_config *c, char **root, struct err *e)
{
	autofree char *path = *c->root->path == '/' ? xstrdup(c->root->path) :
						      xasprintf("%s/%s", bundle, c->root->path);
	autofree char *found = realpath(path, NULL);
	struct stat st;

	if (!found || stat(found, &st) < 0)
		return err_set(e, errno, "root of the bundle %s: %s", bundle, path);
	if (!S_ISDIR(st.st_mode))
		return err_msg(e, ENOTDIR, "root of the bundle %s: %s: is no directory", bundle,
			       path);
	*root = TAKE(found);
	return 0;
}

static int read_bundle(const char *bundle, struct str *text, char **root, struct err *e)
{
	autofree char *path = xasprintf("%s/config.json", bundle);
	autoconfig *c = NULL;
	int r = read_config(path, text, &c, e);

	return r < 0 ? r : find_root(bundle, c, root, e);
}

int template_check(const char *bundle, struct err *e)
{
	autofree char *root = NULL;
	autostr text = { 0 };

	return read_bundle(bundle, &text, &root, e);
}

int template_take(const char *bundle, const char *dir, char **root, struct err *e)
{
	autofree char *path = xasprintf("%s/" COPY, dir), *found = NULL;
	autostr text = { 0 };
	int r = read_bundle(bundle, &text, &found, e);

	if (r == 0)
		r = file_replace(AT_FDCWD, path, 0600, text.p, text.len, FILE_SYNC, e);
	if (r == 0)
		*root = TAKE(found);
	return r;
}

static void make_absolute(const char *bundle, struct oci_mount *mount)
{
	char *relative = mount->source;

	if (!relative || *relative == '/' || !bundle_mount_is_bind(mount))
		return;
	mount->source = xasprintf("%s/%s", bundle, relative);
	free(relative);
}

int template_load(const char *bundle, const char *dir, struct oci_config **out, struct err *e)
{
	autofree char *path = xasprintf("%s/" COPY, dir);
	autostr text = { 0 };
	int r = read_config(path, &text, out, e);

	for (size_t i = 0; r == 0 && i < (*out)->n_mounts; i++)
		make_absolute(bundle, &(*out)->mounts[i]);
	return r;
}
