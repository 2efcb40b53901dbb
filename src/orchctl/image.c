/* SPDX-License-Identifier: Apache-2.0 */
/* orchctl image …: the images that containers are made of. */
#include "orchctl/orchctl.h"

#include "core/log.h"
#include "core/num.h"
#include "orch/containers.h"
#include "orch/image.h"

#include <errno.h>
#include <stdio.h>

#define PULL_TIME_S 600

struct pull_args {
	int how;
	char *size_max;
	int64_t timeout;
};

static const struct opt pull_opts[] = {
	O_STRING_("max-size", 0, struct pull_args, size_max, "SIZE",
		  "refuse what has more than SIZE bytes unpacked"),
	O_ENUM_("pull", 0, struct pull_args, how, "WHEN", image_pull_names,
		"ask the registry always, only when it is missing, or never"),
	O_INT_("timeout", 0, struct pull_args, timeout, "SECONDS", "give up copying after SECONDS"),
	{ 0 },
};

static int open_store(const struct globals *g, struct orch *o, struct image_store *s, struct err *e)
{
	autofree char *path = NULL;
	int r;

	r = globals_orch(g, o, e);
	if (r < 0)
		return r;
	path = orch_image_dir(o);
	return image_store_open(path, o->env, s, e);
}

static int run_pull(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct pull_args *a = args;
	_cleanup_(image_store_done) struct image_store s = { 0 };
	autoimage *image = NULL;
	autoorch o = { 0 };
	struct err why = { 0 };
	int r;

	r = open_store(global, &o, &s, e);
	if (r >= 0 && a->size_max)
		r = num_parse_size(a->size_max, &s.size_max, e);
	if (r < 0)
		return r;
	r = image_pull(&s, argv[0], a->how ? (enum image_pull)a->how : IMAGE_PULL_ALWAYS,
		       (int)MIN(a->timeout ? a->timeout : PULL_TIME_S, 86400) * 1000, &image, &why);
	if (r < 0) {
		*e = why;
		return r;
	}
	if (r == 0 && why.num)
		log_warning("%s; the local copy is used", why.text);
	puts(image->manifest_digest);
	return 0;
}

const struct command cmd_image_pull = {
	.name = "image pull",
	.synopsis = "REFERENCE",
	.about = "Have an image here, unpacked.",
	.opts = pull_opts,
	.args_size = sizeof(struct pull_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_pull,
};

static int run_list(const void *global, void *args _unused_, int argc _unused_,
		    char **argv _unused_, struct err *e)
{
	_cleanup_(image_store_done) struct image_store s = { 0 };
	autostrv char **references = NULL;
	autoorch o = { 0 };
	int r;

	r = open_store(global, &o, &s, e);
	if (r >= 0)
		r = image_list(&s, &references, e);
	for (size_t i = 0; r >= 0 && references[i]; i++)
		puts(references[i]);
	return r < 0 ? r : 0;
}

const struct command cmd_image_list = {
	.name = "image list",
	.synopsis = "",
	.about = "List the images that are here.",
	.run = run_list,
};

static int run_remove(const void *global, void *args _unused_, int argc, char **argv, struct err *e)
{
	_cleanup_(image_store_done) struct image_store s = { 0 };
	autoorch o = { 0 };
	int r;

	r = open_store(global, &o, &s, e);
	for (int i = 0; r >= 0 && i < argc; i++)
		r = image_forget(&s, argv[i], e);
	return r < 0 ? r : image_collect(&s, containers_layers, &o, e);
}

const struct command cmd_image_remove = {
	.name = "image remove",
	.synopsis = "REFERENCE...",
	.about = "Forget images, and remove what no container needs of them.",
	.min_args = 1,
	.max_args = -1,
	.run = run_remove,
};

static int run_prune(const void *global, void *args _unused_, int argc _unused_,
		     char **argv _unused_, struct err *e)
{
	_cleanup_(image_store_done) struct image_store s = { 0 };
	autoorch o = { 0 };
	int r;

	r = open_store(global, &o, &s, e);
	return r < 0 ? r : image_collect(&s, containers_layers, &o, e);
}

const struct command cmd_image_prune = {
	.name = "image prune",
	.synopsis = "",
	.about = "Remove what neither an image nor a container needs.",
	.run = run_prune,
};
