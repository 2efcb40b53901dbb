/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup.h - a container's cgroup, whatever the host's layout.
 *
 * A struct cgroup names one container's place in every hierarchy: each v1 controller, the v2
 * hierarchy, or both (hybrid). Behind it stands one struct place_ops per kind of hierarchy, and one
 * table that maps each resource of the spec to its v1 file, its v2 file and the conversion.
 *
 * Only the container's own directory in each hierarchy and what is below it are ever removed (its
 * parents stay, as they may hold others), and only processes in them are ever signalled. A
 * hybrid host's v2 hierarchy gets a directory only when a resource needs it.
 *
 * With CGROUP_DISABLED there is no cgroup: cgroup_path is "", limits are not set, there are no
 * processes, and nothing has to be removed; all this succeeds. Only what cannot be pretended fails
 * with -EOPNOTSUPP: cgroup_update, cgroup_freeze, and cgroup_add with a sub-cgroup.
 *
 * With CGROUP_SYSTEMD the cgroup is that of a transient scope, which cgroup_start_scope makes
 * between cgroup_plan and cgroup_make; limits are its properties, too, and cgroup_remove ends it.
 */
#ifndef ENGINE_CGROUP_CGROUP_H
#define ENGINE_CGROUP_CGROUP_H

#include "core/err.h"
#include "core/strv.h"
#include "libocispec/config.h"

struct cgroup;

enum cgroup_manager { CGROUP_CGROUPFS = 1, CGROUP_SYSTEMD, CGROUP_DISABLED };
extern const struct name cgroup_manager_names[]; /* "cgroupfs", "systemd", "disabled" */

/**
 * cgroup_set_session - have the caller's own systemd manage what CGROUP_SYSTEMD makes.
 * @runtime_dir: the value of XDG_RUNTIME_DIR, kept; NULL, as it is at first: the system's
 */
void cgroup_set_session(const char *runtime_dir);
/* Whether the program is installed that talks to systemd. */
bool cgroup_has_systemd(void);

/**
 * cgroup_plan - decide where a container's cgroup is; nothing is made.
 * @cgroups_path: linux.cgroupsPath, or NULL for the default, "/<id>"
 *
 * A relative cgroupsPath is taken below the root, "" is the default. ".." and the root itself are
 * refused. For CGROUP_SYSTEMD it is "slice:prefix:name", and the default is the slice system.slice
 * (of a user's manager user.slice), the prefix runlet and the name <id>. Reads the host's layout,
 * once per process.
 *
 * Returns: 0; -EINVAL; -ENODEV, this host has no cgroup hierarchy mounted; of a user's systemd
 * -EIO, or -EOPNOTSUPP.
 */
int cgroup_plan(enum cgroup_manager manager, const char *cgroups_path, const char *id,
		struct cgroup **out, struct err *e);
/* cgroup_open - the same from what cgroup_path gave when it was made, as the state records it. */
int cgroup_open(enum cgroup_manager manager, const char *path, struct cgroup **out, struct err *e);
/**
 * cgroup_plan_rootless - the same for a caller who may not make cgroups everywhere.
 * @r: what will be asked of it
 *
 * A cgroupsPath must be made as ever. Without one, the cgroup is made below the caller's own (on v2
 * beside it) in those hierarchies where the caller may, if any. Device rules that the kernel
 * refuses are left out: without privilege, no device can be made.
 *
 * Returns: 0; -EACCES, a limit is asked for whose hierarchy is not among them.
 */
int cgroup_plan_rootless(const char *cgroups_path, const char *id, const struct oci_resources *r,
			 struct cgroup **out, struct err *e);
/* cgroup_open_at - the same from what cgroup_paths gave, when that was not empty. */
int cgroup_open_at(const struct strmap *paths, struct cgroup **out, struct err *e);
void cgroup_free(struct cgroup *cg);
void cgroup_free_p(struct cgroup **cg);
/* The path below each hierarchy's root, as in cgroupsPath; borrowed. */
const char *cgroup_path(const struct cgroup *cg);
/* The path in each hierarchy by the hierarchy's name, where they differ; empty otherwise. */
const struct strmap *cgroup_paths(const struct cgroup *cg);
enum cgroup_manager cgroup_manager_of(const struct cgroup *cg);

/**
 * cgroup_refuse_used - look for what cgroup_make would refuse; nothing is made.
 *
 * For before the journal is written: what it names is taken for the container's from then on, and
 * `delete --force` kills what it finds there.
 */
int cgroup_refuse_used(const struct cgroup *cg, struct err *e);

/**
 * cgroup_start_scope - for CGROUP_SYSTEMD: have systemd make the scope, with a process in it.
 * @pid: the container's first process, which systemd moves there
 * @annotations: those called org.systemd.property.NAME set properties
 *
 * Waits for systemd's job. After a failure cgroup_remove removes what there may be.
 */
int cgroup_start_scope(struct cgroup *cg, const char *id, pid_t pid, const struct oci_resources *r,
		       const struct strmap *annotations, struct err *e);

/**
 * cgroup_make - make the directories and set the limits.
 *
 * Refuses a cgroup that has processes in it or is frozen (-EBUSY); an empty one is used. On failure
 * everything that this call made is removed again. Limits that could kill the runtime's own set-up
 * (memory, pids) are in force as soon as a process enters. A device that no rule allows is denied,
 * also without resources.
 *
 * Returns: 0; -EINVAL, a value is out of range; -EOPNOTSUPP, this host cannot set what is asked
 * for; or the kernel's errno. The message names the config's member, and never says "no such file
 * or directory", which callers take for a missing program.
 */
