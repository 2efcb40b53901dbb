/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/view.h"

#include <pwd.h>
#include <stdio.h>

/* Not getpwuid: a static program has no name service. */
static char *owner_lookup(uint32_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p = NULL;
	char *name;

	while (f && (p = fgetpwent(f)))
		if (p->pw_uid == uid)
			break;
	name = p ? xstrdup(p->pw_name) : xasprintf("#%u", uid);
	if (f)
		fclose(f);
	return name;
}

/* Mostly all belong to one. */
static char *owner_name(uint32_t uid)
{
	static uint32_t last;
	static char name[64];
	char *found;

	if (name[0] && uid == last)
		return xstrdup(name);
	found = owner_lookup(uid);
	if (strlen(found) < sizeof(name)) {
		memcpy(name, found, strlen(found) + 1);
		last = uid;
	}
	return found;
}

void view_init(struct view *v, struct container *c, bool with_owner)
{
	const struct store_state *s = &c->state;
	const struct store_journal *j = &c->journal;
	bool made = c->has_state;

	/* Half-made: the journal says at least what it was to be. */
	if (!made)
		(void)container_load_journal(c, NULL);
	*v = (struct view){
		.id = c->id,
		.pid = made && c->pidfd >= 0 ? s->pid : 0,
		.status = c->damage ? "damaged" : names_get(oci_status_names, c->status),
		.bundle = (made ? s->bundle : j->bundle) ?: "",
		.rootfs = (made ? s->rootfs : j->rootfs) ?: "",
		.created = (made ? s->created : j->created) ?: "0001-01-01T00:00:00Z",
		.annotations = made ? &s->annotations : NULL,
		.owner = with_owner ? owner_name(made ? s->owner : j->owner) : xstrdup(""),
	};
}

void view_done(struct view *v)
{
	free(v->owner);
	v->owner = NULL;
}

void view_encode(const struct view *v, const char *oci_version, struct json_out *o)
{
	json_out_object(o);
	json_out_name(o, "ociVersion");
	json_out_string(o, oci_version);
	json_out_name(o, "id");
	json_out_string(o, v->id);
	json_out_name(o, "pid");
	json_out_i64(o, v->pid);
	json_out_name(o, "status");
	json_out_string(o, v->status);
	json_out_name(o, "bundle");
	json_out_string(o, v->bundle);
	json_out_name(o, "rootfs");
	json_out_string(o, v->rootfs);
	json_out_name(o, "created");
	json_out_string(o, v->created);
	if (v->annotations && v->annotations->n) {
		json_out_name(o, "annotations");
		json_out_object(o);
		for (size_t i = 0; i < v->annotations->n; i++) {
			json_out_name(o, v->annotations->v[i].name);
			json_out_string(o, v->annotations->v[i].value);
		}
		json_out_end(o);
	}
	json_out_name(o, "owner");
	json_out_string(o, v->owner);
	json_out_end(o);
}
