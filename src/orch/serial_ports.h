/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serial_ports.h - the serial ports that a message wants in a container: "serial_configs".
 *
 * A port is named by what udev calls the device in /dev/serial/by-id, or a part of that, and so is
 * found wherever it is plugged in.
 */
#ifndef ORCH_SERIAL_PORTS_H
#define ORCH_SERIAL_PORTS_H

#include "core/record.h"
#include "orch/serial.h"

enum serial_status { SERIAL_CONNECTED = 1, SERIAL_DISCONNECTED, SERIAL_ERROR };

struct serial_port {
	char *name;
	char *device_id;
	char *container_path;
	int status;		 /* enum serial_status */
	char *current_host_path; /* NULL unless it is connected, as: */
	struct opt_int major, minor;
};

struct serial_ports {
	struct serial_port *v;
	size_t n;
};
void serial_ports_done(struct serial_ports *p);

/* What can be checked without the host: paths below /dev, nothing twice. @configs: its members were
 * checked by message_check. Returns 0 or -EINVAL; pure. */
int serial_ports_check(const struct json *configs, struct err *e);

/* Looks for each of them among the devices that there are. Reads only what a device number is. */
int serial_ports_find(const struct json *configs, const struct serial_devices *devices,
		      struct serial_ports *out, struct err *e);

/* As get_device_status has them and, with @numbers, as serial_configs.json does. */
void serial_ports_encode(const struct serial_ports *p, bool numbers, struct json_out *out);

#endif
