/* SPDX-License-Identifier: Apache-2.0 */
/**
 * image_store.h - the store's files; for orch/image*.c.
 */
#ifndef ORCH_IMAGE_STORE_H
#define ORCH_IMAGE_STORE_H

#include "core/record.h"
#include "core/str.h"
#include "orch/image.h"

#define STORE_BLOBS "blobs/sha256"
#define STORE_LAYERS "layers"
#define STORE_REFS "refs"
#define STORE_PULLS "pulls" /* where skopeo writes layouts to, each until it was read */
#define STORE_LOCK "lock"
#define STORE_TIME_MS (30 * 60 * 1000) /* how long another one may pull or unpack */

/* refs/HEX.json */
struct image_ref {
	char *reference;
	char *manifest; /* its digest */
	char *stamp;	/* image_archive_stamp of the archive that it came from; NULL: none */
};
extern const struct record image_ref_record;
void image_ref_done(struct image_ref *ref);

int image_ref_load(const struct image_store *s, const char *reference, struct image_ref *out,
		   struct err *e); /* 1; 0: none; -errno */
int image_ref_save(const struct image_store *s, const struct image_ref *ref, struct err *e);

/* A file of the store's that was locked; closing unlocks. */
int image_store_lock(const struct image_store *s, const char *name, bool exclusive, struct err *e);

/* Opens a blob of this digest; nothing of it was read or verified. */
int image_blob_open(const struct image_store *s, const char *digest, struct err *e);
/* Reads one, at most this long, and verifies it. */
int image_blob_read(const struct image_store *s, const char *digest, size_t max, struct str *out,
		    struct err *e);
/* The same, as a document. */
int image_blob_parse(const struct image_store *s, const char *digest, const struct record *r,
		     void *out, struct err *e);

/**
 * image_temporary - a directory of our own in one of the store's: ".", then 16 random digits.
 * Returns: a descriptor, locked, by which others see that its owner lives.
 */
int image_temporary(const struct image_store *s, const char *where, char name[32], struct err *e);
/* Removes those whose owners were killed. */
int image_sweep(const struct image_store *s, const char *where, struct err *e);

/* image_load - the image of a manifest, checked; its layers are not looked at. */
int image_load(const struct image_store *s, const char *reference, const char *manifest,
	       struct image **out, struct err *e);
/* Unpacks what is missing of it. */
int image_unpack(const struct image_store *s, const char *manifest, struct err *e);

/* Names in one of the store's directories that do not begin with a dot; sorted. */
int image_names(const struct image_store *s, const char *where, char ***out, struct err *e);

#endif
