#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A user without privilege runs containers: everything here but the preparations is done as USER_ID.
load helpers

USER_ID=41234

# The user must be able to reach the program, which a checkout below /root does not allow.
test_setup()
{
	DELEGATED=()
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups unshare --user true ||
		skip 'this kernel gives users no user namespace'
	if ! as_user test -x "$RUNTIME_BIN"; then
		cp "$RUNTIME_BIN" "$WORK/${RUNTIME_BIN##*/}"
		RUNTIME_BIN=$WORK/${RUNTIME_BIN##*/}
	fi
	mkdir "$ROOT" "$WORK/xdg"
	chmod 0700 "$ROOT" "$WORK/xdg"
	rm "$BUNDLE/config.json"
	chown -R "$USER_ID:$USER_ID" "$WORK"
	(cd "$BUNDLE" && as_user "$RUNTIME_BIN" spec --rootless)
	config '.process.terminal = false | .root.readonly = false | .process.env += [$mark]' \
		--arg mark "$MARK=$CG"
}

test_teardown()
{
	local d

	for d in "${DELEGATED[@]}"; do
		wait_for 5 rmdir "$d" || :
	done
}

as_user()
{
	setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups \
		env XDG_RUNTIME_DIR="$WORK/xdg" HOME="$WORK/xdg" "$@"
}
runtime() { as_user timeout -k 1 30 "$RUNTIME_BIN" --root "$ROOT" "$@" 3>&-; }
controllers() { sed -E 's/^[0-9]+:(name=)?//; s/:.*//; /^$/d' /proc/self/cgroup; }

# delegate CONTROLLER...: a cgroup of the user's, /CG, in each of these hierarchies
delegate()
{
	local c d

	for c in "$@"; do
		d=/sys/fs/cgroup/$c/$CG
		mkdir "$d"
		DELEGATED+=("$d")
		if [[ $c == cpuset ]]; then
			cat "/sys/fs/cgroup/$c/cpuset.cpus" > "$d/cpuset.cpus"
			cat "/sys/fs/cgroup/$c/cpuset.mems" > "$d/cpuset.mems"
		fi
		chown "$USER_ID:$USER_ID" "$d" "$d"/{tasks,cgroup.procs}
	done
}

@test "spec --rootless: run shows the user's ids and denies setgroups" {
	script 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups'
	ok run_container
	like "$output" "^0
0
 +0 +$USER_ID +1
 +0 +$USER_ID +1
deny$"
}

@test "create, start, state, list, exec, kill, delete" {
	sleeper
	ok status_is running
	ok runtime list -q
	is "$output" "$ID"
	is "$(stat -c %u "/proc/$INIT")" "$USER_ID"
	ok runtime exec "$ID" sh -c 'id -u; cd /proc/self/ns && readlink user && readlink pid'
	is "$output" "0
$(readlink "/proc/$INIT/ns/user")
$(readlink "/proc/$INIT/ns/pid")"
	fails 1 'not stopped: running' runtime delete "$ID"
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	fails 1 'does not exist' runtime state "$ID"
}

@test "run --detach, and delete --force" {
	args sleep 1000
	runtime run --detach --bundle "$BUNDLE" --pid-file "$PID_FILE" "$ID" \
		< /dev/null > "$OUT" 2>&1
	ok status_is running
	ok runtime delete --force "$ID"
	wait_for 5 gone "$(cat "$PID_FILE")"
}

@test "exec into a container that is only created" {
	args sleep 1000
	create
	ok runtime exec "$ID" id -u
	is "$output" 0
	ok status_is created
	ok start
	ok status_is running
}

@test "the exit status is the program's, of run and of exec" {
	args sh -c 'exit 42'
	run_it run_container
	is "$status" 42
	sleeper
	run_it runtime exec "$ID" sh -c 'exit 43'
	is "$status" 43
}

@test "the state is below XDG_RUNTIME_DIR, and stays there" {
	local id=$ID-xdg

	args sleep 1000
	as_user "$RUNTIME_BIN" run --detach --bundle "$BUNDLE" "$id" < /dev/null > "$OUT" 2>&1 3>&-
	ok as_user "$RUNTIME_BIN" list -q
	is "$output" "$id"
	is "$(stat -c %a "$WORK/xdg/${RUNTIME_BIN##*/}")" 1700
	ok as_user "$RUNTIME_BIN" delete --force "$id"
}

@test "without XDG_RUNTIME_DIR the error names it" {
	needs_runlet 'runc takes /run/runc'
	fails 1 'XDG_RUNTIME_DIR is not set' as_user env -u XDG_RUNTIME_DIR "$RUNTIME_BIN" list
	fails 1 'XDG_RUNTIME_DIR is not set' as_user env XDG_RUNTIME_DIR= "$RUNTIME_BIN" list
	fails 1 'XDG_RUNTIME_DIR is not set' as_user env XDG_RUNTIME_DIR=x "$RUNTIME_BIN" list
}

@test "another user's state directory is refused" {
	needs_runlet 'runc reads it'
	chown 41235 "$ROOT"
	chmod 0755 "$ROOT"
	fails 1 'belongs to uid 41235' runtime list
	chown "$USER_ID" "$ROOT"
}

@test "a terminal" {
	config '.process.terminal = true | .process.args = ["sh", "-c", "tty; ls -ln /dev/console"]'
	script_out=$WORK/typescript
	ok as_user script -qec "$RUNTIME_BIN --root $ROOT run -b $BUNDLE $ID" "$script_out" < /dev/null
	file_has "$script_out" /dev/pts/0
	file_has "$script_out" 'crw.*/dev/console'
}

@test "exec --tty" {
	sleeper
	ok as_user script -qec "$RUNTIME_BIN --root $ROOT exec -t $ID tty" "$WORK/typescript" < /dev/null
	file_has "$WORK/typescript" /dev/pts/
}

@test "devices are the host's, bound" {
	script 'stat -c "%n %t:%T" /dev/null /dev/zero /dev/full /dev/tty /dev/random /dev/urandom
		echo x > /dev/null && head -c 4 /dev/zero | od -An -tx1; mknod /tmp/n c 1 3'
	run_it run_container
	[[ $status -ne 0 ]]
	like "$output" '/dev/null 1:3.*/dev/zero 1:5.*/dev/full 1:7.*/dev/tty 5:0.*/dev/random 1:8.*'
	like "$output" ' 00 00 00 00'
}

@test "limits of nothing need no cgroup" {
	local resources

	args true
	for resources in '{"blockIO": {}, "network": {}}' '{"cpu": {"shares": 0, "quota": 0}}'; do
		config ".linux.resources = $resources"
		ok run_container
	done
	needs_runlet 'runc 1.1 takes -1 for a limit'
	config '.linux.resources = {"memory": {"limit": -1, "swap": -1}, "pids": {"limit": -1}}'
	ok run_container
}

@test "limits without a cgroup are refused, and nothing is left" {
	config '.linux.resources.pids.limit = 10'
	fails 1 'cannot set pids limit: container could not join or create cgroup' run_container
	config '.linux.resources = {"memory": {"limit": 100000000}}'
	fails 1 'cannot set memory limit: container could not join or create cgroup' run_container
}

@test "device rules without a cgroup are not" {
	config '.linux.resources = {"devices": [{"allow": false, "access": "rwm"}]}'
	args true
	ok run_container
}

@test "a cgroupsPath without permission is refused" {
	config '.linux.cgroupsPath = $p' --arg p "/$CG/x"
	fails 1 'unable to apply cgroup configuration: .*permission denied' run_container
}

@test "--rootless: false, auto, nonsense" {
	needs_runlet 'runc has other words'
	args true
	ok runtime --rootless=auto run -b "$BUNDLE" "$ID" < /dev/null
	ok runtime --rootless=True run -b "$BUNDLE" "$ID" < /dev/null
	fails 1 'permission denied' runtime --rootless=false run -b "$BUNDLE" "$ID" < /dev/null
	fails 1 'rootless: "maybe" is neither' runtime --rootless=maybe run -b "$BUNDLE" "$ID" < /dev/null
}

@test "a container without a cgroup: pause and update say so" {
	sleeper
	status_is_not_0 runtime pause "$ID"
	like "$stderr" 'cgroup'
	status_is_not_0 runtime update --pids-limit 5 "$ID"
	like "$stderr" 'cgroup'
	ok status_is running
}

@test "ps and kill --all without a cgroup: by the pid namespace" {
	needs_runlet 'runc 1.1 needs a cgroup for both'
	script 'sleep 1001 & sleep 1000'
	create_start
	wait_for 5 pids_are 2
	ok runtime ps "$ID" -o pid,args
	like "$output" 'sleep 1001'
	ok runtime kill --all "$ID" KILL
	wait_for 5 status_is stopped
	pids_are 0
}
pids_are() { [[ $(runtime ps -f json "$ID" | jq length) == "$1" ]]; }

@test "a container with neither a cgroup nor a pid namespace" {
	needs_runlet 'runc 1.1 says it otherwise'
	namespace_drop pid
	config '.mounts |= map(if .destination == "/proc" then {"destination": "/proc", "type": "bind",
		"source": "/proc", "options": ["rbind"]} else . end) | .linux |= del(.maskedPaths, .readonlyPaths)'
	sleeper
	fails 1 'neither a cgroup nor a pid namespace of its own' runtime ps "$ID"
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
}

