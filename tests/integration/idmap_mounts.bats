#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Mounts that show other ids than their file system has, seen from inside and from outside.
load helpers

FIRST=100000

# SRC has files of several owners, and a tmpfs below it with the same.
test_setup()
{
	local d id

	needs_runlet 'runc 1.1 does not know id-mapped mounts'
	SRC=$WORK/src
	mkdir -p "$SRC/sub"
	mount -t tmpfs none "$SRC"
	mkdir "$SRC/sub"
	mount -t tmpfs none "$SRC/sub"
	for d in "$SRC" "$SRC/sub"; do
		chmod 1777 "$d"
		for id in 0 5 1000; do
			touch "$d/f$id"
			chown "$id:$((id + 1))" "$d/f$id"
		done
	done
}

test_teardown()
{
	[[ -z ${SRC-} ]] || umount -R "$SRC"
}

# bind [MAPPINGS [OPTION]...]: SRC at /mnt; MAPPINGS "c h n" for uids and gids, or ""
bind()
{
	local map=${1-}

	shift || :
	config '.mounts += [{"destination": "/mnt", "type": "bind", "source": $s, "options": $o}]' \
		--arg s "$SRC" --argjson o "$(words "$@")"
	[[ -z $map ]] || mappings "$map"
}

words() { jq -nc '$ARGS.positional' --args -- "$@"; }

# mappings C H N [C H N]...: of the mount that was added last
mappings()
{
	config '.mounts[-1] |= (.uidMappings = [$m | split(" ") | map(tonumber) | _nwise(3)
			| {"containerID": .[0], "hostID": .[1], "size": .[2]}] | .gidMappings = .uidMappings)' \
		--arg m "$*"
}

userns()
{
	config '.linux |= (.namespaces += [{"type": "user"}]
		| .uidMappings = [{"containerID": 0, "hostID": $n, "size": 65536}]
		| .gidMappings = .uidMappings)' --argjson n "$FIRST"
	chown -R "$FIRST:$FIRST" "$ROOTFS"
}

owners() { script 'cd /mnt; for f in f* sub/f*; do stat -c "%n %u:%g" $f; done'; }

@test "the mount's own mappings, without a user namespace" {
	bind '0 2000 10' rbind
	owners
	ok run_container
	is "$output" 'f0 2000:2001
f1000 65534:65534
f5 2005:2006
sub/f0 0:1
sub/f1000 1000:1001
sub/f5 5:6'
}

@test "ridmap: the mounts below, too" {
	bind '0 2000 10' rbind ridmap
	owners
	ok run_container
	is "$output" 'f0 2000:2001
f1000 65534:65534
f5 2005:2006
sub/f0 2000:2001
sub/f1000 65534:65534
sub/f5 2005:2006'
}

@test "several ranges, and different ones for users and groups" {
	bind '0 2000 1 5 3000 1' rbind
	config '.mounts[-1].gidMappings = [{"containerID": 0, "hostID": 7000, "size": 2000}]'
	owners
	ok run_container
	is "${lines[0]}" 'f0 2000:7001'
	is "${lines[1]}" 'f1000 65534:8001'
	is "${lines[2]}" 'f5 3000:7006'
}

@test "idmap in a user namespace: what the host's root owns is the container's" {
	userns
	bind '' rbind idmap
	config '.process.capabilities |= map_values(. + ["CAP_CHOWN"])'
	script 'cd /mnt; stat -c %u:%g f0 f5 f1000 sub/f0; touch made && stat -c %u made; chown 7:8 made'
	ok run_container
	is "$output" $'0:1\n5:6\n1000:1001\n65534:65534\n0'
	is "$(stat -c %u:%g "$SRC/made")" 7:8
}

@test "ridmap in a user namespace" {
	userns
	bind '' rbind ridmap
	script 'cd /mnt; stat -c %u:%g f0 sub/f0 sub/f5; touch sub/made'
	ok run_container
	is "$output" $'0:1\n0:1\n5:6'
	is "$(stat -c %u:%g "$SRC/sub/made")" 0:0
}

@test "the mount's own mappings in a user namespace: to ids of the host" {
	userns
	bind "0 $((FIRST + 30)) 10" bind idmap
	config '.process.user = {"uid": 30, "gid": 30}'
	script 'cd /mnt; stat -c %u:%g f0 f5 f1000; touch made'
	ok run_container
	is "$output" $'30:31\n35:36\n65534:65534'
	is "$(stat -c %u:%g "$SRC/made")" 0:0
}

@test "a user who is not mapped can make nothing there" {
	bind '0 2000 10' bind
	script 'touch /mnt/made'
	status_is_not_0 run_container
	like "$stderr" 'Value too large'
	[[ ! -e $SRC/made ]]
}

@test "idmap with the mappings of a joined user namespace" {
	local id=$ID-holder

	userns
	args sleep 1000
	cp "$BUNDLE/config.json" "$WORK/before.json"
	config '.linux.cgroupsPath += "-holder"'
	runtime run --detach --bundle "$BUNDLE" --pid-file "$PID_FILE" "$id" < /dev/null > "$OUT" 2>&1
	mv "$WORK/before.json" "$BUNDLE/config.json"
	config 'del(.linux.uidMappings, .linux.gidMappings)
		| .linux.namespaces |= map(if .type == "user" then .path = $p else . end)' \
		--arg p "/proc/$(cat "$PID_FILE")/ns/user"
	bind '' bind idmap
	script 'cd /mnt; stat -c %u:%g f0 f5; touch made'
	ok run_container
	is "$output" $'0:1\n5:6'
	is "$(stat -c %u:%g "$SRC/made")" 0:0
}

