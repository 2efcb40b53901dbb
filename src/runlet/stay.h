/* SPDX-License-Identifier: Apache-2.0 */
/**
 * stay.h - what run and restore do when they are not to return at once.
 */
#ifndef RUNLET_STAY_H
#define RUNLET_STAY_H

#include "engine/create.h"
#include "engine/foreground.h"

/* Until it ends; then nothing of it is left, unless @keep. Returns its exit status, or -errno. */
int stay(struct created *c, struct foreground *f, bool keep, struct err *e);

/* It has ended, or could not be started: nothing of it stays. */
int stay_clean_up(struct created *c, struct err *e);

#endif
