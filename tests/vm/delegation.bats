#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A user without privilege whose part of the cgroup tree is his own, with controllers; no systemd asked.
load ../integration/helpers

USER_ID=1000

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
	is_v2 || skip 'needs cgroup v2 alone'
	OWN=/sys/fs/cgroup/rlbats-user-$CG
	delegate cpu cpuset io memory pids
	chown -R "$USER_ID:$USER_ID" "$WORK"
	config 'del(.linux.cgroupsPath, .process.user.additionalGids) |
		.linux.uidMappings = [{containerID: 0, hostID: $u, size: 1}] |
		.linux.gidMappings = .linux.uidMappings |
		.linux.namespaces += [{type: "user"}] |
		.mounts[] |= (if .options then .options -= ["gid=5"] else . end)' --argjson u "$USER_ID"
}

test_teardown()
{
	[[ -n ${OWN-} && -d $OWN ]] || return 0
	wait_for 10 rmdir "$OWN/login"
	wait_for 10 rmdir "$OWN"
}

# delegate CONTROLLER...: a cgroup of the user's, as cgroups(7) has it, and below it one for his login
delegate()
{
	printf '+%s\n' "$@" | while read -r c; do
		echo "$c" > /sys/fs/cgroup/cgroup.subtree_control
	done
	mkdir "$OWN" "$OWN/login"
	chown "$USER_ID:$USER_ID" "$OWN" "$OWN/login" "$OWN"/{cgroup.procs,cgroup.threads,cgroup.subtree_control} \
		"$OWN/login/cgroup.procs"
}

# The user, logged in: in his cgroup before he is who he is.
as_user()
{
	(echo 0 > "$OWN/login/cgroup.procs" &&
		exec setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups "$@")
}
runtime() { as_user timeout -k 1 "$((30 * ${SLOW:-1}))" "$RUNTIME_BIN" --root "$ROOT" "$@" 3>&-; }
own() { cat "$OWN/$ID/$1"; }

@test "limits of every controller that was delegated" {
	config '.linux.resources = {memory: {limit: 67108864, swap: 67108864, reservation: 1048576},
		cpu: {shares: 512, quota: 50000, period: 100000, cpus: "0"}, pids: {limit: 42}}'
	sleeper
	is "$(stat -c %u "$OWN/$ID")" "$USER_ID"
	is "$(grep ^0:: "/proc/$INIT/cgroup")" "0::/${OWN##*/}/$ID"
	is "$(own memory.max) $(own memory.swap.max) $(own memory.low)" '67108864 0 1048576'
	is "$(own cpu.weight) $(own cpu.max) $(own cpuset.cpus)" '59 50000 100000 0'
	is "$(own pids.max)" 42
	like " $(cat "$OWN/cgroup.subtree_control") " ' io '
	ok runtime exec "$ID" grep "$ID" /proc/self/cgroup
	ok runtime delete --force "$ID"
	[[ ! -e $OWN/$ID ]]
}

@test "update, pause, statistics and processes" {
	sleeper
	ok runtime update --pids-limit 17 --memory 50000000 --cpu-share 1024 "$ID"
	is "$(own pids.max) $(own memory.max) $(own cpu.weight)" '17 49999872 100'
	ok runtime pause "$ID"
	is "$(grep frozen "$OWN/$ID/cgroup.events")" 'frozen 1'
	ok runtime resume "$ID"
	ok runtime events --stats "$ID"
	is "$(jq -c .data.pids <<< "$output")" '{"current":1,"limit":17}'
	ok runtime ps --format json "$ID"
	is "$output" "[$INIT]"
	ok runtime kill --all "$ID" KILL
	wait_for 10 status_is stopped
	ok runtime delete "$ID"
}

@test "the memory limit kills, and is counted" {
	config '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
	script 'dd if=/dev/zero of=/dev/null bs=128M count=1; echo "status $?"; exec sleep 1000'
	create_start
	wait_for 60 grep -q '^oom_kill [1-9]' "$OWN/$ID/memory.events"
	ok runtime delete --force "$ID"
}

@test "a cgroupsPath in his own tree is made, one outside is refused" {
	config '.linux.cgroupsPath = $p | .linux.resources.pids.limit = 5' --arg p "/${OWN##*/}/a/$ID"
	sleeper
	is "$(cat "$OWN/a/$ID/pids.max")" 5
	ok runtime delete --force "$ID"
	[[ ! -e $OWN/a/$ID ]]
	rmdir "$OWN/a"
	config '.linux.cgroupsPath = $p' --arg p "/rlbats-else-$CG"
	fails 1 'permission denied' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) && ! -e /sys/fs/cgroup/rlbats-else-$CG ]]
}

@test "a controller that is not delegated is refused by name" {
	local parent=/sys/fs/cgroup/rlbats-less-$CG

	# Below a parent that gives pids only.
	rmdir "$OWN/login" "$OWN"
	mkdir "$parent"
	echo +pids > "$parent/cgroup.subtree_control"
	OWN=$parent/own
	mkdir "$OWN" "$OWN/login"
	chown -R "$USER_ID:$USER_ID" "$OWN"
	config '.linux.resources.pids.limit = 5'
	sleeper
	is "$(own pids.max)" 5
	ok runtime delete --force "$ID"
	config '.linux.resources.memory.limit = 67108864'
	fails 1 'memory' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) && ! -e $OWN/$ID ]]
	rmdir "$OWN/login" "$OWN" "$parent"
}

@test "a sub-cgroup that the container made goes with it" {
	config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"]}] |
		.linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "cgroup"}])'
	script 'cd /sys/fs/cgroup && mkdir a && echo 0 > a/cgroup.procs && echo > /tmp/done; exec sleep 1000'
	create_start
	wait_for 60 test -e "$ROOTFS/tmp/done"
	[[ -d $OWN/$ID/a ]]
	ok runtime delete --force "$ID"
	[[ ! -e $OWN/$ID ]]
}
