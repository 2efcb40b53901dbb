/* SPDX-License-Identifier: Apache-2.0 */
/**
 * attach_record.h - what is on disk of attachments: <state_dir>/attach/<container>.json, written
 * before anything is made; and the MACs that were generated, <state_dir>/mac/<container>.json.
 */
#ifndef NET_ATTACH_RECORD_H
#define NET_ATTACH_RECORD_H

#include "net/attach.h"

#define ATTACH_ATTACHING "attaching"
#define ATTACH_ATTACHED "attached"
#define ATTACH_GONE "gone" /* never on disk */

struct attach_record {
	char *container;
	char *state;
	char *boot_id;
	/* The namespace: what it is, and where it was found. */
	uint64_t netns_dev, netns_ino;
	uint64_t netns_cookie; /* 0: the kernel has none */
	char *netns_path;
	int64_t pid;
	uint64_t start_time;
	/* Where DNS goes, and what was there before; NULL: nothing. */
	int resolv_kind;
	int64_t resolv_pid;
	uint64_t resolv_start_time;
	char *resolv_path;
	char *resolv_before;
	struct attached *v;
	size_t n;
};
extern const struct record attached_record;
void attach_record_done(struct attach_record *r);

/* Each returns 1, 0 when there is none, or -errno. */
int attach_record_load(const char *state_dir, const char *container, struct attach_record *out,
		       struct err *e);
int attach_record_remove(const char *state_dir, const char *container, struct err *e);
int attach_record_save(const char *state_dir, const struct attach_record *r, struct err *e);

/* Every record there is, this boot's or not; as record_file_each. */
typedef int attach_record_fn(const struct attach_record *r, void *data, struct err *e);
int attach_record_each(const char *state_dir, attach_record_fn *fn, void *data, struct err *e);

struct resolv_target attach_resolv_target(const struct attach_record *r);

/* The MACs of a container by its vNICs' names; an empty map when there are none. */
int attach_macs_load(const char *state_dir, const char *container, struct strmap *out,
		     struct err *e);
int attach_macs_save(const char *state_dir, const char *container, const struct strmap *macs,
		     struct err *e);
int attach_macs_remove(const char *state_dir, const char *container, struct err *e);

/* attach_find_netns - the namespace of a record, wherever it still is: pinned, or any process's.
 * Returns an fd; -ENOENT when it is gone. */
int attach_find_netns(const struct attach_record *r, struct err *e);
/* Whether that descriptor is the record's namespace. */
bool attach_is_netns(const struct attach_record *r, int netns);

#endif
