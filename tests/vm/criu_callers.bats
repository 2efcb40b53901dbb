#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# podman saves and restores containers, with the runtime under test: RUNTIME=runc compares.
# The guest is a host of its own, so it uses what it uses by default, but for its directories.
load ../integration/helpers
load ../integration/criu

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
	criu_setup
	POD=(podman --root "$WORK/store" --runroot "$WORK/run" --tmpdir "$WORK/libpod" --storage-driver vfs
		--cgroup-manager cgroupfs --events-backend file --runtime "$RUNTIME_BIN")
	LOOP='i=0; while :; do i=$((i + 1)); echo $i > /tmp/new; mv /tmp/new /tmp/count; sleep 0.1; done'
}
test_teardown()
{
	[[ ! ${POD-} ]] || podman rm --all --force --time 0
	awk -v w="$WORK/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
		while read -r mount; do umount "$mount" || :; done
} 3>&-

podman() { timeout -k 1 120 "${POD[@]}" "$@" 3>&-; }
image() { tar -C "$ROOTFS" -c . | podman import --quiet - box > /dev/null; }
run_counter() { podman run --detach --name c --network none box sh -c "$LOOP" > /dev/null; }
podman_count() { podman exec c cat /tmp/count 2> /dev/null || echo 0; }
podman_past() { (($(podman_count) > $1)); }

needs_podman()
{
	type -P podman > /dev/null || skip 'podman is not installed'
	image
}

@test "podman container checkpoint, restore" {
	local n

	needs_podman
	run_counter
	wait_for 60 podman_past 2
	ok podman container checkpoint c
	is "$(podman inspect c --format '{{.State.Status}} {{.State.Checkpointed}}')" 'exited true'
	ok podman container restore c
	is "$(podman inspect c --format '{{.State.Status}}')" running
	n=$(podman_count)
	((n > 2))
	wait_for 60 podman_past "$n"
}

@test "podman container checkpoint --leave-running" {
	local n

	needs_podman
	run_counter
	wait_for 60 podman_past 2
	ok podman container checkpoint --leave-running c
	n=$(podman_count)
	wait_for 60 podman_past "$n"
	is "$(podman inspect c --format '{{.State.Status}}')" running
}

@test "podman container checkpoint --export, restore --import under another name" {
	needs_podman
	run_counter
	wait_for 60 podman_past 2
	podman exec c touch /made
	ok podman container checkpoint --export "$WORK/c.tar" c
	podman rm --force --time 0 c
	ok podman container restore --import "$WORK/c.tar" --name d
	is "$(podman inspect d --format '{{.State.Status}}')" running
	ok podman exec d ls /made
	((($(podman exec d cat /tmp/count)) > 2))
}
