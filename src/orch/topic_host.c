/* SPDX-License-Identifier: Apache-2.0 */
/* get_consumption_orchestrator: the host, and what is used of it. */
#include "orch/topics.h"

#include "core/file.h"
#include "core/num.h"
#include "core/procfs.h"
#include "core/strv.h"
#include "net/addr.h"
#include "net/link.h"
#include "orch/usage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

#define OS_RELEASE "/etc/os-release"
#define USAGE_KEY ".host" /* no container's name */
#define FILE_MAX (1 << 20)

static const struct message_rule rules[] = {
	{ "cpuPeriod", MESSAGE_STRING, MESSAGE_REQUIRED },
	{ "memoryPeriod", MESSAGE_STRING, MESSAGE_REQUIRED },
};

/* The number behind a word at the beginning of a line, 0 when it is not there. */
static uint64_t number_after(const char *text, const char *word)
{
	autostrv char **lines = strv_split(text, '\n');
	uint64_t value = 0;

	for (size_t i = 0; i < strv_len(lines); i++) {
		const char *at = lines[i] + strlen(word);
		autofree char *digits = NULL;

		if (!str_starts(lines[i], word))
			continue;
		at += strspn(at, " \t");
		digits = xstrndup(at, strspn(at, "0123456789"));
		(void)num_parse_u64(digits, UINT64_MAX, word, &value, NULL);
		break;
	}
	return value;
}

/* The first line of /proc/stat: "cpu user nice system idle iowait irq softirq steal …", in ticks.
 */
static void read_ticks(const char *text, struct usage_counters *out)
{
	autofree char *line = xstrndup(text, strcspn(text, "\n"));
	autostrv char **words = strv_split(line, ' ');
	size_t column = 0;

	for (size_t i = 1; i < strv_len(words) && column < 8; i++) {
		uint64_t ticks;

		if (num_parse_u64(words[i], UINT64_MAX, "ticks", &ticks, NULL) < 0)
			continue; /* there are two blanks behind "cpu" */
		out->total += ticks;
		out->busy += column == 3 || column == 4 ? 0 : ticks;
		column++;
	}
}

static int read_counters(struct usage_counters *out, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	autostr stat = { 0 }, meminfo = { 0 };
	int r = proc < 0 ? proc : procfs_read(proc, "stat", FILE_MAX, &stat, e);

	if (r >= 0)
		r = procfs_read(proc, "meminfo", FILE_MAX, &meminfo, e);
	if (r < 0)
		return r;
	read_ticks(stat.p ?: "", out);
	out->memory_mb = (number_after(meminfo.p ?: "", "MemTotal:") -
			  number_after(meminfo.p ?: "", "MemAvailable:")) >>
			 10;
	return 0;
}

static int put_addresses(struct json_out *ack, struct err *e)
{
	_cleanup_(nl_close_p) struct nl *nl = NULL;
	autofree struct addr *addrs = NULL;
	autofree struct link *links = NULL;
	size_t n = 0, n_links = 0;
	char text[IP_TEXT_MAX];
	int r = nl_open(&nl, e);

	if (r == 0)
		r = link_list(nl, &links, &n_links, e);
	if (r == 0)
		r = addr_list(nl, 0, AF_INET, &addrs, &n, e);
	if (r < 0)
		return r;
	json_out_name(ack, "ip_addresses");
	json_out_array(ack);
	for (size_t i = 0; i < n; i++) {
		const struct link *l = link_in(links, n_links, addrs[i].index);

		if (!l || ip_is_loopback(&addrs[i].ip))
			continue;
		json_out_object(ack);
		json_out_name(ack, "interface");
		json_out_string(ack, l->name);
		json_out_name(ack, "ip_address");
		json_out_string(ack, ip_format_address(&addrs[i].ip, text));
		json_out_end(ack);
	}
	json_out_end(ack);
	return 0;
}

/* PRETTY_NAME="…" of os-release(5); NULL when there is none. */
static char *os_name(void)
{
	static const char word[] = "PRETTY_NAME=";
	autostr text = { 0 };
	char *at;

	if (file_read(AT_FDCWD, OS_RELEASE, FILE_MAX, &text, NULL) < 0 || !text.p)
		return NULL;
	at = strstr(text.p, word);
	if (!at)
		return NULL;
	at += strlen(word);
	at += strspn(at, "\"'");
	return xstrndup(at, strcspn(at, "\"'\n"));
}

static int put_host(struct json_out *ack, struct err *e)
{
	autofree char *os = os_name();
	struct utsname names;
	struct sysinfo info;
	struct statvfs disk;

	if (uname(&names) < 0 || sysinfo(&info) < 0 || statvfs("/", &disk) < 0)
		return err_set(e, errno, "look at the host");
	json_out_name(ack, "memory");
	json_out_u64(ack, ((uint64_t)info.totalram * info.mem_unit) >> 20);
	json_out_name(ack, "cpu");
	json_out_i64(ack, get_nprocs());
	json_out_name(ack, "os");
	json_out_string(ack, os ?: names.sysname);
	json_out_name(ack, "kernel");
	json_out_string(ack, names.release);
	json_out_name(ack, "disk");
	json_out_u64(ack, ((uint64_t)disk.f_blocks * disk.f_frsize) >> 30);
	return 0;
}

static int handle(const struct orch *o, const struct json *message, struct json_out *ack,
		  struct message_result *result _unused_, struct err *e)
{
	struct period cpu = period_parse(message_text(message, "cpuPeriod"), time(NULL));
	struct period memory = period_parse(message_text(message, "memoryPeriod"), time(NULL));
	struct usage_counters now = { 0 };
	autojson *samples = NULL;
	int r = read_counters(&now, e);

	if (r == 0)
		r = usage_sample(o, USAGE_KEY, &now, &samples, e);
	if (r == 0)
		r = put_addresses(ack, e);
	if (r == 0)
		r = put_host(ack, e);
	if (r == 0)
		usage_put(ack, json_root(samples), &cpu, &memory);
	return r;
}

const struct topic topic_get_consumption_orchestrator = {
	.name = "get_consumption_orchestrator",
	.rules = rules,
	.n_rules = ARRAY_SIZE(rules),
	.handle = handle,
};
