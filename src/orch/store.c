/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/store.h"

#include "core/file.h"
#include "core/log.h"
#include "core/strv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SHARED_LOCK_MS 10000

int store_prepare(const struct orch *o, struct err *e)
{
	autofree char *data = xasprintf("%s/data", o->state_dir);
	autofree char *containers = xasprintf("%s/containers/%s", o->state_dir, o->ns);
	autofree char *operations = xasprintf("%s/operations/%s", o->state_dir, o->ns);
	autofree char *locks = xasprintf("%s/locks/%s", o->run_dir, o->ns);
	const struct {
		const char *path;
		mode_t mode;
	} dirs[] = {
		{ o->state_dir, 0755 }, { data, 0755 },	      { containers, 0700 },
		{ operations, 0700 },	{ o->run_dir, 0711 }, { locks, 0700 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		int r = dir_make_all(dirs[i].path, dirs[i].mode, e);

		if (r < 0)
			return r;
	}
	return 0;
}

static int lock_file(const char *path, int timeout_ms, struct err *e)
{
	autofd int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	r = fd_lock(fd, true, timeout_ms, e);
	if (r < 0) {
		err_wrap(e, "%s: ", path);
		return r;
	}
	return TAKE_FD(fd);
}

int store_lock(const struct orch *o, const char *ns, const char *name, int timeout_ms,
	       struct err *e)
{
	autofree char *dir = xasprintf("%s/locks/%s", o->run_dir, ns);
	autofree char *path = xasprintf("%s/%s", dir, name);
	int r = dir_make_all(dir, 0700, e);

	return r < 0 ? r : lock_file(path, timeout_ms, e);
}

int store_lock_is(const struct orch *o, const char *ns, const char *name, int fd)
{
	autofree char *path = xasprintf("%s/locks/%s/%s", o->run_dir, ns, name);
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int store_lock_shared(const struct orch *o, const char *what, struct err *e)
{
	autofree char *path = xasprintf("%s/locks/%s.lock", o->run_dir, what);

	return lock_file(path, SHARED_LOCK_MS, e);
}

int store_set_aside(const char *path, struct err *e)
{
	autofree char *aside = xasprintf("%s.corrupt-%lld", path, (long long)time(NULL));

	if (rename(path, aside) < 0)
		return err_set(e, errno, "put the damaged %s aside", path);
	log_error("%s: damaged; kept as %s", path, aside);
	return err_msg(e, EBADMSG, "%s was damaged; it is kept as %s", path, aside);
}

int store_load(const char *path, struct json_doc **out, struct err *e)
{
	autostr text = { 0 };
	int r = file_read(AT_FDCWD, path, JSON_SIZE_MAX, &text, e);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	r = json_parse(text.p ?: "", text.len, out, e);
	if (r == 0)
		return 1;
	log_error("%s: %s", path, e ? e->text : "not JSON");
	return store_set_aside(path, e);
}

int store_save(const char *path, const char *text, size_t len, struct err *e)
{
	return file_replace(AT_FDCWD, path, 0644, text, len, FILE_SYNC, e);
}

int store_remove(const char *path, struct err *e)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set(e, errno, "remove %s", path);
	return 0;
}

static int sweep_below(const char *path, struct err *e)
{
	autostrv char **names = NULL;
	int r = store_list(path, &names, e);

	for (size_t i = 0; r == 0 && names[i]; i++) {
		autofree char *dir = xasprintf("%s/%s", path, names[i]);

		r = file_sweep(AT_FDCWD, dir, e);
	}
	return r;
}

int store_sweep(const struct orch *o, struct err *e)
{
	autofree char *data = xasprintf("%s/data", o->state_dir), *net = orch_net_dir(o);
	autofree char *operations = xasprintf("%s/operations", o->state_dir);
	int r = file_sweep(AT_FDCWD, o->state_dir, e);

	if (r == 0)
		r = file_sweep(AT_FDCWD, data, e);
	if (r == 0)
		r = sweep_below(operations, e);
	return r < 0 ? r : sweep_below(net, e);
}

int store_sweep_container(const struct orch *o, const char *ns, const char *name, struct err *e)
{
	autofree char *dir = orch_container_dir(o, ns, name);

	return file_sweep(AT_FDCWD, dir, e);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void dir_close_p(DIR **d)
{
	if (*d)
		(void)closedir(*d); /* nothing was written */
}

int store_list(const char *path, char ***out, struct err *e)
{
	_cleanup_(dir_close_p) DIR *dir = NULL;
	struct strv_builder names = { 0 };
	const struct dirent *entry;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		*out = strv_new();
		return 0;
	}
	if (fd < 0)
		return err_set(e, errno, "open %s", path);
	dir = fdopendir(fd);
	if (!dir) {
		(void)fd_close(fd);
		return err_set(e, errno, "read %s", path);
	}
	while ((entry = readdir(dir)))
		if (*entry->d_name != '.')
			strv_builder_add(&names, xstrdup(entry->d_name));
	*out = strv_builder_take(&names);
	qsort(*out, strv_len(*out), sizeof(**out), by_name);
	return 0;
}

void store_timestamp(char out[32])
{
	struct timespec now;
	struct tm tm;
	size_t n;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* this clock is always there */
	(void)gmtime_r(&now.tv_sec, &tm);
	n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out + n, 32 - n, ".%06ld", now.tv_nsec / 1000);
}
