/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store.h"

#include "core/file.h"
#include "core/names.h"
#include "core/num.h"
#include "engine/cgroup/cgroup.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

static const struct field journal_fields[] = {
	F_STRING("id", struct store_journal, id, FIELD_REQUIRED),
	F_STRING("bundle", struct store_journal, bundle, FIELD_REQUIRED),
	F_STRING("rootfs", struct store_journal, rootfs, FIELD_REQUIRED),
	F_STRING("created", struct store_journal, created, FIELD_REQUIRED),
	F_U32("owner", struct store_journal, owner, 0),
	F_ENUM("cgroupManager", struct store_journal, cgroup_manager, cgroup_manager_names,
	       FIELD_REQUIRED),
	F_STRING("cgroupPath", struct store_journal, cgroup_path, FIELD_REQUIRED),
	F_STRMAP("cgroupPaths", struct store_journal, cgroup_paths, 0),
	F_RECORD("intelRdt", struct store_journal, rdt, &rdt_record, 0),
	F_RECORD("config", struct store_journal, config, &oci_config_record, FIELD_REQUIRED),
};
const struct record store_journal_record =
	RECORD(struct store_journal, "create.json", journal_fields);

static const struct field state_fields[] = {
	F_STRING("ociVersion", struct store_state, oci_version, FIELD_REQUIRED),
	F_STRING("id", struct store_state, id, FIELD_REQUIRED),
	F_INT("pid", struct store_state, pid, 1, INT32_MAX, FIELD_REQUIRED),
	F_UINT("startTime", struct store_state, start_time, UINT64_MAX, FIELD_REQUIRED),
	F_UINT("pidInode", struct store_state, pid_inode, UINT64_MAX, 0),
	F_STRING("bootId", struct store_state, boot_id, FIELD_REQUIRED),
	F_STRING("bundle", struct store_state, bundle, FIELD_REQUIRED),
	F_STRING("rootfs", struct store_state, rootfs, FIELD_REQUIRED),
	F_STRING("created", struct store_state, created, FIELD_REQUIRED),
	F_U32("owner", struct store_state, owner, 0),
	F_ENUM("cgroupManager", struct store_state, cgroup_manager, cgroup_manager_names,
	       FIELD_REQUIRED),
	F_STRING("cgroupPath", struct store_state, cgroup_path, FIELD_REQUIRED),
	F_STRMAP("cgroupPaths", struct store_state, cgroup_paths, 0),
	F_RECORD("intelRdt", struct store_state, rdt, &rdt_record, 0),
	F_BOOL("sharedPids", struct store_state, shared_pids, 0),
	F_BOOL("noNewKeyring", struct store_state, no_new_keyring, 0),
	F_BOOL("restored", struct store_state, restored, 0),
	F_BOOL("poststop", struct store_state, poststop, 0),
	F_STRMAP("annotations", struct store_state, annotations, 0),
};
const struct record store_state_record = RECORD(struct store_state, "state.json", state_fields);

#define STORE_SIZE_MAX (JSON_SIZE_MAX)

static void encode(const struct record *r, const void *object, struct str *out)
{
	autojsonout *o = json_out_new(NULL);
	const char *text;
	size_t len;

	record_encode(r, object, o);
	text = json_out_text(o, &len);
	str_add_bytes(out, text, len);
	str_add_char(out, '\n');
}

/*
 * A configuration that is just within the parser's limits can be beyond them with what we put
 * around it, and with our escapes. A text shorter than the most values cannot.
 */
static int check_readable(const struct str *text, struct err *e)
{
	autojson *doc = NULL;
	int r = 0;

	if (text->len > JSON_VALUES_MAX)
		r = json_parse(text->p, text->len, &doc, e);
	return r < 0 ? err_wrap(e, "the configuration is too large to keep: ") : 0;
}

int store_journal_write(int dir, const struct store_journal *j, struct err *e)
{
	autostr text = { 0 };
	int r;

	encode(&store_journal_record, j, &text);
	r = check_readable(&text, e);
	if (r < 0)
		return r;
	return file_create(dir, STORE_JOURNAL, 0600, text.p, text.len, e);
}

int store_journal_read(int dir, const char *id, struct store_journal *out, struct err *e)
{
	autostr text = { 0 };
	int r;

	r = file_read(dir, STORE_JOURNAL, STORE_SIZE_MAX, &text, e);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	/* Written with one create and before anything else: what does not parse is torn. */
	r = record_parse(&store_journal_record, text.len ? text.p : "", text.len, out, e);
	if (r == 0 && !str_eq(out->id, id)) {
		store_journal_done(out);
		return 0;
	}
	if (r == 0 && oci_config_check(out->config, e) < 0) {
		store_journal_done(out); /* somebody wrote in it */
		return err_wrap(e, STORE_JOURNAL ": ");
	}
	return r < 0 ? 0 : 1;
}

