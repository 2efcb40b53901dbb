/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/serve/heartbeat.h"

#include "core/json.h"
#include "core/num.h"
#include "core/proc.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "orch/audit.h"
#include "orch/store.h"

#include <errno.h>
#include <sys/statvfs.h>

#define FILE_MAX (64u << 10)
#define GB (1024.0 * 1024 * 1024)

struct heartbeat {
	struct heartbeat_options options;
	int proc;
	int64_t since_ms;
	uint64_t busy, all; /* of the CPUs, the last time */
};

/* user nice system idle iowait irq softirq steal; guest is in user already. */
int heartbeat_parse_cpu(const char *text, uint64_t *busy, uint64_t *all)
{
	autofree char *line = xstrndup(text, strcspn(text, "\n"));
	uint64_t n = 0, sum = 0, idle = 0;
	char *at = line, *word = NULL;
	int i = 0;

	if (!str_starts(line, "cpu "))
		return -EINVAL;
	at += 4;
	while (i < 8 && (word = strsep(&at, " "))) {
		if (!*word)
			continue;
		if (num_parse_u64(word, INT64_MAX >> 4, "ticks", &n, NULL) < 0)
			return -EINVAL;
		sum += n;
		idle += i == 3 || i == 4 ? n : 0;
		i++;
	}
	if (i < 4)
		return -EINVAL;
	*busy = sum - idle;
	*all = sum;
	return 0;
}

int heartbeat_parse_memory(const char *text, const char *name, uint64_t *bytes)
{
	autofree char *start = xasprintf("%s:", name);
	autofree char *digits = NULL;
	uint64_t kb = 0;

	while (!str_starts(text, start)) {
		text = strchr(text, '\n');
		if (!text++)
			return -EINVAL;
	}
	text += strlen(start);
	text += strspn(text, " ");
	digits = xstrndup(text, strcspn(text, " \n"));
	if (num_parse_u64(digits, UINT64_MAX >> 10, "memory", &kb, NULL) < 0)
		return -EINVAL;
	*bytes = kb << 10;
	return 0;
}

static int sample_cpu(struct heartbeat *h, double *percent, struct err *e)
{
	uint64_t busy = 0, all = 0;
	autostr text = { 0 };

	if (procfs_read(h->proc, "stat", FILE_MAX << 4, &text, e) < 0)
		return -e->num;
	if (heartbeat_parse_cpu(text.p, &busy, &all) < 0)
		return err_msg(e, EINVAL, "the CPUs' times are not as they should be");
	/* Counters may go back when a CPU goes. */
	if (all > h->all && busy >= h->busy)
		*percent = 100.0 * (double)(busy - h->busy) / (double)(all - h->all);
	h->busy = busy;
	h->all = all;
	return 0;
}

int heartbeat_new(const struct heartbeat_options *options, struct heartbeat **out, struct err *e)
{
	struct heartbeat *h = NULL;
	double unused = 0;
	int proc = procfs_open_root(e);

	if (proc < 0)
		return proc;
	h = xcalloc(1, sizeof(*h));
	h->options = *options;
	h->proc = proc;
	h->since_ms = monotonic_ms();
	if (sample_cpu(h, &unused, e) < 0) {
		heartbeat_free(h);
		return -e->num;
	}
	*out = h;
	return 0;
}

void heartbeat_free(struct heartbeat *h)
{
	if (!h)
		return;
	(void)fd_close(h->proc);
	free(h);
}

/* With one decimal. */
static void add(struct str *s, const char *name, double v)
{
	str_addf(s, "\"%s\":%.1f,", name, v);
}

static int add_memory(struct heartbeat *h, struct str *s, struct err *e)
{
	uint64_t total = 0, available = 0;
	autostr text = { 0 };

	if (procfs_read(h->proc, "meminfo", FILE_MAX, &text, e) < 0)
		return -e->num;
	if (heartbeat_parse_memory(text.p, "MemTotal", &total) < 0 ||
	    heartbeat_parse_memory(text.p, "MemAvailable", &available) < 0)
		return err_msg(e, EINVAL, "the memory's figures are not as they should be");
	add(s, "memory_usage", (double)(total - MIN(available, total)) / GB);
	add(s, "memory_total", (double)total / GB);
	return 0;
}

static int add_disk(struct heartbeat *h, struct str *s, struct err *e)
{
	struct statvfs v;

	if (statvfs(h->options.disk, &v) < 0)
		return err_set(e, errno, "look at the disk of %s", h->options.disk);
	add(s, "disk_usage", (double)(v.f_blocks - v.f_bfree) * (double)v.f_frsize / GB);
	add(s, "disk_total", (double)v.f_blocks * (double)v.f_frsize / GB);
	return 0;
}

int heartbeat_format(struct heartbeat *h, char **out, struct err *e)
{
	char head[SHA256_HEX_LEN + 1] = "", now[32];
	autojsonout *agent = json_out_new(NULL);
	autostr s = { 0 };
	double cpu = 0;

	json_out_string(agent, h->options.agent);
	str_addf(&s, "{\"agent_id\":%s,", json_out_text(agent, NULL));
	if (sample_cpu(h, &cpu, e) < 0)
		return -e->num;
	add(&s, "cpu_usage", cpu);
	if (add_memory(h, &s, e) < 0 || add_disk(h, &s, e) < 0)
		return -e->num;
	store_timestamp(now);
	str_addf(&s, "\"uptime\":%lld,\"status\":\"online\",\"timestamp\":\"%s\"",
		 (long long)(monotonic_ms() - h->since_ms) / 1000, now);
	/* A trail that is damaged is told by its head's absence. */
	if (audit_head(h->options.audit_dir, head, NULL) == 0)
		str_addf(&s, ",\"audit_head\":\"%s\"", head);
	str_add_char(&s, '}');
	*out = str_take(&s);
	return 0;
}
