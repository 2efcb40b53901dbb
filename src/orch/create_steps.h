/* SPDX-License-Identifier: Apache-2.0 */
/**
 * create_steps.h - the single steps of creating a container; for orch/create.c.
 */
#ifndef ORCH_CREATE_STEPS_H
#define ORCH_CREATE_STEPS_H

#include "orch/container.h"
#include "orch/image.h"
#include "orch/run_request.h"

/* What one step leaves for the next ones. */
struct creation {
	const struct orch *o;
	struct container *c;
	struct image *image;
	struct run_request *run; /* of `orchctl run`; NULL: of a message or a document */
};

int step_validate(struct creation *s, struct err *e);
int step_pull(struct creation *s, struct err *e);
int step_prepare_network(struct creation *s, struct err *e);
int step_attach_networks(struct creation *s, struct err *e);
int step_make_container(struct creation *s, struct err *e);
int step_register(struct creation *s, struct err *e);
int step_save_vnics(struct creation *s, struct err *e);
int step_start(struct creation *s, struct err *e);

/* Undoing; nothing there is no error. */
int undo_start(const struct orch *o, const struct container *c, struct err *e);
int undo_save_vnics(const struct orch *o, const struct container *c, struct err *e);
int undo_register(const struct orch *o, const struct container *c, struct err *e);
int undo_make_container(const struct orch *o, const struct container *c, struct err *e);
int undo_attach_networks(const struct orch *o, const struct container *c, struct err *e);
int undo_prepare_network(const struct orch *o, const struct container *c, struct err *e);

/* config.json of the container's directory, from its record and its image. */
int create_config(const struct creation *s, const char *rootfs, struct err *e);
/* That and monitor.json. */
int create_bundle(const struct creation *s, const char *rootfs, struct err *e);
/* Of one that is to go, and whose monitor.json is damaged: another, from its record. */
int create_spec_anew(const struct orch *o, const struct container *c, struct err *e);

#endif
