#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# User namespaces made by the host's root: new ones and joined ones, and what else then belongs to whom.
load helpers

FIRST=100000

test_setup()
{
	config '.linux |= (.namespaces += [{"type": "user"}]
		| .uidMappings = [{"containerID": 0, "hostID": $n, "size": 65536}]
		| .gidMappings = .uidMappings)' --argjson n "$FIRST"
	chown -R "$FIRST:$FIRST" "$ROOTFS"
}

ns_of() { readlink "/proc/$1/ns/$2"; }
without_mappings() { config 'del(.linux.uidMappings, .linux.gidMappings)'; }
without_sysfs() { config '.mounts |= map(select(.destination | startswith("/sys") | not))'; }

# join TYPE...: of the container HOLDER
join()
{
	local t n

	for t; do
		n=${t/network/net}
		config '.linux.namespaces |= map(if .type == $t then .path = $p else . end)' \
			--arg t "$t" --arg p "/proc/$HOLDER/ns/$n"
	done
}

# A container whose namespaces others may join. It is of the same runtime.
holder()
{
	local id=$ID-holder

	args sleep 1000
	cp "$BUNDLE/config.json" "$WORK/before.json"
	config '.linux.cgroupsPath += "-holder"'
	runtime run --detach --bundle "$BUNDLE" --pid-file "$WORK/holder" "$id" \
		< /dev/null > "$OUT" 2>&1
	HOLDER=$(cat "$WORK/holder")
	mv "$WORK/before.json" "$BUNDLE/config.json"
}

# many N: as many entries, each of one id
many()
{
	config '.linux.uidMappings = [range(0; $n) | {"containerID": ., "hostID": (1000 + 2 * .), "size": 1}]' \
		--argjson n "$1"
	chown -R 1000 "$ROOTFS"
}

@test "as many entries as the kernel takes" {
	many 340
	script 'wc -l < /proc/self/uid_map; sed -n "340p" /proc/self/uid_map'
	ok run_container
	like "$output" '^340
 +339 +1678 +1$'
}

@test "more entries than the kernel takes are refused, also very many" {
	for n in 341 6000; do
		many "$n"
		status_is_not_0 run_container
		! is_runlet || like "$stderr" "linux.uidMappings: $n entries are more than the kernel takes"
	done
}

@test "mappings that cannot be are refused before anything is made" {
	needs_runlet 'runc lets the kernel say "invalid argument"'
	config '.linux.uidMappings += [{"containerID": 65535, "hostID": 300000, "size": 10}]'
	fails 1 'linux.uidMappings\[1\].containerID: the range overlaps with linux.uidMappings\[0\]' \
		run_container
	config '.linux.uidMappings[1] |= (.containerID = 70000 | .hostID = 99999)'
	fails 1 'linux.uidMappings\[1\].hostID: the range overlaps' run_container
	config '.linux.uidMappings[1] |= (.hostID = 4294967290)'
	fails 1 'linux.uidMappings\[1\].size: 10 ends beyond' run_container
	config '.linux.uidMappings[1] |= (.hostID = 300000 | .size = 0)'
	fails 1 'linux.uidMappings\[1\].size: must not be 0' run_container
}

@test "a container without a root is refused" {
	needs_runlet 'runc finds no mapping at all'
	config '.linux.gidMappings[0].containerID = 1'
	fails 1 "linux.gidMappings: 0, the container's root, is not mapped" run_container
	config '.linux.uidMappings[0].containerID = 1 | .process.user = {"uid": 1, "gid": 1}'
	fails 1 "linux.uidMappings: 0, the container's root, is not mapped" run_container
}

@test "an empty list of mappings is refused" {
	config '.linux.gidMappings = []'
	status_is_not_0 run_container
	like "$stderr" '[gG]id ?[mM]appings'
}

@test "ids that are not mapped are refused: run and exec" {
	config '.process.user.uid = 65536'
	fails 1 'cannot set uid to unmapped user in user namespace' run_container
	config '.process.user = {"uid": 0, "gid": 65536}'
	fails 1 'cannot set gid to unmapped user in user namespace' run_container
	config '.process.user = {"uid": 0, "gid": 0, "additionalGids": [65536]}'
	status_is_not_0 run_container
	config 'del(.process.user.additionalGids)'
	sleeper
	fails 255 'cannot set uid to unmapped user' runtime exec --user 65536 "$ID" true
	ok runtime exec --user 65535:65535 "$ID" id -u
	is "$output" 65535
}

