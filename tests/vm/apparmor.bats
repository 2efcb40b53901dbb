#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# AppArmor enforces the profiles that containers ask for.
load ../integration/helpers

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
	[[ $(cat /sys/module/apparmor/parameters/enabled 2> /dev/null) == Y ]] ||
		skip 'this kernel has AppArmor off'
	apparmor_parser --replace --skip-cache << 'END'
profile rlbats-web flags=(attach_disconnected,mediate_deleted) {
  file, capability, network, umount, signal, ptrace, unix,
  deny /tmp/secret rw,
}
profile rlbats-quiet flags=(attach_disconnected,mediate_deleted) {
  file, capability, network, signal, ptrace, unix,
  deny /tmp/** w,
}
END
	echo secret > "$ROOTFS/tmp/secret"
}

profile() { config '.process.apparmorProfile = $p' --arg p "$1"; }

@test "a profile confines the container's process" {
	profile rlbats-web
	script 'cat /proc/self/attr/current; cat /tmp/secret; echo x > /tmp/other && cat /tmp/other'
	run_it run_container
	is "$output" $'rlbats-web (enforce)\nx'
	like "$stderr" "can't open '/tmp/secret': Permission denied"
}

@test "without a profile nothing is confined" {
	script 'cat /proc/self/attr/current; cat /tmp/secret'
	ok run_container
	is "$output" $'unconfined\nsecret'
}

@test "create and start keep it" {
	profile rlbats-web
	sleeper
	is "$(cat "/proc/$INIT/attr/current")" 'rlbats-web (enforce)'
}

@test "exec has the container's, or its own" {
	profile rlbats-web
	sleeper
	ok runtime exec "$ID" cat /proc/self/attr/current
	is "$output" 'rlbats-web (enforce)'
	status_is_not_0 runtime exec "$ID" cat /tmp/secret
	ok runtime exec --apparmor rlbats-quiet "$ID" cat /proc/self/attr/current /tmp/secret
	is "$output" $'rlbats-quiet (enforce)\nsecret'
	status_is_not_0 runtime exec --apparmor rlbats-quiet "$ID" touch /tmp/x
}

@test "also with no_new_privs and as another user" {
	profile rlbats-web
	config '.process.noNewPrivileges = true | .process.user = {uid: 1000, gid: 1000}'
	script 'cat /proc/self/attr/current; cat /tmp/secret'
	run_it run_container
	is "$output" 'rlbats-web (enforce)'
	[[ $status -ne 0 ]]
}

@test "a profile that is not loaded fails create and exec, and leaves nothing" {
	profile rlbats-missing
	fails 1 'apparmor.*rlbats-missing' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) ]]
	config 'del(.process.apparmorProfile)'
	sleeper
	fails 255 'apparmor.*rlbats-missing' runtime exec --apparmor rlbats-missing "$ID" true
}
