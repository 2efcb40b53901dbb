/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "core/num.h"
#include "orch/audit.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

struct list_args {
	int64_t limit;
	bool json;
};

static const struct opt list_opts[] = {
	O_INT_("limit", 'n', struct list_args, limit, "N", "print only the last N events"),
	O_FLAG_("json", 'j', struct list_args, json, "print the lines of the trail"),
	{ 0 },
};

/* The last lines, round and round. */
struct last {
	const struct list_args *args;
	char **lines;
	size_t n, at;
};

static char *row_of(const struct audit_event *v)
{
	autofree char *changes = strv_join(v->changes, "; ");

	return xasprintf("%-6llu %s %-8s %-9s %-20s %s%s%s", (unsigned long long)v->seq, v->time,
			 v->plugin, names_get(audit_operation_names, v->operation), v->resource,
			 v->error ? "FAILED: " : "", v->error ? v->error : "",
			 v->error ? "" : changes);
}

static int list_event(const struct audit_event *event, const char *line, void *data,
		      struct err *e _unused_)
{
	struct last *last = data;
	autofree char *text = last->args->json ? xstrdup(line) : row_of(event);

	if (last->n == 0) {
		puts(text);
		return 0;
	}
	free(last->lines[last->at]);
	last->lines[last->at] = TAKE(text);
	last->at = (last->at + 1) % last->n;
	return 0;
}

static int run_list(const void *global, void *args, int argc _unused_, char **argv _unused_,
		    struct err *e)
{
	const struct list_args *a = args;
	struct last last = { .args = a };
	autofree char *dir = NULL;
	int64_t r = 0;

	if (a->limit < 0 || a->limit > 1 << 20)
		return err_msg(e, EINVAL, "--limit: has to be 0 (all) to %d", 1 << 20);
	if (globals_audit_dir(global, &dir, e) < 0)
		return -e->num;
	last.n = (size_t)a->limit;
	last.lines = xcalloc(last.n + 1, sizeof(*last.lines));
	r = audit_read(dir, list_event, &last, NULL, e);
	for (size_t i = 0; i < last.n; i++) {
		autofree char *line = TAKE(last.lines[(last.at + i) % last.n]);

		if (line)
			puts(line);
	}
	free(last.lines);
	return r < 0 ? (int)r : 0;
}

struct wanted {
	uint64_t seq;
	const char *hash;
	uint64_t found; /* its number */
};

static int show_event(const struct audit_event *event, const char *line, void *data, struct err *e)
{
	struct wanted *w = data;
	autojsonout *o = NULL;
	autojson *doc = NULL;

	if (event->seq != w->seq)
		return 0;
	if (json_parse(line, strlen(line), &doc, e) < 0)
		return -e->num;
	o = json_out_new("  ");
	json_out_tree(o, json_root(doc));
	puts(json_out_text(o, NULL));
	w->found = event->seq;
	return 0;
}

static int run_show(const void *global, void *args _unused_, int argc _unused_, char **argv,
		    struct err *e)
{
	autofree char *dir = NULL;
	struct wanted w = { 0 };
	int64_t r = num_parse_u64(argv[0], UINT64_MAX, "event", &w.seq, e);

	if (r == 0)
		r = globals_audit_dir(global, &dir, e);
	if (r == 0)
		r = audit_read(dir, show_event, &w, NULL, e);
	if (r >= 0 && !w.found)
		r = err_msg(e, ENOENT, "event %s: the audit trail has %lld events", argv[0],
			    (long long)r);
	return r < 0 ? (int)r : 0;
}

struct verify_args {
	char *head;
};

static const struct opt verify_opts[] = {
	O_STRING_("head", 0, struct verify_args, head, "HASH",
		  "fail when this event, known from before, is not there any more"),
	{ 0 },
};

static int find_hash(const struct audit_event *event, const char *line _unused_, void *data,
		     struct err *e _unused_)
{
	struct wanted *w = data;

	if (w->hash && str_eq(event->hash, w->hash))
		w->found = event->seq;
	return 0;
}

static int run_verify(const void *global, void *args, int argc _unused_, char **argv _unused_,
		      struct err *e)
{
	const struct verify_args *a = args;
	struct wanted w = { .hash = a->head };
	char head[SHA256_HEX_LEN + 1];
	autofree char *dir = NULL;
	int64_t n = 0;

	if (a->head && !sha256_hex_valid(a->head))
		return err_msg(e, EINVAL, "--head %s: not the hash of an event", a->head);
	if (globals_audit_dir(global, &dir, e) < 0)
		return -e->num;
	n = audit_read(dir, find_hash, &w, head, e);
	if (n < 0)
		return (int)n;
	if (a->head && !w.found && !str_eq(a->head, AUDIT_NO_HASH))
		return err_msg(e, EBADMSG,
			       "audit trail: of its %lld events none has the hash %s: "
			       "lines were cut off, or all of it was replaced",
			       (long long)n, a->head);
	printf("%lld events, head %s\n", (long long)n, head);
	return 0;
}

static int export_event(const struct audit_event *event, const char *line, void *data _unused_,
			struct err *e _unused_)
{
	printf("%s\n%s", event->seq > 1 ? "," : "", line);
	return 0;
}

static int run_export(const void *global, void *args _unused_, int argc _unused_,
		      char **argv _unused_, struct err *e)
{
	char head[SHA256_HEX_LEN + 1];
	autofree char *dir = NULL;
	int64_t n = globals_audit_dir(global, &dir, e);

	if (n == 0)
		n = audit_read(dir, NULL, NULL, NULL, e);

	/* Nothing is printed of a trail that does not hold. */
	if (n < 0)
		return (int)n;
	printf("{\"version\":1,\"exported_at\":%lld,\"events\":[", (long long)time(NULL));
	n = audit_read(dir, export_event, NULL, head, e);
	if (n < 0)
		return (int)n;
	printf("\n],\"total\":%lld,\"head\":\"%s\"}\n", (long long)n, head);
	return 0;
}

const struct command cmd_audit_list = {
	.name = "audit list",
	.about = "List the events of the audit trail.",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = run_list,
};

const struct command cmd_audit_show = {
	.name = "audit show",
	.synopsis = "NUMBER",
	.about = "Print one event of the audit trail.",
	.min_args = 1,
	.max_args = 1,
	.run = run_show,
};

const struct command cmd_audit_verify = {
	.name = "audit verify",
	.about = "Check that nobody has changed the audit trail.",
	.opts = verify_opts,
	.args_size = sizeof(struct verify_args),
	.run = run_verify,
};

const struct command cmd_audit_export = {
	.name = "audit export",
	.about = "Print the whole audit trail as one JSON document.",
	.run = run_export,
};
