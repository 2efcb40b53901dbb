/* SPDX-License-Identifier: Apache-2.0 */
/**
 * store.h - what a container's state directory holds, besides init/gate.h's pipes.
 *
 * create.json is the journal: what `create` was asked to make, written whole before the first side
 * effect and never changed. If it is missing or torn, nothing was made. It also keeps the
 * configuration, so that later changes of the bundle's config.json change nothing.
 *
 * "cgroup" says once more where the container's cgroup is, for when both files are damaged. It is a
 * symbolic link, whose text cannot be torn, truncated or written in, and which leads nowhere. Where
 * there is no cgroup, "init" says in the same way which process is the container's.
 *
 * state.json says which process is the container's, put in place by rename as soon as there is one.
 * Readers need no lock: they see no file or a whole one.
 */
#ifndef ENGINE_STORE_H
#define ENGINE_STORE_H

#include "core/record.h"
#include "engine/rdt.h"
#include "libocispec/config.h"

#define STORE_JOURNAL "create.json"
#define STORE_STATE "state.json"
#define STORE_CGROUP "cgroup"
#define STORE_INIT "init"

/* What both files begin with. */
struct store_journal {
	char *id;
	char *bundle;		    /* absolute */
	char *rootfs;		    /* absolute */
	char *created;		    /* RFC 3339 with nanoseconds, UTC */
	uint32_t owner;		    /* uid that called create */
	int cgroup_manager;	    /* enum cgroup_manager */
	char *cgroup_path;	    /* as cgroup_path() gave it */
	struct strmap cgroup_paths; /* as cgroup_paths() gave it; rootless */
	struct rdt *rdt;	    /* NULL: none */
	struct oci_config *config;
};

struct store_state {
	char *oci_version;
	char *id;
	int64_t pid;	     /* of init, as the host sees it */
	uint64_t start_time; /* clock ticks after boot; with boot_id the process's identity */
	uint64_t pid_inode;  /* of its pidfd where pidfs has unique ones (6.9); else 0 */
	char *boot_id;
	char *bundle;
	char *rootfs;
	char *created;
	uint32_t owner;
	int cgroup_manager;
	char *cgroup_path;
	struct strmap cgroup_paths;
	struct rdt *rdt;     /* NULL: none */
	bool shared_pids;    /* no pid namespace of its own: its processes outlive init */
	bool no_new_keyring; /* the caller's was kept */
	bool restored;	     /* by CRIU: init was forked, and never called execve */
	bool poststop;	     /* create.json has poststop hooks */
	struct strmap annotations;
};

extern const struct record store_journal_record, store_state_record;

int store_journal_write(int dir, const struct store_journal *j, struct err *e);
/* Returns 1 and fills *out, 0 when absent, torn or of another @id, or -errno. */
int store_journal_read(int dir, const char *id, struct store_journal *out, struct err *e);
void store_journal_done(struct store_journal *j);

/* store_cgroup_write - before anything is made there. Of the journal the cgroup's members are used.
 */
int store_cgroup_write(int dir, const struct store_journal *j, struct err *e);
/* Returns 1 and fills these members, 0 when absent or damaged, or -errno. */
int store_cgroup_read(int dir, struct store_journal *j, struct err *e);

/* The same of what identifies init: pid, start_time, pid_inode and boot_id. */
int store_init_write(int dir, const struct store_state *s, struct err *e);
int store_init_read(int dir, struct store_state *s, struct err *e);

int store_state_write(int dir, const struct store_state *s, struct err *e);
/* Returns 1, 0 when absent, or -errno (-EINVAL: damaged, or of another @id). */
int store_state_read(int dir, const char *id, struct store_state *out, struct err *e);
void store_state_done(struct store_state *s);

#endif
