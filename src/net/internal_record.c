/* SPDX-License-Identifier: Apache-2.0 */
#include "net/internal_record.h"

#include "net/record_file.h"

static const struct field fields[] = {
	F_STRING("name", struct internal_net, name, FIELD_REQUIRED),
	F_STRING("container", struct internal_net, container, FIELD_REQUIRED),
	F_STRING("bridge", struct internal_net, bridge, FIELD_REQUIRED),
	F_STRING("host_interface", struct internal_net, host_interface, FIELD_REQUIRED),
	F_STRING("interface", struct internal_net, interface, FIELD_REQUIRED),
	F_STRING("subnet", struct internal_net, subnet, FIELD_REQUIRED),
	F_STRING("host_address", struct internal_net, host_address, FIELD_REQUIRED),
	F_STRING("address", struct internal_net, address, FIELD_REQUIRED),
	F_STRING("mac", struct internal_net, mac, FIELD_REQUIRED),
	F_STRING("boot_id", struct internal_net, boot_id, FIELD_REQUIRED),
};
const struct record internal_record = RECORD(struct internal_net, NULL, fields);

void internal_done(struct internal_net *n)
{
	record_done(&internal_record, n);
}

static struct record_file files(const char *state_dir)
{
	return (struct record_file){ state_dir, "internal", &internal_record };
}

int internal_record_save(const char *state_dir, const struct internal_net *n, struct err *e)
{
	const struct record_file f = files(state_dir);

	return record_file_save(&f, n->container, n, e);
}

int internal_record_remove(const char *state_dir, const char *container, struct err *e)
{
	const struct record_file f = files(state_dir);

	return record_file_remove(&f, container, e);
}

int internal_get(const char *state_dir, const char *container, struct internal_net *out,
		 struct err *e)
{
	const struct record_file f = files(state_dir);

	return record_file_load(&f, container, out, e);
}

struct each {
	internal_each_fn *fn;
	void *data;
};

static int visit(const void *record, void *data, struct err *e)
{
	const struct each *each = data;

	return each->fn(record, each->data, e);
}

int internal_each(const char *state_dir, internal_each_fn *fn, void *data, struct err *e)
{
	const struct record_file f = files(state_dir);
	struct each each = { fn, data };
	struct internal_net scratch = { 0 };

	return record_file_each(&f, &scratch, visit, &each, e);
}
