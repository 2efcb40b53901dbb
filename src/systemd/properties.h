/* SPDX-License-Identifier: Apache-2.0 */
/**
 * properties.h - properties of a unit, as text, in a D-Bus message.
 */
#ifndef SYSTEMD_PROPERTIES_H
#define SYSTEMD_PROPERTIES_H

#include "core/err.h"
#include <systemd/sd-bus.h>

/**
 * properties_append - append "Name=VALUE" after "Name=VALUE" to an open a(sv).
 *
 * Returns: 0; -EINVAL, one is malformed, and the message names it.
 */
int properties_append(sd_bus_message *m, char *const *properties, struct err *e);

#endif
