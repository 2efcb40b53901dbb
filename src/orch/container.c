/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/container.h"

#include "core/strv.h"
#include "orch/store.h"

#include <errno.h>
#include <unistd.h>

const struct name container_network_names[] = {
	{ "vnics", CONTAINER_NETWORK_VNICS }, { "bridge", CONTAINER_NETWORK_BRIDGE },
	{ "host", CONTAINER_NETWORK_HOST },   { "path", CONTAINER_NETWORK_PATH },
	{ "none", CONTAINER_NETWORK_NONE },   { 0 },
};

#define LIMIT_MAX (UINT64_C(1) << 32)

static const struct field container_fields[] = {
	F_STRING("ns", struct container, ns, FIELD_REQUIRED),
	F_STRING("name", struct container, name, FIELD_REQUIRED),
	F_STRING("image", struct container, image, FIELD_REQUIRED),
	F_STRING("runtime", struct container, runtime, FIELD_REQUIRED | FIELD_ABSOLUTE),
	F_STRING("restart", struct container, restart, FIELD_REQUIRED),
	F_BOOL("complete", struct container, complete, FIELD_NO_OMIT),
	F_BOOL("deleting", struct container, deleting, 0),
	F_ENUM("network", struct container, network, container_network_names, FIELD_REQUIRED),
	F_STRING("netns", struct container, netns, FIELD_ABSOLUTE),
	F_STRING("bridge", struct container, bridge, 0),
	F_STRING("veth", struct container, veth, 0),
	F_STRING("ipv4", struct container, ipv4, 0),
	F_STRING("hostname", struct container, hostname, 0),
	F_UINT("memory_mb", struct container, memory_mb, LIMIT_MAX, 0),
	F_UINT("swap_mb", struct container, swap_mb, LIMIT_MAX, 0),
	F_UINT("cores", struct container, cores, LIMIT_MAX, 0),
	F_UINT("cpu_quota_us", struct container, cpu_quota_us, LIMIT_MAX, 0),
	F_UINT("stop_timeout_ms", struct container, stop_timeout_ms, LIMIT_MAX, 0),
	F_STRV("dns", struct container, dns, 0),
	F_STRING("internal_ip", struct container, internal_ip, 0),
	F_STRING("created_at", struct container, created_at, 0),
	F_STRV("tags", struct container, tags, 0),
	F_STRMAP("labels", struct container, labels, 0),
};
const struct record container_record = RECORD(struct container, "container.json", container_fields);

void container_done(struct container *c)
{
	record_done(&container_record, c);
}

static char *record_path(const struct orch *o, const char *ns, const char *name)
{
	autofree char *dir = orch_container_dir(o, ns, name);

	return xasprintf("%s/container.json", dir);
}

/* Was the record put aside? Then what it said is not known, which is not to say that there is no
 * container. Returns 0, or -EBADMSG. */
static int check_aside(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	autofree char *dir = orch_container_dir(o, ns, name);
	autostrv char **names = NULL;
	int r = store_list(dir, &names, e);

	for (size_t i = 0; r == 0 && i < strv_len(names); i++)
		if (str_starts(names[i], "container.json.corrupt-"))
			return err_msg(e, EBADMSG,
				       "the record of %s was damaged; it is kept as %s/%s", name,
				       dir, names[i]);
	return r;
}

int container_load(const struct orch *o, const char *ns, const char *name, struct container *c,
		   struct err *e)
{
	autofree char *path = record_path(o, ns, name);
	struct container read = { 0 };
	autojson *doc = NULL;
	int r = store_load(path, &doc, e);

	if (r <= 0)
		return r < 0 ? r : check_aside(o, ns, name, e);
	r = record_decode(&container_record, json_root(doc), &read, e);
	if (r == 0 && str_eq(read.name, name) && str_eq(read.ns, ns)) {
		*c = read;
		return 1;
	}
	container_done(&read);
	return store_set_aside(path, e);
}

int container_save(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *path = record_path(o, c->ns, c->name);
	autojsonout *out = json_out_new("  ");
	const char *text;
	size_t len;

	record_encode(&container_record, c, out);
	text = json_out_text(out, &len);
	return store_save(path, text, len, e);
}

int container_exists(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	autofree char *dir = orch_container_dir(o, ns, name);

	if (access(dir, F_OK) == 0)
		return 1;
	return errno == ENOENT ? 0 : err_set(e, errno, "look for %s", dir);
}

int container_namespaces(const struct orch *o, char ***out, struct err *e)
{
	autofree char *path = xasprintf("%s/containers", o->state_dir);

	return store_list(path, out, e);
}

int container_names(const struct orch *o, const char *ns, char ***out, struct err *e)
{
	autofree char *path = xasprintf("%s/containers/%s", o->state_dir, ns);

	return store_list(path, out, e);
}
