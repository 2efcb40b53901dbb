#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# systemd makes the cgroups: scopes and their properties, and what becomes of them.
load ../integration/helpers

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
	[[ -d /run/systemd/system ]] || skip 'systemd is not the init'
	mkdir -p /usr/local/libexec
	ln -sfn "$INTEGRATION/../../runlet-systemd" /usr/local/libexec/runlet-systemd
	config 'del(.linux.cgroupsPath)'
	UNIT=runlet-$ID.scope
	SCOPE=/system.slice/$UNIT
}

# Whatever the runtime did, no unit of a test outlives it.
test_teardown()
{
	local left

	left=$(systemctl list-units --all --plain --no-legend "*$CG*" 2> /dev/null)
	[[ -z $left ]] || { echo "left: unit $left"; systemctl stop "$UNIT"; return 1; }
}

systemd() { runtime --systemd-cgroup "$@"; }

systemd_sleeper()
{
	args sleep 1000
	systemd run --detach --bundle "$BUNDLE" --pid-file "$PID_FILE" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null || { cat "$ERR"; return 1; }
	INIT=$(cat "$PID_FILE")
}

property() { systemctl show --property "$1" --value "$UNIT"; }
property_is() { is "$1=$(property "$1")" "$1=$2"; }
on_v2() { is_v2 || skip 'a property of cgroup v2'; }

# cgroup_of HIERARCHY: the scope's directory
cgroup_of()
{
	if is_v2; then
		echo "/sys/fs/cgroup$SCOPE"
	else
		echo "/sys/fs/cgroup/$1$SCOPE"
	fi
}

@test "the features say whether it can be had" {
	is "$(runtime features | jq .linux.cgroup.systemd)" true
}

@test "a scope of the id in system.slice" {
	systemd_sleeper
	property_is Slice system.slice
	property_is ActiveState active
	property_is ControlGroup "$SCOPE"
	property_is Delegate yes
	property_is Description "runlet container $ID"
	grep -x "$INIT" "$(cgroup_of pids)/cgroup.procs"
	ok systemd exec "$ID" cat /proc/self/cgroup
	like "$output" "$SCOPE"
	ok systemd delete --force "$ID"
	property_is LoadState not-found
	[[ ! -e $(cgroup_of pids) ]]
}

@test "slice:prefix:name" {
	config '.linux.cgroupsPath = "rlbats-inner.slice:libpod:" + $id' --arg id "$ID"
	UNIT=libpod-$ID.scope SCOPE=/rlbats.slice/rlbats-inner.slice/$UNIT
	systemd_sleeper
	property_is Slice rlbats-inner.slice
	grep -x "$INIT" "$(cgroup_of pids)/cgroup.procs"
	# The state remembers who manages it.
	ok runtime delete --force "$ID"
	property_is LoadState not-found
	systemctl stop rlbats-inner.slice rlbats.slice
}

@test "paths that are no scope's are refused" {
	local path

	for path in /a/b a.slice:b a:b:c a.slice:b: a.slice:b:c.slice a--b.slice:c:d; do
		config '.linux.cgroupsPath = $path' --arg path "$path"
		fails 1 cgroupsPath systemd create --bundle "$BUNDLE" "$ID"
	done
	[[ -z $(states_left) ]]
}

@test "limits are properties, too" {
	on_v2
	config '.linux.resources = {
		memory: {limit: 67108864, swap: 100663296, reservation: 1048576},
		cpu: {shares: 512, quota: 50000, period: 100000, cpus: "0"},
		pids: {limit: 42}, unified: {"memory.high": "60000000"}}'
	systemd_sleeper
	property_is MemoryMax 67108864
	property_is MemorySwapMax 33554432
	property_is MemoryLow 1048576
	property_is MemoryHigh 60000000
	property_is CPUWeight 59
	property_is CPUQuotaPerSecUSec 500ms
	property_is AllowedCPUs 0
	property_is TasksMax 42
	is "$(cat "$(cgroup_of cpu)/cpu.max")" '50000 100000'
	is "$(cat "$(cgroup_of pids)/pids.max")" 42
}

