/* SPDX-License-Identifier: Apache-2.0 */
/* get_consumption_device: what a container may use, and what it used. */
#include "orch/topics.h"

#include "core/num.h"
#include "monitor/monitor.h"
#include "monitor/runtime.h"
#include "orch/container.h"
#include "orch/usage.h"

#include <errno.h>
#include <time.h>

static const struct message_rule rules[] = {
	{ "device_id", MESSAGE_TEXT, MESSAGE_REQUIRED },
	{ "cpuPeriod", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "memoryPeriod", MESSAGE_STRING, MESSAGE_REQUIRED },
};

static uint64_t number_at(const struct json *j, const char *const *path)
{
	uint64_t value = 0;

	for (; j && *path; path++)
		j = json_get(j, *path);
	return j && j->type == JSON_NUMBER &&
			       num_parse_u64(j->text, UINT64_MAX, "counter", &value, NULL) == 0 ?
		       value :
		       0;
}

/* From "RUNTIME events --stats". Returns 1; 0 when it tells nothing, as of a stopped container, or
 * when it has no such command. */
static int read_counters(const struct orch *o, const struct container *c,
			 struct usage_counters *out)
{
	static const char *const cpu[] = { "data", "cpu", "usage", "total", NULL };
	static const char *const memory[] = { "data", "memory", "usage", "usage", NULL };
	autofree char *root = orch_runtime_root(o, c->ns);
	const struct oci_runtime rt = { .path = c->runtime, .root = root };
	char *const args[] = { (char *)"events", (char *)"--stats", c->name, NULL };
	autostr text = { 0 };
	autojson *doc = NULL;

	if (oci_runtime_run(&rt, args, NULL, &text, NULL) < 0 ||
	    json_parse(text.p ?: "", text.len, &doc, NULL) < 0)
		return 0;
	out->busy = number_at(json_root(doc), cpu);
	out->memory_mb = number_at(json_root(doc), memory) >> 20;
	return 1;
}

/* Of the time that it has run, one processor's. */
static int sample(const struct orch *o, const struct container *c, struct json_doc **out,
		  struct err *e)
{
	autofree char *dir = orch_container_dir(o, c->ns, c->name);
	autofree char *key = orch_net_name(c->ns, c->name);
	automonitorstatus s = { 0 };
	struct usage_counters now = { 0 };
	int r = monitor_status(dir, &s, e);

	if (r < 0 || s.state != MONITOR_RUNNING)
		return r < 0 ? r : 0;
	if (!read_counters(o, c, &now))
		return 0;
	now.total = (uint64_t)MAX(time(NULL) - s.started_ms / 1000, 1) * 1000000000;
	return usage_sample(o, key, &now, out, e);
}

/* "2 vCPU", "1.5 vCPU". */
static char *cpu_text(uint64_t hundredths)
{
	unsigned long long whole = hundredths / 100;
	unsigned rest = (unsigned)(hundredths % 100);

	if (rest == 0)
		return xasprintf("%llu vCPU", whole);
	return rest % 10 ? xasprintf("%llu.%02u vCPU", whole, rest) :
			   xasprintf("%llu.%u vCPU", whole, rest / 10);
}

static void put_limits(struct json_out *ack, const struct container *c)
{
	autofree char *memory = xasprintf("%llu MB", (unsigned long long)c->memory_mb);
	uint64_t hundredths = c->cpu_quota_us ? c->cpu_quota_us / 1000 : c->cores * 100;
	autofree char *cpu = cpu_text(hundredths);

	json_out_name(ack, "memory");
	json_out_string(ack, c->memory_mb ? memory : "unlimited");
	json_out_name(ack, "cpu");
	json_out_string(ack, hundredths ? cpu : "unlimited");
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result _unused_, struct err *e)
{
	_cleanup_(container_done) struct container c = { 0 };
	struct period cpu = period_parse(message_text(message, "cpuPeriod"), time(NULL));
	struct period memory = period_parse(message_text(message, "memoryPeriod"), time(NULL));
	autojson *samples = NULL;
	const char *name;
	int r = message_device(message, &name, e);

	if (r == 0)
		r = container_load(o, o->ns, name, &c, e);
	if (r == 0 || (r > 0 && (!c.complete || c.deleting)))
		return err_msg(e, ENOENT, "Device %s not found", name);
	if (r > 0)
		r = sample(o, &c, &samples, e);
	if (r < 0)
		return r;
	json_out_name(ack, "device_id");
	json_out_string(ack, name);
	put_limits(ack, &c);
	usage_put(ack, samples ? json_root(samples) : NULL, &cpu, &memory);
	return 0;
}

const struct topic topic_get_consumption_device = {
	.name = "get_consumption_device",
	.flags = TOPIC_WAITS,
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
