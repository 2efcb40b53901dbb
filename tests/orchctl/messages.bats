#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Messages and their acknowledgements, as far as they need no container.

load helpers

@test "a message from a file, and its ack in one line" {
	echo '{"action":"get_serial_devices","correlation_id":7}' > "$WORK/m.json"
	run --separate-stderr orchctl apply "$WORK/m.json"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 1 ]
	[ -z "$stderr" ]
	ack '.action == "get_serial_devices" and .correlation_id == 7 and .status == "success"'
	ack '(.devices | length) == .count'
}

@test "a message over several lines, an array, and a stream" {
	run orchctl apply - <<< $'{\n "action": "get_serial_devices",\n "correlation_id": 1\n}\n'
	[ "$status" -eq 0 ]
	ack '.correlation_id == 1'
	run orchctl apply - <<< '[{"action":"get_serial_devices","correlation_id":1},
		{"action":"get_host_interfaces","correlation_id":2}]'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	ack '.correlation_id == 2' "${lines[1]}"
	run orchctl apply - <<< '{"action":"get_serial_devices","correlation_id":3} {"action":"get_serial_devices","correlation_id":4}
{"action":"get_serial_devices","correlation_id":5}'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	ack '.correlation_id == 5' "${lines[2]}"
	run orchctl apply - <<< '[]'
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "a stream is answered while it is open" {
	local answer

	mkfifo "$WORK/in"
	exec 8<> "$WORK/in"
	orchctl apply - < "$WORK/in" > "$WORK/out" 8>&- &
	echo '{"action":"get_serial_devices","correlation_id":1}' >&8
	wait_for 10 test -s "$WORK/out"
	answer=$(cat "$WORK/out")
	exec 8>&-
	wait $!
	ack '.correlation_id == 1' "$answer"
}

@test "correlation_id keeps its digits" {
	for id in 12345 1.50 12345678901234567890123 1e3 -0; do
		run orchctl apply -t get_serial_devices - <<< "{\"correlation_id\":$id}"
		[ "$status" -eq 0 ]
		[[ $output == *"\"correlation_id\":$id,"* ]]
	done
	run orchctl apply -t get_serial_devices - <<< '{}'
	[[ $output == *'"correlation_id":null,'* ]]
}

# topic, message, text of the error; the texts are those that the cloud's agent has
refusals()
{
	cat <<- 'END'
		get_serial_devices	{"correlation_id":true}	Invalid field type: Value must be a number.
		get_serial_devices	{"correlation_id":"7"}	Invalid field type: Value must be a number.
		get_serial_devices	{"action":7}	Invalid field type: Value must be a string.
		get_serial_devices	{"requested_at":"yesterday"}	Invalid field type: Value must be a valid ISO datetime string.
		get_serial_devices	{"requested_at":"2026-02-29T10:00:00Z"}	Invalid field type: Value must be a valid ISO datetime string.
		get_host_interfaces	{"detailed":"yes"}	Invalid field type: Value must be a boolean.
		reboot_everything	{}	Validation error: unknown topic "reboot_everything"
	END
}

@test "what is wrong with a message is in its ack, and the status is 1" {
	local topic message text

	while IFS=$'\t' read -r topic message text; do
		run --separate-stderr message "$topic" "$message"
		[ "$status" -eq 1 ]
		[ "${#lines[@]}" -eq 1 ]
		[ "$(jq -r .error <<< "$output")" = "$text" ]
		[ "$(jq -r .action <<< "$output")" = "$topic" ]
		ack '.status == "error"'
	done < <(refusals)
}

@test "what is no message is answered, too" {
	local bad

	for bad in 'null' '7' '"text"' '[7]' '{' '{"a":1,"a":2}' '{}x' '' $'\xff' '{"a":"\ud800"}'; do
		run --separate-stderr orchctl apply - <<< "$bad"
		[ "$status" -eq 1 ]
		ack '.status == "error" and .correlation_id == null' "${lines[-1]}"
	done
	# One that is not JSON spoils neither the one before nor the one behind it.
	run orchctl apply - <<< '{"action":"get_serial_devices"}{"a":1,"a":2}{"action":"get_serial_devices"}'
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 3 ]
	ack '.status == "success"' "${lines[0]}"
	ack '.status == "error"' "${lines[1]}"
	ack '.status == "success"' "${lines[2]}"
}

@test "a message has a limit" {
	run --separate-stderr bash -c "printf '{\"action\":\"get_serial_devices\",\"pad\":\"%*s\"}' 1100000 x |
		nsenter -t $HOST -n -m -p -- $ORCHCTL_BIN --state-dir $STATE --run-dir $RUN ${OPTIONS[*]} apply -"
	[ "$status" -eq 1 ]
	ack '.status == "error"'
}

@test "no such file, and no state directory" {
	run orchctl apply "$WORK/none.json"
	[ "$status" -eq 1 ]
	[[ $output == *"none.json: no such file or directory"* ]]
	touch "$WORK/file"
	STATE=$WORK/file
	run orchctl apply - <<< '{"action":"get_serial_devices"}'
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
}

@test "get_host_interfaces" {
	on_host ip link add plant0 address 02:00:00:00:00:01 type veth peer name veth9
	on_host ip address add 192.168.7.5/24 dev plant0
	on_host ip address add 192.168.8.5/24 dev plant0
	on_host ip link set plant0 up
	on_host ip link set veth9 up
	on_host ip route add default via 192.168.7.1
	run message get_host_interfaces '{"correlation_id":1}'
	[ "$status" -eq 0 ]
	ack '.interfaces == [{"name":"plant0","ip_address":"192.168.7.5",
		"ipv4_addresses":["192.168.7.5","192.168.8.5"],"mac_address":"02:00:00:00:00:01",
		"subnet":"192.168.7.0/24","gateway":"192.168.7.1"}]'
	run message get_host_interfaces '{"detailed":false,"include_virtual":true}'
	ack '[.interfaces[].name] == ["lo","plant0","veth9"]'
	ack '.interfaces[1] | has("subnet") or has("gateway") | not'
	ack '.interfaces[2].ip_address == null and .interfaces[2].ipv4_addresses == []'
}

@test "get_consumption_orchestrator" {
	on_host ip link add plant0 type veth peer name plant1
	on_host ip address add 192.168.7.5/24 dev plant0
	run message get_consumption_orchestrator '{"cpuPeriod":"1h","memoryPeriod":"1h"}'
	[ "$status" -eq 0 ]
	ack '.ip_addresses == [{"interface":"plant0","ip_address":"192.168.7.5"}]'
	ack '.memory > 0 and .cpu > 0 and .disk >= 0 and (.os | length) > 0'
	[ "$(jq -r .kernel <<< "$output")" = "$(uname -r)" ]
	ack '(.cpu_usage | length) == 1 and (.memory_usage | length) == 1'
	ack '.cpu_usage[0] | .cpu >= 0 and .cpu <= 100 and .timestamp > 1700000000'
	run message get_consumption_orchestrator '{"cpuPeriod":"1,2","memoryPeriod":"nonsense"}'
	ack '.cpu_usage == [] and (.memory_usage | length) == 2'
	run message get_consumption_orchestrator '{"cpuPeriod":"1h"}'
	[ "$status" -eq 1 ]
	ack '.error == "Missing required field: '"'Missing key: memoryPeriod'"'"'
}
