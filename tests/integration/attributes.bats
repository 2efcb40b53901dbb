#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How a process runs, the first one as those of exec: limits, processors, priorities, variables.
load helpers

in_container() { runtime exec "$@" < /dev/null; }

# both TEXT COMMAND...: what COMMAND prints matches TEXT, as the container's program and in exec
both()
{
	local text=$1

	shift
	args "$@"
	ok run_container
	like "$output" "$text"
	sleeper
	ok in_container "$ID" "$@"
	like "$output" "$text"
	runtime delete --force "$ID"
}

# limited COMMAND...: with a hard limit of 1000 descriptors, which only CAP_SYS_RESOURCE can raise
limited() { prlimit --nofile=900:1000 "$@"; }

@test "rlimits: equal to and below the caller's hard limit" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 1000, "hard": 1000}]'
	args grep 'open files' /proc/self/limits
	ok limited timeout 10 "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	like "$output" ' 1000 +1000 '
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 300, "hard": 700}]'
	ok limited timeout 10 "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	like "$output" ' 300 +700 '
	sleeper
	ok limited timeout 10 "$RUNTIME_BIN" --root "$ROOT" exec "$ID" \
		grep 'open files' /proc/self/limits
	like "$output" ' 300 +700 '
}

@test "rlimits: above the caller's hard limit, by privilege or not at all" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 1000, "hard": 2000}]'
	args grep 'open files' /proc/self/limits
	run_it limited timeout 10 "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	if ((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 24 & 1)); then
		is "$status" 0
		like "$output" ' 1000 +2000 '
	else
		is "$status" 1
		like "$stderr" 'error setting rlimit type 7: operation not permitted'
		nothing_left
	fi
	# The container was made without that limit.
	sleeper
	run_it limited timeout 10 "$RUNTIME_BIN" --root "$ROOT" exec "$ID" \
		grep 'open files' /proc/self/limits
	if ((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 24 & 1)); then
		like "$output" ' 1000 +2000 '
	else
		is "$status" 255
		like "$stderr" 'error setting rlimit type 7: operation not permitted'
	fi
}

@test "processors: exec does not inherit the caller's affinity either" {
	needs_runlet 'runc 1.1 inherits it'
	(($(nproc) > 1)) || skip 'one processor'
	sleeper
	ok taskset -c 0 timeout 10 "$RUNTIME_BIN" --root "$ROOT" exec "$ID" \
		grep Cpus_allowed_list /proc/self/status
	unlike "$output" $'\t0$'
}

@test "execCPUAffinity: for exec only" {
	needs_runlet 'new in the specification 1.3'
	config '.process.execCPUAffinity = {"initial": "0", "final": "0"}'
	sleeper
	ok in_container "$ID" grep Cpus_allowed_list /proc/self/status
	like "$output" $'\t0$'
	(($(nproc) > 1)) || skip 'one processor'
	unlike "$(grep Cpus_allowed_list "/proc/$INIT/status")" $'\t0$'
}

@test "ioPriority" {
	needs_runlet 'new in the specification 1.1'
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 6}'
	sleeper
	is "$(ionice -p "$INIT")" 'best-effort: prio 6'
	in_container --detach --pid-file "$WORK/exec.pid" "$ID" sleep 999 > "$OUT" 2>&1
	is "$(ionice -p "$(cat "$WORK/exec.pid")")" 'best-effort: prio 6'
}

@test "scheduler" {
	needs_runlet 'new in the specification 1.1'
	config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 7}'
	sleeper
	in_container --detach --pid-file "$WORK/exec.pid" "$ID" sleep 999 > "$OUT" 2>&1
	for pid in "$INIT" "$(cat "$WORK/exec.pid")"; do
		like "$(chrt -p "$pid")" 'SCHED_BATCH'
		is "$(ps -o ni= -p "$pid" | tr -d ' ')" 7
	done
}

@test "personality" {
	needs_runlet 'runc 1.1 has none'
	[[ $(uname -m) == x86_64 ]] || skip 'the name of the machine differs'
	config '.linux.personality = {"domain": "LINUX32"}'
	both '^i686$' uname -m
}

@test "HOME: set where it is unset or empty, for exec --process also" {
	script 'echo $HOME'
	config '.process.env += ["HOME="]'
	[[ $(run_container) == /root ]] || needs_runlet 'runc 1.1 leaves it empty'
	ok run_container
	is "$output" /root
	sleeper
	# No variables at all: a PATH is then needed in the command.
	echo '{"cwd": "/", "args": ["/bin/sh", "-c", "echo $HOME"], "user": {"uid": 1000, "gid": 1000}}' \
		> "$WORK/process.json"
	ok in_container --process "$WORK/process.json" "$ID"
	is "$output" /home/web
	echo '{"cwd": "/", "args": ["/bin/sh", "-c", "echo $HOME"], "env": ["HOME=", "A=b"]}' \
		> "$WORK/process.json"
	ok in_container --process "$WORK/process.json" "$ID"
	is "$output" /root
}

@test "variables: the last of a name wins and comes once, in exec --process also" {
	sleeper
	cat > "$WORK/process.json" <<-'END'
		{"cwd": "/", "args": ["/bin/env"], "env": ["PATH=/bin", "A=1", "B=x\ny", "A=2"]}
	END
	ok in_container --process "$WORK/process.json" "$ID"
	is "$(grep -c '^A=' <<< "$output")" 1
	like "$output" 'A=2'
	like "$output" $'B=x\ny'
}

@test "cwd: one that only the user may enter, not root" {
	needs_runlet 'needs maps that root in there has no power over'
	namespace_add '{"type": "user"}'
	config '.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 2000}] |
		.linux.gidMappings = .linux.uidMappings |
		.process.user = {"uid": 1000, "gid": 1000} | .process.cwd = "/private"'
	chown -R 100000:100000 "$ROOTFS"
	# The owner is not mapped, so that no capability counts; the group is the user's alone.
	mkdir -m 0070 "$ROOTFS/private"
	chown 5:101000 "$ROOTFS/private"
	script 'pwd; id -u'
	ok run_container
	is "$output" $'/private\n1000'
}

@test "exec --cap: the ambient set is the configuration's" {
	config '.process.user = {"uid": 1000, "gid": 1000} | .process.noNewPrivileges = false |
		.process.capabilities = {
			"bounding": ["CAP_KILL", "CAP_CHOWN"], "permitted": ["CAP_KILL", "CAP_CHOWN"],
			"effective": ["CAP_KILL"], "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]}'
	sleeper
	ok in_container "$ID" grep ^CapAmb /proc/self/status
	like "$output" '0000000000000020$'
	[[ $(in_container --cap CAP_SYSLOG "$ID" grep ^CapAmb /proc/self/status) =~ 0000000000000020$ ]] ||
		needs_runlet 'runc 1.1 adds to the ambient set'
	ok in_container --cap CAP_SYSLOG "$ID" grep ^Cap /proc/self/status
	like "$output" $'CapAmb:\t0000000000000020'
	like "$output" $'CapBnd:\t0000000400000021'
}
