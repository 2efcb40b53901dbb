#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# orchctl boot and list: after a reboot, a crash of a monitor, and when nothing is wrong.

load helpers

setup_file()
{
	local tool

	for tool in umoci skopeo dnsmasq; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	plc_image "$BATS_FILE_TMPDIR/plc"
}

test_setup()
{
	OPTIONS=(--image "oci:$BATS_FILE_TMPDIR/plc")
	plant
}

state_of() { orchctl list -f json | jq -r --arg id "$1" '.[] | select(.id == $id) | .state'; }
pid_of() { orchctl list -f json | jq -r --arg id "$1" '.[] | select(.id == $id) | .pid'; }
is_in() { [[ $(state_of "$1") == "$2" ]]; }
# A pid that is none would mean others.
kill_on_host()
{
	local pid

	for pid in "$@"; do
		[[ $pid =~ ^[1-9][0-9]*$ ]] || { echo "no pid: '$pid'"; return 1; }
		on_host kill -KILL "$pid"
	done
}

monitor_of() { on_host pgrep -fx ".*runlet-monitor $STATE/containers/$NS/$1"; }

# What a loss of power leaves: what is on the disk.
reboot()
{
	host_stop
	rm -rf "$WORK/dnsmasq.pid"
	host_start
}

@test "after a reboot: what ran runs, what was stopped does not" {
	local address

	create plc-a
	create plc-b
	device stop_device plc-b
	address=$(device_status plc-a | jq -r '.networks[].ip_address')
	reboot
	plant
	is_in plc-a exited
	run orchctl boot
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	[[ $output == *"$NS/plc-a: started"* && $output == *"$NS/plc-b: down"* ]]
	is_in plc-a running
	is_in plc-b stopped
	run device_status plc-a
	ack ".is_running and .networks[].ip_address == \"$address\""
	in_plant busybox ping -c 1 -W 5 "$address"
	# A second time there is nothing to do.
	address=$(pid_of plc-a)
	run orchctl boot
	[[ $output == *"$NS/plc-a: running"* && $output == *"$NS/plc-b: down"* ]]
	[ "$(pid_of plc-a)" = "$address" ]
}

@test "a monitor that was killed is noticed and replaced, and the container does not notice" {
	local pid

	create plc
	pid=$(pid_of plc)
	kill_on_host "$(monitor_of plc)"
	wait_for 5 is_in plc orphaned
	run orchctl boot
	[ "$status" -eq 0 ]
	[[ $output == *"$NS/plc: taken over"* ]]
	is_in plc running
	[ "$(pid_of plc)" = "$pid" ]
	[ -n "$(monitor_of plc)" ]
	device stop_device plc
	is_in plc stopped
	# One whose monitor is gone is stopped and deleted all the same.
	device start_device plc
	kill_on_host "$(monitor_of plc)"
	device stop_device plc
	is_in plc stopped
	run orchctl boot
	[[ $output == *"$NS/plc: down"* ]]
}

@test "a monitor that is on its way out is not taken for one that stays" {
	create plc
	device stop_device plc
	on_host python3 "$BATS_TEST_DIRNAME/helpers/leaving.py" "$RUN/monitor/$NS/plc" "$WORK/ready" &
	wait_for 10 test -e "$WORK/ready"
	device start_device plc
	wait $!
	is_in plc running
	[[ -n $(monitor_of plc) ]]
}

@test "a container and its monitor are killed at once" {
	create plc
	kill_on_host "$(monitor_of plc)" "$(pid_of plc)"
	wait_for 5 is_in plc exited
	run orchctl boot
	[[ $output == *"$NS/plc: started"* ]]
	is_in plc running
}

