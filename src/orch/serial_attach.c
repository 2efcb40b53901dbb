/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serial_attach.h"

#include "core/file.h"
#include "core/json.h"
#include "libocispec/config.h"
#include "orch/registry.h"
#include "orch/request.h"
#include "orch/store.h"

#include <errno.h>
#include <fcntl.h>

#define NODE_MODE 0666
/* Adapters of USB, by their driver's majors. Those of others are allowed one by one: the rest of
 * major 4 are the host's own terminals. */
static const int64_t usb_majors[] = { 188, 166 };

/* Returns 1 and what was asked for, 0 when nothing was. */
static int load_configs(const struct orch *o, const struct container *c, struct json_doc **doc,
			const struct json **configs, struct err *e)
{
	int r = request_load(o, c->ns, c->name, doc, e);

	if (r <= 0)
		return r;
	*configs = json_get(json_root(*doc), "serial_configs");
	return *configs && (*configs)->type == JSON_ARRAY && (*configs)->n > 0;
}

int serial_look(const struct orch *o, const struct container *c, struct serial_ports *out,
		struct err *e)
{
	_cleanup_(serial_devices_done) struct serial_devices devices = { 0 };
	const struct json *configs = NULL;
	autojson *doc = NULL;
	int r = load_configs(o, c, &doc, &configs, e);

	if (r <= 0)
		return r;
	r = serial_list(SERIAL_BY_ID, SERIAL_CLASS_TTY, &devices, e);
	return r < 0 ? r : serial_ports_find(configs, &devices, out, e);
}

/* ---- config.json ---- */

static void remove_node(struct oci_linux *l, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n_devices; i++) {
		if (!str_eq(l->devices[i].path, path)) {
			l->devices[kept++] = l->devices[i];
			continue;
		}
		free(l->devices[i].path);
		free(l->devices[i].type);
	}
	l->n_devices = kept;
}

static void add_node(struct oci_linux *l, const struct serial_port *port)
{
	l->devices = xrealloc(l->devices, l->n_devices + 1, sizeof(*l->devices));
	l->devices[l->n_devices++] = (struct oci_device){
		.type = xstrdup("c"),
		.path = xstrdup(port->container_path),
		.major = port->major,
		.minor = port->minor,
		.file_mode = { true, NODE_MODE },
		.uid = { true, 0 },
		.gid = { true, 0 },
	};
}

static void allow(struct oci_resources *r, struct opt_int major, struct opt_int minor)
{
	for (size_t i = 0; i < r->n_devices; i++) {
		const struct oci_device_cgroup *d = &r->devices[i];

		if (d->allow && d->major.is_set && d->major.value == major.value &&
		    d->minor.is_set == minor.is_set && d->minor.value == minor.value)
			return;
	}
	r->devices = xrealloc(r->devices, r->n_devices + 1, sizeof(*r->devices));
	r->devices[r->n_devices++] = (struct oci_device_cgroup){ .allow = true,
								 .type = xstrdup("c"),
								 .major = major,
								 .minor = minor,
								 .access = xstrdup("rwm") };
}

static void change_config(struct oci_config *config, const struct serial_ports *ports)
{
	struct oci_linux *l = config->linux_;

	for (size_t i = 0; i < ARRAY_SIZE(usb_majors); i++)
		allow(l->resources, (struct opt_int){ true, usb_majors[i] }, (struct opt_int){ 0 });
	for (size_t i = 0; i < ports->n; i++) {
		const struct serial_port *port = &ports->v[i];

		remove_node(l, port->container_path);
		if (port->status != SERIAL_CONNECTED)
			continue;
		add_node(l, port);
		allow(l->resources, port->major, port->minor);
	}
}

static int rewrite(const char *dir, const struct serial_ports *ports, struct err *e)
{
	autofree char *path = xasprintf("%s/config.json", dir);
	autojsonout *out = json_out_new("\t");
	autoconfig *config = NULL;
	autostr text = { 0 };
	const char *made;
	size_t len;
	int r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, &text, e);

	if (r == 0)
		r = oci_config_parse(text.p ?: "", text.len, &config, e);
	if (r == 0 && (!config->linux_ || !config->linux_->resources))
		r = err_msg(e, EINVAL, "has no linux.resources");
	if (r < 0)
		return err_wrap(e, "%s: ", path);
	change_config(config, ports);
	record_encode(&oci_config_record, config, out);
	made = json_out_text(out, &len);
	return file_replace(AT_FDCWD, path, 0600, made, len, FILE_SYNC, e);
}

/* ---- records ---- */

static int save(const struct orch *o, const struct container *c, const struct serial_ports *ports,
		struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	autofree char *path = xasprintf("%s/serial.json", dir);
	autojsonout *out = json_out_new("  ");
	autojson *doc = NULL;
	const char *text;
	size_t len;
	int r;

	json_out_object(out);
	json_out_name(out, "serial_ports");
	serial_ports_encode(ports, true, out);
	json_out_end(out);
	text = json_out_text(out, &len);
	r = store_save(path, text, len, e);
	if (r == 0)
		r = json_parse(text, len, &doc, e);
	return r < 0 ? r : registry_set_serial(o, c->ns, c->name, json_root(doc), e);
}

int serial_attach(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	struct serial_ports ports = { 0 };
	int r = serial_look(o, c, &ports, e);

	if (r == 0 && ports.n > 0)
		r = rewrite(dir, &ports, e);
	if (r == 0 && ports.n > 0)
		r = save(o, c, &ports, e);
	serial_ports_done(&ports);
	return r < 0 ? err_wrap(e, "serial ports: ") : 0;
}

int serial_forget(const struct orch *o, const struct container *c, struct err *e)
{
	return registry_set_serial(o, c->ns, c->name, NULL, e);
}
