/* SPDX-License-Identifier: Apache-2.0 */
/**
 * place.h - one container's directory in one hierarchy, and what the kind of hierarchy does there.
 *
 * A container on a v1 host has a place in each hierarchy, on a v2 host one; a hybrid host's are of
 * both kinds, so that "hybrid" needs no code of its own.
 */
#ifndef ENGINE_CGROUP_PLACE_H
#define ENGINE_CGROUP_PLACE_H

#include "engine/cgroup/devices.h"
#include "engine/cgroup/layout.h"
#include "engine/cgroup/path.h"
#include "engine/cgroup/resources.h"

struct place;

struct place_ops {
	/* Makes the directory and its parents, counting them in made as it goes. */
	int (*make)(struct place *p, struct err *e);
	/* Whether it is frozen: 1, 0 (also: absent, or this hierarchy cannot tell), -errno. */
	int (*frozen)(const struct place *p, struct err *e);
	int (*freeze)(const struct place *p, bool freeze, struct err *e);
	int (*set_devices)(const struct place *p, const struct device_rules *rules, struct err *e);
	/* SIGKILL for all at once: 1 done, 0 the kernel cannot, -errno. */
	int (*kill)(const struct place *p, struct err *e);
	/* Makes frozen processes able to die, everywhere below. */
	int (*thaw_all)(const struct place *p, struct err *e);
	/* Waits until it may have become empty, at most so long. */
	void (*wait_empty)(const struct place *p, int timeout_ms);
	const char *oom_file;	/* where the memory controller counts "oom_kill" */
	const char *entry_file; /* where a single-threaded process writes "0" */
};
extern const struct place_ops place_v1, place_v2;

struct place {
	const struct place_ops *ops;
	int root;	      /* the hierarchy's; borrowed */
	const char *name;     /* the hierarchy's; borrowed */
	const char *path;     /* the container's, without the leading '/'; borrowed */
	unsigned controllers; /* v2: all that its root offers */
	bool v2;
	bool optional; /* a hybrid host's v2 hierarchy: the directory may be absent */
	bool skip;     /* and cgroup_make found that nothing needs it */
	unsigned need; /* controllers that the resources ask for */
	unsigned made; /* directories that cgroup_make made, counted from the deepest */
	int dir;       /* v2: for CLONE_INTO_CGROUP; or -1 */
	int entry;     /* entry_file, opened; or -1 */
};

/* A container's cgroup: its place in every hierarchy; none at all when cgroups are disabled. */
struct cgroup {
	enum cgroup_manager manager;
	char *path;	     /* "/a/b"; "" when disabled; with paths, the first of them */
	struct strmap paths; /* rootless: by the hierarchy's name; empty: path in each */
	struct place *v;
	size_t n;
	bool rootless; /* permission errors that cost nothing are forgiven */
	bool cloned;   /* CLONE_INTO_CGROUP has put the process in the v2 place */
	bool started;  /* systemd's: its scope has the container's process in it */
};

/* Plans the limits; on the way tells the v2 place which controllers it has and which are needed. */
int cgroup_plan_limits(struct cgroup *cg, const struct oci_resources *r, struct limits *out,
		       struct err *e);

/* Takes path. */
struct cgroup *cgroup_new_at(const struct layout *host, char *path);

/* The place that lists the container's processes; NULL when there is none. */
const struct place *cgroup_process_place(const struct cgroup *cg);
/* The v1 place that has a controller, else the v2 place (whatever it offers), else NULL. */
const struct place *cgroup_place_with(const struct cgroup *cg, enum controller c);

/* Gives what the limits say of real time to the parents that were made, too. In realtime.c. */
void realtime_for_parents(const struct place *p, const struct limits *l);

/* In place.c, for both kinds. */

/* A file of the cgroup, as a path below the hierarchy's root. */
const char *place_file(const struct place *p, char buf[CGROUP_FILE_MAX], const char *file);

/**
 * place_make_dirs - mkdir -p.
 * @before: called with each directory's parent ("" for the root) before it is looked for; or NULL
 */
int place_make_dirs(struct place *p,
		    int (*before)(struct place *p, const char *parent, struct err *e),
		    struct err *e);
/* Removes what this process made. */
void place_undo(struct place *p);

/**
 * place_refuse - whether the cgroup may become a container's.
 *
 * Returns: 0; -EBUSY when it has processes in it or is frozen.
 */
int place_refuse(const struct place *p, struct err *e);

/* The place where a limit is written; NULL when there is none. */
const struct place *place_of_limit(const struct place *places, size_t n, const struct limit *l);

/* places_apply - write the limits, each in the place that has its controller. */
int places_apply(const struct place *places, size_t n, const struct limits *l, struct err *e);

#endif