@test "one whose parent interface is absent is waited for" {
	create plc
	reboot
	run orchctl boot --wait 0s
	[ "$status" -eq 1 ]
	[[ $output == *"$NS/plc: waiting: plant0"* ]]
	orchctl boot --wait 1m > "$WORK/boot" 2>&1 &
	boot=$!
	wait_for 10 grep -q waiting "$WORK/boot"
	# It appears first and is set up later.
	on_host ip link add plant0 type veth peer name other0
	run orchctl boot --wait 0s
	[ "$status" -eq 1 ]
	[[ $output == *"$NS/plc: waiting: plant0, which is down"* ]]
	on_host ip link delete plant0
	plant
	wait "$boot" || { cat "$WORK/boot" && false; }
	[[ $(cat "$WORK/boot") == *"$NS/plc: started"* ]]
	is_in plc running
}

@test "damaged records of what is gone keep no container from its start" {
	create plc
	reboot
	echo '{' > "$STATE/operations/$NS/gone.json"
	echo > "$STATE/operations/no-directory"
	orchctl boot --wait 1m > "$WORK/boot" 2>&1 &
	boot=$!
	wait_for 10 grep -q waiting "$WORK/boot"
	plant
	wait "$boot" || { cat "$WORK/boot" && false; }
	grep -q 'gone.json was damaged; it is kept as' "$WORK/boot"
	grep -q 'no-directory: ' "$WORK/boot"
	is_in plc running
}

@test "half a container is removed" {
	create plc
	device stop_device plc
	jq '.complete = false' "$STATE/containers/$NS/plc/container.json" > "$WORK/new"
	mv "$WORK/new" "$STATE/containers/$NS/plc/container.json"
	is_in plc creating
	run orchctl boot
	[ "$status" -eq 0 ]
	[[ $output == *"$NS/plc: removed"* ]]
	[ -z "$(orchctl list -q)" ]
	on_host_nothing_left
}

@test "a stop that was interrupted is finished, however far it came" {
	local dir=$STATE/containers/$NS/plc

	create plc
	# Killed when the monitor was done, and nothing else.
	jq '.wanted = "down"' "$dir/monitor.json" > "$WORK/new"
	cp "$WORK/new" "$dir/monitor.json"
	on_host python3 "$BATS_TEST_DIRNAME/helpers/ask.py" "$RUN/monitor/$NS/plc/socket" stop
	run orchctl boot
	[[ $status -eq 0 && $output == *"$NS/plc: down"* ]]
	run ! on_host grep -F "$dir" /proc/self/mountinfo
	run on_host ip -o link
	[[ ! $output =~ :\ i[bv][0-9a-f]{11} ]]
	# Killed before the monitor was done with it, or was asked.
	device start_device plc
	cp "$WORK/new" "$dir/monitor.json"
	run orchctl boot
	[[ $status -eq 0 && $output == *"$NS/plc: stopped"* ]]
	is_in plc stopped
	run ! on_host grep -F "$dir" /proc/self/mountinfo
	# Killed with its monitor and the container, before either could say so.
	device start_device plc
	cp "$WORK/new" "$dir/monitor.json"
	kill_on_host "$(monitor_of plc)" "$(pid_of plc)"
	wait_for 5 is_in plc exited
	run orchctl boot
	[[ $status -eq 0 && $output == *"$NS/plc: stopped"* ]]
	[[ -z $(ls "$RUN/runtime/$NS") ]]
	run ! on_host grep -F "$dir" /proc/self/mountinfo
}

