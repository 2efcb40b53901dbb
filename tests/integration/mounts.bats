#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# options_of DESTINATION: the mount options in the container's mountinfo
options_of() { awk -v d="$1" '$5 == d { o = $6 } END { print o }' <<< "$output"; }
show_mounts() { args cat /proc/self/mountinfo; ok run_container; }

@test "the default mounts: type and options" {
	args cat /proc/self/mounts
	ok run_container
	for line in 'proc /proc proc rw' 'tmpfs /dev tmpfs rw,nosuid' \
		'devpts /dev/pts devpts rw,nosuid,noexec' 'shm /dev/shm tmpfs rw,nosuid,nodev,noexec' \
		'mqueue /dev/mqueue mqueue rw,nosuid,nodev,noexec' \
		'sysfs /sys sysfs ro,nosuid,nodev,noexec'; do
		like "$output" "$line"
	done
	like "$output" 'size=65536k,mode=755'
	like "$output" 'gid=5,mode=620,ptmxmode=666'
}

@test "root.readonly" {
	config '.root.readonly = true'
	script 'touch /x; echo $?; touch /dev/shm/x; echo $?'
	run_it run_container
	like "$output" $'^1\n0$'
	like "$stderr" 'Read-only file system'
}

@test "tmpfs: flags and data" {
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs",
		"options": ["nosuid", "nodev", "noexec", "noatime", "size=1m", "mode=700"]}'
	script 'cat /proc/self/mounts; stat -c %a /mnt; df -k /mnt'
	ok run_container
	like "$output" 'tmpfs /mnt tmpfs rw,nosuid,nodev,noexec,noatime.*size=1024k,mode=700'
	like "$output" $'\n700'
}

@test "tmpfs: the mode of the directory that it covers" {
	mkdir "$ROOTFS/mnt"
	chmod 2750 "$ROOTFS/mnt"
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs"}'
	args stat -c %a /mnt
	ok run_container
	is "$output" 2750
}

@test "tmpcopyup" {
	mkdir "$ROOTFS/mnt"
	echo kept > "$ROOTFS/mnt/file"
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs",
		"options": ["tmpcopyup"]}'
	script 'cat /mnt/file; echo changed > /mnt/file'
	ok run_container
	is "$output" kept
	is "$(cat "$ROOTFS/mnt/file")" kept
}

@test "bind: a directory, whose mount point is made" {
	mkdir "$WORK/data"
	echo hello > "$WORK/data/file"
	mount_add "{\"destination\": \"/made/for/it\", \"type\": \"bind\",
		\"source\": \"$WORK/data\", \"options\": [\"rbind\", \"rw\"]}"
	script 'cat /made/for/it/file; echo back > /made/for/it/answer'
	ok run_container
	is "$output" hello
	is "$(cat "$WORK/data/answer")" back
}

@test "bind: a file, whose mount point is made" {
	echo hello > "$WORK/file"
	mount_add "{\"destination\": \"/etc/made/file\", \"source\": \"$WORK/file\",
		\"options\": [\"bind\", \"ro\"]}"
	script 'cat /etc/made/file; echo x > /etc/made/file || echo refused'
	ok run_container
	is "$output" $'hello\nrefused'
}

@test "bind: a socket and a device" {
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$WORK/sock"
	mount_add "{\"destination\": \"/run/sock\", \"source\": \"$WORK/sock\", \"options\": [\"bind\"]}"
	mount_add '{"destination": "/tmp/null", "source": "/dev/null", "options": ["bind"]}'
	script 'test -S /run/sock && test -c /tmp/null && echo both'
	ok run_container
	is "$output" both
}

@test "bind: the options are the mount's own, the source keeps its" {
	mkdir "$WORK/data"
	mount_add "{\"destination\": \"/mnt\", \"source\": \"$WORK/data\", \"type\": \"none\",
		\"options\": [\"bind\", \"ro\", \"nosuid\", \"nodev\", \"noexec\"]}"
	show_mounts
	like "$(options_of /mnt)" '^ro,nosuid,nodev,noexec'
	touch "$WORK/data/writable"
}

@test "bind: a source relative to the bundle" {
	mkdir "$BUNDLE/data"
	echo hello > "$BUNDLE/data/file"
	mount_add '{"destination": "/mnt", "source": "data", "type": "bind", "options": ["bind"]}'
	args cat /mnt/file
	cd /
	ok run_container
	is "$output" hello
}

@test "bind: not recursive without rbind; ro leaves what is mounted below, rro does not" {
	mkdir -p "$WORK/data/sub"
	mount -t tmpfs rlbats "$WORK/data/sub"
	touch "$WORK/data/sub/file"
	for o in '"bind"' '"rbind"' '"rbind","ro"'; do
		mount_add "{\"destination\": \"/mnt\", \"source\": \"$WORK/data\", \"type\": \"bind\",
			\"options\": [$o]}"
		script 'test -e /mnt/sub/file && echo there; touch /mnt/sub/new 2> /dev/null && echo new'
		run_it run_container
		case $o in
		'"bind"') unlike "$output" there ;;
		*) is "$output" $'there\nnew' ;;
		esac
		config '.mounts |= map(select(.destination != "/mnt"))'
	done
	if runtime features 2> /dev/null | jq -e '.mountOptions | index("rro")' > /dev/null; then
		mount_add "{\"destination\": \"/mnt\", \"source\": \"$WORK/data\", \"type\": \"bind\",
			\"options\": [\"rbind\",\"rro\"]}"
		script 'touch /mnt/sub/new || echo refused'
		run_it run_container
		is "$output" refused
	fi
	umount "$WORK/data/sub"
}

