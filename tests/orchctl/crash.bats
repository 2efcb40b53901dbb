#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is left of creating and deleting a container when it is killed, at one step after the other, and
# `orchctl boot` comes after it: a whole container, or nothing.

load helpers

# Every how many calls; STEP=1 for all of them.
STEP=${STEP:-13}

# Each step ends in a record that is replaced, which takes a rename.
CALLS=rename,renameat,renameat2

setup_file()
{
	local tool

	for tool in umoci skopeo strace; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	plc_image "$BATS_FILE_TMPDIR/plc"
}

test_setup()
{
	OPTIONS=(--image "oci:$BATS_FILE_TMPDIR/plc")
	on_host ip link add plant0 type veth peer name plant1
	on_host ip link set plant0 up
	on_host ip link set plant1 up
	VNIC=$(vnic eth0 '{"network_mode":"static","ip":"192.168.7.20","subnet":"192.168.7.0/24"}')
	# The image, so that it is no part of what is interrupted.
	orchctl image pull "oci:$BATS_FILE_TMPDIR/plc:latest"
}

# killed NUMBER TOPIC MESSAGE: applies it; whichever process comes to its rename of this number is
# killed with it. Fails when none does.
killed()
{
	on_host strace -D -f -qq -o "$WORK/trace" -e trace="$CALLS" -e "inject=$CALLS:signal=KILL:when=$1" \
		"$ORCHCTL_BIN" --state-dir "$STATE" --run-dir "$RUN" --log-dir "$LOGS" --ns "$NS" \
		"${OPTIONS[@]}" apply --wait --topic "$2" - <<< "$3" > /dev/null 2>&1
	# It holds on to the monitor, else.
	on_host pkill -x strace
	wait_for 10 run ! on_host pgrep -x strace > /dev/null
	grep -q 'killed by SIGKILL' "$WORK/trace"
}

# A whole container runs, and can be deleted; else there is nothing.
whole_or_nothing()
{
	orchctl boot
	run device_status plc
	case $(jq -r .status <<< "$output") in
	success)
		ack '.is_running and .networks["macvlan_plant0_192.168.7.0_24"].ip_address == "192.168.7.20"'
		run message run_command '{"device_id":"plc","method":"GET","api":"api/status.json","port":8080}'
		ack '.http_response.ok'
		[ "$(jq length "$STATE/runtime_vnics.json")" -eq 1 ]
		[ "$(jq length "$STATE/data/clients.json")" -eq 1 ]
		;;
	error)
		ack '.error == "interrupted"'
		on_host_nothing_left
		;;
	*)
		ack '.status == "not_found"'
		on_host_nothing_left
		;;
	esac
	message delete_device '{"device_id":"plc"}' --wait > /dev/null
	on_host_nothing_left
}

@test "a create that is killed" {
	local n=1 request

	request="{\"container_name\":\"plc\",\"vnic_configs\":[$VNIC]}"
	while killed "$n" create_new_runtime "$request"; do
		echo "killed at rename $n"
		whole_or_nothing
		n=$((n + STEP))
	done
	[ "$n" -gt 20 ]
	# The one that nobody killed.
	run device_status plc
	ack '.is_running'
}

@test "a delete that is killed" {
	local n=1 step=$(((STEP + 3) / 4))

	create plc "$VNIC"
	while killed "$n" delete_device '{"device_id":"plc"}'; do
		echo "killed at rename $n"
		whole_or_nothing
		create plc "$VNIC"
		n=$((n + step))
	done
	[ "$n" -gt 4 ]
	run device_status plc
	ack '.status == "not_found"'
}
