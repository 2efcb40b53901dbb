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

@test "profiles that are stacked are all in force" {
	profile 'rlbats-web//&rlbats-quiet'
	script 'cat /proc/self/attr/current; cat /tmp/secret; touch /tmp/x'
	run_it run_container
	like "$output" '^rlbats-(quiet//&rlbats-web|web//&rlbats-quiet) \(enforce\)$'
	like "$stderr" "can't open '/tmp/secret': Permission denied"
	like "$stderr" '/tmp/x: Permission denied'
	[[ $status -ne 0 && ! -e $ROOTFS/tmp/x ]]
}

@test "a profile that only complains" {
	apparmor_parser --replace --skip-cache <<< \
		'profile rlbats-learn flags=(complain,attach_disconnected,mediate_deleted) { deny /tmp/secret r, }'
	profile rlbats-learn
	script 'cat /proc/self/attr/current; touch /tmp/x'
	ok run_container
	is "$output" 'rlbats-learn (complain)'
	[[ -e $ROOTFS/tmp/x ]]
}

@test "in a user namespace, where the process cannot leave it" {
	profile rlbats-web
	namespace_add '{type: "user"}'
	config '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
		.linux.gidMappings = .linux.uidMappings'
	chown -R 100000:100000 "$ROOTFS"
	script 'cat /proc/self/attr/current; echo "exec unconfined" > /proc/self/attr/exec; cat /tmp/secret'
	run_it run_container
	is "$output" 'rlbats-web (enforce)'
	like "$stderr" "can't open '/tmp/secret': Permission denied"
	[[ $status -ne 0 ]]
}

@test "exec with process.json has the profile named there, and with no_new_privs the container's" {
	jq '.process | .args = ["cat", "/proc/self/attr/current"] | .apparmorProfile = "rlbats-quiet"' \
		"$BUNDLE/config.json" > "$WORK/process.json"
	profile rlbats-web
	sleeper
	ok runtime exec --process "$WORK/process.json" "$ID"
	is "$output" 'rlbats-quiet (enforce)'
	ok runtime exec --no-new-privs "$ID" cat /proc/self/attr/current
	is "$output" 'rlbats-web (enforce)'
	jq '.apparmorProfile = "rlbats-missing"' "$WORK/process.json" > "$WORK/missing.json"
	fails 255 'apparmor.*rlbats-missing' runtime exec --process "$WORK/missing.json" "$ID"
	is "$(status_of)" running
}