@test "a delegated cgroup in every hierarchy: limits, exec, pause, ps, delete" {
	local all=()

	! is_v2 || skip 'the host has no v1 hierarchies to delegate'
	mapfile -t all < <(controllers)
	delegate "${all[@]}"
	config '.linux.cgroupsPath = $p
		| .linux.resources = {"pids": {"limit": 20}, "memory": {"limit": 100000000}}' \
		--arg p "/$CG/box"
	sleeper
	is "$(cat "/sys/fs/cgroup/pids/$CG/box/pids.max")" 20
	is "$(cat "/sys/fs/cgroup/memory/$CG/box/memory.limit_in_bytes")" $((100000000 / 4096 * 4096))
	like "$(cat "/proc/$INIT/cgroup")" "pids:/$CG/box"
	ok runtime exec "$ID" grep ":pids:/$CG/box" /proc/self/cgroup
	ok runtime pause "$ID"
	ok status_is paused
	ok runtime resume "$ID"
	ok runtime ps -f json "$ID"
	is "$output" "[$INIT]"
	ok runtime update --pids-limit 5 "$ID"
	is "$(cat "/sys/fs/cgroup/pids/$CG/box/pids.max")" 5
	ok runtime delete --force "$ID"
	[[ ! -e /sys/fs/cgroup/pids/$CG/box ]]
}

