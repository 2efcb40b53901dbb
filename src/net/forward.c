/* SPDX-License-Identifier: Apache-2.0 */
#include "net/forward.h"

#include "core/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#define VALUE_MAX 64

static bool has_value(const struct str *now, const char *value)
{
	size_t n = strlen(value);

	return now->len >= n && memcmp(now->p, value, n) == 0 &&
	       (now->len == n || now->p[n] == '\n');
}

static int set_at(int proc, const char *name, const char *value, struct err *e)
{
	autofree char *path = xasprintf("sys/net/%s", name);
	autostr now = { 0 };
	int r = procfs_read(proc, path, VALUE_MAX, &now, e);

	if (r == 0 && has_value(&now, value))
		return 0;
	if (r == 0)
		r = procfs_write(proc, path, value, strlen(value), e);
	return r < 0 ? r : 1;
}

int forward_set(const char *name, const char *value, struct err *e)
{
	autofd int proc = procfs_open_root(e);

	return proc < 0 ? proc : set_at(proc, name, value, e);
}

int forward_interface(int family, const char *ifname, const char *key, const char *value,
		      struct err *e)
{
	autofree char *name =
		xasprintf("%s/conf/%s/%s", family == AF_INET6 ? "ipv6" : "ipv4", ifname, key);

	return forward_set(name, value, e);
}

static void closedir_p(DIR **d)
{
	if (*d)
		(void)closedir(*d);
}

/* Interfaces that take router advertisements as hosts do go on to do so. */
static int keep_advertisements(int proc, struct err *e)
{
	_cleanup_(closedir_p) DIR *d = NULL;
	struct dirent *entry;
	int fd = procfs_open(proc, "sys/net/ipv6/conf", O_RDONLY | O_DIRECTORY, e);

	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		(void)fd_close(fd);
		return err_set(e, errno, "list interfaces");
	}
	while ((entry = readdir(d))) {
		autofree char *name = xasprintf("ipv6/conf/%s/accept_ra", entry->d_name);
		autofree char *path = xasprintf("sys/net/%s", name);
		autostr now = { 0 };

		/* one that is just going away does not matter */
		if (entry->d_name[0] != '.' &&
		    procfs_read(proc, path, VALUE_MAX, &now, NULL) == 0 && has_value(&now, "1"))
			(void)set_at(proc, name, "2", NULL);
	}
	return 0;
}

int forward_enable(int family, struct err *e)
{
	autofd int proc = procfs_open_root(e);
	autostr now = { 0 };
	int r;

	if (proc < 0)
		return proc;
	if (family == AF_INET)
		return set_at(proc, "ipv4/ip_forward", "1", e);
	r = procfs_read(proc, "sys/net/ipv6/conf/all/forwarding", VALUE_MAX, &now, e);
	if (r < 0 || has_value(&now, "1"))
		return r;
	r = keep_advertisements(proc, e);
	if (r == 0)
		r = set_at(proc, "ipv6/conf/all/forwarding", "1", e);
	return r;
}
