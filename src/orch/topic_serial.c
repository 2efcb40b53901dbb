/* SPDX-License-Identifier: Apache-2.0 */
/* get_serial_devices: the host's serial devices, with what USB says of them. */
#include "orch/topics.h"

#include "orch/serial_attach.h"

static void put_device(struct json_out *ack, const struct serial_device *d)
{
	const struct {
		const char *name;
		const char *text;
	} members[] = {
		{ "path", d->path },	       { "device_id", d->device_id },
		{ "vendor_id", d->vendor_id }, { "product_id", d->product_id },
		{ "serial", d->serial },       { "manufacturer", d->manufacturer },
		{ "product", d->product },
	};

	json_out_object(ack);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		json_out_name(ack, members[i].name);
		if (members[i].text)
			json_out_string(ack, members[i].text);
		else
			json_out_null(ack);
	}
	json_out_end(ack);
}

static int handle(const struct orch *o _unused_, const struct json *message _unused_,
		  struct json_out *ack, struct message_result *result _unused_, struct err *e)
{
	_cleanup_(serial_devices_done) struct serial_devices found = { 0 };
	int r = serial_list(SERIAL_BY_ID, SERIAL_CLASS_TTY, &found, e);

	if (r < 0)
		return r;
	json_out_name(ack, "status");
	json_out_string(ack, "success");
	json_out_name(ack, "devices");
	json_out_array(ack);
	for (size_t i = 0; i < found.n; i++)
		put_device(ack, &found.v[i]);
	json_out_end(ack);
	json_out_name(ack, "count");
	json_out_u64(ack, found.n);
	return 0;
}

const struct topic topic_get_serial_devices = {
	.name = "get_serial_devices",
	.handle = handle,
};
