/* SPDX-License-Identifier: Apache-2.0 */
/**
 * image.h - the documents of the OCI image specification 1.1: index, manifest, configuration.
 *
 * They come from registries and archives, so every digest is checked against its grammar when it is
 * read, and lists have limits. Members that nobody here needs are not kept.
 */
#ifndef LIBOCISPEC_IMAGE_H
#define LIBOCISPEC_IMAGE_H

#include "core/record.h"

#define OCI_LAYERS_MAX 256

/* "sha256:" and 64 lower-case hexadecimal digits: the one algorithm that is taken. Returns 0 or
 * -EINVAL. */
int oci_digest_check(const char *digest, struct err *e);
/* What stands behind "sha256:", of a digest that was checked. */
const char *oci_digest_hex(const char *digest);

/* descriptor.md */
struct oci_descriptor {
	char *media_type;
	char *digest; /* checked */
	int64_t size;
	struct strmap annotations;
};

/* image-index.md */
struct oci_index {
	struct oci_descriptor *manifests;
	size_t n_manifests;
};
extern const struct record oci_index_record;

/* manifest.md */
struct oci_manifest {
	int64_t schema_version;
	struct oci_descriptor *config;
	struct oci_descriptor *layers; /* the lowest first; at most OCI_LAYERS_MAX */
	size_t n_layers;
};
extern const struct record oci_manifest_record;

/* config.md: "config", what a container of the image runs */
struct oci_image_process {
	char *user; /* user, uid, user:group, uid:gid, … */
	char **env;
	char **entrypoint;
	char **cmd;
	char *working_dir;
	char *stop_signal;
	struct strmap labels;
};

/* config.md: "rootfs" */
struct oci_image_rootfs {
	char *type;	 /* "layers" */
	char **diff_ids; /* digests of the uncompressed layers, checked, the lowest first */
};

struct oci_image {
	char *architecture;
	char *os;
	struct oci_image_process *config; /* NULL when absent */
	struct oci_image_rootfs *rootfs;
};
extern const struct record oci_image_record;

#endif
