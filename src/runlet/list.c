/* SPDX-License-Identifier: Apache-2.0 */
#include "runlet/runlet.h"
#include "runlet/view.h"

#include "core/log.h"

#include <errno.h>

struct list_args {
	int format;
	bool quiet;
};

static const struct opt list_opts[] = {
	O_FORMAT_(struct list_args, format, "print a table or json"),
	O_FLAG_("quiet", 'q', struct list_args, quiet, "print only the ids"),
	{ 0 },
};

#define COLUMNS 6
#define COLUMN_MIN 12
#define COLUMN_GAP 3

static void print_table(const struct view *views, size_t n)
{
	static const char *const titles[COLUMNS] = { "ID",     "PID",	  "STATUS",
						     "BUNDLE", "CREATED", "OWNER" };
	size_t width[COLUMNS];

	for (size_t c = 0; c < COLUMNS; c++)
		width[c] = MAX((size_t)COLUMN_MIN, strlen(titles[c]) + COLUMN_GAP);
	/* Twice over the same rows: to measure, then to print. Row 0 is the titles. */
	for (int print = 0; print <= 1; print++) {
		for (size_t i = 0; i <= n; i++) {
			const struct view *v = i ? &views[i - 1] : NULL;
			char pid[24] = "";

			if (v)
				snprintf(pid, sizeof(pid), "%lld", (long long)v->pid);
			for (size_t c = 0; c < COLUMNS; c++) {
				const char *row[COLUMNS] = {
					v ? v->id : NULL,      pid,
					v ? v->status : NULL,  v ? v->bundle : NULL,
					v ? v->created : NULL, v ? v->owner : NULL
				};
				const char *cell = v ? row[c] : titles[c];

				if (!print)
					width[c] = MAX(width[c], strlen(cell) + COLUMN_GAP);
				else if (c + 1 < COLUMNS)
					printf("%-*s", (int)width[c], cell);
				else
					printf("%s\n", cell);
			}
		}
	}
}

static void print_json(const struct view *views, const struct container *const *containers,
		       size_t n)
{
	autojsonout *o = json_out_new(NULL);
	size_t len;

	if (n == 0) {
		puts("null");
		return;
	}
	json_out_array(o);
	for (size_t i = 0; i < n; i++)
		view_encode(&views[i],
			    containers[i]->has_state ? containers[i]->state.oci_version :
						       OCI_VERSION,
			    o);
	json_out_end(o);
	puts(json_out_text(o, &len));
}

static int print_list(const struct list_args *a, const struct runtime *rt, char *const *ids,
		      struct err *e)
{
	size_t max = strv_len(ids), n = 0;
	struct container **containers = xcalloc(max + 1, sizeof(struct container *));
	struct view *views = xcalloc(max + 1, sizeof(*views));

	for (size_t i = 0; i < max; i++) {
		struct err one = { 0 };
		int r = container_open(rt, ids[i], CONTAINER_UNLOCKED, &containers[n], &one);

		if (r == 0) {
			view_init(&views[n], containers[n], true);
			/* All that there are may be more than one may have open. */
			containers[n]->dir = fd_close(containers[n]->dir);
			containers[n]->pidfd = fd_close(containers[n]->pidfd);
			n++;
		} else if (r !=
			   -ENOENT) { /* it was deleted meanwhile, or it is sick: not all's fault */
			log_warning("container %s: %s", ids[i], one.text);
		}
	}
	if (a->format == OUTPUT_JSON)
		print_json(views, (const struct container *const *)containers, n);
	else
		print_table(views, n);
	for (size_t i = 0; i < n; i++) {
		view_done(&views[i]);
		container_free(containers[i]);
	}
	free(containers);
	free(views);
	return finish_output(e);
}

static int run_list(const void *global, void *args, int argc _unused_, char **argv _unused_,
		    struct err *e)
{
	const struct list_args *a = args;
	autostrv char **ids = NULL;
	autoruntime rt = RUNTIME_NONE;
	int r;

	r = open_runtime(global, false, &rt, e);
	if (r == 0)
		r = container_ids(&rt, &ids, e);
	if (r < 0)
		return r;
	if (!a->quiet)
		return print_list(a, &rt, ids, e);
	for (size_t i = 0; ids[i]; i++)
		puts(ids[i]);
	return finish_output(e);
}

const struct command cmd_list = {
	.name = "list",
	.synopsis = "",
	.about = "List the containers.",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = run_list,
};
