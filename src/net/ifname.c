/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ifname.h"

#include <ctype.h>
#include <errno.h>

static bool is_safe(char c)
{
	return isascii((unsigned char)c) && (isalnum((unsigned char)c) || strchr("._-", c));
}

int ifname_check(const char *name, const char *what, struct err *e)
{
	size_t n = strlen(name);

	if (n == 0)
		return err_msg(e, EINVAL, "%s: an interface's name is not to be empty", what);
	if (n >= IFNAMSIZ)
		return err_msg(e, EINVAL,
			       "%s \"%s\": an interface's name has at most %d characters", what,
			       name, IFNAMSIZ - 1);
	for (size_t i = 0; i < n; i++)
		if (!is_safe(name[i]) || (i == 0 && (name[i] == '-' || name[i] == '.')))
			return err_msg(e, EINVAL, "%s \"%s\": not an interface's name", what, name);
	return 0;
}
