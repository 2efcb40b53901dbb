/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/run_request.h"

#include "core/strv.h"
#include "libocispec/capabilities.h"
#include "monitor/spec.h"
#include "net/netns.h"
#include "orch/bundle_mounts.h"
#include "orch/container_name.h"
#include "orch/image.h"
#include "orch/image_reference.h"
#include "orch/request.h"
#include "orch/template.h"

#include <errno.h>

#define OWNER "run"
#define RESERVED_LABELS "runlet."
#define MEMORY_MAX_MB (UINT64_C(1) << 32)
#define CPU_QUOTA_MAX_US (UINT64_C(1) << 32)
#define STOP_TIMEOUT_MAX_S 86400

const struct name run_network_names[] = {
	{ "none", RUN_NETWORK_NONE },
	{ "host", RUN_NETWORK_HOST },
	{ 0 },
};

static int check_network(const void *object, struct err *e)
{
	const struct run_network *n = object;

	return n->namespace && n->mode ?
		       err_msg(e, EINVAL, "mode: a namespace by its path is a network of its own") :
		       0;
}

static const struct field network_fields[] = {
	F_STRING("namespace", struct run_network, namespace, FIELD_ABSOLUTE),
	F_ENUM("mode", struct run_network, mode, run_network_names, 0),
};
static const struct record network_record =
	RECORD_CHECK(struct run_network, "network", network_fields, check_network);

static const struct field mount_fields[] = {
	F_STRING("source", struct run_mount, source, 0),
	F_STRING("target", struct run_mount, target, FIELD_REQUIRED | FIELD_ABSOLUTE),
	F_STRING("type", struct run_mount, type, 0),
	F_STRV("options", struct run_mount, options, 0),
};
static const struct record mount_record = RECORD(struct run_mount, "mounts", mount_fields);

static int check_restart(const char *text, struct err *e)
{
	int64_t value;

	return names_find(monitor_restart_names, text, &value) ?
		       0 :
		       err_msg(e, EINVAL, "\"%s\": is none of no, on-failure and always", text);
}

static int check_reference(const char *text, struct err *e)
{
	autofree char *source = NULL;
	bool pinned = false;

	return image_reference_source(text, &source, &pinned, e);
}

static const struct field request_fields[] = {
	F_STRING_CHECK("name", struct run_request, name, FIELD_REQUIRED, container_name_check),
	F_STRING_CHECK("image", struct run_request, image, 0, check_reference),
	F_STRING("bundle", struct run_request, bundle, FIELD_ABSOLUTE),
	F_STRV("tags", struct run_request, tags, 0),
	F_STRMAP("labels", struct run_request, labels, 0),
	F_STRV("env", struct run_request, env, 0),
	F_STRV("entrypoint", struct run_request, entrypoint, FIELD_NONEMPTY),
	F_STRV("args", struct run_request, args, FIELD_NONEMPTY),
	F_RECORD("network", struct run_request, network, &network_record, 0),
	F_LIST("mounts", struct run_request, mounts, n_mounts, &mount_record, 0),
	F_STRING("user", struct run_request, user, 0),
	F_STRING("workdir", struct run_request, workdir, FIELD_ABSOLUTE),
	F_STRING("hostname", struct run_request, hostname, FIELD_NONEMPTY),
	F_BOOL("read_only", struct run_request, read_only, 0),
	F_BOOL("elevated", struct run_request, elevated, 0),
	F_STRV("devices", struct run_request, devices, 0),
	F_STRV("capabilities", struct run_request, capabilities, 0),
	F_UINT("memory_mb", struct run_request, memory_mb, MEMORY_MAX_MB, 0),
	F_UINT("swap_mb", struct run_request, swap_mb, MEMORY_MAX_MB, 0),
	F_UINT("cpu_quota_us", struct run_request, cpu_quota_us, CPU_QUOTA_MAX_US, 0),
	F_STRING_CHECK("restart", struct run_request, restart, 0, check_restart),
	F_ENUM("pull", struct run_request, pull, image_pull_names, 0),
	F_UINT("stop_timeout_s", struct run_request, stop_timeout_s, STOP_TIMEOUT_MAX_S, 0),
};

static int check_request(const void *object, struct err *e)
{
	const struct run_request *r = object;

	if (!r->image == !r->bundle)
		return err_msg(e, EINVAL, "image: either an image or a bundle is needed");
	for (size_t i = 0; i < r->labels.n; i++)
		if (str_starts(r->labels.v[i].name, RESERVED_LABELS))
			return err_msg(e, EINVAL, "labels.%s: is reserved", r->labels.v[i].name);
	for (size_t i = 0; i < strv_len(r->capabilities); i++)
		if (!oci_capability_is_known(r->capabilities[i]))
			return err_msg(e, EINVAL, "capabilities[%zu]: \"%s\" is no capability", i,
				       r->capabilities[i]);
	if (r->swap_mb && !r->memory_mb)
		return err_msg(e, EINVAL, "swap_mb: needs memory_mb");
	return 0;
}

