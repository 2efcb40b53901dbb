/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serial.h - serial devices that keep their name wherever they are plugged in.
 */
#ifndef ORCH_SERIAL_H
#define ORCH_SERIAL_H

#include "core/err.h"

/* NULL: not known. */
struct serial_device {
	char *path;	 /* "/dev/ttyUSB0" */
	char *device_id; /* its link in /dev/serial/by-id */
	char *vendor_id;
	char *product_id;
	char *serial;
	char *manufacturer;
	char *product;
};

struct serial_devices {
	struct serial_device *v;
	size_t n;
};
void serial_devices_done(struct serial_devices *d);

/**
 * serial_list - all of them, sorted by device_id.
 * @by_id: the directory of links, "/dev/serial/by-id"; none there: no devices
 * @class_tty: "/sys/class/tty"
 */
int serial_list(const char *by_id, const char *class_tty, struct serial_devices *out,
		struct err *e);

#endif
