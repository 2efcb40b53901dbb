/* SPDX-License-Identifier: Apache-2.0 */
#include "orch/bundle_defaults.h"

/* The capabilities that docker and podman's forerunners settled on, and their masked paths. */
static const char document[] =
	"{\"ociVersion\": \"1.0.2\","
	"\"process\": {\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"sh\"], \"cwd\": \"/\","
	"\"env\": [\"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"],"
	"\"capabilities\": {\"bounding\": [\"CAP_AUDIT_WRITE\", \"CAP_CHOWN\","
	"\"CAP_DAC_OVERRIDE\", \"CAP_FOWNER\", \"CAP_FSETID\", \"CAP_KILL\", \"CAP_MKNOD\","
	"\"CAP_NET_BIND_SERVICE\", \"CAP_NET_RAW\", \"CAP_SETFCAP\", \"CAP_SETGID\","
	"\"CAP_SETPCAP\", \"CAP_SETUID\", \"CAP_SYS_CHROOT\"]},"
	"\"rlimits\": [{\"type\": \"RLIMIT_NOFILE\", \"soft\": 1024, \"hard\": 524288}]},"
	"\"root\": {\"path\": \"rootfs\"},"
	"\"mounts\": ["
	"{\"destination\": \"/proc\", \"type\": \"proc\", \"source\": \"proc\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\"]},"
	"{\"destination\": \"/dev\", \"type\": \"tmpfs\", \"source\": \"tmpfs\","
	"\"options\": [\"nosuid\", \"strictatime\", \"mode=755\", \"size=65536k\"]},"
	"{\"destination\": \"/dev/pts\", \"type\": \"devpts\", \"source\": \"devpts\","
	"\"options\": [\"nosuid\", \"noexec\", \"newinstance\", \"ptmxmode=0666\","
	"\"mode=0620\", \"gid=5\"]},"
	"{\"destination\": \"/dev/shm\", \"type\": \"tmpfs\", \"source\": \"shm\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\", \"mode=1777\", \"size=65536k\"]},"
	"{\"destination\": \"/dev/mqueue\", \"type\": \"mqueue\", \"source\": \"mqueue\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\"]},"
	"{\"destination\": \"/sys\", \"type\": \"sysfs\", \"source\": \"sysfs\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\", \"ro\"]},"
	"{\"destination\": \"/sys/fs/cgroup\", \"type\": \"cgroup\", \"source\": \"cgroup\","
	"\"options\": [\"nosuid\", \"noexec\", \"nodev\", \"relatime\", \"ro\"]}],"
	"\"linux\": {"
	"\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"ipc\"}, {\"type\": \"uts\"},"
	"{\"type\": \"mount\"}, {\"type\": \"cgroup\"}],"
	"\"maskedPaths\": [\"/proc/acpi\", \"/proc/asound\", \"/proc/interrupts\","
	"\"/proc/kcore\", \"/proc/keys\", \"/proc/latency_stats\", \"/proc/sched_debug\","
	"\"/proc/scsi\", \"/proc/timer_list\", \"/proc/timer_stats\","
	"\"/sys/devices/virtual/powercap\", \"/sys/firmware\"],"
	"\"readonlyPaths\": [\"/proc/bus\", \"/proc/fs\", \"/proc/irq\", \"/proc/sys\","
	"\"/proc/sysrq-trigger\"]}}";

struct oci_config *bundle_defaults(void)
{
	struct oci_config *c = NULL;
	struct err e;

	if (oci_config_parse(document, sizeof(document) - 1, &c, &e) < 0)
		abort(); /* a test parses it */
	return c;
}