const struct record run_request_record =
	RECORD_CHECK(struct run_request, "run", request_fields, check_request);

void run_request_done(struct run_request *r)
{
	record_done(&run_request_record, r);
}

static struct oci_mount as_mount(const struct run_mount *m)
{
	return (struct oci_mount){ .destination = m->target,
				   .source = m->source,
				   .type = m->type,
				   .options = m->options };
}

int run_request_check(const struct run_request *r, struct err *e)
{
	int ret = r->bundle ? template_check(r->bundle, e) : 0;

	if (ret == 0 && r->network && r->network->namespace) {
		autofd int netns = netns_open_path(r->network->namespace, e);

		ret = MIN(netns, 0);
	}
	for (size_t i = 0; ret == 0 && i < r->n_mounts; i++) {
		const struct oci_mount mount = as_mount(&r->mounts[i]);

		ret = bundle_mount_check(&mount, e);
	}
	return ret;
}

static int network_of(const struct run_request *r)
{
	if (r->network && r->network->namespace)
		return CONTAINER_NETWORK_PATH;
	return r->network && r->network->mode == RUN_NETWORK_HOST ? CONTAINER_NETWORK_HOST :
								    CONTAINER_NETWORK_NONE;
}

static void add_label(struct strmap *labels, const char *name, const char *value)
{
	labels->v = xrealloc(labels->v, labels->n + 1, sizeof(*labels->v));
	labels->v[labels->n++] = (struct strmap_entry){ xstrdup(name), xstrdup(value) };
}

void run_request_container(const struct orch *o, const struct run_request *r, struct container *out)
{
	*out = (struct container){
		.ns = o->ns,
		.name = r->name,
		.image = r->image ?: r->bundle,
		.runtime = o->runtime,
		.restart = r->restart ?: (char *)"no",
		.network = network_of(r),
		.netns = r->network ? r->network->namespace : NULL,
		.hostname = r->hostname,
		.memory_mb = r->memory_mb,
		.swap_mb = r->swap_mb,
		.cpu_quota_us = r->cpu_quota_us,
		.stop_timeout_ms = r->stop_timeout_s * 1000,
		.tags = r->tags,
		.labels = strmap_copy(&r->labels),
	};
	add_label(&out->labels, CONTAINER_OWNER_LABEL, OWNER);
}

bool run_request_made(const struct container *c)
{
	const char *owner = strmap_get(&c->labels, CONTAINER_OWNER_LABEL);

	return owner && str_eq(owner, OWNER);
}

int run_request_load(const struct orch *o, const struct container *c, struct run_request *out,
		     struct err *e)
{
	autojson *doc = NULL;
	int r = request_load(o, c->ns, c->name, &doc, e);

	if (r == 0)
		return err_msg(e, ENOENT, "%s: its request.json is missing", c->name);
	return r < 0 ? r : record_decode(&run_request_record, json_root(doc), out, e);
}

static struct bundle_device as_device(char *text)
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon = '\0';
	return (struct bundle_device){ .source = text, .path = colon ? colon + 1 : NULL };
}

static const struct bundle_device *devices_of(const struct run_request *r, size_t *n)
{
	struct bundle_device *v;

	*n = strv_len(r->devices);
	v = xcalloc(*n + 1, sizeof(*v));
	for (size_t i = 0; i < *n; i++)
		v[i] = as_device(xstrdup(r->devices[i]));
	return v;
}

void run_request_bundle(const struct run_request *r, struct bundle *b)
{
	struct oci_mount *mounts = xcalloc(r->n_mounts + 1, sizeof(*mounts));

	for (size_t i = 0; i < r->n_mounts; i++)
		mounts[i] = as_mount(&r->mounts[i]);
	b->mounts = mounts;
	b->n_mounts = r->n_mounts;
	b->devices = devices_of(r, &b->n_devices);
	b->entrypoint = r->entrypoint;
	b->cmd = r->args;
	b->env = r->env;
	b->user = r->user;
	b->cwd = r->workdir;
	b->read_only = r->read_only;
	b->elevated = r->elevated;
	b->add_capabilities = r->capabilities;
}

void run_request_bundle_done(struct bundle *b)
{
	for (size_t i = 0; i < b->n_devices; i++)
		free((char *)b->devices[i].source);
	free((struct bundle_device *)b->devices);
	free((struct oci_mount *)b->mounts);
}
