#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# seccomp JSON: the profile
seccomp() { config ".linux.seccomp = $1"; }

@test "a system call that is refused with an errno" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}'
	args mkdir /tmp/x
	fails 1 'Operation not permitted' run_container
}

@test "errnoRet, and defaultErrnoRet" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	args mkdir /tmp/x
	fails 1 'No space left on device' run_container
}

@test "the action for what is not named" {
	seccomp '{"defaultAction": "SCMP_ACT_LOG", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}'
	script 'mkdir /tmp/x; echo $?'
	ok run_container
	is "$output" 159
}

@test "a condition on an argument" {
	# kill(pid, 10) is refused, other signals are not.
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["kill"], "action": "SCMP_ACT_ERRNO",
		 "args": [{"index": 1, "value": 10, "op": "SCMP_CMP_EQ"}]}]}'
	script 'sleep 100 & kill -10 $! || echo refused; kill -9 $! && echo killed'
	run_it run_container
	is "$output" $'refused\nkilled'
}

@test "the filter is there, for exec too" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}'
	sleeper
	file_has "/proc/$INIT/status" $'^Seccomp:\t2$'
	ok runtime exec "$ID" grep ^Seccomp: /proc/self/status
	like "$output" '2$'
	fails 1 'Operation not permitted' runtime exec "$ID" mkdir /tmp/x
}

@test "without no_new_privs" {
	config '.process.noNewPrivileges = false'
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}'
	script 'mkdir /tmp/x || grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status'
	run_it run_container
	is "$output" $'NoNewPrivs:\t0\nSeccomp:\t2'
}

@test "architectures, and a call that this kernel's libseccomp does not know" {
	seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\",
		\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_AARCH64\"],
		\"syscalls\": [{\"names\": [\"no_such_call\", \"mkdir\", \"mkdirat\"],
			\"action\": \"SCMP_ACT_ERRNO\"}]}"
	args mkdir /tmp/x
	fails 1 'Operation not permitted' run_container
}

@test "a call newer than every one of the profile is ENOSYS, not EPERM" {
	seccomp "{\"defaultAction\": \"SCMP_ACT_ERRNO\",
		\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_AARCH64\"], \"syscalls\": [
		{\"names\": $(python3 "$BATS_TEST_DIRNAME/helpers/syscalls.py" names),
		 \"action\": \"SCMP_ACT_ALLOW\"}]}"
	# The number is far above the newest of any kernel.
	cc -static -o "$ROOTFS/bin/call" -x c - <<-'END' || skip 'no compiler'
	#include <errno.h>
	#include <stdio.h>
	#include <unistd.h>
	int main(void) { long r = syscall(999); printf("%ld %d\n", r, errno); return 0; }
	END
	args call
	ok run_container
	is "$output" '-1 38'
}

@test "unknown actions, operators and architectures are refused" {
	for p in '{"defaultAction": "SCMP_ACT_NOSUCH"}' \
		'{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_NOSUCH"]}' \
		'{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["kill"],
			"action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 1, "op": "NOSUCH"}]}]}'; do
		seccomp "$p"
		run_it run_container
		[[ $status -ne 0 ]]
	done
}

@test "no default action, errnoRet out of range, errnoRet with ALLOW are refused" {
	needs_runlet 'runc takes some of them'
	for p in '{"syscalls": [{"names": ["kill"], "action": "SCMP_ACT_ERRNO"}]}' \
		'{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
			{"names": ["kill"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5000}]}' \
		'{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
			{"names": ["kill"], "action": "SCMP_ACT_ALLOW", "errnoRet": 1}]}'; do
		seccomp "$p"
		fails 1 'seccomp' run_container
	done
}

@test "a profile without the calls of sockets: create, start, exec and run need none" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ERRNO", "names": [
		"socket", "socketpair", "connect", "accept", "accept4", "sendmsg", "recvmsg", "sendto",
		"recvfrom", "poll", "ppoll", "close_range", "clone3", "faccessat2", "openat2"]}]}'
	for nnp in true false; do
		config ".process.noNewPrivileges = $nnp"
		sleeper
		ok runtime exec "$ID" echo fine
		is "$output" fine
		runtime delete --force "$ID"
		args echo fine
		ok run_container
		is "$output" fine
	done
}

@test "a profile that kills who makes calls newer than it: create and exec make none under it" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_KILL_PROCESS", "names": [
		"openat2", "clone3", "faccessat2"]}]}'
	for nnp in true false; do
		config ".process.noNewPrivileges = $nnp"
		sleeper
		ok runtime exec "$ID" echo fine
		is "$output" fine
		runtime delete --force "$ID"
	done
}
