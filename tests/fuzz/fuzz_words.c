/* SPDX-License-Identifier: Apache-2.0 */
/* Short texts from the command line, the environment and configurations: each parser gets all, and
 * what it accepts is in its range. */
#include "core/num.h"
#include "core/proc.h"
#include "engine/cgroup/path.h"
#include "engine/container.h"
#include "engine/security/attrs.h"
#include "engine/security/caps.h"
#include "engine/security/creds.h"
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

#define NUMBER_MAX 1024
#define RTMAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

/* A refusal has its number and a text, whatever was refused. */
static void refused(int r, const struct err *e)
{
	require(r == -e->num && e->num > 0 && e->text[0]);
}

static void check_numbers(const char *text)
{
	struct err e = { 0 };
	uint64_t u = 0;
	int64_t i = 0;
	char back[32];
	int r;

	r = num_parse_u64(text, NUMBER_MAX, "n", &u, &e);
	if (r < 0)
		refused(r, &e);
	require(u <= NUMBER_MAX);
	r = num_parse_i64(text, -NUMBER_MAX, NUMBER_MAX, "n", &i, &e);
	if (r < 0)
		refused(r, &e);
	require(i >= -NUMBER_MAX && i <= NUMBER_MAX);
	if (num_parse_i64(text, INT64_MIN, INT64_MAX, "n", &i, &e) == 0 && text[0] != '0' &&
	    !str_starts(text, "-0")) {
		(void)snprintf(back, sizeof(back), "%" PRId64, i);
		require(str_eq(back, text));
	}
	r = num_parse_octal(text, 0777, "mode", &u, &e);
	if (r < 0)
		refused(r, &e);
	require(u <= NUMBER_MAX);
}

static void check_units(const char *text)
{
	struct err e = { 0 };
	int64_t v = 0;
	int r;

	r = num_parse_size(text, &v, &e);
	require(r == 0 ? v >= 0 : v == 0);
	if (r < 0)
		refused(r, &e);
	v = 0;
	r = num_parse_duration(text, &v, &e);
	if (r < 0)
		refused(r, &e);
	else
		require(text[0] == '-' ? v <= 0 : v >= 0);
}

static void check_signal(const char *text)
{
	struct err e = { 0 };
	int r = signal_parse(text, &e);

	if (r <= 0)
		refused(r, &e);
	require(r <= RTMAX);
}

static void check_user(const char *text)
{
	uint32_t uid = 0, gid = 0;
	struct err e = { 0 };
	bool has_gid = false;
	int r = creds_parse(text, &uid, &gid, &has_gid, &e);

	if (r < 0)
		refused(r, &e);
	require(uid != UINT32_MAX && gid != UINT32_MAX);
}

static void check_names(const char *text)
{
	autofree char *sub = NULL;
	struct err e = { 0 };
	int cap = caps_parse(text), r;

	require(cap < 64);
	r = container_id_check(text, &e);
	if (r < 0)
		refused(r, &e);
	else
		require(!strchr(text, '/') && text[0] != '.' && text[0]);
	r = cgroup_sub_parse(text, &sub, &e);
	if (r < 0)
		refused(r, &e);
	else
		require(!sub || !strstr(sub, "/../"));
}

static void check_sysctl(char *text)
{
	struct oci_namespace ns[] = { { .type = CLONE_NEWNET }, { .type = CLONE_NEWIPC } };
	struct strmap_entry entry = { text, text };
	struct oci_linux l = { .namespaces = ns,
			       .n_namespaces = ARRAY_SIZE(ns),
			       .sysctl = { &entry, 1 } };
	const struct oci_config c = { .linux_ = &l };
	struct err e = { 0 };
	int r = sysctl_check(&c, &e);

	if (r < 0)
		refused(r, &e);
	else
		require(text[0] && text[0] != '/' && !strstr(text, "/../"));
}

static void check_cpus(const char *text)
{
	struct err e = { 0 };
	int r = attrs_set_affinity(text, &e);

	if (r < 0)
		refused(r, &e);
	require(attrs_reset_affinity(NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = xstrndup((const char *)data, size);

	check_numbers(text);
	check_units(text);
	check_signal(text);
	check_user(text);
	check_names(text);
	check_sysctl(text);
	check_cpus(text);
	return 0;
}
