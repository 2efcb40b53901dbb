/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lock.h - one caller at a time on a parent, a bridge, a pool of addresses.
 *
 * What the kernel does in one request needs none. A check and the change that depends on it do.
 */
#ifndef NET_LOCK_H
#define NET_LOCK_H

#include "core/err.h"

/**
 * net_lock - wait for and take the lock of a name.
 * @state_dir: made when it is not there; the lock is the file locks/NAME in it, which stays
 * @name: safe as a file name: an interface's name passes, a path does not (-EINVAL)
 *
 * Returns: a descriptor; the lock goes when it is closed, at the latest with the process.
 * -ETIMEDOUT after half a minute.
 */
int net_lock(const char *state_dir, const char *name, struct err *e);

#endif
