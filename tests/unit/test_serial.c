/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serial_ports.h"
#include "core/file.h"
#include "test.h"
#include <fcntl.h>
#include <unistd.h>

static void put(const char *dir, const char *name, const char *text)
{
	autofree char *path = xasprintf("%s/%s", dir, name);

	CHECK_INT(file_create(AT_FDCWD, path, 0644, text, strlen(text), NULL), 0);
}

static void put_link(const char *target, const char *dir, const char *name)
{
	autofree char *path = xasprintf("%s/%s", dir, name);

	CHECK_INT(symlink(target, path), 0);
}

/* A converter as udev and sysfs show it, one that was unplugged, and one that is not USB's. */
TEST(list)
{
	static const char *const dirs[] = { "dev/by-id", "class/ttyUSB0", "class/ttyS0",
					    "devices/usb1/1-1/1-1:1.0/ttyUSB0", "devices/pnp" };
	char top[] = "/tmp/runlet-test-XXXXXX";
	_cleanup_(serial_devices_done) struct serial_devices found = { 0 };
	autofree char *command = NULL;
	char *path[ARRAY_SIZE(dirs)];
	autofree char *usb = NULL;
	autofree char *class_tty = NULL;

	CHECK(mkdtemp(top) != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		path[i] = xasprintf("%s/%s", top, dirs[i]);
		CHECK_INT(dir_make_all(path[i], 0755, NULL), 0);
	}
	usb = xasprintf("%s/devices/usb1/1-1", top);
	class_tty = xasprintf("%s/class", top);
	put(top, "ttyUSB0", "");
	put(top, "ttyS0", "");
	put(usb, "idVendor", "0403\n");
	put(usb, "idProduct", "6001\n");
	put(usb, "serial", "A1\n");
	put(usb, "manufacturer", "FTDI\n");
	put_link("../../ttyUSB0", path[0], "usb-FTDI_FT232R_A1-if00-port0");
	put_link("../../ttyUSB9", path[0], "usb-gone");
	put_link("../../ttyS0", path[0], "plain");
	put_link(path[3], path[1], "device");
	put_link(path[4], path[2], "device");
	CHECK_INT(serial_list(path[0], class_tty, &found, NULL), 0);
	CHECK_INT(found.n, 2);
	CHECK_STR(found.v[0].device_id, "plain");
	CHECK(!found.v[0].vendor_id);
	CHECK_STR(found.v[1].device_id, "usb-FTDI_FT232R_A1-if00-port0");
	CHECK(str_starts(found.v[1].path, top));
	CHECK_STR(found.v[1].vendor_id, "0403");
	CHECK_STR(found.v[1].product_id, "6001");
	CHECK_STR(found.v[1].serial, "A1");
	CHECK_STR(found.v[1].manufacturer, "FTDI");
	CHECK(!found.v[1].product);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		free(path[i]);
	command = xasprintf("rm -r %s", top);
	CHECK_INT(system(command), 0);
}

TEST(none)
{
	struct serial_devices found = { 0 };

	CHECK_INT(serial_list("/nonexistent/by-id", "/nonexistent/tty", &found, NULL), 0);
	CHECK_INT(found.n, 0);
	serial_devices_done(&found);
}

static int find(const char *configs, struct serial_ports *out)
{
	struct serial_device v[] = { { .path = (char *)"/dev/null", .device_id = (char *)"usb-A1" },
				     { .path = (char *)"/dev/zero",
				       .device_id = (char *)"usb-A12" },
				     { .path = (char *)"/etc", .device_id = (char *)"usb-dir" } };
	const struct serial_devices devices = { v, ARRAY_SIZE(v) };
	autojson *doc = NULL;
	struct err e;

	CHECK_INT(json_parse(configs, strlen(configs), &doc, &e), 0);
	return serial_ports_find(json_root(doc), &devices, out, &e);
}

#define PORT(id) "{\"name\":\"n\",\"device_id\":\"" id "\",\"container_path\":\"/dev/x\"}"

TEST(ports_are_found)
{
	struct serial_ports p = { 0 };

	/* In full before a part; a part of either name; what is no device; what is nowhere. */
	CHECK_INT(find("[" PORT("usb-A12") "," PORT("A1") "," PORT("usb-A1-if00") "," PORT(
			       "dir") "," PORT("zz") "]",
		       &p),
		  0);
	CHECK_INT(p.n, 5);
	CHECK_STR(p.v[0].current_host_path, "/dev/zero");
	CHECK_INT(p.v[0].major.value, 1);
	CHECK_INT(p.v[0].minor.value, 5);
	CHECK_STR(p.v[1].current_host_path, "/dev/null");
	CHECK_STR(p.v[2].current_host_path, "/dev/null");
	CHECK_INT(p.v[3].status, SERIAL_ERROR);
	CHECK(!p.v[3].current_host_path);
	CHECK_INT(p.v[4].status, SERIAL_DISCONNECTED);
	serial_ports_done(&p);
}

TEST_MAIN
