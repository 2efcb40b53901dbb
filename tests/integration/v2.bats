#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A host with cgroup v2 alone: the runtime runs in a mount namespace where the v2 hierarchy of this
# (hybrid) host stands at /sys/fs/cgroup. Most controllers are bound to v1 there; the life of
# a container, device rules, the freezer and hugetlb are not.
load helpers

V2=/sys/fs/cgroup/unified

is_v2() { return 0; }
cgroup() { echo "$V2/$CG"; }

test_setup()
{
	[[ $(stat -fc %T /sys/fs/cgroup) != cgroup2fs ]] || skip 'a v2 host: the other files show it'
	[[ -e $V2/cgroup.controllers ]] || skip 'this host has no v2 hierarchy'
	SUBTREE=$(cat "$V2/cgroup.subtree_control")
	env -u "$MARK" unshare --mount --propagation private \
		sh -c "mount --bind $V2 /sys/fs/cgroup && exec sleep 1000" 3>&- &
	HOST=$!
	wait_for 5 shows_v2
}
shows_v2() { [[ $(stat -fc %T "/proc/$HOST/root/sys/fs/cgroup") == cgroup2fs ]]; }
test_teardown()
{
	[[ -n ${HOST-} ]] || return 0
	kill "$HOST"
	wait_status "$HOST"
	# As it was, unless somebody else needs it by now.
	case $SUBTREE in
	*hugetlb*) ;;
	*) echo -hugetlb > "$V2/cgroup.subtree_control" || : ;;
	esac
}
as_v2() { nsenter --mount="/proc/$HOST/ns/mnt" "$@" 3>&-; }
runtime() { as_v2 timeout -k 1 30 "$RUNTIME_BIN" --root "$ROOT" "$@"; }

frozen() { grep -c '^frozen 1' "$(cgroup)/cgroup.events"; }
# huge_size: of a huge page, as file names spell it
huge_size()
{
	grep -q hugetlb "$V2/cgroup.controllers" || skip 'hugetlb is bound to v1'
	local size

	size=$(find /sys/kernel/mm/hugepages -name 'hugepages-*' | head -n 1)
	[[ -n $size ]] || skip 'no huge pages'
	HUGE=$((${size//[^0-9]/} / 1024))MB
}

@test "v2: create, start, exec, kill, delete" {
	args sleep 1000
	create
	is "$(grep ^0:: "/proc/$INIT/cgroup")" "0::/$CG"
	is "$(status_of)" created
	start
	is "$(status_of)" running
	ok runtime exec "$ID" sh -c 'cat /proc/self/cgroup' < /dev/null
	like "$output" "0::/$CG"
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	nothing_left
}

@test "v2: only the container's own directory goes, and its parents are its own to use" {
	config ".linux.cgroupsPath = \"/$CG-top/$CG\""
	sleeper
	is "$(grep ^0:: "/proc/$INIT/cgroup")" "0::/$CG-top/$CG"
	ok runtime delete --force "$ID"
	[[ -d $V2/$CG-top && ! -e $V2/$CG-top/$CG ]]
	rmdir "$V2/$CG-top"
}

@test "v2: run, its status, and nothing left" {
	script 'exit 7'
	run_it run_container
	is "$status" 7
	nothing_left
}

@test "v2: pause, exec into a paused container, resume" {
	script 'while :; do echo x >> /tmp/log; sleep 0.01; done'
	create_start
	wait_for 5 test -s "$ROOTFS/tmp/log"
	ok runtime pause "$ID"
	is "$(status_of) $(frozen)" 'paused 1'
	fails 255 'paused' runtime exec "$ID" true
	background runtime exec --ignore-paused "$ID" true
	ok runtime resume "$ID"
	is "$(status_of) $(frozen)" 'running 0'
	wait_status "$BG"
	is "$status" 0
}

@test "v2: a paused container can be killed and deleted" {
	sleeper
	ok runtime pause "$ID"
	ok runtime kill "$ID" KILL
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	sleeper
	ok runtime pause "$ID"
	ok runtime delete --force "$ID"
	nothing_left
}

@test "v2: sub-cgroups and what is in them" {
	sleeper
	mkdir -p "$(cgroup)/a/b"
	ok runtime exec --cgroup a/b "$ID" cat /proc/self/cgroup < /dev/null
	like "$output" "0::/$CG/a/b"
	for bad in .. a/../.. absent; do
		run_it runtime exec --cgroup "$bad" "$ID" true < /dev/null
		is "$status" 255
	done
	runtime exec --detach --cgroup a/b "$ID" sleep 1001 > "$OUT" 2>&1
	ok runtime delete --force "$ID"
	nothing_left
}

@test "v2: kill --all reaches sub-cgroups" {
	namespace_drop pid
	script 'sleep 1001 & sleep 1000'
	create_start
	wait_for 5 eval '(($(wc -l < "$(cgroup)/cgroup.procs") >= 2))'
	mkdir "$(cgroup)/sub"
	head -n 1 "$(cgroup)/cgroup.procs" > "$(cgroup)/sub/cgroup.procs"
	ok runtime kill --all "$ID" KILL
	wait_for 5 status_is stopped
	wait_for 5 file_has "$(cgroup)/cgroup.events" 'populated 0'
	ok runtime delete "$ID"
}

@test "v2: a cgroup with a process in it, and a frozen one, are refused" {
	needs_runlet 'runc 1.1 warns and goes on'
	mkdir "$(cgroup)"
	background env -u "$MARK" sleep 1000
	echo "$BG" > "$(cgroup)/cgroup.procs"
	fails 1 'not empty' run_container
	kill -0 "$BG"
	kill "$BG"
	wait_status "$BG"
	echo 1 > "$(cgroup)/cgroup.freeze"
	fails 1 'frozen' timeout 10 nsenter --mount="/proc/$HOST/ns/mnt" "$RUNTIME_BIN" \
		--root "$ROOT" run --bundle "$BUNDLE" "$ID"
	wait_for 5 rmdir "$(cgroup)"
}

@test "v2: devices are refused by a program in the kernel" {
	: < /dev/fuse || skip 'no /dev/fuse'
	config '.linux.devices = [{ path: "/dev/fuse", type: "c", major: 10, minor: 229,
		fileMode: 438 }] | .linux.resources.devices = [{ allow: false, access: "rwm" }]'
	script 'echo x > /dev/null && echo null; : < /dev/fuse && echo fuse'
	run_it run_container
	is "$output" null
	like "$stderr" 'Operation not permitted'
	config '.linux.resources.devices += [{ allow: true, type: "c", major: 10, minor: 229,
		access: "r" }]'
	script ': < /dev/fuse && echo fuse; : > /dev/fuse && echo written'
	run_it run_container
	is "$output" fuse
	config '.linux.resources.devices += [{ allow: false, type: "c", major: 10, minor: 229,
		access: "r" }]'
	run_it run_container
	is "$output" ''
}

