/* SPDX-License-Identifier: Apache-2.0 */
/**
 * internal_record.h - what is on disk of internal bridges: <state_dir>/internal/<container>.json.
 */
#ifndef NET_INTERNAL_RECORD_H
#define NET_INTERNAL_RECORD_H

#include "net/internal.h"

int internal_record_save(const char *state_dir, const struct internal_net *n, struct err *e);
int internal_record_remove(const char *state_dir, const char *container, struct err *e);

#endif
