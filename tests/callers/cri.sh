#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# cri.sh RUNTIME: containerd's CRI plugin, driven as a kubelet does, with pods on a bridge by the
# reference CNI plugins. The client is cri.py.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs containerd ctr containerd-shim-runc-v2 jq
[[ -x /usr/lib/cni/bridge ]] || skip_all 'containernetworking-plugins are not installed'
/usr/bin/python3 -c 'import grpc, google.protobuf' 2> /dev/null ||
	skip_all 'python3-grpcio and python3-protobuf are not installed'

SOCK=$WORK/sock
IMAGE=localhost/busy:box
cri() { limited /usr/bin/python3 "$(dirname "$0")/cri.py" "$SOCK" "$@"; }

daemon_start()
{
	cat > "$WORK/config.toml" <<-END
		version = 2
		root = "$WORK/root"
		state = "$WORK/state"
		disabled_plugins = ["io.containerd.internal.v1.opt"]
		[grpc]
		address = "$SOCK"
		[ttrpc]
		address = "$SOCK.ttrpc"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "localhost/busy:pause"
		  restrict_oom_score_adj = true
		  [plugins."io.containerd.grpc.v1.cri".cni]
		    bin_dir = "/usr/lib/cni"
		    conf_dir = "$WORK/net.d"
		[plugins."io.containerd.grpc.v1.cri".containerd]
		  default_runtime_name = "$KIND"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$KIND]
		  runtime_type = "io.containerd.runc.v2"
		  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$KIND.options]
		    BinaryName = "$RUNTIME"
	END
	containerd --config "$WORK/config.toml" > "$WORK/daemon.log" 2>&1 < /dev/null &
	echo $! > "$WORK/daemon.pid"
	eventually cri Version
}
daemon_stop()
{
	kill "$(cat "$WORK/daemon.pid")"
	eventually daemon_gone
}
daemon_gone() { ! kill -0 "$(cat "$WORK/daemon.pid")"; }
make_network()
{
	mkdir "$WORK/net.d"
	cat > "$WORK/net.d/10-pods.conflist" <<-END
		{ "cniVersion": "0.4.0", "name": "pods", "plugins": [
		  { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": { "type": "host-local",
		    "dataDir": "$WORK/ipam", "ranges": [[ { "subnet": "10.88.9.0/24" } ]] } },
		  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
	END
}
import_images()
{
	make_image "$WORK/image"
	limited umoci config --image "$WORK/image:box" --tag pause --config.cmd sleep --config.cmd 1000000
	tar -C "$WORK/image" -cf "$WORK/image.tar" .
	limited ctr --address "$SOCK" --namespace k8s.io image import --base-name localhost/busy \
		"$WORK/image.tar" > "$WORK/import.log" 2>&1
}

# run_pod NAME [FILTER]: starts it; its configuration, by that filter of jq, and its id are in files
run_pod()
{
	jq -nc --arg name "$1" --arg logs "$WORK/logs/$1" --arg parent "/$TAG" '{
		metadata: { name: $name, uid: $name, namespace: "default" }, hostname: $name,
		log_directory: $logs,
		linux: { cgroup_parent: $parent, security_context: { namespace_options: { pid: 1 } } }
		}'" | ${2:-.}" > "$WORK/pod.$1"
	cri RunPodSandbox "$(jq -c --arg handler "$KIND" '{ config: ., runtime_handler: $handler }' \
		"$WORK/pod.$1")" > "$WORK/answer" || return
	jq -r .pod_sandbox_id "$WORK/answer" > "$WORK/pod.$1.id"
}
pod_id() { jq -nc --arg id "$(cat "$WORK/pod.$1.id")" '{ pod_sandbox_id: $id }'; }
remove_pod() { cri StopPodSandbox "$(pod_id "$1")" && cri RemovePodSandbox "$(pod_id "$1")"; }

# words WORD...: an array
words() { printf '%s\036' "$@" | jq -Rsc 'split("\u001e")[:-1]'; }

