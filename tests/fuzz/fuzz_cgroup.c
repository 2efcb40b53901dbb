/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel and configurations tell of cgroups. The first byte chooses: a cgroupsPath, a
 * devices.list, or /proc/self/cgroup and, after an empty line, /proc/self/mountinfo. */
#include "core/str.h"
#include "engine/cgroup/devices.h"
#include "engine/cgroup/layout.h"
#include "engine/cgroup/path.h"
#include <fcntl.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool promise)
{
	if (!promise)
		abort();
}

/* What is accepted stays below the root. */
static void check_path(const char *text)
{
	autofree char *path = NULL, *slashes = NULL;

	if (cgroup_path_parse(text, "id", &path, NULL) < 0)
		return;
	slashes = xasprintf("%s/", path);
	require(path[0] == '/' && path[1] && strlen(path) < CGROUP_PATH_MAX + 1);
	require(!strstr(slashes, "/../") && !strstr(slashes, "/./") && !strstr(slashes, "//"));
}

/* What is accepted prints and reads back equal: nothing is to be written from one to the other. */
static void check_devices(const char *text)
{
	_cleanup_(device_rules_done) struct device_rules a = { 0 }, b = { 0 };
	autofree struct device_write *w = NULL;
	autofree struct bpf_insn *insns = NULL;
	char rule[DEVICE_TEXT_MAX];
	autostr s = { 0 };
	size_t n;

	if (devices_from_list(text, &a, NULL) < 0)
		return;
	str_add(&s, a.allow ? "a *:* rwm\n" : "");
	for (size_t i = 0; i < a.n; i++)
		str_addf(&s, "%s\n", device_format(&a.v[i], rule));
	require(devices_from_list(s.p ? s.p : "", &b, NULL) == 0);
	devices_transition(&a, &b, &w, &n);
	require(n == 0);
	devices_bpf(&a, &insns, &n);
	require(n >= 8);
}

/* Everything is a hierarchy here; nothing is done to it. */
static enum layout_fs probe(_unused_ int fd)
{
	return LAYOUT_FS_V1;
}

static void check_layout(char *text)
{
	autofd int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(layout_done) struct layout l;
	char *mounts = strstr(text, "\n\n");

	if (mounts)
		*mounts++ = '\0';
	layout_init(&l);
	require(layout_find(&l, dir, "", text, probe) >= 0);
	layout_find_mounts(&l, mounts ? mounts : "", probe);
	layout_settle(&l);
	for (size_t i = 0; i < l.n; i++)
		require(l.v[i].root >= 0 && l.info[i].name && l.info[i].mountpoint);
	require(l.info[l.n].name == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = NULL;

	if (size < 1 || size > 1 << 14)
		return 0;
	text = xstrndup((const char *)data + 1, size - 1);
	if (data[0] == 'p')
		check_path(text);
	else if (data[0] == 'd')
		check_devices(text);
	else if (data[0] == 'l')
		check_layout(text);
	return 0;
}
