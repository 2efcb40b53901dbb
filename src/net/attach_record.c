/* SPDX-License-Identifier: Apache-2.0 */
#include "net/attach_record.h"

#include "net/record_file.h"

#include <ctype.h>
#include <errno.h>

#define NAME_LEN_MAX 128

static const struct field attached_fields[] = {
	VNIC_FIELDS(struct attached, vnic.),
	F_STRING("docker_network_name", struct attached, network, 0),
	F_UINT("metric", struct attached, metric, UINT32_MAX, 0),
	F_STRING("dhcp_ip", struct attached, dhcp_ip, 0),
	F_STRING("dhcp_gateway", struct attached, dhcp_gateway, 0),
	F_STRING("dhcp_dns", struct attached, dhcp_dns, 0),
};
const struct record attached_record = RECORD(struct attached, NULL, attached_fields);

static const struct name resolv_kinds[] = {
	{ "pid", RESOLV_PID },
	{ "file", RESOLV_FILE },
	{ 0 },
};

static const struct field record_fields[] = {
	F_STRING("container", struct attach_record, container, FIELD_REQUIRED),
	F_STRING("state", struct attach_record, state, FIELD_REQUIRED),
	F_STRING("boot_id", struct attach_record, boot_id, FIELD_REQUIRED),
	F_UINT("netns_dev", struct attach_record, netns_dev, UINT64_MAX, FIELD_REQUIRED),
	F_UINT("netns_ino", struct attach_record, netns_ino, UINT64_MAX, FIELD_REQUIRED),
	F_UINT("netns_cookie", struct attach_record, netns_cookie, UINT64_MAX, 0),
	F_STRING("netns_path", struct attach_record, netns_path, 0),
	F_INT("pid", struct attach_record, pid, 0, INT32_MAX, 0),
	F_UINT("start_time", struct attach_record, start_time, INT64_MAX, 0),
	F_ENUM("resolv", struct attach_record, resolv_kind, resolv_kinds, 0),
	F_INT("resolv_pid", struct attach_record, resolv_pid, 0, INT32_MAX, 0),
	F_UINT("resolv_start_time", struct attach_record, resolv_start_time, INT64_MAX, 0),
	F_STRING("resolv_path", struct attach_record, resolv_path, 0),
	F_STRING("resolv_before", struct attach_record, resolv_before, 0),
	F_LIST("vnics", struct attach_record, v, n, &attached_record, FIELD_REQUIRED),
};
static const struct record record_record = RECORD(struct attach_record, NULL, record_fields);

struct macs {
	struct strmap map;
};
static const struct field macs_fields[] = {
	F_STRMAP("macs", struct macs, map, FIELD_REQUIRED),
};
static const struct record macs_record = RECORD(struct macs, NULL, macs_fields);

void attach_record_done(struct attach_record *r)
{
	record_done(&record_record, r);
}

static bool is_safe(char c)
{
	return isascii((unsigned char)c) && (isalnum((unsigned char)c) || strchr("_+.-", c));
}

int attach_check_name(const char *container, struct err *e)
{
	size_t n = strlen(container);

	for (size_t i = 0; i < n; i++)
		if (!is_safe(container[i]))
			n = 0;
	if (n == 0 || n > NAME_LEN_MAX || container[0] == '.' || container[0] == '-')
		return err_msg(
			e, EINVAL,
			"container \"%s\": not a name of up to %d letters, digits, '_', '+', "
			"'.' and '-'",
			container, NAME_LEN_MAX);
	return 0;
}

static struct record_file records(const char *state_dir)
{
	return (struct record_file){ state_dir, "attach", &record_record };
}

static struct record_file mac_files(const char *state_dir)
{
	return (struct record_file){ state_dir, "mac", &macs_record };
}

int attach_record_load(const char *state_dir, const char *container, struct attach_record *out,
		       struct err *e)
{
	const struct record_file f = records(state_dir);

	return record_file_load(&f, container, out, e);
}

int attach_record_save(const char *state_dir, const struct attach_record *r, struct err *e)
{
	const struct record_file f = records(state_dir);

	return record_file_save(&f, r->container, r, e);
}

int attach_record_remove(const char *state_dir, const char *container, struct err *e)
{
	const struct record_file f = records(state_dir);

	return record_file_remove(&f, container, e);
}

int attach_macs_load(const char *state_dir, const char *container, struct strmap *out,
		     struct err *e)
{
	const struct record_file f = mac_files(state_dir);
	struct macs m = { 0 };
	int r = record_file_load(&f, container, &m, e);

	if (r >= 0)
		*out = m.map;
	return r < 0 ? r : 0;
}

int attach_macs_save(const char *state_dir, const char *container, const struct strmap *macs,
		     struct err *e)
{
	const struct record_file f = mac_files(state_dir);
	const struct macs m = { *macs };

	return record_file_save(&f, container, &m, e);
}

int attach_macs_remove(const char *state_dir, const char *container, struct err *e)
{
	const struct record_file f = mac_files(state_dir);

	return record_file_remove(&f, container, e);
}

struct resolv_target attach_resolv_target(const struct attach_record *r)
{
	return (struct resolv_target){
		.kind = (enum resolv_kind)r->resolv_kind,
		.pid = (pid_t)r->resolv_pid,
		.start_time = r->resolv_start_time,
		.path = r->resolv_path,
	};
}

/* ---- all of them ---- */

struct each {
	attach_record_fn *fn;
	void *data;
};

static int visit(const void *record, void *data, struct err *e)
{
	const struct each *each = data;

	return each->fn(record, each->data, e);
}

int attach_record_each(const char *state_dir, attach_record_fn *fn, void *data, struct err *e)
{
	const struct record_file f = records(state_dir);
	struct each each = { fn, data };
	struct attach_record scratch = { 0 };

	return record_file_each(&f, &scratch, visit, &each, e);
}
