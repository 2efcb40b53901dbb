/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rdt.h - Intel RDT: a container's class of service and its monitoring group in resctrl.
 *
 * A class (CLOS) is a directory of the resctrl file system, with a file of limits, `schemata`, and
 * one of processes, `tasks`. A container gets one of its own, named by its id, or shares one that
 * its configuration names. Only what was made for a container is removed with it.
 *
 * The root of the file system is a descriptor, borrowed: rdt_open_host gives the host's. Spec:
 * config-linux.md#intelrdt.
 */
#ifndef ENGINE_RDT_H
#define ENGINE_RDT_H

#include "core/record.h"
#include "libocispec/config.h"

/* Where a container is, as the journal and the state record it. */
struct rdt {
	char *clos;	/* the class's name; "/" is the root's */
	bool made;	/* the class is the container's own */
	bool monitored; /* it has a monitoring group, named by its id */
};
extern const struct record rdt_record;
struct rdt *rdt_copy(const struct rdt *r);
void rdt_free(struct rdt *r); /* NULL is fine */

/**
 * rdt_open_host - the root of this host's resctrl file system.
 * Returns: a descriptor; -ENODEV, none is mounted.
 */
int rdt_open_host(int proc, struct err *e);

/**
 * rdt_plan - decide on the class; nothing is made.
 * @out: heap, free with rdt_free
 *
 * Returns: 0; -ENODEV, a class that is only named does not exist; -EINVAL, the class exists and has
 * other limits, or the name is not a class's; -EEXIST, the monitoring group is there.
 */
int rdt_plan(int root, const struct oci_intel_rdt *c, const char *id, struct rdt **out,
	     struct err *e);

/* Makes the directories: on failure none is left. */
int rdt_make(int root, const struct rdt *r, const char *id, struct err *e);
/* Sets the limits of a class that was made. The kernel's reason is in the message. */
int rdt_limit(int root, const struct rdt *r, const struct oci_intel_rdt *c, struct err *e);
/* Puts a process in, before it has threads or children. @pid: 0 is the caller */
int rdt_add(int root, const struct rdt *r, const char *id, pid_t pid, struct err *e);
/* Removes what was made; absent is success. Processes that are left fall back to the root class. */
int rdt_remove(int root, const struct rdt *r, const char *id, struct err *e);

/**
 * rdt_update - set limits of a container's class anew, l3CacheSchema and memBwSchema only.
 * @undo: receives what rdt_restore takes, heap; NULL on failure, when nothing was changed
 */
int rdt_update(int root, const struct rdt *r, const struct oci_intel_rdt *c, char **undo,
	       struct err *e);
void rdt_restore(int root, const struct rdt *r, const char *undo);

/* ---- pure ---- */

/**
 * rdt_line_holds - whether a schemata file has what a line of the configuration asks for.
 * @schemata: the file's text, e.g. "    L3:0=fffff;1=fffff\n    MB:0= 100;1= 100\n"
 * @line: e.g. "L3:0=fffff"; domains that it does not name are left out
 */
bool rdt_line_holds(const char *schemata, const char *line);
/* The file's line of a resource, "L3" or "MB", without blanks at its ends; heap, or NULL. */
char *rdt_line_of(const char *schemata, const char *resource);

#endif
