/* SPDX-License-Identifier: Apache-2.0 */
/* The top level of config.json, in the order in which Go programs, and so runc, write it. */
#include "libocispec/config.h"
#include "libocispec/records.h"
#include "libocispec/rules.h"

static const struct field root_fields[] = {
	F_STRING("path", struct oci_root, path, FIELD_REQUIRED),
	F_BOOL("readonly", struct oci_root, readonly, 0),
};
static const struct record root_record = RECORD(struct oci_root, "config.md#root", root_fields);

static const struct field id_mapping_fields[] = {
	F_U32("containerID", struct oci_id_mapping, container_id, REQUIRED_NUMBER),
	F_U32("hostID", struct oci_id_mapping, host_id, REQUIRED_NUMBER),
	F_U32("size", struct oci_id_mapping, size, REQUIRED_NUMBER),
};
const struct record oci_id_mapping_record =
	RECORD(struct oci_id_mapping, "config-linux.md#user-namespace-mappings", id_mapping_fields);

static const struct field mount_fields[] = {
	F_STRING("destination", struct oci_mount, destination, FIELD_REQUIRED),
	F_STRING("type", struct oci_mount, type, 0),
	F_STRING("source", struct oci_mount, source, 0),
	F_STRV("options", struct oci_mount, options, 0),
	F_LIST("uidMappings", struct oci_mount, uid_mappings, n_uid_mappings,
	       &oci_id_mapping_record, 0),
	F_LIST("gidMappings", struct oci_mount, gid_mappings, n_gid_mappings,
	       &oci_id_mapping_record, 0),
};
static const struct record mount_record =
	RECORD(struct oci_mount, "config.md#mounts", mount_fields);

static const struct field hook_fields[] = {
	F_STRING("path", struct oci_hook, path, FIELD_REQUIRED),
	F_STRV("args", struct oci_hook, args, 0),
	F_STRV("env", struct oci_hook, env, 0),
	F_OPT_INT("timeout", struct oci_hook, timeout, 1, INT64_MAX, 0),
};
static const struct record hook_record =
	RECORD(struct oci_hook, "config.md#posix-platform-hooks", hook_fields);

static const struct field hooks_fields[] = {
	F_LIST("prestart", struct oci_hooks, prestart, n_prestart, &hook_record, 0),
	F_LIST("createRuntime", struct oci_hooks, create_runtime, n_create_runtime, &hook_record,
	       0),
	F_LIST("createContainer", struct oci_hooks, create_container, n_create_container,
	       &hook_record, 0),
	F_LIST("startContainer", struct oci_hooks, start_container, n_start_container, &hook_record,
	       0),
	F_LIST("poststart", struct oci_hooks, poststart, n_poststart, &hook_record, 0),
	F_LIST("poststop", struct oci_hooks, poststop, n_poststop, &hook_record, 0),
};
static const struct record hooks_record =
	RECORD(struct oci_hooks, "config.md#posix-platform-hooks", hooks_fields);

static const struct field config_fields[] = {
	F_STRING("ociVersion", struct oci_config, oci_version, FIELD_REQUIRED),
	F_RECORD("process", struct oci_config, process, &oci_process_record, 0),
	F_RECORD("root", struct oci_config, root, &root_record, 0),
	F_STRING("hostname", struct oci_config, hostname, 0),
	F_STRING("domainname", struct oci_config, domainname, 0),
	F_LIST("mounts", struct oci_config, mounts, n_mounts, &mount_record, 0),
	F_RECORD("hooks", struct oci_config, hooks, &hooks_record, 0),
	F_STRMAP("annotations", struct oci_config, annotations, 0),
	F_RECORD("linux", struct oci_config, linux_, &oci_linux_record, 0),
};
const struct record oci_config_record = RECORD(struct oci_config, "config.md", config_fields);

int oci_config_parse(const char *text, size_t len, struct oci_config **out, struct err *e)
{
	autoconfig *c = xcalloc(1, sizeof(*c));
	int r;

	r = record_parse(&oci_config_record, text, len, c, e);
	if (r < 0)
		return r;
	if (c->linux_ && c->linux_->resources)
		oci_resources_read_as(c->linux_->resources, c->oci_version);
	*out = TAKE(c);
	return 0;
}

void oci_config_free(struct oci_config *c)
{
	if (!c)
		return;
	record_done(&oci_config_record, c);
	free(c);
}

void oci_config_free_p(struct oci_config **c)
{
	oci_config_free(*c);
}

int oci_config_check(const struct oci_config *c, struct err *e)
{
	return oci_rules_check(c, c->process, e);
}

const struct oci_namespace *oci_namespace_get(const struct oci_config *c, int type)
{
	if (!c || !c->linux_)
		return NULL;
	for (size_t i = 0; i < c->linux_->n_namespaces; i++)
		if (c->linux_->namespaces[i].type == type)
			return &c->linux_->namespaces[i];
	return NULL;
}
