/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/run_options.h"

#include "core/json.h"
#include "core/num.h"
#include "core/strv.h"
#include "libocispec/capabilities.h"

#include <ctype.h>
#include <errno.h>

#define CPU_PERIOD_US 100000
#define CPUS_MAX 8192

static void add_option(struct run_mount *m, const char *text)
{
	if (*text && !strv_has(m->options, text))
		strv_push(&m->options, text);
}

static void add_options(struct run_mount *m, const char *text, char separator)
{
	autostrv char **v = strv_split(text, separator);

	for (size_t i = 0; i < strv_len(v); i++)
		add_option(m, v[i]);
}

static bool is_bind(const struct run_mount *m)
{
	return !m->type || str_eq(m->type, "bind");
}

static void mount_done(struct run_mount *m)
{
	free(m->source);
	free(m->target);
	free(m->type);
	strv_free(m->options);
	*m = (struct run_mount){ 0 };
}

/* What both ways of writing it have in common. @what: the option, for the message */
static int finish_mount(const char *what, const char *text, struct run_mount *m, struct err *e)
{
	int r = 0;

	if (!m->target || *m->target != '/')
		r = err_msg(e, EINVAL, "%s %s: the target has to be an absolute path", what, text);
	else if (is_bind(m) && (!m->source || *m->source != '/'))
		r = err_msg(e, EINVAL, "%s %s: the source has to be an absolute path", what, text);
	if (r < 0) {
		mount_done(m);
		return r;
	}
	if (!m->type)
		m->type = xstrdup("bind");
	if (is_bind(m) && !strv_has(m->options, "bind"))
		add_option(m, "rbind");
	return 0;
}

int run_option_volume(const char *text, struct run_mount *out, struct err *e)
{
	autostrv char **parts = strv_split(text, ':');
	struct run_mount m = { 0 };
	int r;

	if (strv_len(parts) < 2 || strv_len(parts) > 3)
		return err_msg(e, EINVAL, "--volume %s: not like SOURCE:TARGET[:OPTION,...]", text);
	m.source = xstrdup(parts[0]);
	m.target = xstrdup(parts[1]);
	if (parts[2])
		add_options(&m, parts[2], ',');
	r = finish_mount("--volume", text, &m, e);
	if (r == 0)
		*out = m;
	return r;
}

/* ---- --mount ---- */

static void set(char **at, const char *value)
{
	free(*at);
	*at = xstrdup(value);
}

static void set_source(struct run_mount *m, const char *value)
{
	set(&m->source, value);
}

static void set_target(struct run_mount *m, const char *value)
{
	set(&m->target, value);
}

static void set_type(struct run_mount *m, const char *value)
{
	set(&m->type, value);
}

static void set_options(struct run_mount *m, const char *value)
{
	add_options(m, value, ':');
}

static void set_propagation(struct run_mount *m, const char *value)
{
	add_option(m, value);
}

static void set_readonly(struct run_mount *m, const char *value)
{
	add_option(m, str_eq(value, "false") || str_eq(value, "0") ? "rw" : "ro");
}

static void set_size(struct run_mount *m, const char *value)
{
	autofree char *option = xasprintf("size=%s", value);

	add_option(m, option);
}

static void set_mode(struct run_mount *m, const char *value)
{
	autofree char *option = xasprintf("mode=%s", value);

	add_option(m, option);
}

/* The words of docker's, podman's and ctr's option. */
static const struct mount_key {
	const char *name;
	void (*set)(struct run_mount *m, const char *value);
} mount_keys[] = {
	{ "type", set_type },
	{ "source", set_source },
	{ "src", set_source },
	{ "target", set_target },
	{ "destination", set_target },
	{ "dst", set_target },
	{ "readonly", set_readonly },
	{ "ro", set_readonly },
	{ "bind-propagation", set_propagation },
	{ "options", set_options },
	{ "tmpfs-size", set_size },
	{ "tmpfs-mode", set_mode },
};

static int take_word(struct run_mount *m, const char *word, struct err *e)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);

	for (size_t i = 0; i < ARRAY_SIZE(mount_keys); i++) {
		const struct mount_key *k = &mount_keys[i];

		if (strlen(k->name) != len || memcmp(k->name, word, len) != 0)
			continue;
		if (!equals && k->set != set_readonly)
			return err_msg(e, EINVAL, "%s: has no value", word);
		k->set(m, equals ? equals + 1 : "");
		return 0;
	}
	if (equals)
		return err_msg(e, EINVAL, "%.*s: not known", (int)len, word);
	add_option(m, word);
	return 0;
}

