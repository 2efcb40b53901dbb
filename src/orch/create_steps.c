/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/create_steps.h"

#include "core/log.h"
#include "core/strv.h"
#include "monitor/monitor.h"
#include "orch/network.h"
#include "orch/registry.h"
#include "orch/request.h"
#include "orch/rootfs.h"
#include "orch/serial_attach.h"
#include "orch/template.h"

#include <errno.h>

#define PULL_TIMEOUT_MS (30 * 60 * 1000)

int step_validate(struct creation *s, struct err *e)
{
	struct vnics vnics = { 0 };
	int r = request_vnics(s->o, s->c->ns, s->c->name, &vnics, e);

	vnics_done(&vnics);
	return r;
}

/* The cloud agent's words for an image that is nowhere, and why. */
static int image_missing(const struct container *c, const struct err *why, struct err *e)
{
	const char *slash = strrchr(c->image, '/');
	const char *tag = strchr(slash ?: c->image, ':');

	return err_msg(e, ENOENT,
		       "Runtime version '%s' not found. The image %s does not exist in the "
		       "registry or locally. (%s)",
		       tag ? tag + 1 : "latest", c->image, why->text);
}

static enum image_pull how_to_pull(const struct creation *s)
{
	if (!s->run)
		return IMAGE_PULL_ALWAYS;
	return s->run->pull ? (enum image_pull)s->run->pull : IMAGE_PULL_MISSING;
}

static int pull(struct creation *s, const struct image_store *store, struct err *e)
{
	struct err why = { 0 };
	int r = image_pull(store, s->c->image, how_to_pull(s), PULL_TIMEOUT_MS, &s->image, &why);

	if (!s->run && (r == -ENOENT || r == -EIO)) /* nowhere, or out of reach */
		return image_missing(s->c, &why, e);
	if (r < 0)
		return err_msg(e, -r, "%s", why.text);
	if (r == 0 && *why.text)
		log_warning("%s: the local copy is used: %s", s->c->image, why.text);
	return 0;
}

/* The journal says that the layers are in use before anybody may remove them. */
int step_pull(struct creation *s, struct err *e)
{
	autofree char *dir = orch_container_dir(s->o, s->c->ns, s->c->name);
	autofree char *path = orch_image_dir(s->o);
	autoimagestore store = { 0 };
	int r;

	if (template_is(s->c->image))
		return template_check(s->c->image, e);
	r = image_store_open(path, s->o->env, &store, e);
	if (r == 0)
		r = pull(s, &store, e);
	if (r == 0)
		r = rootfs_make(dir, s->image, e);
	if (r == 0)
		image_release(s->image);
	return r;
}

int step_prepare_network(struct creation *s, struct err *e)
{
	return network_prepare(s->o, s->c, e);
}

int step_attach_networks(struct creation *s, struct err *e)
{
	return network_attach(s->o, s->c, e);
}

static int take_template(const struct creation *s, const char *dir, struct err *e)
{
	autofree char *root = NULL;
	int r = template_take(s->c->image, dir, &root, e);

	return r < 0 ? r : rootfs_make_on(dir, root, e);
}

int step_make_container(struct creation *s, struct err *e)
{
	autofree char *dir = orch_container_dir(s->o, s->c->ns, s->c->name);
	autofree char *images = orch_image_dir(s->o);
	autofree char *rootfs = NULL;
	autoimagestore store = { 0 };
	int r = image_store_open(images, s->o->env, &store, e);

	if (r == 0 && template_is(s->c->image))
		r = take_template(s, dir, e);
	if (r == 0)
		r = rootfs_mount(&store, dir, &rootfs, e);
	if (r >= 0)
		r = create_bundle(s, rootfs, e);
	return r < 0 ? r : serial_attach(s->o, s->c, e);
}

int step_register(struct creation *s, struct err *e)
{
	const struct container *c = s->c;

	return c->internal_ip ? registry_set_client(s->o, c->ns, c->name, c->internal_ip, e) : 0;
}

int step_save_vnics(struct creation *s, struct err *e)
{
	/* With the address by which it is registered. */
	int r = container_save(s->o, s->c, e);

	return r < 0 ? r : request_save_vnics(s->o, s->c->ns, s->c->name, e);
}

int step_start(struct creation *s, struct err *e)
{
	autofree char *dir = orch_container_dir(s->o, s->c->ns, s->c->name);
	int r = monitor_start(s->o->monitor, dir, e);

	return r < 0 ? r : 0;
}

int undo_start(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r = monitor_remove(dir, e);

	if (r == -EBADMSG) {
		r = create_spec_anew(o, c, e);
		if (r >= 0)
			r = monitor_remove(dir, e);
	}
	return r == -ENOENT ? 0 : r; /* without a spec there never was a monitor */
}

int undo_save_vnics(const struct orch *o, const struct container *c, struct err *e)
{
	return registry_set_vnics(o, c->ns, c->name, NULL, e);
}

int undo_register(const struct orch *o, const struct container *c, struct err *e)
{
	return registry_set_client(o, c->ns, c->name, NULL, e);
}

int undo_make_container(const struct orch *o, const struct container *c, struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	int r = serial_forget(o, c, e);
	int removed = rootfs_remove(dir, r < 0 ? NULL : e);

	return r < 0 ? r : removed;
}

int undo_attach_networks(const struct orch *o, const struct container *c, struct err *e)
{
	return network_detach(o, c, true, e);
}

int undo_prepare_network(const struct orch *o, const struct container *c, struct err *e)
{
	return network_release(o, c, e);
}
