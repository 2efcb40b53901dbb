/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dhcp_record.h"

#include "core/file.h"
#include "net/attach.h"
#include "net/ifname.h"
#include "net/leftovers.h"
#include "net/process_id.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX 65536
#define LOCK_TIMEOUT_MS 30000

static const struct field route_fields[] = {
	F_STRING("destination", struct dhcp_route, destination, FIELD_REQUIRED),
	F_STRING("gateway", struct dhcp_route, gateway, 0),
};
static const struct record route_record = RECORD(struct dhcp_route, NULL, route_fields);

static const struct field lease_fields[] = {
	F_STRING("interface", struct dhcp_lease, interface, FIELD_REQUIRED),
	F_STRING("ip", struct dhcp_lease, ip, 0),
	F_STRING("subnet", struct dhcp_lease, subnet, 0),
	F_STRING("mask", struct dhcp_lease, mask, 0),
	F_UINT("prefix", struct dhcp_lease, prefix, 32, 0),
	F_STRING("broadcast", struct dhcp_lease, broadcast, 0),
	F_STRING("router", struct dhcp_lease, router, 0),
	F_STRING("dns", struct dhcp_lease, dns, 0),
	F_STRING("domain", struct dhcp_lease, domain, 0),
	F_UINT("mtu", struct dhcp_lease, mtu, UINT16_MAX, 0),
	F_STRING("hostname", struct dhcp_lease, hostname, 0),
	F_STRING("ntpsrv", struct dhcp_lease, ntpsrv, 0),
	F_UINT("lease", struct dhcp_lease, lease, UINT32_MAX, 0),
	F_STRING("serverid", struct dhcp_lease, serverid, 0),
	F_LIST("routes", struct dhcp_lease, routes, n_routes, &route_record, 0),
	F_STRING("error", struct dhcp_lease, error, 0),
	F_STRING("timestamp", struct dhcp_lease, timestamp, FIELD_REQUIRED),
	F_STRING("event", struct dhcp_lease, event, FIELD_REQUIRED),
	F_STRING("mac", struct dhcp_lease, mac, 0),
	F_STRING("boot_id", struct dhcp_lease, boot_id, FIELD_REQUIRED),
	F_INT("pid", struct dhcp_lease, pid, 1, INT32_MAX, FIELD_REQUIRED),
	F_UINT("start_time", struct dhcp_lease, start_time, INT64_MAX, FIELD_REQUIRED),
	F_UINT("since", struct dhcp_lease, since, INT64_MAX, FIELD_REQUIRED),
};
const struct record dhcp_lease_record = RECORD(struct dhcp_lease, NULL, lease_fields);

static const struct name resolv_kinds[] = {
	{ "pid", RESOLV_PID },
	{ "file", RESOLV_FILE },
	{ 0 },
};

static const struct field record_fields[] = {
	F_STRING("container", struct dhcp_record, container, FIELD_REQUIRED),
	F_STRING("interface", struct dhcp_record, ifname, FIELD_REQUIRED),
	F_UINT("metric", struct dhcp_record, metric, UINT32_MAX, 0),
	F_BOOL("no_default", struct dhcp_record, no_default, 0),
	F_ENUM("resolv", struct dhcp_record, resolv_kind, resolv_kinds, 0),
	F_INT("resolv_pid", struct dhcp_record, resolv_pid, 0, INT32_MAX, 0),
	F_UINT("resolv_start_time", struct dhcp_record, resolv_start_time, INT64_MAX, 0),
	F_STRING("resolv_path", struct dhcp_record, resolv_path, FIELD_ABSOLUTE),
	F_INT("pid", struct dhcp_record, pid, 1, INT32_MAX, FIELD_REQUIRED),
	F_UINT("start_time", struct dhcp_record, start_time, INT64_MAX, FIELD_REQUIRED),
	F_STRING("boot_id", struct dhcp_record, boot_id, FIELD_REQUIRED),
};
static const struct record record_record = RECORD(struct dhcp_record, NULL, record_fields);

void dhcp_lease_done(struct dhcp_lease *l)
{
	record_done(&dhcp_lease_record, l);
}

void dhcp_record_done(struct dhcp_record *r)
{
	record_done(&record_record, r);
}

/* ---- places ---- */

char *dhcp_dir_path(const char *state_dir, const char *container)
{
	return xasprintf("%s/dhcp/%s", state_dir, container);
}

char *dhcp_file_name(const char *ifname, enum dhcp_file file)
{
	static const char *const suffixes[DHCP_FILES] = {
		[DHCP_FILE_RECORD] = "json",
		[DHCP_FILE_LEASE] = "lease",
		[DHCP_FILE_ERROR] = "error",
	};

	return xasprintf("%s.%s", ifname, suffixes[file]);
}

int dhcp_dir_open(const char *state_dir, const char *container, bool make, struct err *e)
{
	autofree char *path = dhcp_dir_path(state_dir, container);
	int fd, r = attach_check_name(container, e);

	if (r == 0 && make)
		r = dir_make_all(path, 0700, e);
	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_set(e, errno, "open %s", path) : fd;
}

