/* SPDX-License-Identifier: Apache-2.0 */
/**
 * work.h - what a worker does (orch/worker.h), to its end.
 */
#ifndef ORCH_WORK_H
#define ORCH_WORK_H

#include "orch/orch.h"

/* @kind, @name: as operation_start got them. Takes the lock over that it was given. Returns 0, or
 * -errno; what went wrong is in the operation's record, too. */
int work_run(const struct orch *o, const char *kind, const char *name, struct err *e);

#endif