void store_journal_done(struct store_journal *j)
{
	record_done(&store_journal_record, j);
}

static int link_write(int dir, const char *name, const char *text, struct err *e)
{
	return symlinkat(text, dir, name) < 0 ? err_set(e, errno, "symlink %s", name) : 0;
}

/* Returns 1 and the text, 0 when there is no such link. */
static int link_read(int dir, const char *name, char *text, size_t size, struct err *e)
{
	ssize_t n = readlinkat(dir, name, text, size - 1);

	if (n < 0)
		return errno == ENOENT || errno == EINVAL ? 0 :
							    err_set(e, errno, "readlink %s", name);
	text[n] = '\0';
	return 1;
}

/* "MANAGER\nPATH", and a line each for the names and paths of cgroup_paths: no name of a cgroup has
 * a newline. */
int store_cgroup_write(int dir, const struct store_journal *j, struct err *e)
{
	autostr text = { 0 };

	str_addf(&text, "%s\n%s", names_get(cgroup_manager_names, j->cgroup_manager),
		 j->cgroup_path);
	for (size_t i = 0; i < j->cgroup_paths.n; i++)
		str_addf(&text, "\n%s\n%s", j->cgroup_paths.v[i].name, j->cgroup_paths.v[i].value);
	return link_write(dir, STORE_CGROUP, text.p, e);
}

static void add_path(struct strmap *m, const char *name, const char *value)
{
	m->v = xrealloc(m->v, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = (struct strmap_entry){ xstrdup(name), xstrdup(value) };
}

int store_cgroup_read(int dir, struct store_journal *j, struct err *e)
{
	char text[PATH_MAX], *at = text, *name, *path;
	int64_t manager;
	int r = link_read(dir, STORE_CGROUP, text, sizeof(text), e);

	if (r <= 0)
		return r;
	name = strsep(&at, "\n");
	path = strsep(&at, "\n");
	if (!path || !names_find(cgroup_manager_names, name, &manager))
		return 0;
	j->cgroup_manager = (int)manager;
	j->cgroup_path = xstrdup(path);
	while ((name = strsep(&at, "\n")) && (path = strsep(&at, "\n")))
		add_path(&j->cgroup_paths, name, path);
	return 1;
}

int store_init_write(int dir, const struct store_state *s, struct err *e)
{
	autofree char *text = xasprintf("%" PRId64 ":%" PRIu64 ":%" PRIu64 ":%s", s->pid,
					s->start_time, s->pid_inode, s->boot_id);

	return link_write(dir, STORE_INIT, text, e);
}

int store_init_read(int dir, struct store_state *s, struct err *e)
{
	char text[256], *at = text, *word[4];
	uint64_t pid;
	int r = link_read(dir, STORE_INIT, text, sizeof(text), e);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(word); i++) {
		word[i] = strsep(&at, ":");
		if (!word[i])
			return 0;
	}
	if (num_parse_u64(word[0], INT32_MAX, STORE_INIT, &pid, NULL) < 0 ||
	    num_parse_u64(word[1], UINT64_MAX, STORE_INIT, &s->start_time, NULL) < 0 ||
	    num_parse_u64(word[2], UINT64_MAX, STORE_INIT, &s->pid_inode, NULL) < 0)
		return 0;
	s->pid = (int64_t)pid;
	free(s->boot_id);
	s->boot_id = xstrdup(word[3]);
	return 1;
}

int store_state_write(int dir, const struct store_state *s, struct err *e)
{
	autostr text = { 0 };

	encode(&store_state_record, s, &text);
	/* No fsync: the state means nothing after a reboot. */
	return file_replace(dir, STORE_STATE, 0600, text.p, text.len, 0, e);
}

int store_state_read(int dir, const char *id, struct store_state *out, struct err *e)
{
	autostr text = { 0 };
	int r;

	r = file_read(dir, STORE_STATE, STORE_SIZE_MAX, &text, e);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return err_wrap(e, "state file: ");
	r = record_parse(&store_state_record, text.len ? text.p : "", text.len, out, e);
	if (r < 0)
		return err_wrap(e, "state file " STORE_STATE " is damaged: ");
	if (!str_eq(out->id, id)) {
		r = err_msg(e, EINVAL, "state file " STORE_STATE " is damaged: it is of \"%s\"",
			    out->id);
		store_state_done(out);
		return r;
	}
	return 1;
}

void store_state_done(struct store_state *s)
{
	record_done(&store_state_record, s);
}
