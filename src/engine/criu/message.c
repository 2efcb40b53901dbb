/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/criu/message.h"

#include "engine/criu/protobuf.h"

#include <errno.h>

/* The numbers of criu_req and criu_resp. */
enum { REQ_TYPE = 1, REQ_OPTS = 2, REQ_NOTIFY_SUCCESS = 3 };
enum {
	RESP_TYPE = 1,
	RESP_SUCCESS = 2,
	RESP_RESTORE = 4,
	RESP_NOTIFY = 5,
	RESP_ERRNO = 7,
	RESP_MESSAGE = 9
};
enum { NOTIFY_SCRIPT = 1, NOTIFY_PID = 2 };
enum { RESTORE_PID = 1 };

/* Those of criu_opts that are not in the table below. */
enum {
	OPT_PAGE_SERVER = 11,
	OPT_MANAGE_CGROUPS = 24,
	OPT_CGROUP_ROOT = 25,
	OPT_INHERIT = 27,
	OPT_CGROUPS_MODE = 34,
	OPT_EXTERNAL = 37,
	OPT_STATUS_FD = 49
};

enum option_kind { OPTION_BOOL, OPTION_INT, OPTION_TEXT };

static const struct option_row {
	unsigned number;
	enum option_kind kind;
	size_t offset;
} options[] = {
#define ROW(number, kind, member)                                                                  \
	{                                                                                          \
		number, kind, offsetof(struct criu_request, member)                                \
	}
	ROW(2, OPTION_INT, pid),
	ROW(3, OPTION_BOOL, leave_running),
	ROW(4, OPTION_BOOL, ext_unix_sk),
	ROW(5, OPTION_BOOL, tcp_established),
	ROW(7, OPTION_BOOL, shell_job),
	ROW(8, OPTION_BOOL, file_locks),
	ROW(10, OPTION_TEXT, log_file),
	ROW(13, OPTION_TEXT, root),
	ROW(14, OPTION_TEXT, parent),
	ROW(15, OPTION_BOOL, track_memory),
	ROW(16, OPTION_BOOL, auto_dedup),
	ROW(18, OPTION_BOOL, link_remap),
	ROW(26, OPTION_BOOL, restore_sibling),
	ROW(38, OPTION_INT, empty_ns),
	ROW(44, OPTION_TEXT, freeze_cgroup),
	ROW(46, OPTION_BOOL, tcp_skip_in_flight),
	ROW(48, OPTION_BOOL, lazy_pages),
	ROW(50, OPTION_BOOL, orphan_pts_master),
	ROW(52, OPTION_BOOL, tcp_close),
	ROW(53, OPTION_TEXT, lsm_profile),
	ROW(63, OPTION_TEXT, lsm_mount_context),
#undef ROW
};

static void put_option(struct str *out, const struct criu_request *r, const struct option_row *row)
{
	const char *at = (const char *)r + row->offset;

	switch (row->kind) {
	case OPTION_BOOL:
		if (*(const bool *)at)
			pb_put_uint(out, row->number, 1);
		break;
	case OPTION_INT:
		if (*(const int64_t *)at)
			pb_put_uint(out, row->number, (uint64_t) * (const int64_t *)at);
		break;
	case OPTION_TEXT:
		if (*(const char *const *)at)
			pb_put_text(out, row->number, *(const char *const *)at);
		break;
	}
}

static void put_message(struct str *out, unsigned number, const struct str *message)
{
	pb_put_bytes(out, number, message->p ? message->p : "", message->len);
}

/* page server, inherit_fd and cgroup_root: each a text and a number, or two texts. */
static void put_page_server(struct str *out, const struct criu_request *r)
{
	autostr m = { 0 };

	if (!r->page_server)
		return;
	pb_put_text(&m, 1, r->page_server);
	pb_put_uint(&m, 2, (uint64_t)r->page_server_port);
	put_message(out, OPT_PAGE_SERVER, &m);
}

static void put_inherited(struct str *out, const struct criu_inherit *inherit)
{
	autostr m = { 0 };

	pb_put_text(&m, 1, inherit->name);
	pb_put_uint(&m, 2, (uint64_t)inherit->fd);
	put_message(out, OPT_INHERIT, &m);
}