@test "a delegated cgroup in one hierarchy, and the runtime in it" {
	needs_runlet 'runc 1.1 asks for the devices hierarchy'
	! is_v2 || skip 'the host has no v1 hierarchies to delegate'
	delegate pids
	config '.linux.resources = {"pids": {"limit": 20}, "memory": {"limit": -1}, "blockIO": {}}'
	args sleep 1000
	in_pids runtime run --detach --bundle "$BUNDLE" --pid-file "$PID_FILE" "$ID" \
		< /dev/null > /dev/null 2>&1
	is "$(cat "/sys/fs/cgroup/pids/$CG/$ID/pids.max")" 20
	like "$(cat "/proc/$(cat "$PID_FILE")/cgroup")" "pids:/$CG/$ID"
	ok runtime exec "$ID" grep ":pids:/$CG/$ID" /proc/self/cgroup
	ok runtime ps -f json "$ID"
	is "$output" "[$(cat "$PID_FILE")]"
	config '.linux.resources.memory.limit = 100000000'
	fails 1 'cannot set memory limit: container could not join' \
		in_pids runtime run --bundle "$BUNDLE" "$ID-2" < /dev/null
	ok runtime delete --force "$ID"
	[[ ! -e /sys/fs/cgroup/pids/$CG/$ID ]]
}
in_pids() { (echo 0 > "/sys/fs/cgroup/pids/$CG/tasks" && "$@"); }

