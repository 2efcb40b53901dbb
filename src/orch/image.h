/* SPDX-License-Identifier: Apache-2.0 */
/**
 * image.h - the images: pulled by skopeo (from layouts without it), unpacked once per layer.
 *
 * Below the store's directory, which only root may enter:
 *
 *	blobs/sha256/HEX	what skopeo brought: layers as they came, manifests, configurations
 *	layers/HEX		a layer unpacked, named after the digest of its uncompressed archive
 *	refs/HEX.json		what a reference stands for, named after the digest of the reference
 *	lock			held shared while layers are looked up, exclusively to add or remove
 *any
 *
 * A blob counts only after its bytes were compared with its digest; a layer gets its name after it
 * was unpacked whole. What a killed process left (names that begin with '.') the next pull removes.
 */
#ifndef ORCH_IMAGE_H
#define ORCH_IMAGE_H

#include "core/err.h"
#include "libocispec/image.h"

struct image_store {
	char *path;	    /* heap */
	int dir;	    /* the store's directory */
	char *const *env;   /* skopeo's environment; borrowed */
	const char *skopeo; /* its path; borrowed; NULL: found in PATH of env */
	int64_t size_max;   /* bytes that an image may have unpacked */
};
#define IMAGE_SIZE_MAX (INT64_C(64) << 30)

/* image_store_open - make the store's directories (mode 0700) where they are missing. */
int image_store_open(const char *path, char *const *env, struct image_store *out, struct err *e);
void image_store_done(struct image_store *s);
#define autoimagestore _cleanup_(image_store_done) struct image_store

/* An image that is there: its layers are unpacked. */
struct image {
	char *reference;	 /* as it was asked for */
	char *manifest_digest;	 /* "sha256:…" */
	char **layers;		 /* HEX of each, the lowest first */
	struct oci_image config; /* by oci_image_record; its config is there */
	int lock;		 /* nothing of it is collected while this is open; -1: none */
};
/* image_release - let it be collected, now that a container's journal (rootfs_make) names its
 * layers, and image_collect finds them there. */
void image_release(struct image *i);
void image_free(struct image *i);
void image_free_p(struct image **i);
#define autoimage _cleanup_(image_free_p) struct image

enum image_pull {
	IMAGE_PULL_ALWAYS = 1, /* pull; when that fails, use the local copy */
	IMAGE_PULL_MISSING,    /* pull what is not there yet */
	IMAGE_PULL_NEVER,      /* only the local copy */
};
extern const struct name image_pull_names[]; /* "always", "missing", "never" */

/**
 * image_pull - have an image ready to be mounted.
 * @reference: as docker takes it ("debian", "ghcr.io/x/y:1", "127.0.0.1:5000/x@sha256:…"), or with
 * one of skopeo's transports in front: "oci:DIR[:TAG]", "oci-archive:FILE", "docker-archive:FILE",
 * "docker://…", "dir:DIR"
 * @timeout_ms: for skopeo; 0: none
 * @out: heap; image_free. Nothing of it is collected before that, or image_release
 *
 * A reference by digest is never pulled again. Whoever else pulls is waited for.
 *
 * Returns: 1 pulled; 0 the local copy is used; *e then tells why, when it was to be pulled, else is
 * empty; -EINVAL no such reference, or an image that breaks a rule; -ENOENT not there and not to be
 * pulled; -EFBIG too large; or -errno.
 */
int image_pull(const struct image_store *s, const char *reference, enum image_pull how,
	       int timeout_ms, struct image **out, struct err *e);

/* The references that there are, as they were asked for, sorted. */
int image_list(const struct image_store *s, char ***references, struct err *e);

/* image_forget - drop a reference; its layers go with the next image_collect. -ENOENT: unknown. */
int image_forget(const struct image_store *s, const char *reference, struct err *e);

/* Fills in the layers that containers have mounted (rootfs_layers), heap; called while nobody
 * pulls. */
typedef int image_used_fn(void *data, char ***layers, struct err *e);

/**
 * image_collect - remove every layer and blob that nothing needs.
 *
 * What a reference stands for stays. Waits until nobody pulls, or holds an image that was pulled.
 */
int image_collect(const struct image_store *s, image_used_fn *used, void *data, struct err *e);

#endif
