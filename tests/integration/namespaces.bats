#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

ns_of() { readlink "/proc/$1/ns/$2"; }

# A process with namespaces of its own (unshare's options); HOLDER is its pid.
holder()
{
	background unshare "$@" --fork --kill-child sleep 1000
	wait_for 5 holder_found
}
holder_found()
{
	HOLDER=$(cat "/proc/$BG/task/$BG/children" 2> /dev/null)
	HOLDER=${HOLDER%% *}
	[[ -n $HOLDER ]] && file_has "/proc/$HOLDER/comm" sleep
}

@test "new namespaces are new, others the host's" {
	sleeper
	for n in pid net ipc uts mnt; do
		[[ $(ns_of "$INIT" $n) != $(ns_of self $n) ]]
	done
	for n in user cgroup; do
		is "$(ns_of "$INIT" $n)" "$(ns_of self $n)"
	done
}

@test "no namespace in the config: the host's" {
	for n in network ipc; do
		namespace_drop $n
	done
	sleeper
	is "$(ns_of "$INIT" net)" "$(ns_of self net)"
	is "$(ns_of "$INIT" ipc)" "$(ns_of self ipc)"
}

@test "init is process 1 of its namespace" {
	args sh -c 'echo $$'
	ok run_container
	is "$output" 1
}

@test "the host's pid namespace" {
	namespace_drop pid
	sleeper
	is "$(ns_of "$INIT" pid)" "$(ns_of self pid)"
	ok runtime exec "$ID" sh -c 'readlink /proc/self/ns/pid'
	is "$output" "$(ns_of self pid)"
}

@test "joined by path: network, ipc, uts" {
	holder --net --ipc --uts
	config "del(.hostname) | .linux.namespaces |= map(
		if .type == \"network\" then .path = \"/proc/$HOLDER/ns/net\"
		elif .type == \"ipc\" then .path = \"/proc/$HOLDER/ns/ipc\"
		elif .type == \"uts\" then .path = \"/proc/$HOLDER/ns/uts\" else . end)"
	sleeper
	for n in net ipc uts; do
		is "$(ns_of "$INIT" $n)" "$(ns_of "$HOLDER" $n)"
	done
}

@test "joined by path: pid" {
	holder --pid --mount-proc
	config ".linux.namespaces |= map(
		if .type == \"pid\" then .path = \"/proc/$HOLDER/ns/pid\" else . end)"
	sleeper
	is "$(ns_of "$INIT" pid)" "$(ns_of "$HOLDER" pid)"
	ok runtime delete --force "$ID"
	kill -0 "$HOLDER"
}

@test "joined by path: a bind-mounted namespace file" {
	touch "$WORK/netns"
	unshare --net="$WORK/netns" true
	config ".linux.namespaces |= map(
		if .type == \"network\" then .path = \"$WORK/netns\" else . end)"
	sleeper
	is "$(ns_of "$INIT" net)" "net:[$(stat -Lc %i "$WORK/netns")]"
	ok runtime delete --force "$ID"
	umount "$WORK/netns"
}

@test "a new network namespace has loopback, and it is up" {
	args ip -o link
	ok run_container
	is "${#lines[@]}" 1
	like "$output" 'lo: <LOOPBACK,UP'
}

@test "hostname and domainname" {
	config '.hostname = "box"'
	args hostname
	ok run_container
	is "$output" box
	unlike "$(hostname)" '^box$'
}

@test "domainname" {
	needs_runlet 'runc 1.1 does not know it'
	config '.domainname = "example"'
	args cat /proc/sys/kernel/domainname
	ok run_container
	is "$output" example
}

@test "sysctl: of the network and ipc namespaces" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}'
	args cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced
	ok run_container
	is "$output" $'1\n1'
}

@test "sysctl: names with slashes and dots in interface names" {
	config '.linux.sysctl = {"net/ipv4/conf/lo/forwarding": "1"}'
	args cat /proc/sys/net/ipv4/conf/lo/forwarding
	ok run_container
	is "$output" 1
}

@test "sysctl: what is not the container's is refused" {
	local before
	before=$(cat /proc/sys/kernel/pid_max)
	for s in kernel.pid_max vm.swappiness kernel.hostname; do
		config ".linux.sysctl = {\"$s\": \"1000\"}"
		fails 1 "$s" run_container
	done
	is "$(cat /proc/sys/kernel/pid_max)" "$before"
	namespace_drop network
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	fails 1 'net.ipv4.ip_forward' run_container
}

@test "sysctl: names that leave their directory are refused" {
	needs_runlet 'runc fails by luck'
	for s in 'net/../kernel/hostname' 'net...kernel' 'net.ipv4./../x'; do
		config '.linux.sysctl = {($s): "x"}' --arg s "$s"
		fails 1 'sysctl' run_container
	done
}

@test "a user namespace: mappings, and ownership" {
	config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 200000, "size": 65536}]'
	chown 100000:200000 "$ROOTFS" "$ROOTFS/tmp"
	script 'cat /proc/self/uid_map /proc/self/gid_map; id -u; touch /tmp/made; sleep 1000'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/made"
	like "$(cat "$OUT")" '0 +100000 +65536.*0 +200000 +65536.*0'
	is "$(stat -c %u:%g "$ROOTFS/tmp/made")" 100000:200000
	is "$(stat -c %u "/proc/$INIT")" 100000
	ok runtime exec "$ID" id -u
	is "$output" 0
	ok runtime exec "$ID" cat /proc/self/setgroups
	is "$output" allow
}

# Docker asks for 0 with every container.
@test "a user namespace and oomScoreAdj" {
	local score

	config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	chown 100000:100000 "$ROOTFS" "$ROOTFS/tmp"
	for score in 0 321; do
		config ".process.oomScoreAdj = $score"
		script 'cat /proc/self/oom_score_adj'
		ok run_container
		is "$output" $score
	done
}

@test "a user namespace: devices are bound from the host" {
	config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	chown 100000:100000 "$ROOTFS" "$ROOTFS/tmp"
	script 'echo x > /dev/null && stat -c %t:%T /dev/null'
	ok run_container
	is "$output" 1:3
}

@test "a user namespace without mappings is refused" {
	namespace_add '{"type": "user"}'
	run_it run_container
	[[ $status -ne 0 ]]
}

@test "a time namespace and its offsets" {
	needs_runlet 'runc 1.1 does not know time namespaces'
	config '.linux.namespaces += [{"type": "time"}]
		| .linux.timeOffsets = {"monotonic": {"secs": 7777}, "boottime": {"secs": 1000000}}'
	script 'cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime'
	ok run_container
	like "$output" 'monotonic +7777 +0'
	((${lines[-1]} > 1000000))
}

@test "exec joins the user namespace too" {
	config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	chown 100000:100000 "$ROOTFS" "$ROOTFS/tmp"
	sleeper
	ok runtime exec "$ID" readlink /proc/self/ns/user
	is "$output" "$(ns_of "$INIT" user)"
}