@test "kill -9 at any moment of create: delete --force leaves nothing" {
	local i

	needs_runlet 'runc leaves cgroups'
	! is_v2 || skip 'the host has no v1 hierarchies to delegate'
	delegate pids
	config '.linux.resources = {"pids": {"limit": 20}}'
	for i in {1..12}; do
		in_pids killed_create "0.0$(printf %03d $((i * 3)))" "$ID-$i" || :
		ok runtime delete --force "$ID-$i"
		[[ -z $(find "/sys/fs/cgroup/pids/$CG" -mindepth 1 -type d) && -z $(states_left) ]]
	done
}
killed_create()
{
	as_user timeout -s KILL "$1" "$RUNTIME_BIN" --root "$ROOT" create --bundle "$BUNDLE" "$2" \
		< /dev/null > "$OUT" 2>&1 3>&-
}

# A private mount namespace in which there is only the v2 hierarchy, and the user is known to
# newuidmap and newgidmap.
on_v2() { unshare -m sh -c 'mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup && exec "$@"' sh "$@"; }

@test "cgroup v2: beside the caller's own" {
	local d=/sys/fs/cgroup/unified/$CG

	[[ -d /sys/fs/cgroup/unified ]] || skip 'no v2 hierarchy at /sys/fs/cgroup/unified'
	mkdir "$d" "$d/login"
	DELEGATED+=("$d/login" "$d")
	chown -R "$USER_ID:$USER_ID" "$d"
	script 'grep "^0::" /proc/self/cgroup'
	ok v2_login run --bundle "$BUNDLE" "$ID"
	is "$output" "0::/$CG/$ID"
	[[ ! -e $d/$ID ]]
}
v2_runtime()
{
	on_v2 setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups timeout -k 1 30 \
		"$RUNTIME_BIN" --root "$ROOT" "$@" < /dev/null 3>&-
}
v2_login() { (echo 0 > "/sys/fs/cgroup/unified/$CG/login/cgroup.procs" && v2_runtime "$@"); }

@test "cgroup v2: exec from the same login, and from another" {
	local d=/sys/fs/cgroup/unified/$CG

	[[ -d /sys/fs/cgroup/unified ]] || skip 'no v2 hierarchy at /sys/fs/cgroup/unified'
	mkdir "$d" "$d/login"
	DELEGATED+=("$d/login" "$d")
	chown -R "$USER_ID:$USER_ID" "$d"
	args sleep 1000
	v2_login run --detach --bundle "$BUNDLE" "$ID" > "$OUT" 2>&1
	ok v2_login exec "$ID" grep '^0::' /proc/self/cgroup
	is "$output" "0::/$CG/$ID"
	ok v2_runtime exec "$ID" grep '^0::' /proc/self/cgroup
	unlike "$output" "$ID"
	! is_runlet || like "$stderr" "permission denied: the process stays in the caller's cgroup"
	ok v2_login ps -f json "$ID"
	ok v2_login delete --force "$ID"
	[[ ! -e $d/$ID ]]
}

@test "cgroup v2: limits without permission are refused" {
	needs_runlet 'runc 1.1 stumbles over the missing file'
	[[ -d /sys/fs/cgroup/unified ]] || skip 'no v2 hierarchy at /sys/fs/cgroup/unified'
	config '.linux.resources.pids.limit = 10'
	fails 1 'rootless.*no limits' on_v2 setpriv --reuid "$USER_ID" --regid "$USER_ID" \
		--clear-groups "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null
}

# known CMD...: as the user, whom the system knows, with the subordinate ids 300000 to 300999
known()
{
	mkdir -p "$WORK/etc"
	{ cat /etc/passwd; echo "rlbats:x:$USER_ID:$USER_ID::/:/bin/sh"; } > "$WORK/etc/passwd"
	echo "rlbats:300000:1000" > "$WORK/etc/subuid"
	cp "$WORK/etc/subuid" "$WORK/etc/subgid"
	unshare -m sh -c 'touch /etc/subuid /etc/subgid
		for f in passwd subuid subgid; do mount --bind "$0/$f" "/etc/$f" || exit; done
		exec "$@"' "$WORK/etc" setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups \
		timeout -k 1 30 env -i XDG_RUNTIME_DIR="$WORK/xdg" "$RUNTIME_BIN" --root "$ROOT" "$@" 3>&-
}