@test "v2: the program goes with the cgroup" {
	command -v bpftool > /dev/null || skip 'no bpftool'
	config '.linux.resources.devices = [{ allow: false, access: "rwm" }]'
	sleeper
	is "$(bpftool -j cgroup show "$(cgroup)" | jq -r 'length')" 1
	program=$(bpftool -j cgroup show "$(cgroup)" | jq -r '.[0].id')
	ok runtime delete --force "$ID"
	wait_for 5 program_is_gone
}
program_is_gone() { ! bpftool prog show id "$program" > /dev/null 2>&1; }

@test "v2: huge pages, set, updated, shown; all or nothing" {
	needs_runlet 'runc 1.1 does not update them'
	huge_size
	config '.linux.resources.hugepageLimits = [{ pageSize: $s, limit: 4194304 }]' --arg s "$HUGE"
	sleeper
	limit() { cat "$(cgroup)/hugetlb.$HUGE.max"; }
	is "$(limit)" 4194304
	ok runtime update --resources - "$ID" <<< \
		"{ \"hugepageLimits\": [{ \"pageSize\": \"$HUGE\", \"limit\": 8388608 }] }"
	is "$(limit)" 8388608
	is "$(runtime events --stats "$ID" | jq -c --arg s "$HUGE" '.data.hugetlb[$s]')" '{"failcnt":0}'
	fails 1 'failed to write' runtime update --resources - "$ID" <<< \
		"{ \"unified\": { \"cgroup.max.depth\": \"7\", \"hugetlb.$HUGE.max\": \"junk\" } }"
	is "$(limit) $(cat "$(cgroup)/cgroup.max.depth")" '8388608 max'
}

@test "v2: unified" {
	huge_size
	config '.linux.resources.unified = { "hugetlb.\($s).max": "2097152",
		"cgroup.max.descendants": "3" }' --arg s "$HUGE"
	ok create
	is "$(cat "$(cgroup)/hugetlb.$HUGE.max" "$(cgroup)/cgroup.max.descendants" | tr '\n' ' ')" \
		'2097152 3 '
}