@test "limits of v1" {
	is_v2 && skip 'cgroup v1'
	config '.linux.resources = {cpu: {shares: 512}, pids: {limit: 42}}'
	systemd_sleeper
	property_is CPUShares 512
	property_is TasksMax 42
	is "$(cat "$(cgroup_of cpu)/cpu.shares")" 512
	is "$(cat "$(cgroup_of pids)/pids.max")" 42
}

@test "update changes the properties and the files" {
	on_v2
	systemd_sleeper
	ok runtime update --memory 33554432 --memory-swap 67108864 --pids-limit 17 \
		--cpu-quota 12345 --cpu-period 50000 "$ID"
	property_is MemoryMax 33554432
	property_is MemorySwapMax 33554432
	property_is TasksMax 17
	property_is CPUQuotaPerSecUSec 250ms
	is "$(cat "$(cgroup_of cpu)/cpu.max")" '12345 50000'
	fails 1 pids runtime update --pids-limit 9000000000000000000 "$ID"
	property_is TasksMax 17
	is "$(cat "$(cgroup_of pids)/pids.max")" 17
}

@test "annotations set properties" {
	config '.annotations = {"org.systemd.property.TimeoutStopSec": "13",
		"org.systemd.property.CollectMode": "'"'inactive-or-failed'"'",
		"org.systemd.property.Documentation": "['"'man:a(1)', 'man:b(2)'"']"}'
	systemd_sleeper
	property_is TimeoutStopUSec 13s
	property_is CollectMode inactive-or-failed
	property_is Documentation '"man:a(1)" "man:b(2)"'
}

@test "a property that systemd refuses fails create, which leaves nothing" {
	local a

	for a in '{"Nonsense": "1"}' '{"TimeoutStopUSec": "uint64 x"}' '{"TimeoutStopUSec": "true"}'; do
		config '.annotations = ($a | with_entries(.key = "org.systemd.property." + .key))' \
			--argjson a "$a"
		fails 1 'systemd: .*(Nonsense|TimeoutStopUSec|unit properties)' systemd create --bundle "$BUNDLE" "$ID"
		property_is LoadState not-found
		[[ -z $(states_left) && -z $(cgroups_left) ]]
	done
}

@test "a limit that the kernel refuses fails create, which leaves nothing" {
	config '.linux.resources.cpu = {cpus: "4000"}'
	status_is_not_0 systemd create --bundle "$BUNDLE" "$ID"
	property_is LoadState not-found
	[[ -z $(states_left) && -z $(cgroups_left) ]]
}

@test "devices: systemd's rules and ours are the same, also after daemon-reload" {
	local try='head -c 1 /dev/zero > /dev/null && echo zero; head -c 1 /tmp/loop > /dev/null || echo no'

	config '.process.capabilities[] += ["CAP_MKNOD"] |
		.linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 10, minor: 229, access: "rw"}]'
	systemd_sleeper
	property_is DevicePolicy strict
	like "$(property DeviceAllow)" '/dev/char/10:229 rw'
	ok runtime exec "$ID" mknod /tmp/loop c 1 11
	ok runtime exec "$ID" sh -c "$try"
	is "$output" $'zero\nno'
	systemctl daemon-reload
	ok runtime exec "$ID" sh -c "$try"
	is "$output" $'zero\nno'
}

@test "a container outlives daemon-reload and daemon-reexec with its limits" {
	config '.linux.resources = {pids: {limit: 42}}'
	systemd_sleeper
	systemctl daemon-reload
	systemctl daemon-reexec
	status_is running
	is "$(cat "$(cgroup_of pids)/pids.max")" 42
	ok runtime exec "$ID" true
	ok runtime pause "$ID"
	status_is paused
	systemctl daemon-reload
	status_is paused
	ok runtime resume "$ID"
	ok runtime kill "$ID" KILL
	wait_for 10 status_is stopped
	ok runtime delete "$ID"
}

@test "statistics and processes" {
	systemd_sleeper
	ok runtime events --stats "$ID"
	like "$output" '"pids":\{"current":1'
	ok runtime ps --format json "$ID"
	is "$output" "[$INIT]"
}

