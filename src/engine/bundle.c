/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/bundle.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>

int bundle_load_config(const char *bundle, const char *name, struct oci_config **out, struct err *e)
{
	autofree char *path = name && name[0] == '/' ?
				      xstrdup(name) :
				      xasprintf("%s/%s", bundle, name ?: "config.json");
	autoconfig *c = NULL;
	autostr text = { 0 };
	int r;

	r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, &text, e);
	if (r == -ENOENT)
		return err_msg(e, ENOENT, "JSON specification file %s not found",
			       name ?: "config.json");
	if (r < 0)
		return r;
	r = oci_config_parse(text.p ?: "", text.len, &c, e);
	if (r == 0)
		r = oci_config_check(c, e);
	if (r < 0)
		return err_wrap(e, "%s: ", name ?: "config.json");
	*out = TAKE(c);
	return 0;
}
