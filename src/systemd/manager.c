/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/manager.h"
#include "systemd/properties.h"
#include <errno.h>
#include <unistd.h>

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define INTERFACE SERVICE ".Manager"

#define autoreply _cleanup_(sd_bus_message_unrefp) sd_bus_message
#define autobuserr _cleanup_(sd_bus_error_free) sd_bus_error

struct job {
	char *path;   /* NULL until the call has returned */
	char *result; /* "done", "failed", "timeout", …; NULL until it has ended */
	sd_bus_slot *slot;
};

static void job_done(struct job *j)
{
	sd_bus_slot_unref(j->slot);
	free(j->path);
	free(j->result);
}

static int call_failed(int r, const char *what, const sd_bus_error *error, struct err *e)
{
	if (sd_bus_error_is_set(error))
		return err_msg(e, -r, "%s: %s", what, error->message);
	return err_set(e, -r, "%s", what);
}

/* The manager's own socket first: it needs no bus daemon, and knows root of a user namespace. */
static int open_private(bool user, sd_bus **out)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	_cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
	autofree char *address = NULL;
	int r;

	if (user && (!dir || !*dir))
		return -ENOENT;
	address = xasprintf("unix:path=%s/systemd/private", user ? dir : "/run");
	r = sd_bus_new(&bus);
	if (r >= 0)
		r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_start(bus);
	/* Starting does not wait for the connection. */
	if (r >= 0)
		r = sd_bus_call_method(bus, SERVICE, OBJECT, "org.freedesktop.DBus.Peer", "Ping",
				       NULL, NULL, NULL);
	if (r < 0)
		return r;
	*out = TAKE(bus);
	return 0;
}

int manager_open(bool user, sd_bus **out, struct err *e)
{
	int r = open_private(user, out);

	if (r < 0)
		r = user ? sd_bus_open_user(out) : sd_bus_open_system(out);
	if (r < 0)
		return err_set(e, -r, "connect to the %s's systemd", user ? "user" : "system");
	return 0;
}

/* ---- jobs ---- */

static int on_job_removed(sd_bus_message *m, void *data, _unused_ sd_bus_error *error)
{
	const char *path, *unit, *result;
	struct job *j = data;
	uint32_t id;

	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) >= 0 && j->path &&
	    str_eq(path, j->path) && !j->result)
		j->result = xstrdup(result);
	return 0;
}

/* Before the job is asked for, so that its end is not missed. */
static int job_watch(sd_bus *bus, struct job *j, struct err *e)
{
	int r;

	r = sd_bus_match_signal(bus, &j->slot, NULL, OBJECT, INTERFACE, "JobRemoved",
				on_job_removed, j);
	if (r < 0)
		return err_set(e, -r, "watch the jobs of systemd");
	/* A manager on its own socket knows who listens. */
	(void)sd_bus_call_method(bus, SERVICE, OBJECT, INTERFACE, "Subscribe", NULL, NULL, NULL);
	return 0;
}

static int job_wait(sd_bus *bus, struct job *j, sd_bus_message *reply, const char *unit,
		    struct err *e)
{
	const char *path;
	int r;

	r = sd_bus_message_read(reply, "o", &path);
	if (r < 0)
		return err_set(e, -r, "%s: systemd's answer", unit);
	j->path = xstrdup(path);
	while (!j->result) {
		r = sd_bus_process(bus, NULL);
		if (r == 0)
			r = sd_bus_wait(bus, UINT64_MAX);
		if (r < 0)
			return err_set(e, -r, "%s: wait for systemd's job", unit);
	}
	return 0;
}

/* ---- what is asked for ---- */

static int start_message(sd_bus *bus, const char *unit, uint32_t pid, char *const *properties,
			 sd_bus_message **out, struct err *e)
{
	autoreply *m = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, INTERFACE,
					   "StartTransientUnit");
	if (r >= 0)
		r = sd_bus_message_append(m, "ss", unit, "replace");
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sv)");
	if (r >= 0 && pid > 0)
		r = sd_bus_message_append(m, "(sv)", "PIDs", "au", 1, pid);
	if (r < 0)
		return err_set(e, -r, "%s: make a message", unit);
	r = properties_append(m, properties, e);
	if (r < 0)
		return r;
	r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_message_append(m, "a(sa(sv))", 0);
	if (r < 0)
		return err_set(e, -r, "%s: make a message", unit);
	*out = TAKE(m);
	return 0;
}

