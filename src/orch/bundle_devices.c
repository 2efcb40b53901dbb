/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/bundle_devices.h"

#include "core/num.h"
#include "core/strv.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static char type_char[] = "c", type_block[] = "b";

/* "*" is any, which is written as absent. */
static int parse_number(const char *text, struct opt_int *out)
{
	uint64_t value;

	*out = (struct opt_int){ 0 };
	if (str_eq(text, "*"))
		return 0;
	if (num_parse_u64(text, UINT32_MAX, "device number", &value, NULL) < 0)
		return -EINVAL;
	*out = (struct opt_int){ true, (int64_t)value };
	return 0;
}

int bundle_device_rule_parse(const char *text, struct oci_device_cgroup *out, struct err *e)
{
	autofree char *copy = xstrdup(text);
	char *rest = copy, *type = strsep(&rest, " "), *major = strsep(&rest, ":"),
	     *minor = strsep(&rest, " ");
	struct oci_device_cgroup rule = { .allow = true };

	if (!rest || !*rest || rest[strspn(rest, "rwm")] != '\0' || strlen(rest) > 3 ||
	    strlen(type) != 1 || !strchr("abc", *type) || parse_number(major, &rule.major) < 0 ||
	    parse_number(minor, &rule.minor) < 0)
		return err_msg(e, EINVAL, "device rule \"%s\": not like \"c 188:* rwm\"", text);
	rule.type = xstrdup(type);
	rule.access = xstrdup(rest);
	*out = rule;
	return 0;
}

static void add_rule(struct bundle_devices *d, struct oci_device_cgroup rule)
{
	d->rules = xrealloc(d->rules, d->n_rules + 1, sizeof(*d->rules));
	d->rules[d->n_rules++] = rule;
}

static int add_node(struct bundle_devices *d, const struct bundle_device *device, struct err *e)
{
	const char *source = device->source, *path = device->path ?: source;
	struct oci_device node = { .path = (char *)path };
	struct stat st;

	if (*source != '/' || *path != '/')
		return err_msg(e, EINVAL, "device %s: not an absolute path",
			       *source != '/' ? source : path);
	if (stat(source, &st) < 0)
		return err_set(e, errno, "device %s", source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_msg(e, EINVAL, "device %s: it is none", source);
	node.type = S_ISCHR(st.st_mode) ? type_char : type_block;
	node.major = (struct opt_int){ true, major(st.st_rdev) };
	node.minor = (struct opt_int){ true, minor(st.st_rdev) };
	node.file_mode = (struct opt_uint){ true, st.st_mode & 0777 };
	node.uid = (struct opt_uint){ true, st.st_uid };
	node.gid = (struct opt_uint){ true, st.st_gid };
	if (device->mode.is_set) {
		node.file_mode = device->mode;
		node.uid = node.gid = (struct opt_uint){ true, 0 };
	}
	d->nodes = xrealloc(d->nodes, d->n_nodes + 1, sizeof(*d->nodes));
	d->nodes[d->n_nodes++] = node;
	add_rule(d, (struct oci_device_cgroup){ .allow = true,
						.type = xstrdup(node.type),
						.major = node.major,
						.minor = node.minor,
						.access = xstrdup("rwm") });
	return 0;
}

static bool has_node(const struct bundle_devices *d, const char *path)
{
	for (size_t i = 0; i < d->n_nodes; i++)
		if (str_eq(d->nodes[i].path, path))
			return true;
	return false;
}

int bundle_devices_make(const struct bundle_device *devices, size_t n, char *const *texts,
			bool fuse, struct bundle_devices *out, struct err *e)
{
	static const struct bundle_device the_fuse = { .source = "/dev/fuse" };
	int r = 0;

	add_rule(out, (struct oci_device_cgroup){ .allow = false, .access = xstrdup("rwm") });
	for (size_t i = 0; r >= 0 && i < n; i++)
		r = add_node(out, &devices[i], e);
	if (r >= 0 && fuse && !has_node(out, the_fuse.source))
		r = add_node(out, &the_fuse, e);
	for (size_t i = 0; r >= 0 && texts && texts[i]; i++) {
		struct oci_device_cgroup rule;

		r = bundle_device_rule_parse(texts[i], &rule, e);
		if (r >= 0)
			add_rule(out, rule);
	}
	return r;
}

void bundle_devices_done(struct bundle_devices *d)
{
	for (size_t i = 0; i < d->n_rules; i++) {
		free(d->rules[i].type);
		free(d->rules[i].access);
	}
	free(d->rules);
	free(d->nodes);
	*d = (struct bundle_devices){ 0 };
}
