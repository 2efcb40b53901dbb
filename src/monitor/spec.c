/* SPDX-License-Identifier: Apache-2.0 */
#include "monitor/spec.h"

#include "core/file.h"
#include "core/json.h"

#include <errno.h>
#include <fcntl.h>

#define SPEC_FILE "monitor.json"
#define STATUS_FILE "status.json"
#define FILE_SIZE_MAX (1 << 20)

const struct name monitor_restart_names[] = {
	{ "no", MONITOR_RESTART_NO },
	{ "on-failure", MONITOR_RESTART_ON_FAILURE },
	{ "always", MONITOR_RESTART_ALWAYS },
	{ NULL, 0 },
};

const struct name monitor_wanted_names[] = {
	{ "up", MONITOR_UP },
	{ "down", MONITOR_DOWN },
	{ NULL, 0 },
};

const struct name monitor_state_names[] = {
	{ "created", MONITOR_CREATED },	      { "starting", MONITOR_STARTING },
	{ "running", MONITOR_RUNNING },	      { "stopping", MONITOR_STOPPING },
	{ "restarting", MONITOR_RESTARTING }, { "stopped", MONITOR_STOPPED },
	{ "exited", MONITOR_EXITED },	      { "failed", MONITOR_FAILED },
	{ "orphaned", MONITOR_ORPHANED },     { NULL, 0 },
};

static int absolute(const char *text, struct err *e)
{
	return *text == '/' ? 0 : err_msg(e, EINVAL, "\"%s\" is not an absolute path", text);
}

static int known_id(const char *text, struct err *e)
{
	if (*text == '\0' || *text == '-' || *text == '.' || strchr(text, '/'))
		return err_msg(e, EINVAL, "\"%s\" is no container id", text);
	return 0;
}

static const struct field spec_fields[] = {
	F_INT("version", struct monitor_spec, version, 1, MONITOR_VERSION, FIELD_REQUIRED),
	F_STRING_CHECK("id", struct monitor_spec, id, FIELD_REQUIRED, known_id),
	F_STRING_CHECK("runtime", struct monitor_spec, runtime, FIELD_REQUIRED, absolute),
	F_STRING_CHECK("root", struct monitor_spec, root, FIELD_REQUIRED, absolute),
	F_STRING_CHECK("bundle", struct monitor_spec, bundle, FIELD_REQUIRED, absolute),
	F_STRING_CHECK("run", struct monitor_spec, run, FIELD_REQUIRED, absolute),
	F_STRING_CHECK("log", struct monitor_spec, log, FIELD_REQUIRED, absolute),
	F_INT("logSizeMax", struct monitor_spec, log_size_max, 0, INT64_MAX, 0),
	F_INT("logFiles", struct monitor_spec, log_files, 0, 1000, 0),
	F_ENUM("restart", struct monitor_spec, restart, monitor_restart_names, 0),
	F_ENUM("wanted", struct monitor_spec, wanted, monitor_wanted_names, 0),
	F_STRING("stopSignal", struct monitor_spec, stop_signal, 0),
	F_INT("stopTimeoutMs", struct monitor_spec, stop_timeout_ms, 0, INT32_MAX, 0),
};
const struct record monitor_spec_record =
	RECORD(struct monitor_spec, "runlet-monitor(8)", spec_fields);

static const struct field status_fields[] = {
	F_INT("version", struct monitor_status, version, 1, MONITOR_VERSION, FIELD_REQUIRED),
	F_ENUM("state", struct monitor_status, state, monitor_state_names, FIELD_REQUIRED),
	F_INT("pid", struct monitor_status, pid, 0, INT32_MAX, 0),
	F_UINT("startTime", struct monitor_status, start_time, UINT64_MAX, 0),
	F_STRING("bootId", struct monitor_status, boot_id, 0),
	F_INT("startedMs", struct monitor_status, started_ms, 0, INT64_MAX, 0),
	F_INT("finishedMs", struct monitor_status, finished_ms, 0, INT64_MAX, 0),
	F_OPT_INT("exitCode", struct monitor_status, exit_code, 0, 255, 0),
	F_INT("restarts", struct monitor_status, restarts, 0, INT64_MAX, 0),
	F_STRING("error", struct monitor_status, error, 0),
	F_STRV("recent", struct monitor_status, recent, 0),
};
const struct record monitor_status_record =
	RECORD(struct monitor_status, "runlet-monitor(8)", status_fields);

static int save(const char *dir, const char *name, const struct record *r, const void *object,
		int flags, struct err *e)
{
	autofree char *path = xasprintf("%s/%s", dir, name);
	autojsonout *o = json_out_new("  ");
	autostr text = { 0 };

	record_encode(r, object, o);
	str_add(&text, json_out_text(o, &(size_t){ 0 }));
	str_add_char(&text, '\n');
	return file_replace(AT_FDCWD, path, 0600, text.p, text.len, flags, e);
}

static int load(const char *dir, const char *name, const struct record *r, void *out, struct err *e)
{
	autofree char *path = xasprintf("%s/%s", dir, name);
	autostr text = { 0 };
	int res;

	res = file_read(AT_FDCWD, path, FILE_SIZE_MAX, &text, e);
	if (res < 0)
		return res;
	memset(out, 0, r->size);
	res = record_parse(r, text.len ? text.p : "", text.len, out, e);
	if (res < 0) {
		(void)err_wrap(e, "%s: ", path);
		if (e)
			e->num = EBADMSG;
	}
	return res < 0 ? -EBADMSG : 0;
}

int monitor_spec_save(const char *dir, const struct monitor_spec *spec, struct err *e)
{
	return save(dir, SPEC_FILE, &monitor_spec_record, spec, FILE_SYNC, e);
}

int monitor_spec_load(const char *dir, struct monitor_spec *out, struct err *e)
{
	int r = load(dir, SPEC_FILE, &monitor_spec_record, out, e);

	if (r < 0)
		return r;
	out->log_size_max = out->log_size_max ?: MONITOR_LOG_SIZE_MAX;
	out->log_files = out->log_files ?: MONITOR_LOG_FILES;
	out->restart = out->restart ?: MONITOR_RESTART_NO;
	out->wanted = out->wanted ?: MONITOR_UP;
	out->stop_timeout_ms = out->stop_timeout_ms ?: MONITOR_STOP_TIMEOUT_MS;
	return 0;
}

void monitor_spec_done(struct monitor_spec *spec)
{
	record_done(&monitor_spec_record, spec);
}

int monitor_status_save(const char *dir, const struct monitor_status *status, bool sync,
			struct err *e)
{
	return save(dir, STATUS_FILE, &monitor_status_record, status, sync ? FILE_SYNC : 0, e);
}

int monitor_status_load(const char *dir, struct monitor_status *out, struct err *e)
{
	return load(dir, STATUS_FILE, &monitor_status_record, out, e);
}

void monitor_status_done(struct monitor_status *status)
{
	record_done(&monitor_status_record, status);
}
