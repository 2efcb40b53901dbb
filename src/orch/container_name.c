/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/container_name.h"

#include <ctype.h>
#include <errno.h>

int container_name_check(const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n == 0 || n > CONTAINER_NAME_MAX)
		return err_msg(e, EINVAL, "container name \"%s\": has to have 1 to %d characters",
			       name, CONTAINER_NAME_MAX);
	for (size_t i = 0; i < n; i++)
		if (!isascii((unsigned char)name[i]) ||
		    !(isalnum((unsigned char)name[i]) || strchr("_+.-", name[i])) ||
		    (i == 0 && strchr("+.-", name[i])))
			return err_msg(e, EINVAL,
				       "container name \"%s\": has characters other than "
				       "letters, digits and _+.-",
				       name);
	return 0;
}

int container_ns_check(const char *ns, struct err *e)
{
	int r = container_name_check(ns, e);

	if (r < 0)
		return r;
	if (strlen(ns) > CONTAINER_NS_MAX || strchr(ns, '+'))
		return err_msg(e, EINVAL, "namespace \"%s\": has a '+', or more than %d characters",
			       ns, CONTAINER_NS_MAX);
	return 0;
}