@test "the network of one that runs is mended" {
	local net address

	create plc
	pid=$(pid_of plc)
	address=$(device_status plc | jq -r '.networks[].ip_address')
	in_network plc ip link delete eth0
	jq 'del(.[])' "$STATE/data/clients.json" > "$WORK/new"
	cp "$WORK/new" "$STATE/data/clients.json"
	for net in "$STATE"/net/attach/*.json; do
		jq '.state = "attaching"' "$net" > "$WORK/new"
		cp "$WORK/new" "$net"
	done
	run orchctl boot
	[[ $status -eq 0 && $output == *"$NS/plc: running"* ]] || { echo "$output"; return 1; }
	[ "$(pid_of plc)" = "$pid" ]
	[ "$(device_status plc | jq -r '.networks[].ip_address')" = "$address" ]
	in_plant busybox ping -c 1 -W 5 "$address"
	[ "$(jq length "$STATE/data/clients.json")" -eq 1 ]
	# Another namespace than the one that it is in would be no help.
	on_host umount "$RUN/netns/$NS/plc"
	on_host rm "$RUN/netns/$NS/plc"
	run orchctl boot
	[[ $status -eq 1 && $output == *"$NS/plc: failed: its network namespace"* ]]
	[[ ! -e $RUN/netns/$NS/plc ]]
}

@test "what was left of files that were being written goes" {
	local dir left=()

	create plc
	for dir in "$STATE" "$STATE/data" "$STATE/operations/$NS" "$STATE/containers/$NS/plc" "$STATE/net/attach"; do
		left+=("$dir/.x.json.0123456789abcdef")
	done
	touch "${left[@]}"
	orchctl boot
	run ! ls "${left[@]}" 2> /dev/null
}

@test "an operation whose worker died is told of, also without a directory" {
	jq -n '{status: "creating", operation: "create", step: "pulling_image", pid: 1, start_time: 1,
		boot_id: "none", started_at: "2026-01-01T00:00:00", updated_at: "2026-01-01T00:00:00"}' \
		> "$WORK/record"
	orchctl list > /dev/null
	mkdir -p "$STATE/operations/$NS"
	cp "$WORK/record" "$STATE/operations/$NS/plc.json"
	orchctl boot
	[ "$(jq -r '.status + ": " + .error' "$STATE/operations/$NS/plc.json")" = "error: interrupted" ]
}

@test "what a monitor is to do is damaged: it can be deleted" {
	create plc
	echo '{' > "$STATE/containers/$NS/plc/monitor.json"
	device delete_device plc --wait
	on_host_nothing_left
	[[ ! -e $STATE/containers/$NS/plc ]]
}

@test "a status that a loss of power damaged is no obstacle" {
	create plc-a
	create plc-b
	reboot
	plant
	: > "$STATE/containers/$NS/plc-a/status.json"
	: > "$STATE/containers/$NS/plc-b/status.json"
	device delete_device plc-b --wait
	run orchctl boot
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	[[ $output == *"$NS/plc-a: started"* && $output != *plc-b* ]]
	is_in plc-a running
}

@test "what the runtime cannot delete keeps its files and its network" {
	local rootfs=$STATE/containers/$NS/plc/rootfs

	printf '#!/bin/sh\ncase "$*" in *" delete "*) [ ! -e %s ] || exit 1;; esac\nexec %s "$@"\n' \
		"$WORK/stuck" "$BUILD/runlet" > "$WORK/runtime"
	chmod +x "$WORK/runtime"
	OPTIONS+=(--runtime "$WORK/runtime")
	create plc
	: > "$WORK/stuck"
	run ! device delete_device plc --wait
	on_host mountpoint -q "$rootfs"
	in_network plc ip link show eth0
	rm "$WORK/stuck"
	device delete_device plc --wait
	[[ ! -e $STATE/containers/$NS/plc ]]
}

@test "list" {
	run orchctl list
	[ "$status" -eq 0 ]
	[[ $output == ID*STATE*PID*RESTARTS*IMAGE ]]
	create plc-a
	[ "$(orchctl list -q)" = plc-a ]
	run orchctl list -f json
	ack '.[0] | .id == "plc-a" and .state == "running" and .pid > 0 and .restarts == 0
		and .restart == "always" and .started_ms > 0 and .error == null'
	echo '{' > "$STATE/containers/$NS/plc-a/status.json"
	run orchctl list
	[ "$status" -eq 0 ]
	[[ $output == *plc-a*damaged* ]]
	run orchctl list --format xml
	[ "$status" -eq 1 ]
}
