# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The file tree changes while the runtime works on it: a directory and a symlink to the host, A and B,
# change places, at each system call of its processes in turn or all the time.

# What the container sees that it must not: the host's canary; a procfs without masks.
readonly LOOK_AROUND='for d in . dir out dev dev.link dir.link volume volume/dir volume/dir.link; do
		cat /$d/canary; done
	for p in /proc /fake; do
		[ ! -e $p/self/stat ] || [ -z "$(head -c 1 $p/timer_list)" ] || echo "$p is not masked"
	done; echo end'

# trap_at A [B]: B is a symlink to the host, if it is not given
trap_at()
{
	A=$1 B=${2:-$1.link}
	mkdir -p "$A"
	[[ -n ${2-} ]] || ln -s "$HOST" "$B"
	cp -a "$A" "$WORK/saved.a"
	cp -a "$B" "$WORK/saved.b"
	script "$LOOK_AROUND"
}

# Nothing of what a container had made is there for the next.
reset()
{
	remove_it
	rm -rf --one-file-system "$A" "$B"
	cp -a "$WORK/saved.a" "$A"
	cp -a "$WORK/saved.b" "$B"
}

# One container, during which call N (and N + BACK) exchanges; CALLS is how many there were.
step()
{
	reset
	STATUS=0
	timeout -k 1 20 "$SWAP" step "$1" "$2" "$A" "$B" busybox \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" > "$OUT" 2> "$ERR" < /dev/null ||
		STATUS=$?
	CALLS=$(sed -n 's/^calls //p' "$ERR")
}

check_step()
{
	! has "$OUT" secret-of-the-host || vulnerable "$1: a file of the host is in the container"
	! has "$OUT" 'is not masked' || vulnerable "$1: $(grep 'is not masked' "$OUT" | head -n 1)"
	[[ $(fingerprint) == "$FINGERPRINT" ]] || vulnerable "$1: the host's files have changed"
	if [[ $STATUS -ne 0 ]]; then
		FAILURES=$((FAILURES + 1))
		[[ -z ${VERBOSE-} ]] || echo "$1: $(head -c 300 "$ERR")" >&2
	fi
}

# ATTACK_POINTS are spread over all calls; ATTACK_EVERY_CALL takes each of them.
readonly POINTS=${ATTACK_POINTS:-10}

step_through()
{
	local n total stride back

	FAILURES=0 STEPS=0
	step 1000000000 0
	if ! has "$OUT" '^end$'; then
		refused
		return
	fi
	check_step 'no exchange'
	total=$CALLS
	stride=$((total / POINTS + 1))
	[[ -z ${ATTACK_EVERY_CALL-} ]] || stride=1
	for back in 0 1 3; do
		for ((n = 1 + back; n <= total; n += stride)); do
			step "$n" "$back"
			STEPS=$((STEPS + 1))
			check_step "exchanged at call $n of $total, and $back later"
			[[ $VERDICT != VULNERABLE ]] || return
		done
	done
	STATUS=0 VERDICT=safe WHY="$STEPS exchanges, $FAILURES refused"
}

attack race_target 'the directory above a mount is exchanged'
race_target()
{
	mkdir "$WORK/volume"
	echo volume > "$WORK/file"
	bind "$WORK/volume" /dir/made
	bind "$WORK/file" /dir/file
	trap_at "$ROOTFS/dir"
	step_through
}

attack race_volume 'the same in a volume that was mounted before'
race_volume()
{
	mkdir "$WORK/volume" "$WORK/other"
	bind "$WORK/volume" /volume
	bind "$WORK/other" /volume/dir/made
	trap_at "$WORK/volume/dir"
	step_through
}

attack race_source 'the source of a mount, inside the target of another, is exchanged'
race_source()
{
	mkdir "$WORK/volume" "$ROOTFS/volume"
	bind "$WORK/volume" /volume
	bind "$ROOTFS/volume/dir" /out
	trap_at "$WORK/volume/dir"
	step_through
}

attack race_dev '/dev is exchanged'
race_dev()
{
	mount_drop /dev
	trap_at "$ROOTFS/dev"
	step_through
}

attack race_masks '/proc is exchanged with another directory: its masks must not be lost'
race_masks()
{
	mkdir "$ROOTFS/fake"
	trap_at "$ROOTFS/proc" "$ROOTFS/fake"
	step_through
}

attack race_copyup 'what a tmpfs copies up is exchanged'
race_copyup()
{
	mkdir "$ROOTFS/dir"
	touch "$ROOTFS"/dir/{a,b,c}
	config '.mounts += [{destination: "/dir", type: "tmpfs", source: "tmpfs",
		options: ["tmpcopyup"]}]'
	trap_at "$ROOTFS/dir"
	step_through
}

attack race_cwd 'the directory above the working directory, to be made, is exchanged'
race_cwd()
{
	config '.process.cwd = "/dir/made/here"'
	trap_at "$ROOTFS/dir"
	step_through
}

attack race_device 'the directory of a device node is exchanged'
race_device()
{
	config '.linux.devices = [{path: "/dir/made/null", type: "c", major: 1, minor: 3}]'
	trap_at "$ROOTFS/dir"
	step_through
}

attack race_storm 'a directory above mounts is exchanged all the time'
race_storm()
{
	local pid i runs=${ATTACK_STORM:-20}

	mkdir "$WORK/volume" "$WORK/other"
	bind "$WORK/volume" /volume
	bind "$WORK/other" /volume/dir/made
	bind "$ROOTFS/volume/dir" /out
	config '.process.cwd = "/volume/dir/cwd" | .linux.devices = [
		{path: "/volume/dir/null", type: "c", major: 1, minor: 3}]'
	mkdir "$ROOTFS/volume"
	trap_at "$WORK/volume/dir"
	FAILURES=0
	"$SWAP" storm "$A" "$B" > "$WORK/swaps" &
	pid=$!
	for ((i = 0; i < runs; i++)); do
		run_it
		check_step "container $i"
		[[ $VERDICT != VULNERABLE ]] || break
		[[ $STATUS -eq 0 ]] || remove_it
	done
	kill -TERM "$pid"
	wait "$pid"
	STATUS=0
	[[ -n $VERDICT ]] || VERDICT=safe
	[[ -n $WHY ]] || WHY="$(cat "$WORK/swaps") exchanges, $FAILURES of $runs containers refused"
}