@test "exec sees the same" {
	bind '0 2000 10' bind
	sleeper
	ok runtime exec "$ID" stat -c %u:%g /mnt/f5
	is "$output" 2005:2006
}

@test "with other options: ro, noexec, propagation" {
	bind '0 2000 10' rbind ro noexec rprivate ridmap
	script 'sed -n "s,.* /mnt \([^ ]*\) .*,\1,p" /proc/self/mountinfo; stat -c %u /mnt/f0; touch /mnt/x'
	status_is_not_0 run_container
	like "$output" '^ro,noexec,relatime,?i?d?m?a?p?p?e?d?
2000$'
	like "$stderr" 'Read-only'
}

@test "a file" {
	config '.mounts += [{"destination": "/etc/one", "type": "bind", "source": $s, "options": ["bind"]}]' \
		--arg s "$SRC/f5"
	mappings 5 2000 2
	script 'stat -c %u:%g /etc/one'
	ok run_container
	is "$output" 2000:2001
}

@test "a new tmpfs" {
	config '.mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "none",
		"options": ["mode=1777", "size=64k", "nosuid"]}]'
	mappings 0 2000 10
	config '.process.user = {"uid": 2003, "gid": 2004}'
	script 'touch /mnt/made; stat -c %u:%g /mnt/made; stat -c %a:%u /mnt'
	ok run_container
	is "$output" $'2003:2004\n1777:2000'
}

@test "a new tmpfs with the container's mappings" {
	userns
	config '.mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "none",
		"options": ["idmap", "ro", "nosuid", "tmpcopyup"]}]'
	mkdir "$ROOTFS/mnt"
	chmod 0750 "$ROOTFS/mnt"
	echo content > "$ROOTFS/mnt/file"
	chown -R "$FIRST:$FIRST" "$ROOTFS/mnt"
	script 'stat -c %a:%u:%g /mnt; cat /mnt/file; touch /mnt/x'
	status_is_not_0 run_container
	is "$output" $'750:0:0\ncontent'
	like "$stderr" 'Read-only'
}

@test "refused: file systems that know no mappings" {
	config '.mounts += [{"destination": "/mnt", "type": "proc", "source": "proc"}]'
	mappings 0 2000 10
	fails 1 'at "/mnt": apply id mappings .*: invalid argument' run_container
	config '.mounts[-1] |= (.type = "bind" | .source = "/proc" | .options = ["bind"])'
	fails 1 'mounting "/proc" to rootfs at "/mnt": apply id mappings .*: invalid argument' run_container
}

@test "refused: one list of the two" {
	bind '0 2000 10' bind
	config 'del(.mounts[-1].gidMappings)'
	fails 1 'mounts\[[0-9]+\].uidMappings: needs gidMappings too' run_container
	config '.mounts[-1] |= (.gidMappings = .uidMappings | del(.uidMappings))'
	fails 1 'mounts\[[0-9]+\].gidMappings: needs uidMappings too' run_container
}

@test "refused: ranges that overlap, are empty, or end nowhere" {
	bind '0 2000 10 5 3000 10' bind
	fails 1 'mounts\[[0-9]+\].uidMappings\[1\].containerID: the range overlaps' run_container
	mappings 0 2000 10 10 2009 1
	fails 1 'mounts\[[0-9]+\].uidMappings\[1\].hostID: the range overlaps' run_container
	mappings 0 2000 0
	fails 1 'mounts\[[0-9]+\].uidMappings\[0\].size: must not be 0' run_container
	mappings 10 4294967290 10
	fails 1 'mounts\[[0-9]+\].uidMappings\[0\].size: 10 ends beyond' run_container
}

@test "refused: idmap where nobody has mappings" {
	bind '' bind idmap
	fails 1 "id mappings: neither the mount nor the container has any" run_container
}

@test "refused: a remount, and a source inside the container" {
	bind '0 2000 10' bind
	mount_add '{"destination": "/mnt", "type": "none", "source": "none", "options": ["bind", "remount"]}'
	mappings 0 3000 10
	fails 1 'invalid mount.*/mnt.*: id mappings need' run_container
}

@test "refused: without privilege" {
	local user=41234

	userns
	bind '' bind idmap
	config '.linux |= (del(.cgroupsPath, .resources) | .uidMappings[0] |= (.hostID = $u | .size = 1)
		| .gidMappings = .uidMappings) | .mounts |= map(select(.type != "devpts"))' --argjson u "$user"
	chown -R "$user:$user" "$WORK/bundle"
	mkdir "$ROOT"
	chown "$user" "$ROOT"
	fails 1 'mounting .* to rootfs at "/mnt".*: operation not permitted' \
		setpriv --reuid "$user" --regid "$user" --clear-groups \
		"$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null 3>&-
	is "${#stderr_lines[@]}" 1
}

@test "nothing stays open in the container: sources, namespaces" {
	bind '0 2000 10' rbind ridmap
	script 'ls -l /proc/self/fd | grep -cE "mnt|src|ns|user"; sleep 1000'
	create
	run -1 bash -c "ls -l /proc/$INIT/fd | grep -E 'src|/mnt| user:'"
	ok start
	wait_for 5 file_has "$OUT" '^0$'
}