@test "additional groups, and setgroups" {
	config '.process.user = {"uid": 7, "gid": 8, "additionalGids": [9, 65535]}'
	script 'id -u; id -G; cat /proc/self/setgroups'
	ok run_container
	is "$output" $'7\n8 9 65535\nallow'
}

@test "what the container makes belongs to its ids on the host" {
	config '.process.user = {"uid": 5, "gid": 6}'
	chmod 1777 "$ROOTFS/tmp"
	script 'touch /tmp/made; stat -c %u:%g /tmp/made /proc/self/'
	ok run_container
	is "$output" $'5:6\n5:6'
	is "$(stat -c %u:%g "$ROOTFS/tmp/made")" $((FIRST + 5)):$((FIRST + 6))
}

@test "a root filesystem of the host's root stays the host's root's" {
	chown 0:0 "$ROOTFS/etc"
	chmod 0755 "$ROOTFS/etc"
	script 'stat -c %u /etc; touch /etc/x'
	status_is_not_0 run_container
	is "$output" 65534
	like "$stderr" 'Permission denied'
}

@test "devices are the host's, bound: read-only as files, usable as devices" {
	config '.linux.devices = [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229},
		{"path": "/dev/pipe", "type": "p", "uid": 3, "gid": 4, "fileMode": 384}]'
	[[ -c /dev/fuse ]] || config 'del(.linux.devices[0])'
	is_runlet || config 'del(.linux.devices)'
	script 'echo x > /dev/null && stat -c %t:%T /dev/null; stat -c %U:%F /dev/pipe; chmod 0 /dev/null;
		mknod /tmp/n c 1 3'
	status_is_not_0 run_container
	like "$output" '^1:3'
	! is_runlet || like "$stderr" 'chmod: /dev/null: (Read-only|Operation not permitted)'
	like "$stderr" 'mknod: /tmp/n: Operation not permitted'
}

@test "a device that the host does not have is refused" {
	config '.linux.devices = [{"path": "/dev/rlbats-none", "type": "c", "major": 10, "minor": 229}]'
	fails 1 'error creating device nodes: .*/dev/rlbats-none.*: no such file or directory' run_container
}

@test "a device that is another one on the host is refused" {
	needs_runlet 'runc binds whatever has the name'
	config '.linux.devices = [{"path": "/dev/zero", "type": "c", "major": 1, "minor": 3}]'
	fails 1 "the host's /dev/zero is another file" run_container
}

@test "a terminal and /dev/console belong to the container" {
	config '.process.terminal = true | .process.user = {"uid": 5, "gid": 6}
		| .process.args = ["sh", "-c", "tty; stat -c own=%u:%a /dev/console; stat -c own=%u $(tty)"]'
	ok env script -qec "$RUNTIME_BIN --root $ROOT run -b $BUNDLE $ID" "$WORK/typescript" < /dev/null
	file_has "$WORK/typescript" /dev/pts/0
	is "$(grep -c 'own=5' "$WORK/typescript")" 2
}

@test "exec: ids, terminal, what is made there" {
	sleeper
	ok runtime exec --user 7:8 "$ID" sh -c 'id -u; id -g; cat /proc/self/uid_map; touch /tmp/made'
	like "$output" "^7
8
 +0 +$FIRST +65536$"
	is "$(stat -c %u:%g "$ROOTFS/tmp/made")" $((FIRST + 7)):$((FIRST + 8))
	ok env script -qec "$RUNTIME_BIN --root $ROOT exec -t $ID tty" "$WORK/typescript" < /dev/null
	file_has "$WORK/typescript" /dev/pts/
}

@test "joined: user, its mappings, and new namespaces in it" {
	holder
	join user
	args sh -c 'sleep 1000'
	create_start
	is "$(ns_of "$INIT" user)" "$(ns_of "$HOLDER" user)"
	[[ $(ns_of "$INIT" net) != "$(ns_of "$HOLDER" net)" ]]
	ok runtime exec "$ID" readlink /proc/self/ns/user
	is "$output" "$(ns_of "$HOLDER" user)"
}

