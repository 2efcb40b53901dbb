#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The audit trail: what is found, what is recovered, and what stops changes. Changes that fail are
# events as well, and the quickest to have.

load helpers

test_setup() { TRAIL=$STATE/audit/trail.jsonl; }

# change ID: recorded, and then it fails, for there is no such bridge
change()
{
	jq -nc --arg id "$1" '{plugins: {lxc: {containers: [{id: $id, bridge: "nowhere",
		properties: {template: "oci:/nowhere"}}]}}}' > "$WORK/state.json"
	orchctl apply "$WORK/state.json"
}

changes()
{
	local id

	for id in "$@"; do
		run -1 change "$id"
	done
}

head_of() { orchctl audit verify | sed 's/.* head //'; }

@test "a trail is listed, shown, verified and exported" {
	run -0 orchctl audit verify
	[[ $output == "0 events, head $(printf '%064d' 0)" ]]
	run -0 orchctl audit list
	[[ -z $output ]]
	changes a b
	run -0 orchctl audit verify
	[[ $output == '4 events, head '* ]]
	run -0 orchctl audit list --limit 2
	[[ ${#lines[@]} -eq 2 ]]
	[[ ${lines[0]} == '3 '*' lxc      create    b '* ]]
	[[ ${lines[1]} == *'FAILED: '* ]]
	run -0 orchctl audit list --json -n 1
	ack '.seq == 4 and .resource == "b" and (.error | length) > 0'
	run -0 orchctl audit show 1
	ack '.seq == 1 and .prev_hash == ("0" * 64) and (.data_hash | length) == 64'
	run -1 orchctl audit show 5
	[[ $output == *'event 5: the audit trail has 4 events' ]]
	run -0 orchctl audit export
	ack '.version == 1 and .total == 4 and (.events | map(.seq)) == [1, 2, 3, 4]
		and .events[3].hash == .head and .events[3].prev_hash == .events[2].hash'
	[[ $(stat -c %a "$TRAIL") == 600 && $(stat -c %a "$STATE/audit") == 700 ]]
}

@test "a message's change that cannot even begin is an event, too" {
	local vnic='{"name":"eth0","parent_interface":"lo","network_mode":"dhcp"}'

	mkdir -p "$STATE/containers/$NS"
	on_host mount -t tmpfs -o ro none "$STATE/containers/$NS"
	run -1 message create_new_runtime "{\"container_name\":\"plc\",\"vnic_configs\":[$vnic]}"
	ack '.status == "error"'
	on_host umount "$STATE/containers/$NS"
	mkdir "$STATE/containers/$NS/plc"
	on_host mount --bind "$STATE/containers/$NS/plc" "$STATE/containers/$NS/plc"
	on_host mount -o remount,bind,ro "$STATE/containers/$NS/plc"
	run -1 message delete_device '{"device_id":"plc"}'
	on_host umount "$STATE/containers/$NS/plc"
	run -0 orchctl audit export
	ack '.events | map(.operation) == ["create", "create", "delete", "delete"]
		and (.[1].error | length) > 0 and (.[3].error | length) > 0'
}

@test "the hash is what anybody can compute" {
	changes a
	run -0 sh -c "sed -n 1p '$TRAIL' | sed 's/,\"hash\":\"[0-9a-f]*\"}\$/}/' | tr -d '\n' | sha256sum"
	[[ ${output%% *} == "$(jq -r 'select(.seq == 1).hash' "$TRAIL")" ]]
}

@test "what was done to a trail is found" {
	changes a b
	head=$(head_of)
	cp "$TRAIL" "$WORK/whole"
	sed -i '2s/nowhere/elsewhere/' "$TRAIL"
	run -1 orchctl audit verify
	[[ $output == *'line 2 its hash is '*'it was edited' ]]
	run -1 orchctl audit export
	[[ $output != *'"version"'* ]]
	sed 2d "$WORK/whole" > "$TRAIL"
	run -1 orchctl audit verify
	[[ $output == *'line 2 has number 3 where 2 comes next'* ]]
	sed '2{h;d};3G' "$WORK/whole" > "$TRAIL"
	run -1 orchctl audit verify
	[[ $output == *'line 2 has number 3'* ]]
	sed 's/^{"seq"/{ "seq"/' "$WORK/whole" > "$TRAIL"
	run -1 orchctl audit verify
	[[ $output == *'line 1 is not as the trail writes it'* ]]
	# What is cut off at the end only a head from before tells.
	sed 4d "$WORK/whole" > "$TRAIL"
	run -0 orchctl audit verify
	run -1 orchctl audit verify --head "$head"
	[[ $output == *"none has the hash $head: lines were cut off"* ]]
	cp "$WORK/whole" "$TRAIL"
	run -0 orchctl audit verify --head "$head"
	run -1 orchctl audit verify --head x
	[[ $output == *'--head x: not the hash of an event' ]]
}

@test "a line that a crash has torn is set aside" {
	changes a
	truncate -s -20 "$TRAIL"
	run -1 orchctl audit verify
	[[ $output == *'line 2 is not complete'* ]]
	changes b
	run -0 orchctl audit verify
	run -0 orchctl audit show 2
	ack '.plugin == "audit" and (.changes[0] | test("set aside in torn-2"))'
	[[ -s $STATE/audit/torn-2 ]]
}

@test "nothing is changed when nothing can be recorded" {
	changes a
	truncate -s 0 "$TRAIL"
	echo '{"seq":7}' > "$TRAIL"
	run -1 change b
	[[ $output == *'b is not recorded in the audit trail'* ]]
	[[ ! -e $STATE/containers/$NS/b ]]
	[[ $(< "$TRAIL") == '{"seq":7}' ]]
}

@test "a full disk stops changes, and loses no record" {
	mkdir -p "$WORK/audit"
	on_host mount -t tmpfs -o size=16k audit "$WORK/audit"
	OPTIONS+=(--audit-dir "$WORK/audit")
	changes a
	run -0 orchctl audit verify
	before=$output
	on_host sh -c "cat /dev/zero > '$WORK/audit/filler' 2> /dev/null; truncate -s 4096 '$WORK/audit/filler';
		cat /dev/zero >> '$WORK/audit/filler' 2> /dev/null" || :
	# What is left of the last block may still take a line or two.
	for id in {1..40}; do
		run -1 change "x$id"
		[[ $output != *'no space left on device'* ]] || break
	done
	[[ $output == *"x$id is not recorded in the audit trail $WORK/audit: "*'no space left on device'* ]]
	[[ ! -e $STATE/containers/$NS/x$id ]]
	run -0 orchctl audit verify
	[[ $output != "$before" || $id -eq 1 ]]
	on_host rm "$WORK/audit/filler"
	changes after
	run -0 orchctl audit verify
	on_host umount "$WORK/audit"
}