@test "ranges by newuidmap and newgidmap, without PATH" {
	needs_runlet 'runc 1.1 looks for them in PATH'
	command -v newuidmap > /dev/null || skip 'newuidmap is not installed'
	ranges 300000 1000
	config '.process.user = {"uid": 7, "gid": 8, "additionalGids": [9]}'
	chown 300006:300007 "$ROOTFS/tmp"
	script 'cat /proc/self/uid_map /proc/self/setgroups; id -u; id -G; touch /tmp/made'
	ok known run --bundle "$BUNDLE" "$ID" < /dev/null
	like "$output" "0 +$USER_ID +1
 +1 +300000 +1000
allow
7
8 9"
	is "$(stat -c %u:%g "$ROOTFS/tmp/made")" 300006:300007
}

ranges()
{
	config '.linux |= (.uidMappings = [{"containerID": 0, "hostID": $u, "size": 1},
			{"containerID": 1, "hostID": $first, "size": $n}]
		| .gidMappings = .uidMappings)' --argjson u "$USER_ID" --argjson first "$1" --argjson n "$2"
}

@test "ranges that are not the user's are refused" {
	needs_runlet 'runc 1.1 looks for newuidmap in PATH'
	command -v newuidmap > /dev/null || skip 'newuidmap is not installed'
	ranges 300000 1001
	fails 1 'linux.uidMappings: newuidmap: .*not allowed' known run --bundle "$BUNDLE" "$ID" < /dev/null
	is "${#stderr_lines[@]}" 1
	ranges 0 1
	fails 1 'linux.uidMappings: newuidmap: .*not allowed' known run --bundle "$BUNDLE" "$ID" < /dev/null
}

@test "a mapping of somebody else's single id is refused" {
	needs_runlet 'runc 1.1 fails by something else'
	config '.linux.uidMappings[0].hostID = 0'
	fails 1 'linux.uidMappings: newuidmap: ' run_container
}

@test "what is not mapped is refused: user, group, additional groups" {
	config '.process.user.uid = 5'
	fails 1 'cannot set uid to unmapped user in user namespace' run_container
	config '.process.user = {"uid": 0, "gid": 5}'
	fails 1 'cannot set gid to unmapped user in user namespace' run_container
	config '.process.user = {"uid": 0, "gid": 0, "additionalGids": [0]}'
	fails 1 'cannot set any additional groups in a rootless container' run_container
}

@test "exec as an unmapped user is refused" {
	sleeper
	fails 255 'unmapped user' runtime exec --user 5 "$ID" true
	fails 255 'additional' runtime exec --additional-gids 5 "$ID" true
	ok status_is running
}

@test "a user namespace is needed" {
	config '.linux |= (del(.uidMappings, .gidMappings)
		| .namespaces |= map(select(.type != "user")))'
	fails 1 'rootless container requires user namespaces' run_container
}

@test "a network namespace of its own, with sysfs and loopback" {
	namespace_add '{"type": "network"}'
	config '.mounts |= map(if .destination == "/sys" then
		{"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro", "nosuid"]}
		else . end) | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	script 'ls /sys/class/net; cat /proc/sys/net/ipv4/ip_forward; ip link show lo'
	ok run_container
	like "$output" '^lo
1
.*LOOPBACK,UP'
}

@test "a namespace of the host cannot be joined" {
	config '.linux.namespaces += [{"type": "network", "path": "/proc/self/ns/net"}]'
	status_is_not_0 run_container
	is_runlet || return 0
	like "$stderr" 'linux.namespaces\[[0-9]\].path: join network namespace /proc/self/ns/net: '
	like "$stderr" 'operation not permitted .it belongs to another user namespace.'
}

@test "sysfs without a network namespace is the host's to mount, and refused" {
	mount_add '{"destination": "/mnt", "type": "sysfs", "source": "sysfs"}'
	fails 1 'mounting "sysfs" to rootfs at "/mnt".*operation not permitted' run_container
}

@test "a group that is not mapped cannot own the terminals" {
	config '(.mounts[] | select(.destination == "/dev/pts") | .options) += ["gid=5"]'
	# Not every kernel says which option it was.
	fails 1 'gid|"devpts".*invalid argument' run_container
	is "${#stderr_lines[@]}" 1
}