int cgroup_make(struct cgroup *cg, const struct oci_resources *r, struct err *e);

/* After cgroup_make: on v2, when the container has a cgroup namespace and a writable cgroup mount
 * of its own, makes its user the owner, so that it can make sub-cgroups. */
int cgroup_give(const struct cgroup *cg, const struct oci_config *c, struct err *e);

/* After cgroup_make or cgroup_open, in the parent: opens what cgroup_enter needs.
 * @for_clone: also what cgroup_v2_fd gives, a directory: not where others may look at the child. */
int cgroup_open_entry(struct cgroup *cg, bool for_clone, struct err *e);
/**
 * cgroup_enter - put the calling process in; for the child between fork and exec.
 *
 * No allocation, no stdio. The process must have one thread, and enter before it makes a cgroup
 * namespace, whose root is the cgroup that it is in then. On v1 it writes "0" to `tasks`: moving
 * oneself takes no global lock, which saves some 10 ms. On v2 only CLONE_INTO_CGROUP does that, so
 * use it where cgroup_v2_fd gives a descriptor.
 */
int cgroup_enter(const struct cgroup *cg, struct err *e);
/* The same for a process that was given the descriptors that cgroup_entries lists. */
#define CGROUP_ENTRIES_MAX 16
size_t cgroup_entries(const struct cgroup *cg, int fds[CGROUP_ENTRIES_MAX]);
int cgroup_enter_by(const int *fds, size_t n, struct err *e);
/* After cgroup_open_entry: a directory fd for clone3's CLONE_INTO_CGROUP, borrowed; -1: none. */
int cgroup_v2_fd(const struct cgroup *cg);
/* Before the clone: CLONE_INTO_CGROUP is used, so that cgroup_enter leaves v2 out. */
void cgroup_set_cloned(struct cgroup *cg, bool cloned);
/**
 * cgroup_add - put another process in; slow (see cgroup_enter), so for sub-cgroups.
 * @sub: exec --cgroup's list of "path", for every hierarchy, or on v1 "ctrl[,ctrl]:path"; or NULL
 *
 * A sub-cgroup must exist. Returns: 0; -EINVAL; -ENODEV, it does not; -ESRCH, no such process; or
 * on v2 -EBUSY when the cgroup has controllers enabled for sub-cgroups, so takes no process.
 */
int cgroup_add(struct cgroup *cg, pid_t pid, char *const *sub, struct err *e);

/**
 * cgroup_update - change limits of a running container; only what is set in r.
 *
 * Device rules, when there are any, replace all that are in force, without a moment in which a
 * device that both allow is refused. On failure the limits that were changed are put back, as far
 * as the kernel lets; of device rules, which come last, some may stay.
 */
int cgroup_update(struct cgroup *cg, const struct oci_resources *r, struct err *e);

/* Whether there is a hierarchy that knows the container's processes. */
bool cgroup_lists_processes(const struct cgroup *cg);
/* Pids of every process in the cgroup and the cgroups below it; *pids is heap. Absent: none. */
int cgroup_pids(struct cgroup *cg, pid_t **pids, size_t *n, struct err *e);
/**
 * cgroup_signal - signal every process in it and below.
 *
 * By pidfd, after looking again that it is still the cgroup's, so that a pid that was used again
 * meanwhile is not hit. SIGKILL reaches processes that are made meanwhile, too, and thaws. The
 * calling process itself is left out.
 */
int cgroup_signal(struct cgroup *cg, int sig, struct err *e);
/* Freezes and waits until every process has stopped, 2 s at most, or thaws. */
int cgroup_freeze(struct cgroup *cg, bool freeze, struct err *e);
/* 1 frozen (or freezing), 0 not (or absent), or -errno. */
int cgroup_frozen(struct cgroup *cg, struct err *e);
/* The directory by which it is frozen, as the host sees it; heap, NULL when there is none. */
char *cgroup_freezer(const struct cgroup *cg);
/* Processes killed by the memory limit so far, 0 when unknown: to explain a death. */
uint64_t cgroup_oom_kills(struct cgroup *cg);

/**
 * cgroup_remove - remove the sub-cgroups and the directories; absent is success.
 * @kill: kill what is in them first. Without, what is found there after 3 s is somebody else's
 *   (a container with a pid namespace of its own dies whole with its init), and is -EBUSY
 *
 * Waits (by events, not by sleeping, where the kernel tells) at most 10 s for killed processes.
 * Returns: 0 only when nothing is left; -EBUSY names the cgroup that would not go.
 */
int cgroup_remove(struct cgroup *cg, bool kill, struct err *e);

/* The hierarchies of this host, for cgroup mounts inside a container (fs/) and for features. */
struct cgroup_hierarchy {
	char *name;	  /* v1: "cpu", "cpu,cpuacct", "systemd"; v2: "" */
	char *mountpoint; /* on the host */
	char *own_path;	  /* where this process is in it, "/" based */
	bool v2;
};
enum cgroup_layout { CGROUP_NONE = 1, CGROUP_V1, CGROUP_HYBRID, CGROUP_V2 };
enum cgroup_layout cgroup_layout(void);
/* Read once per process; borrowed, ends with name == NULL. */
const struct cgroup_hierarchy *cgroup_hierarchies(void);

#endif
