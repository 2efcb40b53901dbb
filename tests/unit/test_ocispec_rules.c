/* SPDX-License-Identifier: Apache-2.0 */
#include "libocispec/rules.h"
#include "libocispec/sets.h"
#include "ocispec.h"

#define PROCESS(members) "\"cwd\":\"/\",\"args\":[\"a\"]," members
#define MOUNT "{\"type\":\"mount\"}"
#define USER MOUNT ",{\"type\":\"user\"}"
#define MAP(container, host, size)                                                                 \
	"[{\"containerID\":" #container ",\"hostID\":" #host ",\"size\":" #size "}]"
#define TWO_MAPS(c, h, n, c2, h2, n2)                                                              \
	"[{\"containerID\":" #c ",\"hostID\":" #h ",\"size\":" #n "},{\"containerID\":" #c2        \
	",\"hostID\":" #h2 ",\"size\":" #n2 "}]"
#define MAPS "\"uidMappings\":" MAP(0, 0, 1) ",\"gidMappings\":" MAP(0, 0, 1)
#define RESOURCES(members) "\"resources\":{" members "}"
#define SECCOMP(members) "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"," members "}"
#define CALL(name, action, more)                                                                   \
	"\"syscalls\":[{\"names\":[\"" name "\"],\"action\":\"" action "\"" more "}]"
#define DEVICE(type, more) "\"devices\":[{\"type\":\"" type "\",\"path\":\"/dev/x\"" more "}]"
#define HOOK(kind, path) "\"hooks\":{\"" kind "\":[{\"path\":\"/h\"},{\"path\":\"" path "\"}]}"

struct row {
	struct parts parts;
	const char *want;
};

