/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/default_spec.h"

#include "core/strv.h"
#include "engine/cgroup/cgroup.h"

#include <sched.h>

static const char document[] =
	"{\"ociVersion\": \"1.3.0\","
	"\"process\": {\"terminal\": true, \"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"],"
	"\"env\": [\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\","
	"\"TERM=xterm\"], \"cwd\": \"/\","
	"\"capabilities\": {"
	"\"bounding\": [\"CAP_AUDIT_WRITE\", \"CAP_KILL\", \"CAP_NET_BIND_SERVICE\"],"
	"\"effective\": [\"CAP_AUDIT_WRITE\", \"CAP_KILL\", \"CAP_NET_BIND_SERVICE\"],"
	"\"permitted\": [\"CAP_AUDIT_WRITE\", \"CAP_KILL\", \"CAP_NET_BIND_SERVICE\"],"
	"\"ambient\": [\"CAP_AUDIT_WRITE\", \"CAP_KILL\", \"CAP_NET_BIND_SERVICE\"]},"
	"\"rlimits\": [{\"type\": \"RLIMIT_NOFILE\", \"hard\": 1024, \"soft\": 1024}],"
	"\"noNewPrivileges\": true},"
	"\"root\": {\"path\": \"rootfs\", \"readonly\": true},"
	"\"hostname\": \"runc\","
	"\"mounts\": ["
	"{\"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\"},"
	"{\"destination\": \"/dev\", \"type\": \"tmpfs\", \"source\": \"tmpfs\","
	"\"options\": [\"nosuid\", \"strictatime\", \"mode=755\", \"size=65536k\"]},"
	"{\"destination\": \"/dev/pts\", \"type\": \"devpts\", \"source\": \"devpts\","
	"\"options\": [\"nosuid\", \"noexec\", \"newinstance\", \"ptmxmode=0666\", \"mode=0620\", "
	"\"gid=5\"]},"
	"{\"destination\": \"/dev/shm\", \"type\": \"tmpfs\", \"source\": \"shm\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\", \"mode=1777\", \"size=65536k\"]},"
	"{\"destination\": \"/dev/mqueue\", \"type\": \"mqueue\", \"source\": \"mqueue\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\"]},"
	"{\"destination\": \"/sys\", \"type\": \"sysfs\", \"source\": \"sysfs\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\", \"ro\"]},"
	"{\"destination\": \"/sys/fs/cgroup\", \"type\": \"cgroup\", \"source\": \"cgroup\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\", \"relatime\", \"ro\"]}],"
	"\"linux\": {"
	"\"resources\": {\"devices\": [{\"allow\": false, \"access\": \"rwm\"}]},"
	"\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"network\"}, {\"type\": \"ipc\"}, "
	"{\"type\": \"uts\"},"
	"{\"type\": \"mount\"}],"
	"\"maskedPaths\": ["
	"\"/proc/acpi\", \"/proc/asound\", \"/proc/kcore\", \"/proc/keys\","
	"\"/proc/latency_stats\", \"/proc/timer_list\", \"/proc/timer_stats\","
	"\"/proc/sched_debug\", \"/sys/firmware\", \"/proc/scsi\"],"
	"\"readonlyPaths\": ["
	"\"/proc/bus\", \"/proc/fs\", \"/proc/irq\", \"/proc/sys\","
	"\"/proc/sysrq-trigger\"]}}";

static void add_namespace(struct oci_linux *l, int type)
{
	l->namespaces = xrealloc(l->namespaces, l->n_namespaces + 1, sizeof(*l->namespaces));
	l->namespaces[l->n_namespaces++] = (struct oci_namespace){ .type = type };
}

static void remove_namespace(struct oci_linux *l, int type)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n_namespaces; i++)
		if (l->namespaces[i].type != type)
			l->namespaces[kept++] = l->namespaces[i];
	l->n_namespaces = kept;
}

static struct oci_mount *find_mount(struct oci_config *c, const char *destination)
{
	for (size_t i = 0; i < c->n_mounts; i++)
		if (str_eq(c->mounts[i].destination, destination))
			return &c->mounts[i];
	return NULL;
}

static struct oci_id_mapping *root_mapping(uint32_t host_id)
{
	struct oci_id_mapping *m = xcalloc(1, sizeof(*m));

	*m = (struct oci_id_mapping){ .container_id = 0, .host_id = host_id, .size = 1 };
	return m;
}

static void replace(char **member, const char *value)
{
	free(*member);
	*member = xstrdup(value);
}

/* Group 5 is not mapped, and so cannot own the terminals. */
static void drop_gid_option(struct oci_mount *devpts)
{
	char **kept = strv_new();

	for (char **o = devpts->options; o && *o; o++)
		if (!str_starts(*o, "gid="))
			strv_push(&kept, *o);
	strv_free(devpts->options);
	devpts->options = kept;
}

/* Without a network namespace of its own a user may not mount sysfs: the host's is bound. */
static void bind_sys(struct oci_mount *sys)
{
	static const char *const options[] = { "rbind", "nosuid", "noexec", "nodev", "ro" };
	char **v = strv_new();

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		strv_push(&v, options[i]);
	replace(&sys->type, "none");
	replace(&sys->source, "/sys");
	strv_free(sys->options);
	sys->options = v;
}

static void make_rootless(struct oci_config *c, uint32_t uid, uint32_t gid)
{
	struct oci_linux *l = c->linux_;

	remove_namespace(l, CLONE_NEWNET);
	add_namespace(l, CLONE_NEWUSER);
	l->uid_mappings = root_mapping(uid);
	l->gid_mappings = root_mapping(gid);
	l->n_uid_mappings = l->n_gid_mappings = 1;
	bind_sys(find_mount(c, "/sys"));
	drop_gid_option(find_mount(c, "/dev/pts"));
	record_done(&oci_resources_record, l->resources);
	free(l->resources);
	l->resources = NULL;
}

struct oci_config *default_spec(enum default_spec kind, uint32_t uid, uint32_t gid)
{
	struct oci_config *c = NULL;
	struct err e;

	if (oci_config_parse(document, sizeof(document) - 1, &c, &e) < 0)
		abort(); /* a test parses it */
	if (cgroup_layout() == CGROUP_V2)
		add_namespace(c->linux_, CLONE_NEWCGROUP);
	if (kind == DEFAULT_SPEC_ROOTLESS)
		make_rootless(c, uid, gid);
	return c;
}
