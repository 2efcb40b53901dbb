/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serial_ports.h"

#include "core/strv.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const struct name status_names[] = {
	{ "connected", SERIAL_CONNECTED },
	{ "disconnected", SERIAL_DISCONNECTED },
	{ "error", SERIAL_ERROR },
	{ 0 },
};

static const struct field port_fields[] = {
	F_STRING("name", struct serial_port, name, FIELD_REQUIRED),
	F_STRING("device_id", struct serial_port, device_id, FIELD_REQUIRED | FIELD_NONEMPTY),
	F_STRING("container_path", struct serial_port, container_path, FIELD_REQUIRED),
	F_ENUM("status", struct serial_port, status, status_names, FIELD_ENUM_LAX),
	F_STRING("current_host_path", struct serial_port, current_host_path, 0),
	F_OPT_INT("major", struct serial_port, major, 0, UINT32_MAX, 0),
	F_OPT_INT("minor", struct serial_port, minor, 0, UINT32_MAX, 0),
};
static const struct record port_record = RECORD(struct serial_port, "serial_configs", port_fields);

void serial_ports_done(struct serial_ports *p)
{
	for (size_t i = 0; i < p->n; i++)
		record_done(&port_record, &p->v[i]);
	free(p->v);
	*p = (struct serial_ports){ 0 };
}

/* Those that the runtime makes. */
static const char *const taken[] = { "/dev/null",   "/dev/zero",    "/dev/full", "/dev/random",
				     "/dev/tty",    "/dev/console", "/dev/ptmx", "/dev/fd",
				     "/dev/stdin",  "/dev/stdout",  "/dev/pts",	 "/dev/shm",
				     "/dev/mqueue", "/dev/stderr",  "/dev/core", "/dev/urandom" };

static int check_path(const char *path, struct err *e)
{
	autostrv char **parts = strv_split(path, '/');
	bool good = str_starts(path, "/dev/") && strlen(path) < 256;

	for (size_t i = 1; good && i < strv_len(parts); i++)
		good = *parts[i] && !str_eq(parts[i], ".") && !str_eq(parts[i], "..");
	for (const char *p = path; good && *p; p++)
		good = (unsigned char)*p > ' ' && *p != 127;
	for (size_t i = 0; good && i < ARRAY_SIZE(taken); i++) {
		size_t len = strlen(taken[i]);

		good = !str_starts(path, taken[i]) || (path[len] && path[len] != '/');
	}
	return good ? 0 :
		      err_msg(e, EINVAL,
			      "container_path \"%s\": is no path of a device's below /dev", path);
}

static int decode(const struct json *configs, struct serial_ports *out, struct err *e)
{
	struct serial_ports p = { .v = xcalloc(configs->n + 1, sizeof(*p.v)) };
	int r = 0;

	for (size_t i = 0; r == 0 && i < configs->n; i++) {
		r = record_decode(&port_record, &configs->items[i], &p.v[i], e);
		p.n = i + 1;
	}
	if (r < 0)
		serial_ports_done(&p);
	else
		*out = p;
	return r;
}

static bool is_below(const char *path, const char *dir)
{
	return str_starts(path, dir) && path[strlen(dir)] == '/';
}

static int check_port(const struct serial_ports *p, size_t i, struct err *e)
{
	const struct serial_port *port = &p->v[i];

	for (size_t k = 0; k < i; k++) {
		const char *other = p->v[k].container_path;

		if (str_eq(other, port->container_path))
			return err_msg(e, EINVAL, "container_path \"%s\": is there twice", other);
		/* That shows when both are plugged in, and then it does not start any more. */
		if (is_below(other, port->container_path) || is_below(port->container_path, other))
			return err_msg(e, EINVAL,
				       "container_path \"%s\": \"%s\" cannot be there beside it",
				       port->container_path, other);
	}
	return check_path(port->container_path, e);
}

int serial_ports_check(const struct json *configs, struct err *e)
{
	struct serial_ports p = { 0 };
	int r = decode(configs, &p, e);

	for (size_t i = 0; r == 0 && i < p.n; i++)
		r = check_port(&p, i, e);
	serial_ports_done(&p);
	return r;
}

/* What is named in full comes first; then a part of either name, as for the cloud's agent. */
static const struct serial_device *match(const struct serial_devices *devices, const char *id)
{
	for (size_t i = 0; i < devices->n; i++)
		if (str_eq(devices->v[i].device_id, id))
			return &devices->v[i];
	for (size_t i = 0; i < devices->n; i++)
		if (strstr(devices->v[i].device_id, id) || strstr(id, devices->v[i].device_id))
			return &devices->v[i];
	return NULL;
}

static void find(const struct serial_devices *devices, struct serial_port *port)
{
	const struct serial_device *d = match(devices, port->device_id);
	struct stat st;

	/* What a message says of these is not asked for. */
	free(TAKE(port->current_host_path));
	port->major = port->minor = (struct opt_int){ 0 };
	port->status = d ? SERIAL_ERROR : SERIAL_DISCONNECTED;
	if (!d || stat(d->path, &st) < 0 || !S_ISCHR(st.st_mode))
		return;
	port->status = SERIAL_CONNECTED;
	port->current_host_path = xstrdup(d->path);
	port->major = (struct opt_int){ true, major(st.st_rdev) };
	port->minor = (struct opt_int){ true, minor(st.st_rdev) };
}

int serial_ports_find(const struct json *configs, const struct serial_devices *devices,
		      struct serial_ports *out, struct err *e)
{
	int r = decode(configs, out, e);

	for (size_t i = 0; r == 0 && i < out->n; i++)
		find(devices, &out->v[i]);
	return r;
}

void serial_ports_encode(const struct serial_ports *p, bool numbers, struct json_out *out)
{
	json_out_array(out);
	for (size_t i = 0; i < p->n; i++) {
		struct serial_port shown = p->v[i]; /* borrows */

		if (!numbers)
			shown.major = shown.minor = (struct opt_int){ 0 };
		record_encode(&port_record, &shown, out);
	}
	json_out_end(out);
}