/* Each breaks one rule; together they break every one. */
static const struct row bad[] = {
	{ { .version = "\"\"" }, "ociVersion: \"\" is not a semantic version" },
	{ { .version = "\"abc\"" }, "ociVersion: \"abc\" is not a semantic version" },
	{ { .version = "\"1.0\"" }, "ociVersion: \"1.0\" is not a semantic version" },
	{ { .version = "\"1.0.0.0\"" }, "ociVersion: \"1.0.0.0\" is not a semantic version" },
	{ { .version = "\"01.0.0\"" }, "ociVersion: \"01.0.0\" is not a semantic version" },
	{ { .version = "\"1.0.0-\"" }, "ociVersion: \"1.0.0-\" is not a semantic version" },
	{ { .version = "\"1.0.0-a..b\"" }, "ociVersion: \"1.0.0-a..b\" is not a semantic version" },
	{ { .version = "\"1.0.0 \"" }, "ociVersion: \"1.0.0 \" is not a semantic version" },
	{ { .version = "\"v1.0.0\"" }, "ociVersion: \"v1.0.0\" is not a semantic version" },
	{ { .version = "\"99.0.0\"" }, "ociVersion: \"99.0.0\" is not supported, only 1.x is" },
	{ { .version = "\"0.5.0-dev\"" },
	  "ociVersion: \"0.5.0-dev\" is not supported, only 1.x is" },
	{ { .root = "\"path\":\"\"" }, "root.path: must not be empty" },
	{ { .top = "\"mounts\":[{\"destination\":\"\"}]" },
	  "mounts[0].destination: must not be empty" },
	{ { .top = "\"mounts\":[{\"destination\":\"/a\",\"uidMappings\":" MAP(0, 0, 1) "}]" },
	  "mounts[0].uidMappings: needs gidMappings too" },
	{ { .top = "\"mounts\":[{\"destination\":\"/a\",\"gidMappings\":" MAP(0, 0, 1) "}]" },
	  "mounts[0].gidMappings: needs uidMappings too" },
	{ { .top = "\"mounts\":[{\"destination\":\"/a\",\"uidMappings\":" MAP(
		    0, 0, 0) ",\"gidMappings\":" MAP(0, 0, 1) "}]" },
	  "mounts[0].uidMappings[0].size: must not be 0" },
	{ { .top = "\"mounts\":[{\"destination\":\"/a\",\"uidMappings\":" MAP(
		    0, 0, 1) ",\"gidMappings\":" MAP(0, 4294967295, 1) "}]" },
	  "mounts[0].gidMappings[0].size: 1 ends beyond 4294967294" },
	{ { .top = "\"hostname\":\"h\"" }, "hostname: needs a uts namespace in linux.namespaces" },
	{ { .top = "\"domainname\":\"d\"" },
	  "domainname: needs a uts namespace in linux.namespaces" },
	{ { .top = HOOK("prestart", "h") }, "hooks.prestart[1].path: must be an absolute path" },
	{ { .top = HOOK("createRuntime", "") },
	  "hooks.createRuntime[1].path: must be an absolute path" },
	{ { .top = HOOK("createContainer", "./h") },
	  "hooks.createContainer[1].path: must be an absolute path" },
	{ { .top = HOOK("startContainer", "h") },
	  "hooks.startContainer[1].path: must be an absolute path" },
	{ { .top = HOOK("poststart", "h") }, "hooks.poststart[1].path: must be an absolute path" },
	{ { .top = HOOK("poststop", "h") }, "hooks.poststop[1].path: must be an absolute path" },
	{ { .top = "\"hooks\":{\"poststop\":[{\"path\":\"/h\",\"timeout\":9223372036854775807}]}" },
	  "hooks.poststop[0].timeout: 9223372036854775807 is above 2147483" },
	{ { .top = "\"annotations\":{\"\":\"x\"}" }, "annotations: a key must not be empty" },

	{ { .process = "\"cwd\":\"/\"" }, "process.args: must not be empty" },
	{ { .process = "\"cwd\":\"/\",\"args\":[]" }, "process.args: must not be empty" },
	{ { .process = "\"args\":[\"a\"],\"cwd\":\"\"" }, "process.cwd: must be an absolute path" },
	{ { .process = "\"args\":[\"a\"],\"cwd\":\"tmp\"" },
	  "process.cwd: must be an absolute path" },
	{ { .process = PROCESS("\"env\":[\"A=1\",\"B\"]") }, "process.env[1]: must be NAME=VALUE" },
	{ { .process = PROCESS("\"env\":[\"\"]") }, "process.env[0]: must be NAME=VALUE" },
	{ { .process = PROCESS("\"env\":[\"=x\"]") }, "process.env[0]: must be NAME=VALUE" },
	{ { .process =
		    PROCESS("\"terminal\":true,\"consoleSize\":{\"height\":65536,\"width\":1}") },
	  "process.consoleSize.height: 65536 is above 65535" },
	{ { .process =
		    PROCESS("\"terminal\":true,\"consoleSize\":{\"height\":1,\"width\":65536}") },
	  "process.consoleSize.width: 65536 is above 65535" },
	{ { .process = PROCESS("\"user\":{\"uid\":4294967295}") },
	  "process.user.uid: 4294967295 is not a user id" },
	{ { .process = PROCESS("\"user\":{\"gid\":4294967295}") },
	  "process.user.gid: 4294967295 is not a group id" },
	{ { .process = PROCESS("\"user\":{\"additionalGids\":[0,4294967295]}") },
	  "process.user.additionalGids[1]: 4294967295 is not a group id" },
	{ { .process = PROCESS("\"user\":{\"umask\":512}") },
	  "process.user.umask: 512 is above 0777" },
	{ { .process = PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":1,\"hard\":1},"
			       "{\"type\":\"RLIMIT_CORE\",\"soft\":1,\"hard\":1}]") },
	  "process.rlimits[1].type: duplicate \"RLIMIT_CORE\"" },
	{ { .process = PROCESS("\"rlimits\":[{\"type\":\"RLIMIT_CORE\",\"soft\":2,\"hard\":1}]") },
	  "process.rlimits[0].soft: 2 is above the hard limit 1" },
	{ { .process = PROCESS("\"capabilities\":{\"effective\":[\"CAP_KILL\",\"CAP_CHOWN\"],"
			       "\"permitted\":[\"CAP_KILL\"]}") },
	  "process.capabilities.effective: CAP_CHOWN is not in permitted" },
	{ { .process = PROCESS("\"capabilities\":{\"effective\":[\"CAP_KILL\"]}") },
	  "process.capabilities.effective: CAP_KILL is not in permitted" },
	{ { .process = PROCESS("\"oomScoreAdj\":1001") },
	  "process.oomScoreAdj: 1001 is not between -1000 and 1000" },
	{ { .process = PROCESS("\"oomScoreAdj\":-1001") },
	  "process.oomScoreAdj: -1001 is not between -1000 and 1000" },
	{ { .process =
		    PROCESS("\"scheduler\":{\"policy\":\"SCHED_RR\",\"nice\":1,\"priority\":1}") },
	  "process.scheduler.nice: needs SCHED_OTHER or SCHED_BATCH, not SCHED_RR" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"nice\":20}") },
	  "process.scheduler.nice: 20 is not between -20 and 19" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":-21}") },
	  "process.scheduler.nice: -21 is not between -20 and 19" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_IDLE\",\"priority\":1}") },
	  "process.scheduler.priority: needs SCHED_FIFO or SCHED_RR, not SCHED_IDLE" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_FIFO\"}") },
	  "process.scheduler.priority: 0 is not between 1 and 99" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_RR\",\"priority\":100}") },
	  "process.scheduler.priority: 100 is not between 1 and 99" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"runtime\":1}") },
	  "process.scheduler.runtime: needs SCHED_DEADLINE, not SCHED_OTHER" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"deadline\":1}") },
	  "process.scheduler.deadline: needs SCHED_DEADLINE, not SCHED_OTHER" },
	{ { .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_OTHER\",\"period\":1}") },
	  "process.scheduler.period: needs SCHED_DEADLINE, not SCHED_OTHER" },
	{ { .process = PROCESS("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":8}") },
	  "process.ioPriority.priority: 8 is not between 0 and 7" },
	{ { .process = PROCESS("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_RT\",\"priority\":-1}") },
	  "process.ioPriority.priority: -1 is not between 0 and 7" },

	{ { .namespaces = "" }, "linux.namespaces: a mount namespace is required" },
	{ { .namespaces = "{\"type\":\"pid\"}" },
	  "linux.namespaces: a mount namespace is required" },
	{ { .namespaces = MOUNT ",{\"type\":\"pid\"},{\"type\":\"pid\",\"path\":\"/p\"}" },
	  "linux.namespaces[2].type: duplicate \"pid\"" },
	{ { .namespaces = MOUNT ",{\"type\":\"pid\",\"path\":\"proc/1/ns/pid\"}" },
	  "linux.namespaces[1].path: must be an absolute path" },
	{ { .namespaces = MOUNT ",{\"type\":\"pid\",\"path\":\"\"}" },
	  "linux.namespaces[1].path: must be an absolute path" },
	{ { .linux_ = "\"uidMappings\":" MAP(0, 0, 1) },
	  "linux.uidMappings: needs a user namespace in linux.namespaces" },
	{ { .linux_ = "\"gidMappings\":" MAP(0, 0, 1) },
	  "linux.gidMappings: needs a user namespace in linux.namespaces" },
	{ { .namespaces = USER },
	  "linux.uidMappings: must not be empty with a new user namespace" },
	{ { .namespaces = USER, .linux_ = "\"uidMappings\":" MAP(0, 0, 1) ",\"gidMappings\":[]" },
	  "linux.gidMappings: must not be empty with a new user namespace" },
	{ { .namespaces = USER,
	    .linux_ = "\"uidMappings\":" MAP(0, 0, 0) ",\"gidMappings\":" MAP(0, 0, 1) },
	  "linux.uidMappings[0].size: must not be 0" },
	{ { .namespaces = USER,
	    .linux_ = "\"uidMappings\":" MAP(0, 0, 1) ",\"gidMappings\":" MAP(2, 0, 4294967294) },
	  "linux.gidMappings[0].size: 4294967294 ends beyond 4294967294" },
	{ { .namespaces = USER,
	    .linux_ = "\"uidMappings\":" MAP(0, 4294967295, 1) ",\"gidMappings\":" MAP(0, 0, 1) },
	  "linux.uidMappings[0].size: 1 ends beyond 4294967294" },
	{ { .namespaces = USER,
	    .linux_ = "\"uidMappings\":" TWO_MAPS(0, 0, 10, 9, 20, 1) ",\"gidMappings\":" MAP(0, 0,
											      1) },
	  "linux.uidMappings[1].containerID: the range overlaps with linux.uidMappings[0]'s" },
	{ { .namespaces = USER,
	    .linux_ = "\"uidMappings\":" MAP(0, 0, 1) ",\"gidMappings\":" TWO_MAPS(0, 7, 1, 1, 0,
										   8) },
	  "linux.gidMappings[1].hostID: the range overlaps with linux.gidMappings[0]'s" },
	{ { .top = "\"mounts\":[{\"destination\":\"/a\",\"uidMappings\":" MAP(
		    0, 0, 1) ",\"gidMappings\":" TWO_MAPS(0, 0, 1, 0, 1, 1) "}]" },
	  "mounts[0].gidMappings[1].containerID: the range overlaps with "
	  "mounts[0].gidMappings[0]'s" },
	{ { .namespaces = MOUNT ",{\"type\":\"time\",\"path\":\"/t\"}",
	    .linux_ = "\"timeOffsets\":{\"monotonic\":{\"secs\":1}}" },
	  "linux.timeOffsets: a time namespace that is joined has its own" },
	{ { .linux_ = "\"timeOffsets\":{\"monotonic\":{\"secs\":1}}" },
	  "linux.timeOffsets: needs a time namespace in linux.namespaces" },
	{ { .namespaces = MOUNT ",{\"type\":\"time\"}",
	    .linux_ = "\"timeOffsets\":{\"monotonic\":{\"nanosecs\":1000000000}}" },
	  "linux.timeOffsets.monotonic.nanosecs: 1000000000 is above 999999999" },
	{ { .namespaces = MOUNT ",{\"type\":\"time\"}",
	    .linux_ = "\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}}" },
	  "linux.timeOffsets.boottime.nanosecs: 1000000000 is above 999999999" },
	{ { .linux_ = "\"netDevices\":{\"eth0\":{}}" },
	  "linux.netDevices: needs a network namespace in linux.namespaces" },

	{ { .linux_ = "\"devices\":[{\"type\":\"p\",\"path\":\"dev/x\"}]" },
	  "linux.devices[0].path: must be an absolute path" },
	{ { .linux_ = "\"devices\":[{\"type\":\"p\",\"path\":\"/dev/..\"}]" },
	  "linux.devices[0].path: must be an absolute path" },
	{ { .linux_ = DEVICE("c", "") }, "linux.devices[0].major: required member is missing" },
	{ { .linux_ = DEVICE("b", ",\"major\":1") },
	  "linux.devices[0].minor: required member is missing" },
	{ { .linux_ = DEVICE("u", ",\"major\":-1,\"minor\":0") },
	  "linux.devices[0].major: -1 is not between 0 and 4095" },
	{ { .linux_ = DEVICE("c", ",\"major\":1,\"minor\":1099511627776") },
	  "linux.devices[0].minor: 1099511627776 is not between 0 and 1048575" },
	{ { .linux_ = DEVICE("p", ",\"uid\":4294967295") },
	  "linux.devices[0].uid: 4294967295 is not a user id" },
	{ { .linux_ = DEVICE("p", ",\"gid\":4294967295") },
	  "linux.devices[0].gid: 4294967295 is not a group id" },
	{ { .namespaces = MOUNT ",{\"type\":\"network\"}",
	    .linux_ = "\"netDevices\":{\"../eth0\":{}}" },
	  "linux.netDevices.../eth0: not a network device's name" },
	{ { .namespaces = MOUNT ",{\"type\":\"network\"}",
	    .linux_ = "\"netDevices\":{\"eth0\":{\"name\":\"a234567890123456\"}}" },
	  "linux.netDevices.eth0.name: not a network device's name" },
	{ { .namespaces = MOUNT ",{\"type\":\"network\"}",
	    .linux_ = "\"netDevices\":{\"eth0\":{\"name\":\"a b\"}}" },
	  "linux.netDevices.eth0.name: not a network device's name" },
	{ { .namespaces = MOUNT ",{\"type\":\"network\"}",
	    .linux_ = "\"netDevices\":{\"eth0\":{\"name\":\"x\"},\"x\":{}}" },
	  "linux.netDevices: two devices would be named \"x\"" },
	{ { .linux_ = "\"intelRdt\":{\"closID\":\"..\"}" },
	  "linux.intelRdt.closID: not a directory's name" },
	{ { .linux_ = "\"intelRdt\":{\"closID\":\"a/b\"}" },
	  "linux.intelRdt.closID: not a directory's name" },
	{ { .linux_ = "\"intelRdt\":{\"schemata\":[\"a\",\"b\\nc\"]}" },
	  "linux.intelRdt.schemata[1]: must be one line" },
	{ { .linux_ = "\"intelRdt\":{\"l3CacheSchema\":\"L3:0=f\\n\"}" },
	  "linux.intelRdt.l3CacheSchema: must be one line" },
	{ { .linux_ = "\"memoryPolicy\":{\"nodes\":\"0\"}" },
	  "linux.memoryPolicy.mode: required member is missing" },
	{ { .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\"}" },
	  "linux.memoryPolicy.nodes: MPOL_BIND needs one" },
	{ { .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_LOCAL\",\"nodes\":\"0\"}" },
	  "linux.memoryPolicy.nodes: MPOL_LOCAL takes none" },
	{ { .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"a\"}" },
	  "linux.memoryPolicy.nodes: must be a list of nodes such as \"0-3,7\"" },
	{ { .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\",\"nodes\":\"a\"}" },
	  "linux.memoryPolicy.nodes: must be a list of nodes such as \"0-3,7\"" },
	{ { .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0\",\"flags\":["
		      "\"MPOL_F_STATIC_NODES\",\"MPOL_F_RELATIVE_NODES\"]}" },
	  "linux.memoryPolicy.flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each "
	  "other" },
	{ { .linux_ = "\"sysctl\":{\"net/../kernel/hostname\":\"x\"}" },
	  "linux.sysctl: \"net/../kernel/hostname\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"/net/x\":\"1\"}" },
	  "linux.sysctl: \"/net/x\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"net..x\":\"1\"}" },
	  "linux.sysctl: \"net..x\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"net.x.\":\"1\"}" },
	  "linux.sysctl: \"net.x.\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"net.//.kernel.hostname\":\"1\"}" },
	  "linux.sysctl: \"net.//.kernel.hostname\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"net/./x\":\"1\"}" },
	  "linux.sysctl: \"net/./x\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"kernel\":\"1\"}" },
	  "linux.sysctl: \"kernel\" is not a sysctl's name" },
	{ { .linux_ = "\"sysctl\":{\"\":\"1\"}" }, "linux.sysctl: \"\" is not a sysctl's name" },
	{ { .linux_ = "\"maskedPaths\":[\"/proc/kcore\",\"proc/keys\"]" },
	  "linux.maskedPaths[1]: must be an absolute path" },
	{ { .linux_ = "\"maskedPaths\":[\"/\"]" },
	  "linux.maskedPaths[0]: must not be the root directory" },
	{ { .linux_ = "\"maskedPaths\":[\"/proc/.././/\"]" },
	  "linux.maskedPaths[0]: must not be the root directory" },
	{ { .linux_ = "\"readonlyPaths\":[\"\"]" },
	  "linux.readonlyPaths[0]: must be an absolute path" },
	{ { .linux_ = "\"readonlyPaths\":[\"//\"]" },
	  "linux.readonlyPaths[0]: must not be the root directory" },
	{ { .linux_ = "\"personality\":{}" },
	  "linux.personality.domain: required member is missing" },
	{ { .linux_ = "\"personality\":{\"domain\":\"LINUX\",\"flags\":[\"X\"]}" },
	  "linux.personality.flags: no flag is supported" },

	{ { .linux_ = RESOURCES("\"devices\":[{\"allow\":true,\"type\":\"z\"}]") },
	  "linux.resources.devices[0].type: must be \"a\", \"b\" or \"c\"" },
	{ { .linux_ = RESOURCES("\"devices\":[{\"allow\":true,\"access\":\"rwx\"}]") },
	  "linux.resources.devices[0].access: must be letters of \"rwm\"" },
	{ { .linux_ = RESOURCES("\"devices\":[{\"allow\":true,\"access\":\"\"}]") },
	  "linux.resources.devices[0].access: must be letters of \"rwm\"" },
	{ { .linux_ = RESOURCES("\"devices\":[{\"allow\":true,\"major\":-2}]") },
	  "linux.resources.devices[0].major: -2 is not a device number" },
	{ { .linux_ = RESOURCES("\"devices\":[{\"allow\":true,\"minor\":4294967296}]") },
	  "linux.resources.devices[0].minor: 4294967296 is not a device number" },
	{ { .linux_ = RESOURCES("\"memory\":{\"limit\":-2}") },
	  "linux.resources.memory.limit: -2 is below -1" },
	{ { .linux_ = RESOURCES("\"memory\":{\"reservation\":-2}") },
	  "linux.resources.memory.reservation: -2 is below -1" },
	{ { .linux_ = RESOURCES("\"memory\":{\"swap\":-2}") },
	  "linux.resources.memory.swap: -2 is below -1" },
	{ { .linux_ = RESOURCES("\"memory\":{\"kernelTCP\":-2}") },
	  "linux.resources.memory.kernelTCP: -2 is below -1" },
	{ { .linux_ = RESOURCES("\"memory\":{\"swappiness\":101}") },
	  "linux.resources.memory.swappiness: 101 is above 100" },
	{ { .linux_ = RESOURCES("\"cpu\":{\"idle\":2}") },
	  "linux.resources.cpu.idle: 2 is not 0 or 1" },
	{ { .linux_ = RESOURCES("\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0}]}") },
	  "linux.resources.blockIO.weightDevice[0]: needs weight or leafWeight" },
	{ { .linux_ = RESOURCES("\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":1},"
				"{\"pageSize\":\"1GB\",\"limit\":1},"
				"{\"pageSize\":\"2MB\",\"limit\":2}]") },
	  "linux.resources.hugepageLimits[2].pageSize: duplicate \"2MB\"" },
	{ { .linux_ =
		    RESOURCES("\"network\":{\"priorities\":[{\"name\":\"a b\",\"priority\":1}]}") },
	  "linux.resources.network.priorities[0].name: not a network device's name" },
	{ { .linux_ = RESOURCES("\"rdma\":{\"a hca_handle=1\":{\"hcaHandles\":1}}") },
	  "linux.resources.rdma.a hca_handle=1: not an RDMA device's name" },
	{ { .linux_ = RESOURCES("\"rdma\":{\"mlx\":{}}") },
	  "linux.resources.rdma.mlx: needs hcaHandles or hcaObjects" },
	{ { .linux_ = RESOURCES("\"unified\":{\"../x.y\":\"1\"}") },
	  "linux.resources.unified: \"../x.y\" is not CONTROLLER.NAME" },
	{ { .linux_ = RESOURCES("\"unified\":{\"..\":\"1\"}") },
	  "linux.resources.unified: \"..\" is not CONTROLLER.NAME" },
	{ { .linux_ = RESOURCES("\"unified\":{\"memory\":\"1\"}") },
	  "linux.resources.unified: \"memory\" is not CONTROLLER.NAME" },

	{ { .linux_ =
		    "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_NOTIFY\",\"listenerPath\":\"/s\"}" },
	  "linux.seccomp.defaultAction: must not be SCMP_ACT_NOTIFY" },
	{ { .linux_ = SECCOMP("\"defaultErrnoRet\":1") },
	  "linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW takes no errno" },
	{ { .linux_ =
		    "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}" },
	  "linux.seccomp.defaultErrnoRet: 4096 is above 4095" },
	{ { .linux_ = SECCOMP(CALL("read", "SCMP_ACT_ALLOW", ",\"errnoRet\":1")) },
	  "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_ALLOW takes no errno" },
	{ { .linux_ = SECCOMP(CALL("read", "SCMP_ACT_ERRNO", ",\"errnoRet\":5000")) },
	  "linux.seccomp.syscalls[0].errnoRet: 5000 is above 4095" },
	{ { .linux_ = SECCOMP(CALL("read", "SCMP_ACT_TRACE", ",\"errnoRet\":65536")) },
	  "linux.seccomp.syscalls[0].errnoRet: 65536 is above 65535" },
	{ { .linux_ = SECCOMP("\"listenerMetadata\":\"m\"") },
	  "linux.seccomp.listenerMetadata: needs listenerPath" },
	{ { .linux_ = SECCOMP(CALL("mkdir", "SCMP_ACT_NOTIFY", "")) },
	  "linux.seccomp.syscalls[0].action: SCMP_ACT_NOTIFY needs listenerPath" },
	{ { .linux_ = SECCOMP("\"listenerPath\":\"/s\"," CALL("write", "SCMP_ACT_NOTIFY", "")) },
	  "linux.seccomp.syscalls[0].names: write must not have SCMP_ACT_NOTIFY" },
	{ { .linux_ =
		    SECCOMP(CALL("read", "SCMP_ACT_ALLOW",
				 ",\"args\":[{\"index\":6,\"value\":0,\"op\":\"SCMP_CMP_EQ\"}]")) },
	  "linux.seccomp.syscalls[0].args[0].index: 6 is above 5" },
};

