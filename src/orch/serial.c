/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serial.h"

#include "core/file.h"
#include "core/strv.h"
#include "orch/store.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define ATTRIBUTE_MAX 256

static void device_done(struct serial_device *d)
{
	free(d->path);
	free(d->device_id);
	free(d->vendor_id);
	free(d->product_id);
	free(d->serial);
	free(d->manufacturer);
	free(d->product);
}

void serial_devices_done(struct serial_devices *d)
{
	for (size_t i = 0; i < d->n; i++)
		device_done(&d->v[i]);
	free(d->v);
	*d = (struct serial_devices){ 0 };
}

/* One line of sysfs; NULL when it is not there or empty. */
static char *attribute(const char *dir, const char *name)
{
	autofree char *path = xasprintf("%s/%s", dir, name);
	autostr text = { 0 };

	if (file_read(AT_FDCWD, path, ATTRIBUTE_MAX, &text, NULL) < 0 || !text.p)
		return NULL;
	text.p[strcspn(text.p, "\n")] = '\0';
	return *text.p ? xstrdup(text.p) : NULL;
}

/* The USB device is some levels above the tty's: the first that has a vendor. */
static void read_usb(const char *class_tty, const char *tty, struct serial_device *d)
{
	autofree char *link = xasprintf("%s/%s/device", class_tty, tty);
	autofree char *dir = realpath(link, NULL);
	char *slash;

	while (dir && (slash = strrchr(dir, '/')) && slash != dir) {
		d->vendor_id = attribute(dir, "idVendor");
		if (d->vendor_id)
			break;
		*slash = '\0';
	}
	if (!d->vendor_id)
		return;
	d->product_id = attribute(dir, "idProduct");
	d->serial = attribute(dir, "serial");
	d->manufacturer = attribute(dir, "manufacturer");
	d->product = attribute(dir, "product");
}

int serial_list(const char *by_id, const char *class_tty, struct serial_devices *out, struct err *e)
{
	autostrv char **names = NULL;
	int r = store_list(by_id, &names, e);

	if (r < 0)
		return r;
	*out = (struct serial_devices){ .v = xcalloc(strv_len(names) + 1, sizeof(*out->v)) };
	for (size_t i = 0; i < strv_len(names); i++) {
		autofree char *link = xasprintf("%s/%s", by_id, names[i]);
		char *path = realpath(link, NULL);
		struct serial_device *d = &out->v[out->n];

		if (!path)
			continue; /* unplugged since */
		d->path = path;
		d->device_id = xstrdup(names[i]);
		read_usb(class_tty, strrchr(path, '/') + 1, d);
		out->n++;
	}
	return 0;
}
