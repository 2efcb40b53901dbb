#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers from messages, from their creation to their deletion, on a plant's network with DHCP.

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

@test "create, status, command, stop, start, restart, delete" {
	run --separate-stderr create plc-001
	[ "$status" -eq 0 ] || { echo "$output$stderr"; return 1; }
	[ "${#lines[@]}" -eq 1 ]
	ack '. == {"action":"create_new_runtime","correlation_id":null,"status":"creating",
		"container_id":"plc-001","message":"Container creation started for plc-001"}'
	run device_status plc-001
	ack '.status == "success" and .container_status == "running" and .is_running'
	ack '.networks["macvlan_plant0_192.168.7.0_24"] | (.ip_address | startswith("192.168.7.1"))
		and .gateway == "192.168.7.1" and (.mac_address | test("^.[26ae]:"))'
	ack '.restart_count == 0 and (.internal_ip | startswith("10.213.")) and .uptime_seconds >= 0'
	address=$(jq -r '.networks[].ip_address' <<< "$output")
	mac=$(jq -r '.networks[].mac_address' <<< "$output")

	in_plant busybox ping -c 1 -W 5 "$address"
	run message run_command '{"device_id":"plc-001","method":"GET","api":"api/status.json","port":8080}'
	[ "$status" -eq 0 ]
	ack '(.http_response.body | fromjson) == {"status":"RUNNING"}'
	# Both interfaces were there before the program was.
	run message run_command '{"device_id":"plc-001","method":"GET","api":"addresses","port":8080}'
	[[ $(jq -r .http_response.body <<< "$output") == *int0*eth0*"$address"* ]]

	run device stop_device plc-001
	[ "$status" -eq 0 ]
	ack '.success == true and .action == "stop_device"'
	run device_status plc-001
	ack '.container_status == "exited" and .is_running == false and .exit_code == 0'
	run ! in_plant busybox ping -c 1 -W 1 "$address"

	run device start_device plc-001
	[ "$status" -eq 0 ]
	run device_status plc-001
	ack ".is_running and .networks[].mac_address == \"$mac\" and .networks[].ip_address == \"$address\""
	run device restart_device plc-001
	[ "$status" -eq 0 ]
	ack '.success'
	run device_status plc-001
	ack ".is_running and .networks[].ip_address == \"$address\" and .restart_count == 0"

	run device delete_device plc-001 --wait
	[ "$status" -eq 0 ]
	ack '. == {"action":"delete_device","correlation_id":null,"status":"deleting",
		"device_id":"plc-001","message":"Container deletion started for plc-001"}'
	run device_status plc-001
	ack '.status == "not_found" and .message == "Container plc-001 does not exist"'
	[ "$(jq -c . "$STATE/data/clients.json")" = '{}' ]
	[ "$(jq -c . "$STATE/runtime_vnics.json")" = '{}' ]
	orchctl audit verify
}

@test "records in the cloud agent's shape, with what it does not know" {
	message create_new_runtime '{"container_name":"plc","x-site":7,"vnic_configs":[{"name":"eth0",
		"parent_interface":"plant0","network_mode":"static","ip":"192.168.7.20/24",
		"gateway":"192.168.7.1","mac":"02:42:AC:11:00:02","dns":["192.168.7.1"],"x-port":"A1"}]}' --wait
	run jq -e --arg key "+$NS+plc" '.[$key][0] | ."x-port" == "A1" and .name == "eth0"
		and .parent_interface == "plant0" and .mac_address == "02:42:ac:11:00:02"
		and .docker_network_name == "macvlan_plant0_192.168.7.0_24" and ._is_wifi == false' \
		"$STATE/runtime_vnics.json"
	[ "$status" -eq 0 ] || { cat "$STATE/runtime_vnics.json"; return 1; }
	run jq -e --arg key "+$NS+plc" '.[$key].name == "plc" and (.[$key].ip | startswith("10.213."))' \
		"$STATE/data/clients.json"
	[ "$status" -eq 0 ]
	run device_status plc
	ack '.networks["macvlan_plant0_192.168.7.0_24"] == {"ip_address":"192.168.7.20",
		"mac_address":"02:42:ac:11:00:02","gateway":"192.168.7.1"}'
	in_plant busybox ping -c 1 -W 5 192.168.7.20
	[ "$(grep -c 'nameserver 192.168.7.1' "$STATE/containers/$NS/plc/resolv.conf")" -eq 1 ]
}

@test "a name is taken once, and a healthy container stays healthy" {
	create plc
	run --separate-stderr create plc
	[ "$status" -eq 1 ]
	ack '.status == "error" and .error == "Container name is already in use"'
	run device_status plc
	ack '.status == "success" and .is_running'
}

