/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/state/diff.h"

#include "core/strv.h"

enum member_kind { TEXT, NUMBER, BOOL, NETWORK_TYPE };

/* A member of a container's, and what its change asks for. */
static const struct member {
	const char *name;
	enum member_kind kind;
	size_t offset;
	unsigned change;
} members[] = {
	{ "running", BOOL, offsetof(struct document_container, running), DIFF_RUNNING },
	{ "memory", NUMBER, offsetof(struct document_container, memory), DIFF_LIMITS },
	{ "swap", NUMBER, offsetof(struct document_container, swap), DIFF_LIMITS },
	{ "cores", NUMBER, offsetof(struct document_container, cores), DIFF_LIMITS },
	{ "veth", TEXT, offsetof(struct document_container, veth), DIFF_NETWORK },
	{ "bridge", TEXT, offsetof(struct document_container, bridge), DIFF_NETWORK },
	{ "ipv4", TEXT, offsetof(struct document_container, ipv4), DIFF_NETWORK },
	{ "network_type", NETWORK_TYPE, offsetof(struct document_container, network),
	  DIFF_RECREATE },
	{ "template", TEXT, offsetof(struct document_container, image), DIFF_RECREATE },
	{ "hostname", TEXT, offsetof(struct document_container, hostname), DIFF_RECREATE },
	{ "nameserver", TEXT, offsetof(struct document_container, nameserver), DIFF_RECREATE },
};

/* NULL when it has none. Heap. */
static char *value_of(const struct document_container *c, const struct member *m)
{
	const void *at = (const char *)c + m->offset;
	uint64_t number = 0;

	switch (m->kind) {
	case TEXT:
		return *(char *const *)at ? xstrdup(*(char *const *)at) : NULL;
	case NUMBER:
		number = *(const uint64_t *)at;
		return number ? xasprintf("%llu", (unsigned long long)number) : NULL;
	case BOOL:
		return xstrdup(*(const bool *)at ? "true" : "false");
	case NETWORK_TYPE:
		return xstrdup(names_get(document_network_names, *(const int *)at));
	}
	return NULL;
}

/* The link of a netmaker container is nobody's concern; an image that is not named, neither. */
static bool counts(const struct document_container *desired, const struct member *m)
{
	if (m->change == DIFF_NETWORK && desired->network == DOCUMENT_NETMAKER)
		return false;
	return !str_eq(m->name, "template") || desired->image;
}

static bool differs(const struct document_container *a, const struct document_container *b,
		    const struct member *m)
{
	autofree char *x = value_of(a, m), *y = value_of(b, m);

	return counts(b, m) && !(x && y ? str_eq(x, y) : x == y);
}

static unsigned changes_of(const struct document_container *a, const struct document_container *b)
{
	unsigned changes = 0;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (differs(a, b, &members[i]))
			changes |= members[i].change;
	return changes;
}

static void add(struct diff *d, int kind, unsigned changes,
		const struct document_container *current, const struct document_container *desired)
{
	d->actions[d->n++] = (struct diff_action){ kind, changes, current, desired };
}

static void add_desired(struct diff *d, const struct document *current,
			const struct document *desired, int kind)
{
	for (size_t i = 0; i < desired->n; i++) {
		const struct document_container *want = &desired->containers[i];
		const struct document_container *have = document_find(current, want->id);
		unsigned changes = have ? changes_of(have, want) : 0;
		int is = !have ? DIFF_CREATE : changes ? DIFF_MODIFY : DIFF_NOOP;

		if (is == kind)
			add(d, kind, changes, have, want);
	}
}

void diff_make(const struct document *current, const struct document *desired, bool prune,
	       struct diff *out)
{
	*out = (struct diff){ .actions =
				      xcalloc(current->n + desired->n + 1, sizeof(*out->actions)) };
	for (size_t i = 0; prune && i < current->n; i++)
		if (!document_find(desired, current->containers[i].id))
			add(out, DIFF_DELETE, 0, &current->containers[i], NULL);
	for (int kind = DIFF_MODIFY; kind <= DIFF_NOOP; kind++)
		add_desired(out, current, desired, kind);
}

void diff_done(struct diff *d)
{
	free(d->actions);
	*d = (struct diff){ 0 };
}

bool diff_is_empty(const struct diff *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->actions[i].kind != DIFF_NOOP)
			return false;
	return true;
}

char **diff_describe(const struct diff_action *a)
{
	char **v = strv_new();

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		autofree char *from = NULL, *to = NULL;

		if (a->kind != DIFF_MODIFY || !differs(a->current, a->desired, &members[i]))
			continue;
		from = value_of(a->current, &members[i]);
		to = value_of(a->desired, &members[i]);
		strv_push_take(&v, xasprintf("%s from %s to %s", members[i].name, from ?: "none",
					     to ?: "none"));
	}
	return v;
}

static void encode_value(const struct document_container *c, const struct member *m,
			 struct json_out *o)
{
	autofree char *text = value_of(c, m);

	if (!text)
		json_out_null(o);
	else if (m->kind == NUMBER)
		json_out_u64(o, *(const uint64_t *)((const char *)c + m->offset));
	else if (m->kind == BOOL)
		json_out_bool(o, *(const bool *)((const char *)c + m->offset));
	else
		json_out_string(o, text);
}

static void encode_changes(const struct diff_action *a, struct json_out *o)
{
	json_out_object(o);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (!differs(a->current, a->desired, &members[i]))
			continue;
		json_out_name(o, members[i].name);
		encode_value(a->desired, &members[i], o);
	}
	json_out_end(o);
}

void diff_encode(const struct diff_action *a, struct json_out *o)
{
	static const char *const tags[] = { [DIFF_DELETE] = "Delete",
					    [DIFF_MODIFY] = "Modify",
					    [DIFF_CREATE] = "Create",
					    [DIFF_NOOP] = "NoOp" };

	json_out_object(o);
	json_out_name(o, tags[a->kind]);
	json_out_object(o);
	json_out_name(o, "resource");
	json_out_string(o, (a->desired ?: a->current)->id);
	if (a->kind == DIFF_CREATE) {
		json_out_name(o, "config");
		document_encode(a->desired, o);
	} else if (a->kind == DIFF_MODIFY) {
		json_out_name(o, "changes");
		encode_changes(a, o);
	}
	json_out_end(o);
	json_out_end(o);
}
