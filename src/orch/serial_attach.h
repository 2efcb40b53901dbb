/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serial_attach.h - a container's serial ports, in its config.json and in serial_configs.json.
 */
#ifndef ORCH_SERIAL_ATTACH_H
#define ORCH_SERIAL_ATTACH_H

#include "orch/container.h"
#include "orch/serial_ports.h"

#define SERIAL_BY_ID "/dev/serial/by-id"
#define SERIAL_CLASS_TTY "/sys/class/tty"

/**
 * serial_attach - have what is plugged in now in the container from its next start.
 *
 * A node for each port that is connected, and the right to use it; and to USB's serial devices
 * (188, 166) in general, so that one that comes back under another number may be used. A container
 * that asked for none is left alone. What is found is kept in serial_configs.json.
 */
int serial_attach(const struct orch *o, const struct container *c, struct err *e);

/* Its ports as they are now; none when it asked for none. Returns 0 or -errno. */
int serial_look(const struct orch *o, const struct container *c, struct serial_ports *out,
		struct err *e);

/* Removes it from serial_configs.json. */
int serial_forget(const struct orch *o, const struct container *c, struct err *e);

#endif