@test "the host's flags of a bind stay: ro, nosuid, nodev, noexec" {
	needs_runlet 'runc 1.1 fails'
	mkdir "$WORK/src"
	mount -t tmpfs -o ro,nosuid,nodev,noexec none "$WORK/src"
	config '.mounts += [{"destination": "/mnt", "source": $s, "options": ["bind", "nosuid"]}]' \
		--arg s "$WORK/src"
	script "sed -n 's,.* /mnt \\([^ ]*\\) .*,\\1,p' /proc/self/mountinfo; touch /mnt/x"
	run_it run_container
	umount "$WORK/src"
	[[ $status -ne 0 ]]
	like "$output" '^ro,nosuid,nodev,noexec'
	like "$stderr" 'Read-only'
}

@test "oomScoreAdj upwards, of run and exec; not downwards" {
	needs_runlet 'runc 1.1 does not set it for exec'
	config '.process.oomScoreAdj = 500'
	script 'cat /proc/self/oom_score_adj; sleep 1000'
	create_start
	wait_for 5 file_has "$OUT" 500
	jq '.process | .oomScoreAdj = 600 | .args = ["cat", "/proc/self/oom_score_adj"]' \
		"$BUNDLE/config.json" > "$WORK/process.json"
	ok runtime exec --process "$WORK/process.json" "$ID"
	is "$output" 600
	ok runtime delete --force "$ID"
	config '.process.oomScoreAdj = -500'
	status_is_not_0 run_container
	like "$stderr" 'oom_score_adj'
}

@test "a time namespace with offsets" {
	needs_runlet 'runc 1.1 does not know time namespaces'
	config '.linux.namespaces += [{"type": "time"}]
		| .linux.timeOffsets = {"monotonic": {"secs": 7777}}'
	args cat /proc/self/timens_offsets
	ok run_container
	like "$output" 'monotonic +7777 +0'
}

@test "a seccomp profile, compiled once" {
	local cached

	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}'
	script 'mkdir /tmp/d'
	for _ in 1 2; do
		status_is_not_0 run_container
		like "$stderr" 'mkdir'
	done
	is_runlet || return 0
	mkdir "$WORK/xdg/.cache"
	chown "$USER_ID" "$WORK/xdg/.cache"
	status_is_not_0 run_container
	cached=$(find "$WORK/xdg/.cache/runlet" -type f | wc -l)
	is "$cached" 1
}

@test "the program is not the container's to write: it runs from a sealed copy" {
	needs_runlet 'runc says it elsewhere'
	args sh -c 'sleep 1000'
	create
	like "$(readlink "/proc/$INIT/exe")" '^/memfd:runlet'
}

@test "masked and read-only paths hold" {
	script 'wc -c < /proc/timer_list; ls /proc/acpi; echo x > /proc/sys/kernel/hostname'
	run_it run_container
	[[ $status -ne 0 ]]
	is "$output" 0
	like "$stderr" 'hostname: Read-only'
}

@test "--no-pivot" {
	args true
	ok run_container --no-pivot
}

@test "hooks of the host are run as the user" {
	config '.hooks = {"createRuntime": [{"path": "/bin/sh",
		"args": ["sh", "-c", "id -u > \($w)/hook"]}]}' --arg w "$WORK"
	args true
	ok run_container
	is "$(cat "$WORK/hook")" "$USER_ID"
}

@test "inside a user namespace that somebody else made: root there" {
	args sh -c 'id -u; cat /proc/self/uid_map'
	config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	ok as_user unshare --user --map-root-user --mount "$RUNTIME_BIN" --root "$ROOT" run \
		--bundle "$BUNDLE" "$ID" < /dev/null 3>&-
	like "$output" '^0
 +0 +0 +1$'
}

@test "inside a user namespace, without one more for the container" {
	config '.linux |= (del(.uidMappings, .gidMappings)
		| .namespaces |= map(select(.type != "user")))'
	args sh -c 'id -u; cat /proc/self/uid_map'
	ok as_user unshare --user --map-root-user --mount "$RUNTIME_BIN" --root "$ROOT" run \
		--bundle "$BUNDLE" "$ID" < /dev/null 3>&-
	like "$output" "^0
 +0 +$USER_ID +1$"
}
