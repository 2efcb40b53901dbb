#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What each option makes of a bind mount and of what is mounted below it.
load helpers

test_setup()
{
	mkdir -p "$WORK/data/sub"
	mount --bind "$WORK/data" "$WORK/data"
	mount --make-private "$WORK/data"
	mount -t tmpfs rlbats "$WORK/data/sub"
	args awk '$5 == "/mnt" || $5 == "/mnt/sub" { print $6, $7 }' /proc/self/mountinfo
	cp "$BUNDLE/config.json" "$WORK/config.base"
}

test_teardown()
{
	umount "$WORK/data/sub"
	umount "$WORK/data"
}

# shows OPTIONS MOUNT SUB: both lines of mountinfo, each a regular expression
shows()
{
	cp "$WORK/config.base" "$BUNDLE/config.json"
	mount_add "{\"destination\": \"/mnt\", \"type\": \"bind\", \"source\": \"$WORK/data\",
		\"options\": $(jq -cRn --arg o "$1" '$o | split(",")')}"
	ok run_container
	like "${lines[0]}" "^$2\$"
	like "${lines[1]-}" "^$3\$"
}

@test "an attribute is the mount's own, with r it is that of all below too" {
	shows rbind,ro 'ro,relatime -' 'rw,relatime -'
	shows rbind,rro 'ro,relatime -' 'ro,relatime -'
	shows rbind,nosuid,nodev,noexec 'rw,nosuid,nodev,noexec,relatime -' 'rw,relatime -'
	shows rbind,rnosuid,rnodev,rnoexec 'rw,nosuid,nodev,noexec,relatime -' \
		'rw,nosuid,nodev,noexec,relatime -'
	shows rbind,nosymfollow 'rw,relatime,nosymfollow -' 'rw,relatime -'
	shows rbind,rnosymfollow 'rw,relatime,nosymfollow -' 'rw,relatime,nosymfollow -'
	shows rbind,nodiratime 'rw,nodiratime,relatime -' 'rw,relatime -'
	shows rbind,rnodiratime 'rw,nodiratime,relatime -' 'rw,nodiratime,relatime -'
	shows rbind,rro,rnosuid 'ro,nosuid,relatime -' 'ro,nosuid,relatime -'
	shows bind,rro 'ro,relatime -' ''
}

@test "access times" {
	shows rbind,noatime 'rw,noatime -' 'rw,relatime -'
	shows rbind,rnoatime 'rw,noatime -' 'rw,noatime -'
	shows rbind,rstrictatime 'rw -' 'rw -'
	shows rbind,rrelatime 'rw,relatime -' 'rw,relatime -'
	shows rbind,rnorelatime 'rw,relatime -' 'rw,relatime -'
}

@test "the last of opposites is in force" {
	shows rbind,nosuid,suid 'rw,relatime -' 'rw,relatime -'
	shows rbind,ro,rrw 'rw,relatime -' 'rw,relatime -'
	shows rbind,rro,rexec,rsuid,rdev 'ro,relatime -' 'ro,relatime -'
	shows rbind,ro,rw 'rw,relatime -' 'rw,relatime -'
}

@test "flags of the file system change nothing in a bind mount" {
	shows rbind,sync,dirsync,lazytime,mand 'rw,relatime -' 'rw,relatime -'
}

@test "propagation, with and without r" {
	shows rbind,private 'rw,relatime -' 'rw,relatime -'
	shows rbind,rprivate 'rw,relatime -' 'rw,relatime -'
	shows rbind,shared 'rw,relatime shared:[0-9]+' 'rw,relatime -'
	shows rbind,rshared 'rw,relatime shared:[0-9]+' 'rw,relatime shared:[0-9]+'
	shows rbind,unbindable 'rw,relatime unbindable' 'rw,relatime -'
	shows rbind,runbindable 'rw,relatime unbindable' 'rw,relatime unbindable'
	mount --make-rshared "$WORK/data"
	shows rbind,slave 'rw,relatime master:[0-9]+' 'rw,relatime .*'
	shows rbind,rslave 'rw,relatime master:[0-9]+' 'rw,relatime master:[0-9]+'
}

@test "what is mounted on the host later arrives in an rslave mount, and not the other way round" {
	mkdir "$WORK/data/later"
	mount --make-rshared "$WORK/data"
	mount_add "{\"destination\": \"/mnt\", \"type\": \"bind\", \"source\": \"$WORK/data\",
		\"options\": [\"rbind\", \"rslave\"]}"
	sleeper
	mount -t tmpfs rlbats "$WORK/data/later"
	touch "$WORK/data/later/file"
	ok runtime exec "$ID" test -e /mnt/later/file
	umount "$WORK/data/later"
}

@test "a mount of the container in an rshared mount arrives on the host" {
	mkdir "$WORK/data/from"
	mount --make-rshared "$WORK/data"
	config '.linux.rootfsPropagation = "shared"
		| .process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	mount_add "{\"destination\": \"/mnt\", \"type\": \"bind\", \"source\": \"$WORK/data\",
		\"options\": [\"rbind\", \"rshared\"]}"
	script 'mount -t tmpfs inside /mnt/from && touch /mnt/from/file'
	ok run_container
	[[ -e $WORK/data/from/file ]]
	umount "$WORK/data/from"
}

@test "remount: a mount that is there already changes its attributes" {
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs"}'
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs",
		"options": ["remount", "ro", "nosuid"]}'
	ok run_container
	like "$output" '^ro,nosuid,relatime -$'
}

@test "remount: where nothing is mounted it is an error" {
	mount_add '{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs",
		"options": ["remount", "ro"]}'
	fails 1 '/mnt' run_container
}
