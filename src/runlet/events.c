/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/events.h"

#include "runlet/runlet.h"

#include <errno.h>

#define NSEC_PER_MSEC 1000000
#define DEFAULT_INTERVAL_NS INT64_C(5000000000)

struct events_args {
	struct opt_int interval; /* ns */
	bool stats;
};

static const struct opt events_opts[] = {
	{ .name = "interval",
	  .kind = OPT_DURATION,
	  .offset = OPT_OFF(struct events_args, interval, struct opt_int),
	  .arg = "DURATION",
	  .help = "show statistics so often, such as 500ms or 1m30s; the default is 5s" },
	O_FLAG_("stats", 0, struct events_args, stats, "show statistics once, and end"),
	{ 0 },
};

/* One line, whole and at once: the reader may be waiting for it. */
static int print_event(const char *type, const char *id, const struct cgroup_stats *s,
		       struct err *e)
{
	autojsonout *o = json_out_new(NULL);
	size_t len;

	json_out_object(o);
	json_out_name(o, "type");
	json_out_string(o, type);
	json_out_name(o, "id");
	json_out_string(o, id);
	if (s) {
		json_out_name(o, "data");
		cgroup_stats_encode(s, o);
	}
	json_out_end(o);
	puts(json_out_text(o, &len));
	return finish_output(e);
}

static int print_stats(const struct cgroup_stats *s, void *id, struct err *e)
{
	return print_event("stats", id, s, e);
}

static int print_oom(void *id, struct err *e)
{
	return print_event("oom", id, NULL, e);
}

static int get_interval(const struct events_args *a, int64_t *ms, struct err *e)
{
	int64_t ns = a->interval.is_set ? a->interval.value : DEFAULT_INTERVAL_NS;

	if (ns <= 0)
		return err_msg(e, EINVAL, "duration interval must be greater than 0");
	*ms = (ns - 1) / NSEC_PER_MSEC + 1;
	return 0;
}

static int run_events(const void *global, void *args, int argc _unused_, char **argv, struct err *e)
{
	const struct event_sink sink = { print_stats, print_oom, argv[0] };
	const struct events_args *a = args;
	autocontainer *c = NULL;
	autoruntime rt = RUNTIME_NONE;
	autostats s = { 0 };
	int64_t interval_ms;
	int r;

	r = open_container(global, argv[0], CONTAINER_UNLOCKED, &rt, &c, e);
	if (r == 0)
		r = get_interval(a, &interval_ms, e);
	if (r < 0)
		return r;
	if (!a->stats)
		return container_events(c, interval_ms, &sink, e);
	r = container_stats(c, &s, e);
	return r < 0 ? r : print_stats(&s, argv[0], e);
}

const struct command cmd_events = {
	.name = "events",
	.synopsis = "ID",
	.about = "Show a container's resource usage and out-of-memory events as JSON.",
	.opts = events_opts,
	.args_size = sizeof(struct events_args),
	.min_args = 1,
	.max_args = 1,
	.run = run_events,
};
