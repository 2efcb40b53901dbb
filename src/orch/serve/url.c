/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/url.h"

#include "core/num.h"

#include <ctype.h>
#include <errno.h>

#define DEFAULT_PORT 443
#define DEFAULT_PATH "/socket.io"
#define HOST_MAX 253
#define PATH_BYTES_MAX 1024

static bool only(const char *text, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++)
		if (!isascii((unsigned char)text[i]) ||
		    !(isalnum((unsigned char)text[i]) || strchr(others, text[i])))
			return false;
	return len > 0;
}

/* Takes the host off *p. */
static int take_host(const char **p, char **out)
{
	bool bracket = **p == '[';
	const char *start = *p + bracket;
	size_t len = strcspn(start, bracket ? "]" : ":/");

	if (len > HOST_MAX || *start == '-' || !only(start, len, bracket ? ":." : "-._") ||
	    (bracket && start[len] != ']'))
		return -EINVAL;
	*out = xstrndup(start, len);
	*p = start + len + bracket;
	return 0;
}

static int take_port(const char **p, uint16_t *out)
{
	autofree char *text = NULL;
	uint64_t port = 0;

	if (**p != ':')
		return 0;
	text = xstrndup(*p + 1, strcspn(*p + 1, "/"));
	if (num_parse_u64(text, UINT16_MAX, "port", &port, NULL) < 0 || port == 0)
		return -EINVAL;
	*p += 1 + strlen(text);
	*out = (uint16_t)port;
	return 0;
}

static int take_path(const char *p, char **out)
{
	size_t len = strlen(p);

	if (len > PATH_BYTES_MAX || (len > 0 && (*p != '/' || !only(p, len, "/-._~%+"))))
		return -EINVAL;
	while (len > 0 && p[len - 1] == '/')
		len--;
	*out = len ? xstrndup(p, len) : xstrdup(DEFAULT_PATH);
	return 0;
}

int url_parse(const char *text, struct url *out, struct err *e)
{
	static const char *const schemes[] = { "https://", "wss://" };
	struct url u = { .port = DEFAULT_PORT };
	const char *p = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (str_starts(text, schemes[i]))
			p = text + strlen(schemes[i]);
	if (!p)
		return err_msg(e, EINVAL, "URL %s: has to begin with https:// or wss://", text);
	if (take_host(&p, &u.host) < 0 || take_port(&p, &u.port) < 0 || take_path(p, &u.path) < 0) {
		url_done(&u);
		return err_msg(e, EINVAL, "URL %s: is not https://HOST[:PORT][/PATH]", text);
	}
	*out = u;
	return 0;
}

void url_done(struct url *u)
{
	free(u->host);
	free(u->path);
	*u = (struct url){ 0 };
}