@test "joined: user without mappings in the config" {
	needs_runlet 'runc 1.1 wants them'
	holder
	join user
	without_mappings
	script 'cat /proc/self/uid_map; id -u; touch /tmp/made'
	ok run_container
	like "$output" "^ +0 +$FIRST +65536
0$"
	is "$(stat -c %u "$ROOTFS/tmp/made")" "$FIRST"
	config '.process.user.uid = 70000'
	fails 1 'cannot set uid to unmapped user in user namespace: 70000' run_container
}

@test "joined: mappings beside the path must be the namespace's" {
	needs_runlet 'runc 1.1 does not look'
	holder
	join user
	config '.linux.uidMappings[0].hostID = 200000'
	fails 1 'both namespace path and non-matching mapping' run_container
}

@test "joined: user, network, ipc, uts and pid at once" {
	holder
	join user network ipc uts pid
	config 'del(.hostname)'
	args sh -c 'sleep 1000'
	create_start
	for n in user net ipc uts pid; do
		is "$(ns_of "$INIT" $n)" "$(ns_of "$HOLDER" $n)"
	done
	ok runtime exec "$ID" sh -c 'ps -o pid,args | grep -c "sleep 1000"'
	((output >= 2))
	ok runtime delete --force "$ID"
	kill -0 "$HOLDER"
}

@test "a new user namespace and the host's network namespace, by path: run and exec" {
	needs_runlet 'runc 1.1 cannot exec into it'
	without_sysfs
	config '.linux.namespaces |= map(if .type == "network" then .path = $p else . end)' \
		--arg p "/proc/$$/ns/net"
	sleeper
	is "$(ns_of "$INIT" net)" "$(ns_of self net)"
	[[ $(ns_of "$INIT" user) != "$(ns_of self user)" ]]
	ok runtime exec "$ID" readlink /proc/self/ns/net
	is "$output" "$(ns_of self net)"
}

@test "a new user namespace and another one's network and ipc namespaces" {
	needs_runlet 'runc 1.1 cannot exec into it'
	holder
	without_sysfs
	join network ipc
	config '.linux.uidMappings[0].hostID = 200000 | .linux.gidMappings[0].hostID = 200000
		| .mounts |= map(select(.type != "mqueue"))'
	chown -R 200000:200000 "$ROOTFS"
	sleeper
	is "$(ns_of "$INIT" net)" "$(ns_of "$HOLDER" net)"
	is "$(ns_of "$INIT" ipc)" "$(ns_of "$HOLDER" ipc)"
	[[ $(ns_of "$INIT" user) != "$(ns_of "$HOLDER" user)" ]]
	ok runtime exec "$ID" readlink /proc/self/ns/ipc
	is "$output" "$(ns_of "$HOLDER" ipc)"
}

@test "joined: the wrong kind, no namespace, and the caller's own are named" {
	needs_runlet 'runc lets the kernel say "invalid argument"'
	holder
	without_mappings
	join user
	config '(.linux.namespaces[] | select(.type == "user")).path |= sub("user$"; "net")'
	fails 1 "path: /proc/$HOLDER/ns/net is a network namespace, not a user one" run_container
	config '(.linux.namespaces[] | select(.type == "user")).path = "/etc/passwd"'
	fails 1 'path: /etc/passwd is not a namespace' run_container
	config '(.linux.namespaces[] | select(.type == "user")).path = $p' --arg p "/proc/$$/ns/user"
	fails 1 "join user namespace /proc/$$/ns/user: .* \\(the caller is in it\\)" run_container
}

@test "a time namespace with offsets, with a new and with a joined user namespace" {
	needs_runlet 'runc 1.1 does not know time namespaces'
	holder
	config '.linux.namespaces += [{"type": "time"}]
		| .linux.timeOffsets = {"boottime": {"secs": 1000000}, "monotonic": {"secs": 5, "nanosecs": 7}}'
	args sh -c 'sleep 1000'
	create_start
	ok runtime exec "$ID" sh -c 'cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime'
	like "$output" '^monotonic +5 +7
boottime +1000000 +0
1[0-9]{6}$'
	ok runtime delete --force "$ID"
	join user
	args cat /proc/self/timens_offsets
	ok run_container
	like "$output" 'boottime +1000000 '
}

