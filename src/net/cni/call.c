/* SPDX-License-Identifier: Apache-2.0 */
#include "net/cni/call.h"

#include "core/strv.h"
#include "net/cni/conf.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>

const struct name cni_command_names[] = {
	{ "ADD", CNI_ADD }, { "DEL", CNI_DEL },	      { "CHECK", CNI_CHECK },
	{ "GC", CNI_GC },   { "STATUS", CNI_STATUS }, { "VERSION", CNI_VERSION },
	{ NULL, 0 },
};

const struct name cni_version_names[] = {
	{ "0.3.0", CNI_0_3_0 }, { "0.3.1", CNI_0_3_1 }, { "0.4.0", CNI_0_4_0 },
	{ "1.0.0", CNI_1_0_0 }, { "1.1.0", CNI_1_1_0 }, { NULL, 0 },
};

static const char *variable(char *const *env, const char *name)
{
	const char *v = strv_env_get(env, name);

	return v && *v ? v : NULL;
}

/* As the specification has it: what the kernel takes, and no '.' or '..'. */
static int check_ifname(const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (n >= IFNAMSIZ || str_eq(name, ".") || str_eq(name, ".."))
		return err_msg(e, EINVAL, "CNI_IFNAME \"%s\" is no interface's name", name);
	for (size_t i = 0; i < n; i++)
		if (strchr("/:", name[i]) || isspace((unsigned char)name[i]) ||
		    iscntrl((unsigned char)name[i]))
			return err_msg(e, EINVAL, "CNI_IFNAME \"%s\" is no interface's name", name);
	return 0;
}

static bool is_yes(const char *v)
{
	return str_eq(v, "1") || str_eq(v, "true") || str_eq(v, "True") || str_eq(v, "TRUE");
}

/* "K=V;K2=V2". What nobody here knows is an error, unless IgnoreUnknown=1 is among it. */
static int parse_args(const char *text, struct cni_call *out, struct err *e)
{
	autostrv char **pairs = strv_split(text ? text : "", ';');
	autofree char *unknown = NULL;
	bool ignore = false;

	for (size_t i = 0; pairs[i]; i++) {
		char *value = strchr(pairs[i], '=');

		if (!value || value == pairs[i])
			return err_msg(e, EINVAL, "CNI_ARGS: \"%s\" is no KEY=VALUE", pairs[i]);
		*value++ = '\0';
		if (str_eq(pairs[i], "IgnoreUnknown")) {
			ignore = is_yes(value);
		} else if (str_eq(pairs[i], "MAC")) {
			free(out->mac);
			out->mac = xstrdup(value);
		} else if (str_eq(pairs[i], "IP")) {
			free(out->ip);
			out->ip = xstrdup(value);
		} else if (!unknown) {
			unknown = xstrdup(pairs[i]);
		}
	}
	if (unknown && !ignore)
		return err_msg(e, EINVAL,
			       "CNI_ARGS: \"%s\" is not known (and IgnoreUnknown is not set)",
			       unknown);
	return 0;
}

/* Which variables a command cannot do without. */
static const struct {
	bool container, netns, ifname, path;
} needed[] = {
	[CNI_ADD] = { true, true, true, true },	  [CNI_DEL] = { true, false, true, true },
	[CNI_CHECK] = { true, true, true, true }, [CNI_GC] = { .path = true },
	[CNI_STATUS] = { .path = true },	  [CNI_VERSION] = { false },
};

static int missing(const char *name, struct err *e)
{
	return err_msg(e, EINVAL, "%s is not set", name);
}

static int check(const struct cni_call *c, struct err *e)
{
	int r = 0;

	if (needed[c->command].container && !c->container)
		return missing("CNI_CONTAINERID", e);
	if (needed[c->command].netns && !c->netns)
		return missing("CNI_NETNS", e);
	if (needed[c->command].ifname && !c->ifname)
		return missing("CNI_IFNAME", e);
	if (needed[c->command].path && !c->path[0])
		return missing("CNI_PATH", e);
	if (c->container)
		r = cni_name_check(c->container, "CNI_CONTAINERID", e);
	if (r == 0 && c->ifname)
		r = check_ifname(c->ifname, e);
	return r;
}

int cni_call_parse(char *const *env, struct cni_call *out, struct err *e)
{
	const char *command = variable(env, "CNI_COMMAND");
	const char *path = variable(env, "CNI_PATH");
	struct cni_call c = {
		.container = variable(env, "CNI_CONTAINERID"),
		.netns = variable(env, "CNI_NETNS"),
		.ifname = variable(env, "CNI_IFNAME"),
		.env = env,
	};
	int64_t v = 0;
	int r;

	if (!command || !names_find(cni_command_names, command, &v))
		return err_msg(e, EINVAL, "CNI_COMMAND \"%s\" is not known",
			       command ? command : "");
	c.command = (enum cni_command)v;
	c.path = strv_split(path ? path : "", ':');
	r = check(&c, e);
	if (r == 0)
		r = parse_args(variable(env, "CNI_ARGS"), &c, e);
	if (r < 0) {
		cni_call_done(&c);
		return r;
	}
	*out = c;
	return 0;
}

void cni_call_done(struct cni_call *c)
{
	strv_free(c->path);
	free(c->mac);
	free(c->ip);
	*c = (struct cni_call){ 0 };
}