/* What callers write, or the specification allows, however odd. */
static const struct parts good[] = {
	{ 0 },
	{ .version = "\"1.0.2-dev\"" },
	{ .version = "\"1.0.0-rc5-dev\"" },
	{ .version = "\"1.1.0+dev\"" },
	{ .version = "\"1.2.1-rc.1+a.b-c\"" },
	{ .version = "\"1.99.0\"" },
	/* deprecated, but to be taken from "/" */
	{ .top = "\"mounts\":[{\"destination\":\"proc\"}]" },
	{ .top = "\"mounts\":[{\"destination\":\"/a\",\"uidMappings\":" MAP(
		  0, 0, 1) ",\"gidMappings\":" MAP(0, 0, 1) "}]" },
	{ .top = "\"hostname\":\"\",\"domainname\":\"\"" },
	{ .top = "\"hooks\":{\"poststop\":[{\"path\":\"/h\",\"timeout\":2147483}]}" },
	{ .namespaces = MOUNT ",{\"type\":\"uts\",\"path\":\"/proc/1/ns/uts\"}",
	  .top = "\"hostname\":\"h\",\"domainname\":\"d\"" },
	{ .process = PROCESS("\"env\":[\"A=\",\"B==\",\"B=2\",\"C=a\\nb\"]") },
	{ .process = PROCESS("\"consoleSize\":{\"height\":65536,\"width\":65536}") },
	{ .process = PROCESS("\"user\":{\"uid\":4294967294,\"gid\":0,\"umask\":511}") },
	/* `runc spec`: ambient without inheritable */
	{ .process = PROCESS("\"capabilities\":{\"bounding\":[\"CAP_KILL\"],"
			     "\"effective\":[\"CAP_KILL\"],\"permitted\":[\"CAP_KILL\"],"
			     "\"ambient\":[\"CAP_KILL\"]}") },
	{ .process = PROCESS("\"capabilities\":{\"permitted\":[\"CAP_NEW\",\"CAP_NEW\"],"
			     "\"effective\":[\"CAP_NEW\"]}") },
	{ .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_FIFO\",\"priority\":99,\"nice\":0,"
			     "\"runtime\":0}") },
	{ .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":-20,"
			     "\"priority\":0}") },
	{ .process = PROCESS("\"scheduler\":{\"policy\":\"SCHED_DEADLINE\",\"runtime\":1,"
			     "\"deadline\":2,\"period\":3}") },
	{ .process = PROCESS("\"ioPriority\":{\"class\":\"IOPRIO_CLASS_IDLE\"}") },
	{ .linux_ = "\"uidMappings\":[],\"gidMappings\":[],\"timeOffsets\":{}" },
	{ .namespaces = USER, .linux_ = MAPS },
	{ .namespaces = USER,
	  .linux_ = "\"uidMappings\":" MAP(0, 0, 4294967295) ",\"gidMappings\":" MAP(0, 4294967294,
										     1) },
	{ .namespaces = MOUNT ",{\"type\":\"user\",\"path\":\"/proc/1/ns/user\"}" },
	{ .namespaces = MOUNT ",{\"type\":\"user\",\"path\":\"/proc/1/ns/user\"}", .linux_ = MAPS },
	{ .linux_ = DEVICE("p", "") },
	{ .linux_ = DEVICE("c", ",\"major\":4095,\"minor\":1048575,\"fileMode\":8630") },
	{ .namespaces = MOUNT ",{\"type\":\"network\"}",
	  .linux_ = "\"netDevices\":{\"a23456789012345\":{},\"b\":{\"name\":\"e%d\"},"
		    "\"c\":{\"name\":\"e%d\"},\"d\":{\"name\":\"\"}}" },
	{ .linux_ = "\"intelRdt\":{\"closID\":\"/\"}" },
	{ .linux_ = "\"intelRdt\":{\"closID\":\"guaranteed\",\"schemata\":[\"L3:0=f\"]}" },
	{ .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_DEFAULT\"}" },
	{ .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\"}" },
	{ .linux_ = "\"memoryPolicy\":{\"mode\":\"MPOL_PREFERRED\",\"nodes\":\"1\"}" },
	{ .linux_ = "\"sysctl\":{\"net.ipv4.conf.eth0/100.forwarding\":\"1\","
		    "\"net/ipv4/conf/eth0.100/forwarding\":\"1\",\"kernel.msgmax\":\"\"}" },
	{ .linux_ = "\"maskedPaths\":[\"/proc/kcore\",\"/a/../b\"],\"readonlyPaths\":[]" },
	{ .linux_ = "\"personality\":{\"domain\":\"LINUX32\",\"flags\":[]}" },
	{ .linux_ = RESOURCES("\"devices\":[{\"allow\":false,\"access\":\"rwm\"},{\"allow\":false,"
			      "\"type\":\"a\",\"major\":-1,\"minor\":null,\"access\":\"wm\"}]") },
	{ .linux_ = RESOURCES("\"memory\":{\"limit\":-1,\"swap\":0,"
			      "\"swappiness\":18446744073709551615},\"cpu\":{\"shares\":0,"
			      "\"quota\":-1,\"idle\":0},\"pids\":{\"limit\":0},"
			      "\"blockIO\":{\"weight\":0}") },
	{ .linux_ = RESOURCES("\"unified\":{\"memory.high\":\"1\",\"hugetlb.2MB.max\":\"0\"}") },
	{ .linux_ = "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4095}" },
	{ .linux_ = SECCOMP("\"listenerPath\":\"/s\",\"listenerMetadata\":\"m\"," CALL(
		  "mkdir", "SCMP_ACT_NOTIFY", "")) },
	{ .linux_ = SECCOMP("\"listenerMetadata\":\"\"") },
	{ .linux_ = SECCOMP(CALL("read", "SCMP_ACT_TRACE", ",\"errnoRet\":65535")) },
};