@test "a create that fails leaves nothing, and says why" {
	OPTIONS=(--image "oci:$WORK/none")
	run --separate-stderr create plc
	[ "$status" -eq 1 ]
	ack '.status == "creating"'
	[[ $stderr == *"Runtime version 'latest' not found."* ]]
	on_host_nothing_left
	run device_status plc
	ack '.status == "error" and .operation == "create" and .step == "pulling_image"'
	ack '.message == "Operation failed: " + .error'
	# Deleting it clears that away, and the name is free.
	run --separate-stderr device delete_device plc --wait
	[ "$status" -eq 0 ]
	run device_status plc
	ack '.status == "not_found"'
}

step_is() { [[ $(jq -r .step <<< "$(device_status "$1")") == "$2" ]]; }

@test "what is under way is told, and nobody gets in its way" {
	local request topic

	# A registry whose packets go nowhere.
	on_host ip route add 192.0.2.9 dev plant0
	on_host ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev plant0
	OPTIONS=(--image 192.0.2.9/plc)
	request="{\"container_name\":\"plc\",\"vnic_configs\":[$(vnic eth0)]}"
	run message create_new_runtime "$request"
	[ "$status" -eq 0 ]
	wait_for 10 step_is plc pulling_image
	run device_status plc
	ack '.status == "creating" and .operation == "create" and .message == "Container plc is being created"'
	ack '(.started_at | length) > 0 and (.updated_at | length) > 0'
	for topic in delete_device start_device stop_device restart_device; do
		run device "$topic" plc
		[ "$status" -eq 1 ]
		ack '.error == "Container plc already has a create operation in progress"'
	done
	run message create_new_runtime "$request"
	[ "$status" -eq 1 ]
	ack '.error == "Container plc already has a create operation in progress"'
	# Its worker dies: that is told, and the name is free.
	on_host kill -KILL "$(jq .pid "$STATE/operations/$NS/plc.json")"
	run device_status plc
	ack '.status == "error" and .error == "interrupted" and .step == "pulling_image"'
	OPTIONS=(--image "oci:$BATS_FILE_TMPDIR/plc")
	create plc
	run device_status plc
	ack '.is_running'
}

# what is wrong with a vNIC, and what is said of it
bad_vnics()
{
	cat <<- 'END'
		{"parent_interface":7}	Invalid field type: Value must be a string.
		{"parent_interface":"plant9"}	Interface 'plant9' not found on host. Available interfaces: ['lo', 'plant0']
		{"network_mode":"magic"}	Invalid vNIC configuration: 
		{"name":"lo"}	Invalid vNIC configuration: 
		{"name":"a/b"}	Invalid vNIC configuration: 
		{"network_mode":"static","ip":"192.168.7.300"}	Invalid vNIC configuration: 
		{"mac":"01:00:5e:00:00:01"}	Invalid vNIC configuration: 
		{"mac":"02:00:00:00:00:01","mac_address":"02:00:00:00:00:02"}	Invalid vNIC configuration: 
		{"dns":"8.8.8.8"}	Invalid field type: Value must be a list.
	END
}

@test "what is wrong with a request is in its ack, and nothing was begun" {
	local more text name

	while IFS=$'\t' read -r more text; do
		run --separate-stderr create plc "$(vnic eth0 "$more")"
		[ "$status" -eq 1 ]
		ack '.status == "error"'
		[[ $(jq -r .error <<< "$output") == "$text"* ]]
	done < <(bad_vnics)
	run message create_new_runtime '{"container_name":"plc","vnic_configs":[]}'
	ack '.error == "At least one vNIC configuration is required"'
	run message create_new_runtime '{"container_name":"plc","vnic_configs":[7]}'
	ack '.error == "Invalid field type: argument of type '"'int'"' is not iterable"'
	run message create_new_runtime '{"vnic_configs":[]}'
	ack '.error == "Missing required field: '"'Missing key: container_name'"'"'
	for name in ../plc -rf a/b . .. 'a b' '' $'a\nb' __orchestrator__ "$(printf 'a%.0s' {1..65})"; do
		run message create_new_runtime "$(jq -nc --arg n "$name" --argjson v "$(vnic eth0)" \
			'{container_name: $n, vnic_configs: [$v]}')"
		[ "$status" -eq 1 ]
		ack '.status == "error"'
	done
	run message create_new_runtime "$(jq -nc --argjson v "$(vnic eth0)" \
		'{container_name: "plc", vnic_configs: [$v], runtime_version: "../x"}')"
	ack '.error == "runtime_version \"../x\": is no tag of an image"'
	[ -z "$(ls "$STATE/containers/$NS")" ]
}

