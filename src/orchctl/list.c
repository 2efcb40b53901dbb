/* SPDX-License-Identifier: Apache-2.0 */
#include "orchctl/orchctl.h"

#include "orch/containers.h"

#include <errno.h>
#include <stdio.h>

enum { FORMAT_TABLE = 1, FORMAT_JSON };

static const struct name formats[] = {
	{ "table", FORMAT_TABLE },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

struct list_args {
	int format;
	bool quiet;
};

static const struct opt list_opts[] = {
	O_ENUM_("format", 'f', struct list_args, format, "FORMAT", formats,
		"print a table or json"),
	O_FLAG_("quiet", 'q', struct list_args, quiet, "print only the names"),
	{ 0 },
};

#define COLUMNS 5
#define COLUMN_GAP 3
#define CELL_MAX 24

/* The cells of a row; numbers are written to @text. */
static void fill_row(const struct container_view *v, char text[2][CELL_MAX],
		     const char *row[COLUMNS])
{
	snprintf(text[0], CELL_MAX, "%lld", (long long)v->status.pid);
	snprintf(text[1], CELL_MAX, "%lld", (long long)v->status.restarts);
	row[0] = v->container.name;
	row[1] = container_view_state(v);
	row[2] = v->status.pid ? text[0] : "-";
	row[3] = text[1];
	row[4] = v->container.image ?: "-";
}

static void print_table(const struct container_views *views)
{
	const char *row[COLUMNS] = { "ID", "STATE", "PID", "RESTARTS", "IMAGE" };
	int width[COLUMNS] = { 0 };
	char text[2][CELL_MAX];

	/* Twice over the same rows: to measure, then to print. Row 0 is the titles. */
	for (int print = 0; print <= 1; print++) {
		const char *titles[COLUMNS] = { "ID", "STATE", "PID", "RESTARTS", "IMAGE" };

		memcpy(row, titles, sizeof(row));
		for (size_t i = 0; i <= views->n; i++) {
			if (i > 0)
				fill_row(&views->v[i - 1], text, row);
			for (int c = 0; c < COLUMNS; c++) {
				if (!print)
					width[c] = MAX(width[c], (int)strlen(row[c]) + COLUMN_GAP);
				else if (c + 1 < COLUMNS)
					printf("%-*s", width[c], row[c]);
				else
					printf("%s\n", row[c]);
			}
		}
	}
}

static void print_json(const struct container_views *views)
{
	autojsonout *o = json_out_new(NULL);
	size_t len;

	json_out_array(o);
	for (size_t i = 0; i < views->n; i++)
		container_view_encode(&views->v[i], o);
	json_out_end(o);
	puts(json_out_text(o, &len));
}

static int run_list(const void *global, void *args, int argc _unused_, char **argv _unused_,
		    struct err *e)
{
	_cleanup_(container_views_done) struct container_views views = { 0 };
	const struct list_args *a = args;
	autoorch o = { 0 };
	int r;

	r = globals_orch(global, &o, e);
	if (r >= 0)
		r = containers_view(&o, o.ns, &views, e);
	if (r < 0)
		return r;
	if (a->quiet)
		for (size_t i = 0; i < views.n; i++)
			puts(views.v[i].container.name);
	else if (a->format == FORMAT_JSON)
		print_json(&views);
	else
		print_table(&views);
	return fflush(stdout) == EOF ? err_set(e, errno, "write to standard output") : 0;
}

const struct command cmd_list = {
	.name = "list",
	.synopsis = "",
	.about = "List the containers of a namespace.",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = run_list,
};