TEST(refuses)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		autoconfig *c = config_load(&bad[i].parts);
		struct err e = { 0 };

		if (!c)
			continue;
		CHECK_INT(oci_config_check(c, &e), -EINVAL);
		CHECK_STR(e.text, bad[i].want);
		CHECK(oci_config_check(c, NULL) < 0);
	}
}

TEST(accepts)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		autoconfig *c = config_load(&good[i]);
		struct err e = { 0 };

		if (c && oci_config_check(c, &e) < 0)
			TEST_FAIL("good[%zu]: %s", i, e.text);
	}
}

static void check_lacking(const char *text, const char *want)
{
	autoconfig *c = NULL;
	struct err e = { 0 };

	CHECK_INT(oci_config_parse(text, strlen(text), &c, &e), 0);
	CHECK_INT(oci_config_check(c, &e), -EINVAL);
	CHECK_STR(e.text, want);
}

TEST(refuses_a_config_that_lacks_whole_objects)
{
	check_lacking("{\"ociVersion\":\"1.3.0\"}", "root: required member is missing");
	check_lacking("{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"r\"}}",
		      "process: required member is missing");
	check_lacking(
		"{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"r\"},\"process\":{\"cwd\":\"/\","
		"\"args\":[\"a\"]}}",
		"linux.namespaces: a mount namespace is required");
}

