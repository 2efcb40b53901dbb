/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/resolv_conf.h"

#include "core/file.h"
#include "core/strv.h"
#include "net/ip.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define HOST_FILE "/etc/resolv.conf"
#define HOST_SIZE_MAX 65536

char *resolv_conf_path(const struct orch *o, const struct container *c)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);

	return xasprintf("%s/resolv.conf", dir);
}

/* A server that is of use elsewhere, too; other lines are as they are. */
static bool is_of_use(const char *line)
{
	static const char keyword[] = "nameserver";
	autofree char *address = NULL;
	struct ip ip;

	if (!str_starts(line, keyword))
		return str_starts(line, "search") || str_starts(line, "domain") ||
		       str_starts(line, "options");
	line += strlen(keyword);
	line += strspn(line, " \t");
	address = xstrndup(line, strcspn(line, " \t%"));
	return ip_parse_address(address, keyword, &ip, NULL) == 0 && !ip_is_loopback(&ip);
}

void resolv_conf_filter(const char *text, struct str *out)
{
	autostrv char **lines = strv_split(text, '\n');

	for (size_t i = 0; i < strv_len(lines); i++)
		if (is_of_use(lines[i]))
			str_addf(out, "%s\n", lines[i]);
}

int resolv_conf_make(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *path = resolv_conf_path(o, c);
	autostr text = { 0 }, host = { 0 };
	int r;

	for (size_t i = 0; i < strv_len(c->dns); i++)
		str_addf(&text, "nameserver %s\n", c->dns[i]);
	/* A host without the file has no servers to pass on. */
	if (text.len == 0 && file_read(AT_FDCWD, HOST_FILE, HOST_SIZE_MAX, &host, NULL) == 0 &&
	    host.p)
		resolv_conf_filter(host.p, &text);
	r = file_create(AT_FDCWD, path, 0644, text.p ?: "", text.len, e);
	return r == -EEXIST ? 0 : r;
}
