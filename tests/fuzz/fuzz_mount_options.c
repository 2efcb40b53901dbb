/* SPDX-License-Identifier: Apache-2.0 */
/* Lines as a mount's options, each also as a path: sorted without loss, cleaned for good. */
#include "core/strv.h"
#include "engine/fs/plan.h"
#include <sys/mount.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool is_known(const char *word)
{
	for (const struct mount_option_row *r = mount_option_rows; r->name; r++)
		if (str_eq(r->name, word))
			return true;
	return false;
}

/* No attribute is both set and cleared, but for the field of access times. */
static void check_change(const struct mount_change *c)
{
	require(!(c->set & c->clear & ~(uint64_t)MOUNT_ATTR__ATIME));
	require(!c->propagation);
}

static void check_options(char *const *words)
{
	struct mount_options o;
	size_t n = 0;

	if (mount_options_parse(words, &o, NULL) < 0)
		return;
	check_change(&o.top);
	check_change(&o.all);
	require(o.n_propagations <= MOUNT_PROPAGATIONS_MAX);
	for (size_t i = 0; words[i]; i++)
		if (*words[i] && !is_known(words[i]))
			require(o.data[n] && str_eq(o.data[n], words[i]) && ++n);
	require(!o.data[n]);
	mount_options_done(&o);
}

static void check_path(const char *path)
{
	autofree char *once = path_clean(path), *twice = path_clean(once);

	require(*once == '/' && str_eq(once, twice));
	require(!strstr(once, "//") && !strstr(once, "/../") && !strstr(once, "/./"));
	require(path_below(once, "/") == once);
	(void)plan_check_proc(once, path, false, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	autostrv char **words = strv_split(text, '\n');

	check_options(words);
	for (size_t i = 0; words[i]; i++)
		check_path(words[i]);
	return 0;
}