static void forget_failed(sd_bus *bus, const char *unit)
{
	(void)sd_bus_call_method(bus, SERVICE, OBJECT, INTERFACE, "ResetFailedUnit", NULL, NULL,
				 "s", unit);
}

static int call_start(sd_bus *bus, const char *unit, uint32_t pid, char *const *properties,
		      sd_bus_error *error, sd_bus_message **reply, struct err *e)
{
	autoreply *m = NULL;
	int r;

	r = start_message(bus, unit, pid, properties, &m, e);
	if (r < 0)
		return r;
	r = sd_bus_call(bus, m, 0, error, reply);
	return r < 0 ? call_failed(r, unit, error, e) : 0;
}

int manager_start(sd_bus *bus, const char *unit, uint32_t pid, char *const *properties,
		  struct err *e)
{
	_cleanup_(job_done) struct job j = { 0 };
	autobuserr first = SD_BUS_ERROR_NULL, second = SD_BUS_ERROR_NULL;
	autoreply *reply = NULL;
	int r;

	r = job_watch(bus, &j, e);
	if (r < 0)
		return r;
	r = call_start(bus, unit, pid, properties, &first, &reply, e);
	if (r < 0 && sd_bus_error_has_name(&first, SERVICE ".UnitExists")) {
		forget_failed(bus, unit);
		r = call_start(bus, unit, pid, properties, &second, &reply, e);
	}
	if (r == 0)
		r = job_wait(bus, &j, reply, unit, e);
	if (r == 0 && !str_eq(j.result, "done")) {
		forget_failed(bus, unit);
		r = err_msg(e, EIO, "%s: systemd did not start it: %s", unit, j.result);
	}
	return r;
}

int manager_set(sd_bus *bus, const char *unit, char *const *properties, struct err *e)
{
	autobuserr error = SD_BUS_ERROR_NULL;
	autoreply *m = NULL;
	int r;

	r = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, INTERFACE,
					   "SetUnitProperties");
	if (r >= 0)
		r = sd_bus_message_append(m, "sb", unit, true);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "(sv)");
	if (r < 0)
		return err_set(e, -r, "%s: make a message", unit);
	r = properties_append(m, properties, e);
	if (r < 0)
		return r;
	r = sd_bus_message_close_container(m);
	if (r >= 0)
		r = sd_bus_call(bus, m, 0, &error, NULL);
	return r < 0 ? call_failed(r, unit, &error, e) : 0;
}

int manager_stop(sd_bus *bus, const char *unit, struct err *e)
{
	_cleanup_(job_done) struct job j = { 0 };
	autobuserr error = SD_BUS_ERROR_NULL;
	autoreply *reply = NULL;
	int r;

	r = job_watch(bus, &j, e);
	if (r < 0)
		return r;
	r = sd_bus_call_method(bus, SERVICE, OBJECT, INTERFACE, "StopUnit", &error, &reply, "ss",
			       unit, "replace");
	if (r < 0 && sd_bus_error_has_name(&error, SERVICE ".NoSuchUnit"))
		return 0;
	if (r < 0)
		return call_failed(r, unit, &error, e);
	/* However it ended, a failed unit would keep its name. */
	r = job_wait(bus, &j, reply, unit, e);
	forget_failed(bus, unit);
	return r;
}

int manager_cgroup(sd_bus *bus, char **out, struct err *e)
{
	autobuserr error = SD_BUS_ERROR_NULL;
	int r = sd_bus_get_property_string(bus, SERVICE, OBJECT, INTERFACE, "ControlGroup", &error,
					   out);

	return r < 0 ? call_failed(r, "systemd's own cgroup", &error, e) : 0;
}
