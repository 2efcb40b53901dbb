#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What tests/attacks has not: it attacks in every way that has a number.
load helpers

@test "a link in place of /dev/pts, /dev/shm or /sys/fs/cgroup does not leave the root" {
	mkdir "$WORK/outside" "$ROOTFS/sys/fs"
	config '.mounts |= map(select(.destination | IN("/dev", "/sys") | not))'
	ln -s "$WORK/outside" "$ROOTFS/sys/fs/cgroup"
	ln -s "$WORK/outside" "$ROOTFS/dev/shm"
	run_it run_container
	is "$(ls -A "$WORK/outside")" ""
}

@test "hooks and the program see no socket or lock of the runtime" {
	script 'ls -l /proc/self/fd | grep -cE "socket|state|lock"'
	run_it run_container
	is "$output" 0
}

@test "the program starts in a session of its own, without the caller's terminal" {
	args sh -c 'echo x > /dev/tty'
	in_tty="$RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID"
	run_it timeout 20 script -qec "$in_tty" /dev/null
	like "$output" '/dev/tty'
	[[ $status -ne 0 ]]
}

@test "a process of exec is in the container's session keyring, not in the caller's" {
	config 'del(.linux.maskedPaths)'
	sleeper
	ok keys_in_exec
	like "$output" "_ses.$ID:"
	unlike "$output" callers
}

@test "with --no-new-keyring that of exec is the caller's" {
	needs_runlet 'crun has no such option'
	config 'del(.linux.maskedPaths)'
	sleeper --no-new-keyring
	ok keys_in_exec
	like "$output" callers
}

@test "exec goes on when a process of the container spoils the session keyring" {
	cc -static -o "$ROOTFS/bin/keyctl" -x c - <<-'END' || skip 'no compiler'
		#include <linux/keyctl.h>
		#include <stdlib.h>
		#include <sys/syscall.h>
		#include <unistd.h>
		int main(int argc, char **argv) {
			return syscall(SYS_keyctl, atoi(argv[1]), KEY_SPEC_SESSION_KEYRING, strtol(argv[2], NULL, 16)) < 0;
		}
	END
	sleeper
	for call in '3 0' '5 0' '5 00080000'; do	# REVOKE; SETPERM, to nobody and to who searches
		# shellcheck disable=SC2086
		ok runtime exec "$ID" keyctl $call
		ok runtime exec "$ID" echo fine
		is "$output" fine
	done
}
