/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/layer_path.h"

#include "core/str.h"

#include <errno.h>
#include <limits.h>

#define WHITEOUT ".wh."
#define OPAQUE ".wh..wh..opq"
#define RESERVED ".wh..wh."

/* The next component, its length in *n; NULL at the end. */
static const char *next_component(const char **at, size_t *n)
{
	const char *start;

	*at += strspn(*at, "/");
	start = *at;
	*n = strcspn(start, "/");
	*at += *n;
	return *n ? start : NULL;
}

static int classify(struct layer_path *p, const char *name, struct err *e)
{
	p->kind = LAYER_FILE;
	if (str_eq(name, OPAQUE)) {
		p->kind = LAYER_OPAQUE;
	} else if (str_starts(name, RESERVED)) {
		p->kind = LAYER_IGNORED;
	} else if (str_starts(name, WHITEOUT)) {
		p->kind = LAYER_WHITEOUT;
		name += strlen(WHITEOUT);
	}
	if (*name == '\0' || str_eq(name, ".") || str_eq(name, ".."))
		return err_msg(e, EINVAL, "a whiteout of nothing");
	p->name = xstrdup(name);
	return 0;
}

int layer_path_parse(const char *text, struct layer_path *out, struct err *e)
{
	struct layer_path p = { .kind = LAYER_ROOT };
	autofree char *last = NULL;
	autostr dir = { 0 };
	const char *part, *at = text;
	size_t n;
	int r;

	if (strlen(text) >= PATH_MAX)
		return err_set(e, ENAMETOOLONG, "a path of %zu bytes", strlen(text));
	while ((part = next_component(&at, &n))) {
		if (n == 1 && part[0] == '.')
			continue;
		if (n == 2 && part[0] == '.' && part[1] == '.')
			return err_msg(e, EINVAL, "has a \"..\" in its path");
		if (n > NAME_MAX)
			return err_set(e, ENAMETOOLONG, "a name of %zu bytes", n);
		if (last) {
			str_add(&dir, dir.len ? "/" : "");
			str_add(&dir, last);
			free(last);
		}
		last = xstrndup(part, n);
	}
	if (!last) {
		*out = p;
		return 0;
	}
	r = classify(&p, last, e);
	if (r < 0)
		return r;
	p.dir = str_take(&dir);
	*out = p;
	return 0;
}

void layer_path_done(struct layer_path *p)
{
	free(p->dir);
	free(p->name);
	*p = (struct layer_path){ 0 };
}
