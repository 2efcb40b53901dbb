/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/netmaker.h"

#include "core/file.h"
#include "core/proc.h"
#include "core/strv.h"
#include "net/link.h"
#include "orch/audit.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (64u << 10)
#define TOKEN_MAX 8192
#define JOIN_TIMEOUT_MS 120000
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define NAME "NETMAKER_TOKEN="

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

static void wipe_p(char **secret)
{
	wipe(*secret);
}

static bool is_token(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isascii((unsigned char)text[i]) || !isgraph((unsigned char)text[i]))
			return false;
	return len > 0 && len <= TOKEN_MAX && *text != '-';
}

char *netmaker_token(const char *text)
{
	size_t len = 0;

	while (!str_starts(text, NAME)) {
		text = strchr(text, '\n');
		if (!text++)
			return NULL;
	}
	text += strlen(NAME);
	len = strcspn(text, "\r\n");
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= 2 && (*text == '"' || *text == '\'') && text[len - 1] == *text) {
		text++;
		len -= 2;
	}
	return is_token(text, len) ? xstrndup(text, len) : NULL;
}

static int check_mode(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, errno, "%s", path);
	if (!S_ISREG(st.st_mode))
		return err_msg(e, EINVAL, "%s: not a regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_msg(e, EACCES, "%s: belongs to somebody else", path);
	if (st.st_mode & 077)
		return err_msg(e, EACCES, "%s: others may use it (mode %04o, has to be 0600)", path,
			       (unsigned)st.st_mode & 07777);
	return 0;
}

static int read_token(const char *path, char **out, struct err *e)
{
	autofd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct str text = { 0 };
	int r = 0;

	if (fd < 0 && errno == ENOENT)
		return err_msg(e, ENOENT,
			       "the host is on no netmaker network, and there is no token in %s",
			       path);
	if (fd < 0)
		return err_set(e, errno, "%s", path);
	r = check_mode(fd, path, e);
	if (r == 0)
		r = fd_read_all(fd, FILE_MAX, &text, e);
	if (r == 0)
		*out = text.p ? netmaker_token(text.p) : NULL;
	if (text.p)
		explicit_bzero(text.p, text.len);
	str_done(&text);
	if (r == 0 && !*out)
		return err_msg(e, ENOENT, "%s: has no line " NAME "...", path);
	return r;
}

static bool is_netmakers(const char *name)
{
	return str_starts(name, "nm-") || str_starts(name, "netmaker") || str_starts(name, "wg");
}

/* 1 or 0. */
static int is_joined(struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	autofree struct link *links = NULL;
	size_t n = 0;
	int r = nl_open(&nl, e);

	if (r == 0)
		r = link_list(nl, &links, &n, e);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = is_netmakers(links[i].name);
	return r;
}

static char *find_netclient(const struct orch *o)
{
	const char *path = o->env ? strv_env_get(o->env, "PATH") : NULL;
	autostrv char **dirs = strv_split(path ?: DEFAULT_PATH, ':');

	for (size_t i = 0; i < strv_len(dirs); i++) {
		autofree char *file = xasprintf("%s/netclient", dirs[i]);

		if (*file == '/' && access(file, X_OK) == 0)
			return TAKE(file);
	}
	return NULL;
}

static int record(const struct orch *o, const char *env_file, const char *error, struct err *e)
{
	autofree char *what = xasprintf("join the network that the token in %s is for", env_file);
	char *const changes[] = { what, NULL };
	const struct audit_change change = { .plugin = "netmaker",
					     .op = AUDIT_APPLY,
					     .resource = "host",
					     .changes = changes,
					     .error = error };

	return audit_append(o->audit_dir, &change, e);
}

static int call(const struct orch *o, const char *program, char *token, struct err *e)
{
	char *const argv[] = { (char *)"netclient", (char *)"join", (char *)"-t", token, NULL };
	const struct proc_run run = {
		.path = program, .argv = argv, .env = o->env, .timeout_ms = JOIN_TIMEOUT_MS
	};
	int status = proc_run(&run, e);

	if (status < 0)
		return err_wrap(e, "netclient join: ");
	if (status != 0)
		return err_msg(e, EIO, "netclient join failed, with exit status %d",
			       proc_exit_code(status));
	status = is_joined(e);
	return status == 0 ? err_msg(e, EIO, "netclient join has made no interface") :
			     MIN(status, 0);
}

int netmaker_join(const struct orch *o, const char *env_file, struct err *e)
{
	_cleanup_(wipe_p) char *token = NULL;
	autofree char *program = NULL;
	struct err unrecorded = { 0 };
	int r = is_joined(e);

	if (r != 0)
		return r < 0 ? r : 0;
	r = read_token(env_file, &token, e);
	if (r < 0)
		return r;
	program = find_netclient(o);
	if (!program)
		return err_msg(e, ENOENT, "netclient: no such program");
	r = record(o, env_file, NULL, e);
	if (r == 0)
		r = call(o, program, token, e);
	if (r < 0 && e)
		(void)record(o, env_file, e->text, &unrecorded); /* the error itself is told */
	return r < 0 ? r : 1;
}