# create POD NAME FILTER COMMAND...
create()
{
	local pod=$1 name=$2 filter=$3

	shift 3
	jq -c --argjson cmd "$(words "$@")" --arg name "$name" --arg image "$IMAGE" --arg id "$(cat "$WORK/pod.$pod.id")" '{
		pod_sandbox_id: $id, sandbox_config: ., config: (. as $pod | {
			metadata: { name: $name }, image: { image: $image }, command: $cmd,
			log_path: ($name + ".log"),
			linux: { security_context: {
				namespace_options: $pod.linux.security_context.namespace_options } }
			}'" | $filter) }" "$WORK/pod.$pod" > "$WORK/request"
	cri CreateContainer "$(cat "$WORK/request")" > "$WORK/answer" || return
	jq -r .container_id "$WORK/answer" > "$WORK/container.$name"
}
id() { jq -nc --arg id "$(cat "$WORK/container.$1")" "{ container_id: \$id } | ${2:-.}"; }
start() { create "$@" && cri StartContainer "$(id "$2")" > /dev/null; }
status() { cri ContainerStatus "$(id "$1")" | jq -r ".status | $2"; }
state_is() { [[ $(status "$1" .state) -eq $2 ]]; }
CREATED=0 RUNNING=1 EXITED=2
log() { cut -d ' ' -f 4- "$WORK/logs/$1/$2.log"; }
# output POD NAME FILTER COMMAND...: what a container prints, which is removed again
output()
{
	start "$@"
	eventually state_is "$2" $EXITED
	log "$1" "$2"
	cri RemoveContainer "$(id "$2")" > /dev/null
}
# exec_sync NAME SECONDS COMMAND...
exec_sync()
{
	local name=$1 seconds=$2

	shift 2
	id "$name" ".timeout = $seconds | .cmd = $(words "$@")" > "$WORK/request"
	cri ExecSync "$(cat "$WORK/request")"
}
inside() { exec_sync "$1" 10 sh -c "$2" | jq -rj '.stdout | @base64d'; }
# streamed NAME FILTER COMMAND...
streamed()
{
	local name=$1 filter=$2

	shift 2
	cri exec "$(id "$name" ".stdout = true | .cmd = $(words "$@") | $filter")"
}

ready()
{
	cri Status > "$WORK/status"
	is "$(jq -c '.status.conditions | map(.status)' "$WORK/status")" '[true,true]'
}
pod_runs()
{
	run_pod web
	cri PodSandboxStatus "$(pod_id web)" > "$WORK/status"
	like "$(jq -r '.status | "\(.state) \(.runtime_handler) \(.network.ip)"' "$WORK/status")" \
		"0 $KIND 10.88.9.*"
	like "$(cri ListPodSandbox)" '*"name": "web"*'
}
completes()
{
	start web one . sh -c 'echo out; echo err >&2'
	eventually state_is one $EXITED
	is "$(status one '"\(.exit_code) \(.reason)"')" '0 Completed'
	is "$(log web one | sort)" $'err\nout'
	cri RemoveContainer "$(id one)"
}
fails_at_work()
{
	start web two . sh -c 'exit 7'
	eventually state_is two $EXITED
	is "$(status two '"\(.exit_code) \(.reason)"')" '7 Error'
	cri RemoveContainer "$(id two)"
}
created_only()
{
	create web early . true
	state_is early $CREATED
	cri RemoveContainer "$(id early)"
}
start_error()
{
	create web missing . nosuch
	differs crun "says 'executable file \`nosuch\` not found in \$PATH'"
	fails_with '*exec: "nosuch": executable file not found in $PATH*' cri StartContainer "$(id missing)"
	is "$(status missing '"\(.exit_code) \(.reason)"')" '128 StartError'
	like "$(status missing .message)" '*exec: "nosuch": executable file not found in $PATH*'
	cri RemoveContainer "$(id missing)"
}
config_applies()
{
	is "$(output web conf '.envs = [{ key: "A", value: "b" }] | .working_dir = "/tmp"
		| .args = ["x", "y"]' sh -c 'echo $A $PWD $0 $1 $(hostname)')" 'b /tmp x y web'
}
security_context()
{
	is "$(output web user '.linux.security_context += { run_as_user: { value: 1000 },
		run_as_group: { value: 1000 }, supplemental_groups: [7], no_new_privs: true,
		readonly_rootfs: true }' sh -c 'echo $(id -u) $(id -G)
		touch /x 2> /dev/null || echo read-only
		grep NoNewPrivs /proc/self/status | tr "\t" " "')" \
		$'1000 1000 7\nread-only\nNoNewPrivs: 1'
	is "$(output web caps '.linux.security_context.capabilities =
		{ drop_capabilities: ["ALL"], add_capabilities: ["CHOWN"] }' \
		sed -n 's/^CapEff:\t//p' /proc/self/status)" 0000000000000001
	is "$(output web seccomp '.linux.security_context.seccomp = { profile_type: 0 }' \
		sed -n 's/^Seccomp:\t//p' /proc/self/status)" 2
	is "$(output web masked '.linux.security_context.masked_paths = ["/etc/passwd"]' \
		sh -c 'wc -c < /etc/passwd')" 0
}
mounts_and_devices()
{
	mkdir "$WORK/volume"
	echo of-host > "$WORK/volume/file"
	is "$(output web volume ".mounts = [{ container_path: \"/v\", host_path: \"$WORK/volume\",
			readonly: true }]
		| .devices = [{ container_path: \"/dev/nil\", host_path: \"/dev/zero\",
			permissions: \"r\" }]" \
		sh -c 'cat /v/file; touch /v/x 2> /dev/null || echo read-only
		head -c 4 /dev/nil | wc -c')" $'of-host\nread-only\n4'
}
privileged()
{
	run_pod strong '.linux.security_context.privileged = true'
	is "$(output strong root '.linux.security_context.privileged = true' sh -c '
		mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw
		sed -n "s/^CapEff:\t//p" /proc/self/status')" \
		"rw"$'\n'"$(sed -n 's/^CapPrm:\t//p' /proc/self/status)"
	remove_pod strong
}
runs()
{
	start web box . sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
	eventually state_is box $RUNNING
	like "$(cri ListContainers)" '*"name": "box"*'
}
execs()
{
	exec_sync box 0 sh -c 'echo out; echo err >&2; exit 9' > "$WORK/status"
	is "$(jq -r '"\(.stdout | @base64d)\(.stderr | @base64d)\(.exit_code)"' "$WORK/status")" \
		$'out\nerr\n9'
}
exec_fails()
{
	differs crun "says 'executable file \`nosuch\` not found in \$PATH'"
	fails_with '*exec: "nosuch": executable file not found in $PATH*' exec_sync box 0 nosuch
}
# The program is killed, and so is gone.
exec_times_out()
{
	fails_with '*DEADLINE_EXCEEDED*timeout 1s exceeded*' exec_sync box 1 sleep 999
	is "$(inside box 'ps | grep -c "[s]leep 999"')" 0
}
exec_streams()
{
	prints typed streamed_from typed box '.stdin = true' head -n 1
	status_is 9 streamed box . sh -c 'exit 9'
	like "$(streamed_from '' box '.tty = true | .stdin = true' sh -c 'sleep 0.2; tty')" '*/dev/pts/*'
}
streamed_from() { echo "$1" | streamed "${@:2}"; }
statistics()
{
	cri ContainerStats "$(id box)" > "$WORK/status"
	is "$(jq '.stats | (.memory.working_set_bytes.value | tonumber) > 0 and
		(.cpu.usage_core_nano_seconds.value | tonumber) > 0' "$WORK/status")" true
}
limits()
{
	start web limited '.linux.resources = { memory_limit_in_bytes: 33554432, cpu_period: 100000,
		cpu_quota: 50000, cpu_shares: 512 }' sleep 1000
	is "$(cgroup_limit "$TAG/$(cat "$WORK/container.limited")" memory)" 33554432
	is "$(cgroup_limit "$TAG/$(cat "$WORK/container.limited")" cpu)" 50000
}
updates()
{
	cri UpdateContainerResources "$(id limited '.linux = { memory_limit_in_bytes: 67108864,
		cpu_period: 100000, cpu_quota: 25000, cpuset_cpus: "0" }')"
	is "$(cgroup_limit "$TAG/$(cat "$WORK/container.limited")" memory)" 67108864
	is "$(cgroup_limit "$TAG/$(cat "$WORK/container.limited")" cpu)" 25000
	is "$(inside limited 'sed -n "s/^Cpus_allowed_list:\t//p" /proc/1/status')" 0
	cri RemoveContainer "$(id limited)"
}
oom_killed()
{
	start web greedy '.linux.resources.memory_limit_in_bytes = 8388608' \
		sh -c 'sleep 0.3; dd if=/dev/zero of=/dev/null bs=64M count=1'
	eventually state_is greedy $EXITED
	is "$(status greedy '"\(.exit_code) \(.reason)"')" '137 OOMKilled'
	cri RemoveContainer "$(id greedy)"
}
stops_with_grace()
{
	cri StopContainer "$(id box '.timeout = 10')"
	is "$(status box '"\(.state) \(.exit_code)"')" '2 5'
	cri StopContainer "$(id box '.timeout = 10')"	# once more is no error
	cri RemoveContainer "$(id box)"
	cri RemoveContainer "$(id box)"
}
stops_by_force()
{
	start web deaf . sleep 1000
	cri StopContainer "$(id deaf '.timeout = 1')"
	is "$(status deaf '"\(.state) \(.exit_code)"')" '2 137'
	cri RemoveContainer "$(id deaf)"
}
removes_running()
{
	start web running . sleep 1000
	cri RemoveContainer "$(id running)"
	fails_with '*NOT_FOUND*' cri ContainerStatus "$(id running)"
}
logs_reopened()
{
	start web logging . sh -c 'while :; do echo line; sleep 0.1; done'
	eventually test -s "$WORK/logs/web/logging.log"
	mv "$WORK/logs/web/logging.log" "$WORK/logs/web/logging.old"
	cri ReopenContainerLog "$(id logging)"
	eventually test -s "$WORK/logs/web/logging.log"
	cri RemoveContainer "$(id logging)"
}
# All containers are in the namespace of the pause container, so nothing ends by itself with the first
# process of one.
shared_pids()
{
	run_pod shared '.linux.security_context.namespace_options.pid = 0'
	start shared many . sh -c 'sleep 997 & exec sleep 998'
	start shared peer . sleep 996
	like "$(inside peer ps)" '*1 root*sleep 1000000*sleep 99[78]*sleep 99[78]*'
	cri StopContainer "$(id many '.timeout = 0')"
	is "$(inside peer 'ps | grep -c "[s]leep 99[78]"')" 0
	state_is peer $RUNNING
	remove_pod shared
}
target_pids()
{
	start web aim . sleep 995
	is "$(output web debug ".linux.security_context.namespace_options = { pid: 3,
		target_id: \"$(cat "$WORK/container.aim")\" }" sh -c 'ps | grep -c "[s]leep 995"')" 1
	cri RemoveContainer "$(id aim)"
}
NAMESPACES='for i in net pid ipc; do readlink /proc/self/ns/$i; done'
host_namespaces()
{
	run_pod node '.linux.security_context.namespace_options = { network: 2, pid: 2, ipc: 2 }
		| .hostname = ""'
	is "$(output node host . sh -c "$NAMESPACES")" "$(eval "$NAMESPACES")"
	remove_pod node
}
host_port()
{
	run_pod ports '.port_mappings = [{ container_port: 80, host_port: 8080 }]'
	start ports httpd . sh -c 'echo served > /tmp/index.html; exec httpd -f -h /tmp'
	eventually served 10.88.9.1:8080
	remove_pod ports
}
served() { [[ $(busybox wget -qO- "http://$1/") == served ]]; }
pod_sysctls()
{
	run_pod tuned '.linux.sysctls = { "net.core.somaxconn": "5000", "kernel.shm_rmid_forced": "1" }'
	is "$(output tuned sysctls . cat /proc/sys/net/core/somaxconn /proc/sys/kernel/shm_rmid_forced)" \
		$'5000\n1'
	remove_pod tuned
}
daemon_restarted()
{
	start web lives . sleep 1000
	daemon_stop
	daemon_start
	is "$(cri PodSandboxStatus "$(pod_id web)" | jq .status.state)" 0
	state_is lives $RUNNING
	is "$(inside lives 'echo inside')" inside
	cri StopContainer "$(id lives '.timeout = 0')"
	cri RemoveContainer "$(id lives)"
}
shim_killed()
{
	run_pod orphan
	start orphan child . sleep 1000
	kill -KILL "$(pgrep -f "containerd-shim-runc-v2 .*-id $(cat "$WORK/pod.orphan.id") ")"
	eventually pod_is orphan 1
	eventually state_is child $EXITED
	remove_pod orphan
}
pod_is() { [[ $(cri PodSandboxStatus "$(pod_id "$1")" | jq .status.state) -eq $2 ]]; }
pause_killed()
{
	run_pod short
	start short child . sleep 1000
	cri PodSandboxStatus "$(pod_id short | jq -c '.verbose = true')" > "$WORK/status"
	kill -KILL "$(jq -r '.info.info | fromjson | .pid' "$WORK/status")"
	eventually pod_is short 1
	remove_pod short
}
removes_pod()
{
	start web last . sleep 1000
	remove_pod web
	cri RemovePodSandbox "$(pod_id web)"
	is "$(cri ListPodSandbox | jq -c .items)$(cri ListContainers | jq -c .containers)" '[][]'
}
ends()
{
	local d

	daemon_stop
	for d in $(cgroups_left); do	# the pods' parent is nobody's
		[[ ${d##*/} != "$TAG" ]] || rmdir "$d"
	done
	is "$(ip -o link show type veth)" ''
	umount /run/netns/* /run/netns 2> /dev/null || :
	leaves_nothing
}

make_network
daemon_start > "$WORK/start.log" || skip_all "containerd does not start: $(tail -n 1 "$WORK/daemon.log")"
import_images || skip_all "ctr cannot import an image: $(tail -n 1 "$WORK/import.log")"
echo "caller CRI of containerd $(cri Version | jq -r .runtime_version)"

cases 'Status: runtime and network are ready' ready \
	'RunPodSandbox' pod_runs \
	'a container completes' completes \
	'a container fails' fails_at_work \
	'CreateContainer, RemoveContainer' created_only \
	'StartContainer of a missing program: StartError' start_error \
	'envs, args, working_dir, hostname' config_applies \
	'security context' security_context \
	'mounts, devices' mounts_and_devices \
	'privileged' privileged \
	'StartContainer' runs \
	'ExecSync' execs \
	'ExecSync of a missing program' exec_fails \
	'ExecSync with a timeout' exec_times_out \
	'Exec: streams, terminal, status' exec_streams \
	'ContainerStats' statistics \
	'resources' limits \
	'UpdateContainerResources' updates \
	'out of memory: OOMKilled' oom_killed \
	'StopContainer, the program cleans up' stops_with_grace \
	'StopContainer, killed after the grace' stops_by_force \
	'RemoveContainer of a running one' removes_running \
	'ReopenContainerLog' logs_reopened \
	'a pid namespace shared by the pod' shared_pids \
	'a pid namespace of another container' target_pids \
	"the host's namespaces" host_namespaces \
	'a port of the host' host_port \
	'sysctls of the pod' pod_sysctls \
	'the daemon is restarted' daemon_restarted \
	'the shim is killed' shim_killed \
	'the pause container is killed' pause_killed \
	'StopPodSandbox, RemovePodSandbox' removes_pod \
	'nothing is left' ends
