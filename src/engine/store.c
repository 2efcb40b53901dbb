/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store.h"

#include "core/file.h"
#include "engine/cgroup/cgroup.h"

#include <errno.h>

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

int store_journal_read(int dir, struct store_journal *out, struct err *e)
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

int store_state_write(int dir, const struct store_state *s, struct err *e)
{
	autostr text = { 0 };

	encode(&store_state_record, s, &text);
	/* No fsync: the state means nothing after a reboot. */
	return file_replace(dir, STORE_STATE, 0600, text.p, text.len, 0, e);
}

int store_state_read(int dir, struct store_state *out, struct err *e)
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
	return 1;
}

void store_state_done(struct store_state *s)
{
	record_done(&store_state_record, s);
}