@test "a container may divide what is delegated to it" {
	on_v2
	config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"]}] |
		.linux.namespaces += [{type: "cgroup"}]'
	systemd_sleeper
	ok runtime exec "$ID" sh -c 'cat /proc/self/cgroup; cd /sys/fs/cgroup && mkdir a && echo 0 > a/cgroup.procs &&
		for p in $(cat cgroup.procs); do echo "$p" > a/cgroup.procs; done; echo "+pids" > cgroup.subtree_control &&
		echo 5 > a/pids.max && cat a/pids.max'
	like "$output" $'0::/\n.*5'
	systemctl daemon-reload
	is "$(cat "$(cgroup_of pids)/a/pids.max")" 5
	ok runtime delete --force "$ID"
	[[ ! -e $(cgroup_of pids) ]]
}

@test "systemctl stop ends the container" {
	systemd_sleeper
	systemctl kill --signal KILL "$UNIT"
	wait_for 10 status_is stopped
	ok runtime delete "$ID"
	property_is LoadState not-found
}

@test "a scope that failed does not keep its name" {
	config '.annotations = {"org.systemd.property.RuntimeMaxUSec": "uint64 1000000"}'
	script 'trap "" TERM; sleep 1000'
	systemd run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$OUT" 2>&1
	wait_for 60 status_is stopped || systemctl kill --signal KILL "$UNIT"
	wait_for 10 status_is stopped
	ok runtime delete "$ID"
	config 'del(.annotations)'
	systemd_sleeper
	ok runtime delete --force "$ID"
}

@test "delete --force finds the scope of a create that was killed" {
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "kill -KILL $PPID; sleep 1000"]}]'
	status_is_not_0 systemd create --bundle "$BUNDLE" "$ID"
	ok runtime delete --force "$ID"
	property_is LoadState not-found
	[[ -z $(cgroups_left) ]]
}

@test "without the program that talks to systemd, the error says so" {
	rm /usr/local/libexec/runlet-systemd
	fails 1 'runlet-systemd is not installed' systemd create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) ]]
}

# ---- a user's own systemd --------------------------------------------------------------------------

as_user()
{
	setpriv --reuid 1000 --regid 1000 --init-groups env -i PATH="$PATH" HOME=/home/user \
		XDG_RUNTIME_DIR=/run/user/1000 "$MARK=$CG" systemd-run --user --pipe --quiet --wait \
		--setenv "$MARK=$CG" --slice app.slice -- "$@" 3>&-
}

user_container()
{
	is_v2 || skip "a user's systemd has cgroups on v2 only"
	loginctl enable-linger user
	wait_for 60 test -S /run/user/1000/systemd/private
	ROOT=/run/user/1000/$ID
	chown -R 1000:1000 "$WORK"
	args sleep 1000
	config '.linux.uidMappings = [{containerID: 0, hostID: 1000, size: 1}] |
		.linux.gidMappings = .linux.uidMappings |
		.linux.namespaces += [{type: "user"}] | del(.process.user.additionalGids) |
		.mounts[] |= (if .options then .options -= ["gid=5"] else . end)'
	UNIT=runlet-$ID.scope
	SCOPE=/user.slice/user-1000.slice/user@1000.service/user.slice/$UNIT
	as_user "$RUNTIME_BIN" --root "$ROOT" --systemd-cgroup run --detach --bundle "$BUNDLE" "$ID"
}

@test "rootless: a scope of the user's, with limits" {
	config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 42}, cpu: {shares: 512}}'
	user_container
	is "$(cat "$(cgroup_of pids)/pids.max")" 42
	is "$(cat "$(cgroup_of memory)/memory.max")" 67108864
	is "$(cat "$(cgroup_of cpu)/cpu.weight")" 59
	ok as_user "$RUNTIME_BIN" --root "$ROOT" exec "$ID" id -u
	is "$output" 0
	ok as_user "$RUNTIME_BIN" --root "$ROOT" update --pids-limit 17 "$ID"
	is "$(cat "$(cgroup_of pids)/pids.max")" 17
	ok as_user "$RUNTIME_BIN" --root "$ROOT" delete --force "$ID"
	[[ ! -e $(cgroup_of pids) ]]
	loginctl disable-linger user
}
