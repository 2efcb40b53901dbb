/* SPDX-License-Identifier: Apache-2.0 */
#include "core/strv.h"
#include "net/attach.h"
#include "net/dhcp.h"
#include "net/dhcp_record.h"
#include "net/record_file.h"

#include <errno.h>

void dhcp_status_done(struct dhcp_status *s)
{
	free(s->container);
	free(s->ifname);
	free(s->error);
	dhcp_lease_done(&s->lease);
	*s = (struct dhcp_status){ 0 };
}

static int read_status(int dir, const struct dhcp_record *r, struct dhcp_status *s, struct err *e)
{
	autofd int client = dhcp_client_open(r, NULL);
	int ret = 0;

	s->container = xstrdup(r->container);
	s->ifname = xstrdup(r->ifname);
	s->pid = r->pid;
	s->running = client >= 0;
	if (s->running)
		ret = dhcp_lease_current(dir, r, &s->lease, e);
	if (ret >= 0)
		ret = dhcp_error_load(dir, r->ifname, &s->error, e);
	return ret < 0 ? ret : 1;
}

static int status(int dir, const char *ifname, struct dhcp_status *out, struct err *e)
{
	_cleanup_(dhcp_record_done) struct dhcp_record r = { 0 };
	_cleanup_(dhcp_status_done) struct dhcp_status s = { 0 };
	int ret = dhcp_record_load(dir, ifname, &r, e);

	if (ret > 0)
		ret = read_status(dir, &r, &s, e);
	if (ret <= 0)
		return ret;
	*out = s;
	s = (struct dhcp_status){ 0 };
	return 1;
}

int dhcp_status(const char *state_dir, const char *container, const char *ifname,
		struct dhcp_status *out, struct err *e)
{
	struct err why = { 0 };
	autofd int dir = dhcp_dir_open(state_dir, container, false, &why);

	if (dir == -ENOENT)
		return 0;
	return dir < 0 ? err_msg(e, why.num, "%s", why.text) : status(dir, ifname, out, e);
}

/* ---- all of them ---- */

struct walk {
	const char *state_dir;
	dhcp_each_fn *fn;
	void *data;
	struct damage damage;
};

static int names_of(const char *state_dir, const char *container, char ***out, struct err *e)
{
	autofree char *path = dhcp_dir_path(state_dir, container);
	int r = attach_check_name(container, e);

	return r < 0 ? r : dir_names(path, ".json", out, e);
}

static int each_of(struct walk *w, const char *container, struct err *e)
{
	autostrv char **names = NULL;
	struct err why = { 0 };
	int r = 0;

	if (names_of(w->state_dir, container, &names, &why) < 0)
		damage_note(&w->damage, &why);
	for (char **name = names; r >= 0 && name && *name; name++) {
		_cleanup_(dhcp_status_done) struct dhcp_status s = { 0 };
		/* One that went meanwhile is none. */
		int found = dhcp_status(w->state_dir, container, *name, &s, &why);

		if (found < 0) {
			(void)err_wrap(&why, "container %s: ", container);
			damage_note(&w->damage, &why);
		} else if (found > 0) {
			r = w->fn(&s, w->data, e);
		}
	}
	return r;
}

int dhcp_each(const char *state_dir, const char *container, dhcp_each_fn *fn, void *data,
	      struct err *e)
{
	autofree char *path = xasprintf("%s/dhcp", state_dir);
	struct walk w = { state_dir, fn, data, { 0 } };
	autostrv char **names = NULL;
	int r = container ? each_of(&w, container, e) : dir_names(path, "", &names, e);

	for (char **name = names; r >= 0 && name && *name; name++)
		r = each_of(&w, *name, e);
	return r < 0 ? r : damage_result(&w.damage, e);
}
