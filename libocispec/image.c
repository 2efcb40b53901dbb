/* SPDX-License-Identifier: Apache-2.0 */
/* The documents of the image specification, in its order. */
#include "libocispec/image.h"

#include <errno.h>

#define PREFIX "sha256:"
#define HEX_LEN 64

int oci_digest_check(const char *digest, struct err *e)
{
	if (!str_starts(digest, PREFIX) || strlen(digest) != strlen(PREFIX) + HEX_LEN ||
	    strspn(digest + strlen(PREFIX), "0123456789abcdef") != HEX_LEN)
		return err_msg(e, EINVAL, "\"%s\" is no sha256 digest", digest);
	return 0;
}

const char *oci_digest_hex(const char *digest)
{
	return digest + strlen(PREFIX);
}

static const struct field descriptor_fields[] = {
	F_STRING("mediaType", struct oci_descriptor, media_type, 0),
	F_STRING_CHECK("digest", struct oci_descriptor, digest, FIELD_REQUIRED, oci_digest_check),
	F_INT("size", struct oci_descriptor, size, 0, INT64_MAX, FIELD_REQUIRED),
	F_STRMAP("annotations", struct oci_descriptor, annotations, 0),
};
static const struct record descriptor_record =
	RECORD(struct oci_descriptor, "descriptor.md", descriptor_fields);

static const struct field index_fields[] = {
	F_LIST("manifests", struct oci_index, manifests, n_manifests, &descriptor_record,
	       FIELD_REQUIRED),
};
const struct record oci_index_record = RECORD(struct oci_index, "image-index.md", index_fields);

static const struct field manifest_fields[] = {
	F_INT("schemaVersion", struct oci_manifest, schema_version, 2, 2, FIELD_REQUIRED),
	F_RECORD("config", struct oci_manifest, config, &descriptor_record, FIELD_REQUIRED),
	F_LIST("layers", struct oci_manifest, layers, n_layers, &descriptor_record, FIELD_REQUIRED),
};

static int check_manifest(const void *object, struct err *e)
{
	const struct oci_manifest *m = object;

	if (m->n_layers > OCI_LAYERS_MAX)
		return err_msg(e, EINVAL, "layers: more than %d", OCI_LAYERS_MAX);
	return 0;
}

const struct record oci_manifest_record =
	RECORD_CHECK(struct oci_manifest, "manifest.md", manifest_fields, check_manifest);

static const struct field process_fields[] = {
	F_STRING("User", struct oci_image_process, user, 0),
	F_STRV("Env", struct oci_image_process, env, 0),
	F_STRV("Entrypoint", struct oci_image_process, entrypoint, 0),
	F_STRV("Cmd", struct oci_image_process, cmd, 0),
	F_STRING("WorkingDir", struct oci_image_process, working_dir, 0),
	F_STRING("StopSignal", struct oci_image_process, stop_signal, 0),
	F_STRMAP("Labels", struct oci_image_process, labels, 0),
};
static const struct record process_record =
	RECORD(struct oci_image_process, "config.md#properties", process_fields);

static const struct field rootfs_fields[] = {
	F_STRING("type", struct oci_image_rootfs, type, FIELD_REQUIRED),
	F_STRV("diff_ids", struct oci_image_rootfs, diff_ids, FIELD_REQUIRED),
};

static int check_rootfs(const void *object, struct err *e)
{
	const struct oci_image_rootfs *r = object;
	size_t n = 0;

	if (!str_eq(r->type, "layers"))
		return err_msg(e, EINVAL, "type: \"%s\" is not \"layers\"", r->type);
	for (; r->diff_ids[n]; n++)
		if (oci_digest_check(r->diff_ids[n], e) < 0)
			return err_wrap(e, "diff_ids[%zu]: ", n);
	if (n > OCI_LAYERS_MAX)
		return err_msg(e, EINVAL, "diff_ids: more than %d", OCI_LAYERS_MAX);
	return 0;
}

static const struct record rootfs_record =
	RECORD_CHECK(struct oci_image_rootfs, "config.md#properties", rootfs_fields, check_rootfs);

static const struct field image_fields[] = {
	F_STRING("architecture", struct oci_image, architecture, 0),
	F_STRING("os", struct oci_image, os, 0),
	F_RECORD("config", struct oci_image, config, &process_record, 0),
	F_RECORD("rootfs", struct oci_image, rootfs, &rootfs_record, FIELD_REQUIRED),
};
const struct record oci_image_record = RECORD(struct oci_image, "config.md", image_fields);