@test "time offsets: without a time namespace, with a joined one, out of range" {
	needs_runlet 'runc 1.1 does not know time namespaces'
	config '.linux.timeOffsets = {"boottime": {"secs": 1}}'
	fails 1 'linux.timeOffsets: needs a time namespace' run_container
	config '.linux.namespaces += [{"type": "time", "path": $p}]' --arg p "/proc/$$/ns/time"
	fails 1 'linux.timeOffsets: a time namespace that is joined has its own' run_container
	config 'del(.linux.namespaces[-1].path) | .linux.timeOffsets.boottime.secs = -100000000000'
	fails 1 'linux.timeOffsets.boottime: .*numerical result out of range' run_container
	config '.linux.timeOffsets.boottime = {"secs": 1, "nanosecs": 1000000000}'
	fails 1 'linux.timeOffsets.boottime.nanosecs' run_container
}

@test "a cgroup namespace: its view is its own, and read-only" {
	namespace_add '{"type": "cgroup"}'
	script 'cat /proc/self/cgroup | cut -d: -f3 | sort -u
		mkdir /sys/fs/cgroup/x /sys/fs/cgroup/pids/x'
	status_is_not_0 run_container
	is "$output" /
	like "$stderr" 'Read-only file system'
}

@test "cgroups are not the container's to write to without a cgroup namespace" {
	config '(.mounts[] | select(.type == "cgroup")).options = ["rw"]'
	script 'mkdir /sys/fs/cgroup/*/x; find /sys/fs/cgroup -writable -type f | wc -l'
	run_it run_container
	like "$output" '^0$'
}

# A tmpfs with all flags that the kernel locks for a mount namespace of less privilege.
locked_source()
{
	mkdir "$WORK/src"
	mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime none "$WORK/src"
	LOCKED=$WORK/src
}
unlock_source() { umount "$LOCKED"; }

@test "the flags of a bind's source stay, also when it is remounted" {
	needs_runlet 'runc 1.1 looks for the source of a remount'
	locked_source
	config '.mounts += [{"destination": "/a", "source": $s, "options": ["bind", "nosuid"]},
		{"destination": "/b", "source": $s, "options": ["rbind", "ro"]},
		{"destination": "/b", "source": "none", "options": ["bind", "remount", "nodev"]}]' \
		--arg s "$LOCKED"
	script 'sed -n "s,.* \(/[ab]\) \([^ ]*\) .*,\1 \2,p" /proc/self/mountinfo'
	run_it run_container
	unlock_source
	[[ $status -eq 0 ]]
	is "$output" $'/a ro,nosuid,nodev,noexec,noatime\n/b ro,nosuid,nodev,noexec,noatime'
}

@test "inside, the host's flags cannot be taken away" {
	locked_source
	config '.mounts += [{"destination": "/a", "source": $s, "options": ["bind"]}]
		| .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])' --arg s "$LOCKED"
	script 'mount -o remount,bind,rw /a || mount -o remount,bind,ro,exec /a'
	run_it run_container
	unlock_source
	[[ $status -ne 0 ]]
	like "$stderr" 'ermission denied|not permitted'
}

@test "--no-pivot, read-only root" {
	config '.root.readonly = true'
	script 'touch /x'
	status_is_not_0 run_container --no-pivot
	like "$stderr" 'Read-only'
}

@test "sysctl: of its own namespaces only" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}'
	args cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced
	ok run_container
	is "$output" $'1\n1'
	config '.linux.sysctl = {"vm.swappiness": "1"}'
	fails 1 'vm.swappiness' run_container
}

@test "oomScoreAdj, keyring, hooks: all with a user namespace" {
	config '.process.oomScoreAdj = 300 | .hooks = {"createContainer": [{"path": "/bin/sh",
		"args": ["sh", "-c", "id -u > \($w)/hook"]}]}' --arg w "$WORK"
	chmod 0777 "$WORK"
	args cat /proc/self/oom_score_adj
	ok run_container
	is "$output" 300
	is "$(cat "$WORK/hook")" 0
}

@test "a process of exec is in the container's session keyring, not in the caller's" {
	config 'del(.linux.maskedPaths)'
	sleeper
	ok keys_in_exec "$FIRST"
	like "$output" "_ses.$ID:"
	is "$(grep -c "_ses.$ID:" <<< "$output")" 1
	unlike "$output" callers
}
