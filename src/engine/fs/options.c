/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/fs/options.h"
#include <errno.h>
#include <sys/mount.h>

/* What follows the name in a row: kind, bits, whether they are taken away, whether recursively. */
#define ATTR(b) MOUNT_ROW_ATTR, b, false, false
#define NO_ATTR(b) MOUNT_ROW_ATTR, b, true, false
#define RATTR(b) MOUNT_ROW_ATTR, b, false, true
#define NO_RATTR(b) MOUNT_ROW_ATTR, b, true, true
#define ATIME(b) MOUNT_ROW_ATIME, b, false, false
#define RATIME(b) MOUNT_ROW_ATIME, b, false, true
#define SUPER(b) MOUNT_ROW_SUPER, b, false, false
#define NO_SUPER(b) MOUNT_ROW_SUPER, b, true, false
#define PROP(b) MOUNT_ROW_PROPAGATION, b, false, false
#define RPROP(b) MOUNT_ROW_PROPAGATION, b, false, true
#define WORD(b) MOUNT_ROW_WORD, b, false, false

/*
 * "norelatime" and "nostrictatime" undo their word only; the kernel has no fourth behaviour, so
 * without the word it is relatime.
 */
const struct mount_option_row mount_option_rows[] = {
	{ "acl", SUPER(MS_POSIXACL) },
	{ "async", NO_SUPER(MS_SYNCHRONOUS) },
	{ "atime", ATIME(MOUNT_ATTR_RELATIME) },
	{ "bind", WORD(MOUNT_OPT_BIND) },
	{ "defaults", WORD(0) },
	{ "dev", NO_ATTR(MOUNT_ATTR_NODEV) },
	{ "diratime", NO_ATTR(MOUNT_ATTR_NODIRATIME) },
	{ "dirsync", SUPER(MS_DIRSYNC) },
	{ "exec", NO_ATTR(MOUNT_ATTR_NOEXEC) },
	{ "idmap", WORD(MOUNT_OPT_IDMAP) },
	{ "iversion", SUPER(MS_I_VERSION) },
	{ "lazytime", SUPER(MS_LAZYTIME) },
	{ "loud", NO_SUPER(MS_SILENT) },
	{ "mand", SUPER(MS_MANDLOCK) },
	{ "noacl", NO_SUPER(MS_POSIXACL) },
	{ "noatime", ATIME(MOUNT_ATTR_NOATIME) },
	{ "nodev", ATTR(MOUNT_ATTR_NODEV) },
	{ "nodiratime", ATTR(MOUNT_ATTR_NODIRATIME) },
	{ "noexec", ATTR(MOUNT_ATTR_NOEXEC) },
	{ "noiversion", NO_SUPER(MS_I_VERSION) },
	{ "nolazytime", NO_SUPER(MS_LAZYTIME) },
	{ "nomand", NO_SUPER(MS_MANDLOCK) },
	{ "norelatime", WORD(0) },
	{ "nostrictatime", ATIME(MOUNT_ATTR_RELATIME) },
	{ "nosuid", ATTR(MOUNT_ATTR_NOSUID) },
	{ "nosymfollow", ATTR(MOUNT_ATTR_NOSYMFOLLOW) },
	{ "private", PROP(MS_PRIVATE) },
	{ "ratime", RATIME(MOUNT_ATTR_RELATIME) },
	{ "rbind", WORD(MOUNT_OPT_BIND | MOUNT_OPT_RECURSIVE) },
	{ "rdev", NO_RATTR(MOUNT_ATTR_NODEV) },
	{ "rdiratime", NO_RATTR(MOUNT_ATTR_NODIRATIME) },
	{ "relatime", ATIME(MOUNT_ATTR_RELATIME) },
	{ "remount", WORD(MOUNT_OPT_REMOUNT) },
	{ "rexec", NO_RATTR(MOUNT_ATTR_NOEXEC) },
	{ "ridmap", WORD(MOUNT_OPT_RIDMAP) },
	{ "rnoatime", RATIME(MOUNT_ATTR_NOATIME) },
	{ "rnodev", RATTR(MOUNT_ATTR_NODEV) },
	{ "rnodiratime", RATTR(MOUNT_ATTR_NODIRATIME) },
	{ "rnoexec", RATTR(MOUNT_ATTR_NOEXEC) },
	{ "rnorelatime", WORD(0) },
	{ "rnostrictatime", RATIME(MOUNT_ATTR_RELATIME) },
	{ "rnosuid", RATTR(MOUNT_ATTR_NOSUID) },
	{ "rnosymfollow", RATTR(MOUNT_ATTR_NOSYMFOLLOW) },
	{ "ro", ATTR(MOUNT_ATTR_RDONLY) },
	{ "rprivate", RPROP(MS_PRIVATE) },
	{ "rrelatime", RATIME(MOUNT_ATTR_RELATIME) },
	{ "rro", RATTR(MOUNT_ATTR_RDONLY) },
	{ "rrw", NO_RATTR(MOUNT_ATTR_RDONLY) },
	{ "rshared", RPROP(MS_SHARED) },
	{ "rslave", RPROP(MS_SLAVE) },
	{ "rstrictatime", RATIME(MOUNT_ATTR_STRICTATIME) },
	{ "rsuid", NO_RATTR(MOUNT_ATTR_NOSUID) },
	{ "rsymfollow", NO_RATTR(MOUNT_ATTR_NOSYMFOLLOW) },
	{ "runbindable", RPROP(MS_UNBINDABLE) },
	{ "rw", NO_ATTR(MOUNT_ATTR_RDONLY) },
	{ "shared", PROP(MS_SHARED) },
	{ "silent", SUPER(MS_SILENT) },
	{ "slave", PROP(MS_SLAVE) },
	{ "strictatime", ATIME(MOUNT_ATTR_STRICTATIME) },
	{ "suid", NO_ATTR(MOUNT_ATTR_NOSUID) },
	{ "symfollow", NO_ATTR(MOUNT_ATTR_NOSYMFOLLOW) },
	{ "sync", SUPER(MS_SYNCHRONOUS) },
	{ "tmpcopyup", WORD(MOUNT_OPT_TMPCOPYUP) },
	{ "unbindable", PROP(MS_UNBINDABLE) },
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
		.propagation = row->bits,
		.recursive = row->recursive,
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

bool mount_options_have(char *const *options, unsigned words)
{
	for (; options && *options; options++) {
		const struct mount_option_row *row = row_find(*options);

		if (row && row->kind == MOUNT_ROW_WORD && row->bits & words)
			return true;
	}
	return false;
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
		{ MOUNT_ATTR_RDONLY, MS_RDONLY },
		{ MOUNT_ATTR_NOSUID, MS_NOSUID },
		{ MOUNT_ATTR_NODEV, MS_NODEV },
		{ MOUNT_ATTR_NOEXEC, MS_NOEXEC },
		{ MOUNT_ATTR_NODIRATIME, MS_NODIRATIME },
		{ MOUNT_ATTR_NOATIME, MS_NOATIME },
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