int dhcp_lock(const char *state_dir, bool make, struct err *e)
{
	autofree char *path = xasprintf("%s/dhcp", state_dir);
	autofd int fd = -1;
	int r = make ? dir_make_all(path, 0700, e) : 0;

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	r = fd_lock(fd, true, LOCK_TIMEOUT_MS, e);
	return r < 0 ? err_wrap(e, "lock of %s: ", path) : TAKE_FD(fd);
}

/* ---- reading ---- */

/* Returns 1, 0 when it is not there, or -errno. */
static int read_file(int dir, const char *ifname, enum dhcp_file file, struct str *out,
		     struct err *e)
{
	autofree char *name = dhcp_file_name(ifname, file);
	struct err why = { 0 };
	int r = ifname_check(ifname, "interface", e);

	if (r < 0)
		return r;
	r = file_read(dir, name, FILE_MAX, out, &why);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? err_msg(e, why.num, "%s: %s", name, why.text) : 1;
}

static int load(int dir, const char *ifname, enum dhcp_file file, const struct record *record,
		void *out, struct err *e)
{
	autostr text = { 0 };
	int r = read_file(dir, ifname, file, &text, e);

	if (r <= 0)
		return r;
	r = record_parse(record, text.p ? text.p : "", text.len, out, e);
	return r < 0 ? err_wrap(e, "DHCP client of %s: ", ifname) : 1;
}

int dhcp_record_load(int dir, const char *ifname, struct dhcp_record *out, struct err *e)
{
	return load(dir, ifname, DHCP_FILE_RECORD, &record_record, out, e);
}

int dhcp_lease_load(int dir, const char *ifname, struct dhcp_lease *out, struct err *e)
{
	return load(dir, ifname, DHCP_FILE_LEASE, &dhcp_lease_record, out, e);
}

int dhcp_error_load(int dir, const char *ifname, char **out, struct err *e)
{
	autostr text = { 0 };
	int r = read_file(dir, ifname, DHCP_FILE_ERROR, &text, e);

	if (r <= 0)
		return r;
	while (text.len > 0 && text.p[text.len - 1] == '\n')
		text.p[--text.len] = '\0';
	*out = str_take(&text);
	return 1;
}

/* ---- writing ---- */

static int save(int dir, const char *ifname, enum dhcp_file file, const struct record *record,
		const void *in, struct err *e)
{
	autofree char *name = dhcp_file_name(ifname, file);
	autojsonout *o = json_out_new("  ");
	const char *text;
	size_t len;

	record_encode(record, in, o);
	text = json_out_text(o, &len);
	return file_replace(dir, name, 0644, text, len, 0, e);
}

int dhcp_record_save(int dir, const struct dhcp_record *r, struct err *e)
{
	return save(dir, r->ifname, DHCP_FILE_RECORD, &record_record, r, e);
}

int dhcp_lease_save(int dir, const char *ifname, const struct dhcp_lease *l, struct err *e)
{
	return save(dir, ifname, DHCP_FILE_LEASE, &dhcp_lease_record, l, e);
}

int dhcp_error_save(int dir, const char *ifname, const char *text, struct err *e)
{
	autofree char *name = dhcp_file_name(ifname, DHCP_FILE_ERROR);
	autostr line = { 0 };
	struct err shown = { 0 };

	if (!text || !*text)
		return dhcp_file_remove(dir, ifname, DHCP_FILE_ERROR, e);
	(void)err_msg(&shown, EINVAL, "%s", text); /* makes one line of it */
	str_addf(&line, "%s\n", shown.text);
	return file_replace(dir, name, 0644, line.p, line.len, 0, e);
}

int dhcp_file_remove(int dir, const char *ifname, enum dhcp_file file, struct err *e)
{
	autofree char *name = dhcp_file_name(ifname, file);

	leftovers_remove(dir, ".", name);
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return err_set(e, errno, "unlink %s", name);
	return 0;
}

/* ---- what counts ---- */

int dhcp_client_open(const struct dhcp_record *r, struct err *e)
{
	return process_id_open((pid_t)r->pid, r->start_time, r->boot_id, e);
}

uint64_t dhcp_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec;
}

int dhcp_lease_current(int dir, const struct dhcp_record *r, struct dhcp_lease *out, struct err *e)
{
	struct dhcp_lease l = { 0 };
	int ret = dhcp_lease_load(dir, r->ifname, &l, e);
	bool good = ret > 0 && l.pid == r->pid && l.start_time == r->start_time &&
		    str_eq(l.boot_id, r->boot_id);

	if (ret > 0 && l.lease && dhcp_now() > l.since + l.lease)
		good = false;
	if (!good) {
		dhcp_lease_done(&l);
		return ret < 0 ? ret : 0;
	}
	*out = l;
	return 1;
}
