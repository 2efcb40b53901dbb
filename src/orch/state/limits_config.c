/* SPDX-License-Identifier: Apache-2.0 */
/* The limits in a config.json that is there: everything else in it stays as it is. */
#include "orch/state/limits.h"

#include "core/file.h"
#include "core/json.h"
#include "core/strv.h"

#include <errno.h>
#include <fcntl.h>

#define CONFIG_MAX (4u << 20)

static bool is_object(const struct json *j)
{
	return j && j->type == JSON_OBJECT;
}

static void put_others(struct json_out *out, const struct json *object, char *const *but)
{
	for (size_t i = 0; is_object(object) && i < object->n; i++)
		if (!strv_has(but, object->members[i].name)) {
			json_out_name(out, object->members[i].name);
			json_out_tree(out, &object->members[i].value);
		}
}

static void put_number(struct json_out *out, const char *name, int64_t value)
{
	json_out_name(out, name);
	json_out_i64(out, value);
}

static void put_memory(struct json_out *out, const struct json *old, const struct container *c)
{
	char *const but[] = { (char *)"limit", (char *)"swap", NULL };

	json_out_object(out);
	put_others(out, old, but);
	if (c->memory_mb) {
		put_number(out, "limit", limits_memory(c));
		put_number(out, "swap", limits_swap(c));
	}
	json_out_end(out);
}

static void put_cpu(struct json_out *out, const struct json *old, const struct container *c)
{
	char *const but[] = { (char *)"period", (char *)"quota", NULL };

	json_out_object(out);
	put_others(out, old, but);
	if (c->cores) {
		put_number(out, "period", LIMITS_CPU_PERIOD_US);
		put_number(out, "quota", limits_quota(c));
	}
	json_out_end(out);
}

static const struct json *get(const struct json *object, const char *name)
{
	return is_object(object) ? json_get(object, name) : NULL;
}

static void put_resources(struct json_out *out, const struct json *resources,
			  const struct container *before, const struct container *c)
{
	bool memory = limits_memory_differs(before, c), cpu = before->cores != c->cores;
	char *const but[] = { (char *)(memory ? "memory" : "cpu"),
			      memory && cpu ? (char *)"cpu" : NULL, NULL };

	json_out_object(out);
	put_others(out, resources, but);
	if (memory) {
		json_out_name(out, "memory");
		put_memory(out, get(resources, "memory"), c);
	}
	if (cpu) {
		json_out_name(out, "cpu");
		put_cpu(out, get(resources, "cpu"), c);
	}
	json_out_end(out);
}

static void put_config(struct json_out *out, const struct json *config,
		       const struct container *before, const struct container *c)
{
	char *const but[] = { (char *)"linux", NULL }, *const below[] = { (char *)"resources",
									  NULL };
	const struct json *linux_ = get(config, "linux");

	json_out_object(out);
	put_others(out, config, but);
	json_out_name(out, "linux");
	json_out_object(out);
	put_others(out, linux_, below);
	json_out_name(out, "resources");
	put_resources(out, get(linux_, "resources"), before, c);
	json_out_end(out);
	json_out_end(out);
}

int limits_rewrite(const struct orch *o, const struct container *before, const struct container *c,
		   struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	autofree char *path = xasprintf("%s/config.json", dir);
	autojsonout *out = json_out_new("\t");
	autojson *doc = NULL;
	autostr old = { 0 };
	const char *text;
	size_t len;
	int r = file_read(AT_FDCWD, path, CONFIG_MAX, &old, e);

	if (r == 0)
		r = json_parse(old.p ?: "", old.len, &doc, e);
	if (r == 0 && !is_object(json_root(doc)))
		r = err_msg(e, EINVAL, "no object");
	if (r < 0)
		return err_wrap(e, "%s: ", path);
	put_config(out, json_root(doc), before, c);
	text = json_out_text(out, &len);
	return file_replace(AT_FDCWD, path, 0600, text, len, FILE_SYNC, e);
}
