#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "the default masks: files are empty, directories empty and read-only" {
	script 'cat /proc/keys /proc/timer_list; ls /sys/firmware
		for d in /proc/acpi /sys/firmware; do
			[ -d $d ] && touch $d/x 2> /dev/null && echo writable
		done; echo end'
	ok run_container
	is "$output" end
}

@test "maskedPaths: a file and a directory of the root filesystem" {
	mkdir "$ROOTFS/secret"
	echo secret | tee "$ROOTFS/secret/file" > "$ROOTFS/key"
	config '.linux.maskedPaths += ["/secret", "/key", "/does/not/exist"]'
	script 'ls /secret; cat /key; touch /secret/x 2> /dev/null || echo read-only'
	ok run_container
	is "$output" read-only
	is "$(cat "$ROOTFS/key")" secret
}

@test "readonlyPaths: a file and a directory" {
	mkdir "$ROOTFS/data"
	touch "$ROOTFS/file"
	config '.linux.readonlyPaths += ["/data", "/file", "/does/not/exist"]'
	script 'touch /data/x || echo no; echo x > /file || echo no; touch /tmp/x && echo yes'
	run_it run_container
	is "$output" $'no\nno\nyes'
}

@test "the default read-only paths" {
	config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	script 'for f in /proc/sys/kernel/domainname /proc/sysrq-trigger; do
		[ -e $f ] && { echo x > $f; } 2> /dev/null && echo written; done; echo end'
	ok run_container
	is "$output" end
}

@test "masks and read-only paths are there for exec too" {
	sleeper
	ok runtime exec "$ID" sh -c 'cat /proc/keys; echo x > /proc/sys/kernel/domainname || echo no'
	is "$output" no
}

@test "masked paths that are not absolute, or the root, are refused" {
	needs_runlet 'runc takes them'
	for p in relative / ''; do
		config ".linux.maskedPaths = [\"$p\"]"
		fails 1 'maskedPaths' run_container
	done
}

@test "many masked directories share one file system" {
	needs_runlet 'runc 1.1 makes a tmpfs for each'
	mkdir "$ROOTFS"/{a,b,c}
	config '.linux.maskedPaths = ["/a", "/b", "/c"]'
	args awk '$5 ~ "^/[abc]$" { print $3 }' /proc/self/mountinfo
	ok run_container
	is "${#lines[@]}" 3
	is "$(sort -u <<< "$output" | wc -l)" 1
}
