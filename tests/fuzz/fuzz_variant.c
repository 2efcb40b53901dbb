/* SPDX-License-Identifier: Apache-2.0 */
/* Annotations and cgroup paths as systemd's driver reads them: what is accepted is what it says. */
#include "core/strv.h"
#include "engine/cgroup/path.h"
#include "engine/cgroup/scope_path.h"
#include "engine/cgroup/scope_properties.h"
#include "systemd/variant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

static void check_value(const struct variant *v, unsigned depth)
{
	require(depth <= VARIANT_DEPTH_MAX + 1);
	require((v->text != NULL) == (v->kind <= VARIANT_STRING));
	for (size_t i = 0; i < v->n; i++)
		check_value(&v->v[i], depth + 1);
}

static void check_variant(const char *text)
{
	_cleanup_(variant_done) struct variant v = { 0 };
	char type[VARIANT_TYPE_MAX];
	struct err e = { 0 };
	int r = variant_parse(text, &v, type, &e);

	if (r < 0) {
		require(e.num > 0 && e.text[0] && !v.text && !v.v);
		return;
	}
	check_value(&v, 0);
	require(*variant_type_end(type) == '\0');
}

static void check_path(const char *text)
{
	autofree char *path = NULL, *slice = NULL;

	if (scope_path_parse(text, "id", "", "system.slice", &path, NULL) < 0)
		return;
	require(path[0] == '/' && strlen(path) < CGROUP_PATH_MAX && !strstr(path, "/../"));
	require(!strchr(scope_unit(path), '/') && !strchr(path, '\n'));
	slice = scope_slice(path);
	require(*slice);
}

static void check_annotation(const char *name, const char *value)
{
	struct strmap_entry entry = { (char *)name, (char *)value };
	struct strmap map = { &entry, 1 };
	autostrv char **out = NULL;

	if (scope_annotations(&map, &out, NULL) == 0 && strv_len(out) > 0)
		require(strchr(out[0], '=') != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);
	autofree char *name = xasprintf("org.systemd.property.%s", text);
	char *equals = strchr(name, '=');

	check_variant(text);
	check_path(text);
	if (equals) {
		*equals = '\0';
		check_annotation(name, equals + 1);
	}
	return 0;
}