@test "an unknown device" {
	local topic

	for topic in start_device stop_device restart_device; do
		run --separate-stderr device "$topic" nothing
		[ "$status" -eq 1 ]
		ack ".action == \"$topic\" and .success == false and .error == \"Device not found: nothing\""
	done
	run --separate-stderr device delete_device nothing --wait
	[ "$status" -eq 0 ]
	ack '.status == "deleting"'
	[[ $stderr == *"Container nothing does not exist"* ]]
	run message get_consumption_device '{"device_id":"nothing","cpuPeriod":"1h","memoryPeriod":"1h"}'
	ack '.error == "Device nothing not found"'
}

@test "an explicit stop outlasts a reboot, as running does" {
	create stopped
	create running
	device stop_device stopped
	host_stop
	host_start
	plant
	orchctl boot
	run device_status stopped
	ack '.container_status == "exited"'
	run device_status running
	ack '.is_running'
}

@test "what a container uses" {
	create plc
	run message get_consumption_device '{"device_id":"plc","cpuPeriod":"1h","memoryPeriod":"1h"}'
	[ "$status" -eq 0 ]
	ack '.device_id == "plc" and .memory == "unlimited" and .cpu == "unlimited"'
	ack '(.cpu_usage | length) == 1 and .memory_usage[0].memory >= 0 and (has("status") | not)'
	device stop_device plc
	run message get_consumption_device '{"device_id":"plc","cpuPeriod":"1h","memoryPeriod":"1h"}'
	ack '.cpu_usage == []'
}

@test "two networks, and each container's own addresses" {
	on_host ip link add second0 type veth peer name second1
	on_host ip link set second0 up
	on_host ip link set second1 up
	create plc "$(vnic eth0)" "$(vnic eth1 '{"parent_interface":"second0","network_mode":"manual",
		"ip_address":"10.0.0.100","subnet":"10.0.0.0/24","gateway":"10.0.0.1"}')"
	run device_status plc
	ack '.networks["macvlan_second0_10.0.0.0_24"].ip_address == "10.0.0.100"'
	ack '.networks | length == 2'
	run in_network plc ip -o -4 route show default
	[ "${#lines[@]}" -eq 2 ]
	run --separate-stderr create twice "$(vnic eth0)" "$(vnic eth1)"
	[ "$status" -eq 1 ]
	[[ $output$stderr == *"would connect to the same MACVLAN network"* ]]
}

@test "a damaged record is kept and told of, and takes nothing with it" {
	create plc
	echo '{"name":' > "$STATE/containers/$NS/plc/container.json"
	for _ in 1 2; do
		run --separate-stderr device_status plc
		[ "$status" -eq 1 ]
		ack '.status == "error" and (.error | startswith("Failed to retrieve container status: "))'
		ack '.error | contains("damaged")'
	done
	[ "$(cat "$STATE/containers/$NS/plc"/container.json.corrupt-*)" = '{"name":' ]
	run device restart_device plc
	[ "$status" -eq 1 ]
	run create plc
	[ "$status" -eq 1 ]
	run orchctl boot --wait 0s
	[ "$status" -eq 1 ]
	# It still runs, and can be deleted.
	run message run_command '{"device_id":"plc","method":"GET","api":"api/status.json","port":8080}'
	ack '.http_response.ok'
	# The shared files are made again of what the containers' directories know.
	echo nonsense > "$STATE/runtime_vnics.json"
	create other
	run jq -e 'length == 2' "$STATE/runtime_vnics.json"
	[ "$status" -eq 0 ]
	[ "$(cat "$STATE"/runtime_vnics.json.corrupt-*)" = nonsense ]
	run device delete_device plc --wait
	[ "$status" -eq 0 ]
}

@test "delete_orchestrator" {
	create a
	create b
	run message delete_orchestrator '{"correlation_id":1}' --wait
	[ "$status" -eq 0 ]
	ack '.status == "accepted" and .poll_device_id == "__orchestrator__"'
	run device_status a
	ack '.status == "not_found"'
	run device_status __orchestrator__
	ack '.status == "not_found"'
	[ ! -e "$STATE/images" ]
}

# every runtime: the whole life
lives_with()
{
	OPTIONS+=(--runtime "$1")
	create plc
	run device_status plc
	ack '.is_running'
	run message run_command '{"device_id":"plc","method":"GET","api":"api/status.json","port":8080}'
	ack '(.http_response.body | fromjson) == {"status":"RUNNING"}'
	device stop_device plc
	device start_device plc
	device restart_device plc
	run device_status plc
	ack '.is_running'
	run device delete_device plc --wait
	[ "$status" -eq 0 ]
}

@test "with runc" {
	command -v runc > /dev/null || skip 'runc is not installed'
	lives_with runc
}

@test "with crun" {
	command -v crun > /dev/null || skip 'crun is not installed'
	if [[ -d /sys/fs/cgroup/unified ]]; then
		on_host mount -t tmpfs none /sys/fs/cgroup/unified # crun refuses a hybrid host
	fi
	lives_with crun
}