static void put_cgroup_root(struct str *out, const struct criu_cgroup_root *root)
{
	autostr m = { 0 };

	if (root->controller)
		pb_put_text(&m, 1, root->controller);
	pb_put_text(&m, 2, root->path);
	put_message(out, OPT_CGROUP_ROOT, &m);
}

static void put_cgroups(struct str *out, const struct criu_request *r)
{
	if (r->cgroups_mode) {
		pb_put_uint(out, OPT_MANAGE_CGROUPS, 1);
		pb_put_uint(out, OPT_CGROUPS_MODE, (uint64_t)r->cgroups_mode - 1);
	}
	for (size_t i = 0; i < r->n_cgroup_roots; i++)
		put_cgroup_root(out, &r->cgroup_roots[i]);
}

void criu_request_encode(const struct criu_request *r, struct str *out)
{
	enum { IMAGES_DIR = 1, LOG_LEVEL = 9, NOTIFY_SCRIPTS = 12, WORK_DIR = 17, LOG_ALL = 4 };
	autostr m = { 0 };

	pb_put_uint(&m, IMAGES_DIR, (uint64_t)r->images_dir);
	pb_put_uint(&m, WORK_DIR, (uint64_t)r->work_dir);
	pb_put_uint(&m, LOG_LEVEL, LOG_ALL);
	pb_put_uint(&m, NOTIFY_SCRIPTS, 1);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		put_option(&m, r, &options[i]);
	put_page_server(&m, r);
	put_cgroups(&m, r);
	if (r->status_fd)
		pb_put_uint(&m, OPT_STATUS_FD, (uint64_t)r->status_fd - 1);
	for (size_t i = 0; i < r->n_inherit; i++)
		put_inherited(&m, &r->inherit[i]);
	for (char **external = r->external; external && *external; external++)
		pb_put_text(&m, OPT_EXTERNAL, *external);
	pb_put_uint(out, REQ_TYPE, r->type);
	put_message(out, REQ_OPTS, &m);
}

void criu_notified_encode(bool ok, struct str *out)
{
	pb_put_uint(out, REQ_TYPE, CRIU_NOTIFY);
	pb_put_uint(out, REQ_NOTIFY_SUCCESS, ok);
}

/* Cut when it is too long: it is for people, or compared with what is short. */
static void take_text(const struct pb_field *f, char out[CRIU_TEXT_MAX])
{
	size_t n = MIN(f->len, (size_t)CRIU_TEXT_MAX - 1);

	if (n)
		memcpy(out, f->bytes, n);
	while (n && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
}

static int decode_notify(const struct pb_field *notify, struct criu_response *out)
{
	struct pb_reader in = { notify->bytes, notify->len };
	struct pb_field f;
	int r;

	while ((r = pb_next(&in, &f)) > 0) {
		if (f.number == NOTIFY_SCRIPT && f.is_bytes)
			take_text(&f, out->script);
		else if (f.number == NOTIFY_PID && !f.is_bytes)
			out->pid = (int32_t)f.value;
	}
	return r;
}

static int decode_restore(const struct pb_field *restore, struct criu_response *out)
{
	struct pb_reader in = { restore->bytes, restore->len };
	struct pb_field f;
	int r;

	while ((r = pb_next(&in, &f)) > 0)
		if (f.number == RESTORE_PID && !f.is_bytes)
			out->pid = (int32_t)f.value;
	return r;
}

static int decode_field(const struct pb_field *f, struct criu_response *out)
{
	if (f->is_bytes) {
		if (f->number == RESP_MESSAGE)
			take_text(f, out->message);
		else if (f->number == RESP_NOTIFY)
			return decode_notify(f, out);
		else if (f->number == RESP_RESTORE)
			return decode_restore(f, out);
		return 0;
	}
	if (f->number == RESP_TYPE)
		out->type = (unsigned)f->value;
	else if (f->number == RESP_SUCCESS)
		out->success = f->value;
	else if (f->number == RESP_ERRNO)
		out->error = (int32_t)f->value;
	return 0;
}

int criu_response_decode(const void *bytes, size_t len, struct criu_response *out)
{
	struct pb_reader in = { bytes, len };
	struct criu_response got = { 0 };
	struct pb_field f;
	int r;

	while ((r = pb_next(&in, &f)) > 0) {
		r = decode_field(&f, &got);
		if (r < 0)
			return r;
	}
	if (r == 0)
		*out = got;
	return r;
}
