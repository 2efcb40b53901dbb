/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/options.h"
#include <errno.h>
#include <sys/mount.h>

#define ATTR(n, b, c) { n, MOUNT_ROW_ATTR, b, c, false }
#define RATTR(n, b, c) { n, MOUNT_ROW_ATTR, b, c, true }
#define ATIME(n, b) { n, MOUNT_ROW_ATIME, b, false, false }
#define RATIME(n, b) { n, MOUNT_ROW_ATIME, b, false, true }
#define SUPER(n, b, c) { n, MOUNT_ROW_SUPER, b, c, false }
#define PROP(n, b) { n, MOUNT_ROW_PROPAGATION, b, false, false }
#define RPROP(n, b) { n, MOUNT_ROW_PROPAGATION, b, false, true }
#define WORD(n, b) { n, MOUNT_ROW_WORD, b, false, false }

/*
 * "norelatime" and "nostrictatime" undo their word only; the kernel has no fourth behaviour, so
 * without the word it is relatime.
 */
const struct mount_option_row mount_option_rows[] = {
	SUPER("acl", MS_POSIXACL, false),
	SUPER("async", MS_SYNCHRONOUS, true),
	ATIME("atime", MOUNT_ATTR_RELATIME),
	WORD("bind", MOUNT_OPT_BIND),
	WORD("defaults", 0),
	ATTR("dev", MOUNT_ATTR_NODEV, true),
	ATTR("diratime", MOUNT_ATTR_NODIRATIME, true),
	SUPER("dirsync", MS_DIRSYNC, false),
	ATTR("exec", MOUNT_ATTR_NOEXEC, true),
	WORD("idmap", MOUNT_OPT_IDMAP),
	SUPER("iversion", MS_I_VERSION, false),
	SUPER("lazytime", MS_LAZYTIME, false),
	SUPER("loud", MS_SILENT, true),
	SUPER("mand", MS_MANDLOCK, false),
	SUPER("noacl", MS_POSIXACL, true),
	ATIME("noatime", MOUNT_ATTR_NOATIME),
	ATTR("nodev", MOUNT_ATTR_NODEV, false),
	ATTR("nodiratime", MOUNT_ATTR_NODIRATIME, false),
	ATTR("noexec", MOUNT_ATTR_NOEXEC, false),
	SUPER("noiversion", MS_I_VERSION, true),
	SUPER("nolazytime", MS_LAZYTIME, true),
	SUPER("nomand", MS_MANDLOCK, true),
	WORD("norelatime", 0),
	ATIME("nostrictatime", MOUNT_ATTR_RELATIME),
	ATTR("nosuid", MOUNT_ATTR_NOSUID, false),
	ATTR("nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, false),
	PROP("private", MS_PRIVATE),
	RATIME("ratime", MOUNT_ATTR_RELATIME),
	WORD("rbind", MOUNT_OPT_BIND | MOUNT_OPT_RECURSIVE),
	RATTR("rdev", MOUNT_ATTR_NODEV, true),
	RATTR("rdiratime", MOUNT_ATTR_NODIRATIME, true),
	ATIME("relatime", MOUNT_ATTR_RELATIME),
	WORD("remount", MOUNT_OPT_REMOUNT),
	RATTR("rexec", MOUNT_ATTR_NOEXEC, true),
	WORD("ridmap", MOUNT_OPT_RIDMAP),
	RATIME("rnoatime", MOUNT_ATTR_NOATIME),
	RATTR("rnodev", MOUNT_ATTR_NODEV, false),
	RATTR("rnodiratime", MOUNT_ATTR_NODIRATIME, false),
	RATTR("rnoexec", MOUNT_ATTR_NOEXEC, false),
	WORD("rnorelatime", 0),
	RATIME("rnostrictatime", MOUNT_ATTR_RELATIME),
	RATTR("rnosuid", MOUNT_ATTR_NOSUID, false),
	RATTR("rnosymfollow", MOUNT_ATTR_NOSYMFOLLOW, false),
	ATTR("ro", MOUNT_ATTR_RDONLY, false),
	RPROP("rprivate", MS_PRIVATE),
	RATIME("rrelatime", MOUNT_ATTR_RELATIME),
	RATTR("rro", MOUNT_ATTR_RDONLY, false),
	RATTR("rrw", MOUNT_ATTR_RDONLY, true),
	RPROP("rshared", MS_SHARED),
	RPROP("rslave", MS_SLAVE),
	RATIME("rstrictatime", MOUNT_ATTR_STRICTATIME),
	RATTR("rsuid", MOUNT_ATTR_NOSUID, true),
	RATTR("rsymfollow", MOUNT_ATTR_NOSYMFOLLOW, true),
	RPROP("runbindable", MS_UNBINDABLE),
	ATTR("rw", MOUNT_ATTR_RDONLY, true),
	PROP("shared", MS_SHARED),
	SUPER("silent", MS_SILENT, false),
	PROP("slave", MS_SLAVE),
	ATIME("strictatime", MOUNT_ATTR_STRICTATIME),
	ATTR("suid", MOUNT_ATTR_NOSUID, true),
	ATTR("symfollow", MOUNT_ATTR_NOSYMFOLLOW, true),
	SUPER("sync", MS_SYNCHRONOUS, false),
	WORD("tmpcopyup", MOUNT_OPT_TMPCOPYUP),
	PROP("unbindable", MS_UNBINDABLE),
	{ .name = NULL },
};

static const struct mount_option_row *row_find(const char *name)
{
	size_t lo = 0, hi = ARRAY_SIZE(mount_option_rows) - 1;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(name, mount_option_rows[mid].name);

		if (order == 0)
			return &mount_option_rows[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static void change_attr(struct mount_change *c, const struct mount_option_row *row)
{
	if (row->kind == MOUNT_ROW_ATIME) {
		/* A field of values, not of bits: mount_setattr wants it cleared whole. */
		c->clear |= MOUNT_ATTR__ATIME;
		c->set = (c->set & ~(uint64_t)MOUNT_ATTR__ATIME) | row->bits;
	} else if (row->clear) {
		c->clear |= row->bits;
		c->set &= ~row->bits;
	} else {
		c->set |= row->bits;
		c->clear &= ~row->bits;
	}
}

static int add_propagation(struct mount_options *o, const struct mount_option_row *row,
			   struct err *e)
{
	if (o->n_propagations == MOUNT_PROPAGATIONS_MAX)
		return err_msg(e, EINVAL, "more than %d propagation options",
			       MOUNT_PROPAGATIONS_MAX);
	o->propagations[o->n_propagations++] = (struct mount_change){
		.propagation = row->bits, .recursive = row->recursive,
	};
	return 0;
}

static int apply(struct mount_options *o, const struct mount_option_row *row, struct err *e)
{
	switch (row->kind) {
	case MOUNT_ROW_ATTR:
	case MOUNT_ROW_ATIME:
		change_attr(row->recursive ? &o->all : &o->top, row);
		return 0;
	case MOUNT_ROW_SUPER:
		o->super = row->clear ? o->super & ~row->bits : o->super | row->bits;
		return 0;
	case MOUNT_ROW_PROPAGATION:
		return add_propagation(o, row, e);
	case MOUNT_ROW_WORD:
		o->words |= (unsigned)row->bits;
		return 0;
	}
	return 0;
}

int mount_options_parse(char *const *options, struct mount_options *out, struct err *e)
{
	struct mount_options o = { .all = { .recursive = true } };
	struct strv_builder data = { 0 };
	int r = 0;

	for (size_t i = 0; options && options[i] && r >= 0; i++) {
		const struct mount_option_row *row = row_find(options[i]);

		if (row)
			r = apply(&o, row, e);
		else if (*options[i])
			strv_builder_add(&data, xstrdup(options[i]));
	}
	o.data = strv_builder_take(&data);
	if (r < 0) {
		mount_options_done(&o);
		return r;
	}
	*out = o;
	return 0;
}

void mount_options_done(struct mount_options *o)
{
	strv_free(o->data);
	o->data = NULL;
}

unsigned long mount_attr_to_ms(uint64_t attr)
{
	static const struct {
		uint64_t attr;
		unsigned long ms;
	} bits[] = {
		{ MOUNT_ATTR_RDONLY, MS_RDONLY },	  { MOUNT_ATTR_NOSUID, MS_NOSUID },
		{ MOUNT_ATTR_NODEV, MS_NODEV },		  { MOUNT_ATTR_NOEXEC, MS_NOEXEC },
		{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME }, { MOUNT_ATTR_NOATIME, MS_NOATIME },
		{ MOUNT_ATTR_STRICTATIME, MS_STRICTATIME },
		{ MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW },
	};
	unsigned long ms = 0;

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if (attr & bits[i].attr)
			ms |= bits[i].ms;
	return ms;
}

bool mount_data_has(char *const *data, const char *key)
{
	size_t n = strlen(key);

	for (; data && *data; data++)
		if (strncmp(*data, key, n) == 0 && ((*data)[n] == '=' || (*data)[n] == '\0'))
			return true;
	return false;
}