int run_option_mount(const char *text, struct run_mount *out, struct err *e)
{
	autostrv char **words = strv_split(text, ',');
	struct run_mount m = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < strv_len(words); i++)
		r = take_word(&m, words[i], e);
	if (r < 0) {
		mount_done(&m);
		return err_wrap(e, "--mount %s: ", text);
	}
	r = finish_mount("--mount", text, &m, e);
	if (r == 0)
		*out = m;
	return r;
}

/* ---- others ---- */

int run_option_network(const char *text, struct run_network *out, struct err *e)
{
	const char *path = str_starts(text, "ns:") ? text + strlen("ns:") : text;
	int64_t mode = 0;

	if (*path == '/') {
		*out = (struct run_network){ .namespace = xstrdup(path) };
		return 0;
	}
	if (!names_find(run_network_names, text, &mode))
		return err_msg(e, EINVAL, "--network %s: is none of none, host and ns:PATH", text);
	*out = (struct run_network){ .mode = (int)mode };
	return 0;
}

int run_option_entrypoint(const char *text, char ***out, struct err *e)
{
	char **v = NULL;
	autojson *doc = NULL;
	const struct json *root;

	if (*text != '[') {
		strv_push(out, text);
		return 0;
	}
	if (json_parse(text, strlen(text), &doc, e) < 0)
		return err_wrap(e, "--entrypoint: ");
	root = json_root(doc);
	for (size_t i = 0; i < root->n; i++) {
		if (root->items[i].type != JSON_STRING) {
			strv_free(v);
			return err_msg(e, EINVAL, "--entrypoint: has to be an array of strings");
		}
		strv_push(&v, root->items[i].text);
	}
	*out = v;
	return v ? 0 : err_msg(e, EINVAL, "--entrypoint: is empty");
}

int run_option_env(const char *text, char *const *env, char ***to, struct err *e)
{
	const char *value;

	if (*text == '=' || !*text)
		return err_msg(e, EINVAL, "--env %s: has no name", text);
	if (strchr(text, '=')) {
		strv_push(to, text);
		return 0;
	}
	value = strv_env_get(env, text);
	if (!value)
		return 1;
	strv_push_take(to, xasprintf("%s=%s", text, value));
	return 0;
}

int run_option_label(const char *text, struct strmap *to, struct err *e)
{
	size_t len = strcspn(text, "=");
	autofree char *name = xstrndup(text, len);

	if (len == 0)
		return err_msg(e, EINVAL, "--label %s: has no name", text);
	if (strmap_get(to, name))
		return err_msg(e, EINVAL, "--label %s: is there twice", name);
	to->v = xrealloc(to->v, to->n + 1, sizeof(*to->v));
	to->v[to->n++] =
		(struct strmap_entry){ TAKE(name), xstrdup(text[len] ? text + len + 1 : "") };
	return 0;
}

int run_option_memory(const char *text, uint64_t *out_mb, struct err *e)
{
	int64_t bytes = 0;
	int r = num_parse_size(text, &bytes, e);

	if (r == 0 && bytes <= 0)
		r = err_msg(e, EINVAL, "has to be more than 0");
	if (r < 0)
		return err_wrap(e, "--memory %s: ", text);
	*out_mb = ((uint64_t)bytes + (1 << 20) - 1) >> 20;
	return 0;
}

int run_option_cpus(const char *text, uint64_t *out_us, struct err *e)
{
	size_t whole_len = strspn(text, "0123456789");
	const char *digits = text[whole_len] == '.' ? text + whole_len + 1 : "";
	autofree char *whole_text = xstrndup(text, whole_len);
	uint64_t whole = 0, unit = CPU_PERIOD_US / 10, us = 0;

	if ((!whole_len && !*digits) || digits[strspn(digits, "0123456789")] ||
	    (text[whole_len] && text[whole_len] != '.') ||
	    (whole_len && num_parse_u64(whole_text, CPUS_MAX, "cpus", &whole, NULL) < 0))
		return err_msg(e, EINVAL, "--cpus %s: is no number of processors", text);
	for (; *digits && unit > 0; digits++, unit /= 10)
		us += (uint64_t)(*digits - '0') * unit;
	us += whole * CPU_PERIOD_US;
	/* The kernel's least quota is a millisecond. */
	if (us < 1000)
		return err_msg(e, EINVAL, "--cpus %s: has to be 0.01 at least", text);
	*out_us = us;
	return 0;
}

int run_option_capability(const char *text, char ***to, struct err *e)
{
	autofree char *name =
		xasprintf("%s%s", strncasecmp(text, "CAP_", 4) == 0 ? "" : "CAP_", text);

	for (char *p = name; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (!oci_capability_is_known(name))
		return err_msg(e, EINVAL, "--cap-add %s: is no capability", text);
	strv_push(to, name);
	return 0;
}
