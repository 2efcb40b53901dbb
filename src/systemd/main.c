/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runlet-systemd: the part of runlet that speaks D-Bus. runlet is static, and runs this only when
 * systemd manages a container's cgroup.
 *
 *   runlet-systemd system|user start UNIT PID [Name=VALUE]...
 *   runlet-systemd system|user set UNIT [Name=VALUE]...
 *   runlet-systemd system|user stop UNIT
 *   runlet-systemd system|user cgroup
 *
 * Prints one line on failure, and its status is 1 then.
 */
#include "core/num.h"
#include "systemd/manager.h"
#include <errno.h>
#include <stdio.h>

static int run_start(sd_bus *bus, char *const *words, struct err *e)
{
	uint64_t pid;
	int r = num_parse_u64(words[1], INT32_MAX, "PID", &pid, e);

	return r < 0 ? r : manager_start(bus, words[0], (uint32_t)pid, words + 2, e);
}

static int run_set(sd_bus *bus, char *const *words, struct err *e)
{
	return manager_set(bus, words[0], words + 1, e);
}

static int run_stop(sd_bus *bus, char *const *words, struct err *e)
{
	return manager_stop(bus, words[0], e);
}

static int run_cgroup(sd_bus *bus, _unused_ char *const *words, struct err *e)
{
	autofree char *path = NULL;
	int r = manager_cgroup(bus, &path, e);

	if (r == 0 && (puts(path) == EOF || fflush(stdout) == EOF))
		r = err_set(e, errno, "write to standard output");
	return r;
}

static const struct verb {
	const char *name;
	int words; /* at least so many */
	int (*run)(sd_bus *bus, char *const *words, struct err *e);
} verbs[] = {
	{ "start", 2, run_start },
	{ "set", 1, run_set },
	{ "stop", 1, run_stop },
	{ "cgroup", 0, run_cgroup },
};

static const struct verb *find_verb(int argc, char *const *argv)
{
	if (argc < 3 || !(str_eq(argv[1], "system") || str_eq(argv[1], "user")))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (str_eq(argv[2], verbs[i].name) && argc - 3 >= verbs[i].words)
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	_cleanup_(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	const struct verb *verb = find_verb(argc, argv);
	struct err e = { 0 };
	int r;

	if (!verb) {
		(void)fputs("usage: runlet-systemd system|user start|set|stop|cgroup ...\n",
			    stderr);
		return 2;
	}
	r = manager_open(str_eq(argv[1], "user"), &bus, &e);
	if (r == 0)
		r = verb->run(bus, argv + 3, &e);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", e.text);
	return r < 0;
}