static bool is_broken_by(const struct oci_rule *rule, const struct parts *parts)
{
	autoconfig *c = config_load(parts);

	return c && oci_rule_check(rule, c, c->process, NULL) < 0;
}

static bool is_broken(const struct oci_rule *rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (is_broken_by(rule, &bad[i].parts))
			return true;
	return false;
}

/* Rules about a whole object that is missing hold in every row above; one test has them. */
static bool is_about_presence(const struct oci_rule *rule)
{
	return rule->on_config && oci_rule_check(rule, &(struct oci_config){ 0 }, NULL, NULL) < 0;
}

TEST(has_a_bad_case_for_every_rule)
{
	for (size_t t = 0; oci_rules[t]; t++)
		for (const struct oci_rule *rule = oci_rules[t]; rule->section; rule++)
			if (!is_broken(rule) && !is_about_presence(rule))
				TEST_FAIL("table %zu, row %zu (%s): never broken", t,
					  (size_t)(rule - oci_rules[t]), rule->section);
}

TEST(gives_every_rule_one_function_and_a_level)
{
	for (size_t t = 0; oci_rules[t]; t++)
		for (const struct oci_rule *r = oci_rules[t]; r->section; r++) {
			CHECK_INT(!!r->on_config + !!r->on_process + !!r->on_linux +
					  !!r->on_resources + !!r->on_seccomp,
				  1);
			CHECK(r->level == OCI_MUST || r->level == OCI_REFUSED);
			CHECK(str_starts(r->section, "config.md#") ||
			      str_starts(r->section, "config-linux.md#"));
		}
}

TEST(compares_sets)
{
	const char *const list[] = { "c", "a", "b", "a", "c" };
	char *ab[] = { (char *)"b", (char *)"a", NULL }, *ax[] = { (char *)"a", (char *)"x", NULL };

	CHECK_INT(set_duplicate(list, 3), 3);
	CHECK_INT(set_duplicate(list, 5), 3);
	CHECK_INT(set_duplicate(list, 0), 0);
	CHECK_STR(set_missing(ax, ab), "x");
	CHECK(set_missing(ab, ab) == NULL);
	CHECK(set_missing(NULL, NULL) == NULL);
	CHECK_STR(set_missing(ab, NULL), "b");
}

TEST_MAIN