@test "v2: unified, what is no setting of a controller" {
	needs_runlet 'runc 1.1 freezes and moves by them'
	for key in ../x.y a/b.c hugetlb cgroup.procs cgroup.freeze cgroup.subtree_control nosuch.max \
		.x; do
		config '.linux.resources.unified = { "\($k)": "x" }' --arg k "$key"
		fails 1 'unified' run_container
		nothing_left
	done
}

@test "v2: a limit that this host cannot set is refused, no limit is not" {
	needs_runlet 'runc 1.1 names a file instead'
	grep -q memory "$V2/cgroup.controllers" && skip 'this host can'
	config '.linux.resources.memory = { limit: 33554432 }'
	fails 1 'linux.resources.memory.limit: this host has no memory cgroup controller' \
		run_container
	nothing_left
	config '.linux.resources = { memory: { limit: -1, swap: -1 }, pids: { limit: -1 },
		cpu: { quota: -1, shares: 0 } }'
	args true
	ok run_container
}

@test "v2: a setting that v2 does not have is refused" {
	needs_runlet 'runc 1.1 passes it over'
	config '.linux.resources.network = { classID: 5 }'
	fails 1 'linux.resources.network.classID' run_container
	nothing_left
}

@test "v2: events end with the container" {
	needs_runlet 'runc 1.1 needs the memory controller'
	sleeper
	background runtime events --interval 1h "$ID" > "$WORK/events" 2> "$WORK/events.err"
	sleep 0.3
	ok runtime delete --force "$ID"
	wait_for 5 gone "$BG"
	wait_status "$BG"
	is "$status" 0
}

@test "v2: what a container sees of its cgroup" {
	namespace_add '{"type": "cgroup"}'
	script 'grep ^0 /proc/self/cgroup; head -n 1 /sys/fs/cgroup/cgroup.procs; mkdir /sys/fs/cgroup/x || echo no'
	run_it run_container
	is "$output" $'0::/\n1\nno'
}

@test "v2: a user namespace's root owns the cgroup that it may write to" {
	config '.linux |= (.uidMappings = [{ containerID: 0, hostID: 100000, size: 65536 }] |
		.gidMappings = .uidMappings)'
	namespace_add '{"type": "user"}'
	namespace_add '{"type": "cgroup"}'
	chown -R 100000:100000 "$ROOTFS"
	script 'mkdir /sys/fs/cgroup/sub && echo $$ > /sys/fs/cgroup/sub/cgroup.procs &&
		rmdir /sys/fs/cgroup/sub 2> /dev/null; grep ^0 /proc/self/cgroup
		echo 1 2> /dev/null > /sys/fs/cgroup/cgroup.max.depth || echo kept'
	run_it run_container
	is "$output" $'0::/\nkept' # read-only: nobody's to write
	config '(.mounts[] | select(.type == "cgroup").options) -= ["ro"]'
	run_it run_container
	is "$output" $'0::/sub\nkept'
	nothing_left
}

@test "v2: the cgroup stays root's without a namespace of its own" {
	config '(.mounts[] | select(.type == "cgroup").options) -= ["ro"] | .process.user.uid = 1000'
	sleeper
	is "$(stat -c %u "$(cgroup)" "$(cgroup)/cgroup.procs" | tr '\n' ' ')" '0 0 '
	ok runtime delete --force "$ID"
	namespace_add '{"type": "cgroup"}'
	sleeper
	is "$(stat -c %u "$(cgroup)" "$(cgroup)/cgroup.procs" "$(cgroup)/cgroup.max.depth" |
		tr '\n' ' ')" '1000 1000 0 '
}

@test "v2: ps, list and state" {
	sleeper
	is "$(runtime ps --format json "$ID")" "[$INIT]"
	like "$(runtime list)" "$ID"
}

@test "v2: killed in the middle of create, delete --force leaves nothing" {
	needs_runlet 'runc 1.1 leaves the cgroup'
	mkfifo "$WORK/reached"
	config '.hooks.createRuntime = [{ path: "/bin/sh", args: ["sh", "-c",
		"echo $$ > \($f); exec sleep 1000"], timeout: 20 }]' --arg f "$WORK/reached"
	background nsenter --mount="/proc/$HOST/ns/mnt" "$RUNTIME_BIN" --root "$ROOT" create \
		--bundle "$BUNDLE" "$ID" > "$OUT" 2> "$ERR"
	read -r hook < "$WORK/reached"
	kill -KILL "$BG"
	wait_status "$BG"
	kill -KILL "$hook" || :
	ok runtime delete --force "$ID"
	wait_for 5 nothing_left
}