@test "bind: an empty source is refused" {
	needs_runlet 'runc binds the working directory'
	mount_add '{"destination": "/mnt", "source": "", "type": "bind", "options": ["bind"]}'
	fails 1 '/mnt|mounts\[[0-9]\]' run_container
}

@test "propagation of a mount" {
	mkdir "$WORK/data"
	mount --bind "$WORK/data" "$WORK/data"
	mount --make-shared "$WORK/data"
	for o in rprivate:'^- ' rslave:'^master:' rshared:'^shared:'; do
		mount_add "{\"destination\": \"/mnt\", \"source\": \"$WORK/data\", \"type\": \"bind\",
			\"options\": [\"rbind\", \"${o%%:*}\"]}"
		args awk '$5 == "/mnt" { print $7 " " $8 }' /proc/self/mountinfo
		ok run_container
		like "$output" "${o#*:}"
		config '.mounts |= map(select(.destination != "/mnt"))'
	done
	umount "$WORK/data"
}

@test "linux.rootfsPropagation" {
	for p in private:'^-' slave:'^(-|master:)'; do
		config ".linux.rootfsPropagation = \"${p%%:*}\""
		args awk '$5 == "/" { print $7 }' /proc/self/mountinfo
		ok run_container
		like "$output" "${p#*:}"
	done
}

@test "linux.rootfsPropagation: shared" {
	needs_runlet 'runc 1.1 leaves it private'
	config '.linux.rootfsPropagation = "shared"'
	args awk '$5 == "/" { print $7 }' /proc/self/mountinfo
	ok run_container
	like "$output" '^shared:'
}

@test "a mount without type and without bind is refused" {
	mount_add '{"destination": "/mnt", "source": "/tmp"}'
	run_it run_container
	[[ $status -ne 0 ]]
}

@test "a later mount covers an earlier one, and may be inside it" {
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs"}'
	mount_add '{"destination": "/mnt/in/side", "type": "tmpfs", "source": "tmpfs"}'
	args cat /proc/self/mounts
	ok run_container
	like "$output" $'tmpfs /mnt tmpfs.*\n.*tmpfs /mnt/in/side tmpfs'
	[[ ! -e $ROOTFS/mnt/in ]]
}

@test "a destination through symbolic links stays in the root filesystem" {
	mkdir -p "$WORK/outside"
	ln -s "$WORK/outside" "$ROOTFS/absolute"
	ln -s ../../../../../../.."$WORK/outside" "$ROOTFS/relative"
	mkdir -p "$ROOTFS$WORK/outside"
	for d in /absolute/x /relative/x; do
		mount_add "{\"destination\": \"$d\", \"type\": \"tmpfs\", \"source\": \"tmpfs\"}"
	done
	args cat /proc/self/mounts
	ok run_container
	is "$(grep -c "tmpfs $WORK/outside/x tmpfs" <<< "$output")" 2
	is "$(ls -A "$WORK/outside")" ""
}

@test "a destination with .. does not leave the root filesystem" {
	mount_add '{"destination": "/../../rlbats-dots", "type": "tmpfs", "source": "tmpfs"}'
	run_it run_container
	[[ ! -e /rlbats-dots ]]
}

@test "/proc or /sys that is a symbolic link is refused" {
	for d in proc sys; do
		rmdir "$ROOTFS/$d"
		mkdir -p "$ROOTFS/tmp/elsewhere"
		ln -s /tmp/elsewhere "$ROOTFS/$d"
		fails 1 "/$d" run_container
		rm "$ROOTFS/$d"
		mkdir "$ROOTFS/$d"
	done
}

@test "a volume in place of procfs is refused" {
	mkdir "$WORK/fake"
	config "(.mounts[] | select(.destination == \"/proc\")) =
		{\"destination\": \"/proc\", \"type\": \"bind\", \"source\": \"$WORK/fake\",
		 \"options\": [\"bind\"]}"
	run_it run_container
	[[ $status -ne 0 ]]
}

@test "a mount inside /proc is refused" {
	mount_add '{"destination": "/proc/self/attr", "type": "bind", "source": "/tmp",
		"options": ["bind"]}'
	fails 1 '/proc' run_container
}

@test "tmpfs over /proc/self/attr is refused" {
	needs_runlet 'CVE-2025-52881'
	mount_add '{"destination": "/proc/self/attr", "type": "tmpfs", "source": "tmpfs"}'
	fails 1 '/proc' run_container
}

@test "mounts leave the host as it was" {
	cat /proc/self/mountinfo > "$WORK/before"
	sleeper
	diff "$WORK/before" /proc/self/mountinfo
}
