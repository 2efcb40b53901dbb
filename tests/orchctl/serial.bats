#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Serial ports of the host in containers, as messages ask for them.

load helpers

setup_file()
{
	local tool

	for tool in umoci skopeo dnsmasq; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	plc_image "$BATS_FILE_TMPDIR/plc"
}

# The host has a /dev of its own, in which adapters can be plugged in.
test_setup()
{
	OPTIONS=(--image "oci:$BATS_FILE_TMPDIR/plc")
	plant
	host_dev
}

host_dev()
{
	on_host mkdir "$RUN/dev-upper" "$RUN/dev-work"
	on_host mount -t overlay -o "lowerdir=/dev,upperdir=$RUN/dev-upper,workdir=$RUN/dev-work" dev /dev
	on_host mkdir -p /dev/serial/by-id
}

# plug NAME TTY MAJOR MINOR
plug()
{
	on_host mknod "/dev/$2" c "$3" "$4"
	on_host ln -s "../../$2" "/dev/serial/by-id/$1"
}

unplug() { on_host rm "/dev/$2" "/dev/serial/by-id/$1"; }

# create_with SERIAL-CONFIG...
create_with()
{
	message create_new_runtime "$(jq -nc --argjson vnic "$(vnic eth0)" \
		'{container_name: "plc", vnic_configs: [$vnic], serial_configs: $ARGS.positional | map(fromjson)}' \
		--args "$@")" --wait
}

in_plc() { on_host "$BUILD/runlet" --root "$RUN/runtime/$NS" exec plc "$@"; }

ADAPTER='{"name":"modbus","device_id":"FTDI_FT232R_A1","container_path":"/dev/modbus","baud_rate":9600}'

# What using a node says when there is no such device, but the cgroup allows it.
@test "a port is there under its path, and may be used" {
	plug usb-FTDI_FT232R_A1-if00-port0 ttyUSB7 188 7
	plug usb-Other_B2-if00 ttyACM3 166 3
	plug pci-plain ttyS99 4 163
	run --separate-stderr create_with "$ADAPTER" \
		'{"name":"second","device_id":"usb-Other_B2-if00-port9","container_path":"/dev/plc/second"}' \
		'{"name":"plain","device_id":"pci-plain","container_path":"/dev/ttyS0"}' \
		'{"name":"gone","device_id":"nowhere","container_path":"/dev/gone"}'
	[ "$status" -eq 0 ] || { echo "$output$stderr"; return 1; }
	ack '.status == "creating" and .serial_configs_count == 4'
	[[ $(in_plc stat -c '%F %t:%T %a' /dev/modbus) == 'character special file bc:7 666' ]]
	[[ $(in_plc stat -c %t:%T /dev/plc/second) == a6:3 ]]
	[[ $(in_plc stat -c %t:%T /dev/ttyS0) == 4:a3 ]]
	run ! in_plc stat /dev/gone
	run ! in_plc dd if=/dev/modbus of=/dev/null count=1
	[[ $output != *'not permitted'* ]]
	# One that comes back under another number may be used, the host's terminals may not.
	in_plc mknod /dev/later c 188 9
	run ! in_plc dd if=/dev/later of=/dev/null count=1
	[[ $output != *'not permitted'* ]]
	in_plc mknod /dev/tty0 c 4 0
	run ! in_plc dd if=/dev/tty0 of=/dev/null count=1
	[[ $output == *'not permitted'* ]]
	run device_status plc
	ack '.serial_ports == [
		{"name":"modbus","device_id":"FTDI_FT232R_A1","container_path":"/dev/modbus","status":"connected","current_host_path":"/dev/ttyUSB7"},
		{"name":"second","device_id":"usb-Other_B2-if00-port9","container_path":"/dev/plc/second","status":"connected","current_host_path":"/dev/ttyACM3"},
		{"name":"plain","device_id":"pci-plain","container_path":"/dev/ttyS0","status":"connected","current_host_path":"/dev/ttyS99"},
		{"name":"gone","device_id":"nowhere","container_path":"/dev/gone","status":"disconnected"}]'
	jq -e --arg key "+$NS+plc" '.[$key].serial_ports[0] | .major == 188 and .minor == 7 and .status == "connected"' \
		"$STATE/data/serial_configs.json"
	device delete_device plc --wait
	[[ $(jq -c . "$STATE/data/serial_configs.json") == '{}' ]]
}

@test "plugged in elsewhere, the next start finds it" {
	create_with "$ADAPTER"
	run ! in_plc stat /dev/modbus
	plug usb-FTDI_FT232R_A1-if00-port0 ttyUSB7 188 7
	run device_status plc
	ack '.serial_ports[0].status == "connected" and .serial_ports[0].current_host_path == "/dev/ttyUSB7"'
	device restart_device plc
	[[ $(in_plc stat -c %t:%T /dev/modbus) == bc:7 ]]
	device stop_device plc
	unplug usb-FTDI_FT232R_A1-if00-port0 ttyUSB7
	plug usb-FTDI_FT232R_A1-if00-port0 ttyUSB1 188 1
	device start_device plc
	[[ $(in_plc stat -c %t:%T /dev/modbus) == bc:1 ]]
	unplug usb-FTDI_FT232R_A1-if00-port0 ttyUSB1
	run device_status plc
	ack '.is_running and .serial_ports == [{"name":"modbus","device_id":"FTDI_FT232R_A1",
		"container_path":"/dev/modbus","status":"disconnected"}]'
	device restart_device plc
	run ! in_plc stat /dev/modbus
}

@test "one without ports has none" {
	create plc
	run device_status plc
	ack 'has("serial_ports") | not'
	[[ ! -e $STATE/data/serial_configs.json ]]
}

bad_ports()
{
	cat <<- 'END'
		{"name":"a","device_id":"b"}	Missing required field: 'Missing key: container_path'
		{"name":"a","device_id":"","container_path":"/dev/a"}	Invalid field type: Value must be a non-empty string.
		{"name":"a","device_id":"b","container_path":"/dev/a","baud_rate":"9600"}	Invalid field type: Value must be a number.
		{"name":"a","device_id":"b","container_path":"/etc/passwd"}	Invalid serial configuration: 
		{"name":"a","device_id":"b","container_path":"/dev/../etc/passwd"}	Invalid serial configuration: 
		{"name":"a","device_id":"b","container_path":"/dev/null"}	Invalid serial configuration: 
		{"name":"a","device_id":"b","container_path":"/dev/pts/0"}	Invalid serial configuration: 
		{"name":"a","device_id":"b","container_path":"/dev/"}	Invalid serial configuration: 
		7	Invalid field type: argument of type 'int' is not iterable
	END
}

@test "what is wrong with a port is in the ack, and nothing was begun" {
	local config text

	while IFS=$'\t' read -r config text; do
		run --separate-stderr create_with "$config"
		[ "$status" -eq 1 ]
		ack '.status == "error"'
		[[ $(jq -r .error <<< "$output") == "$text"* ]] || { echo "$config: $output"; return 1; }
	done < <(bad_ports)
	run create_with "$ADAPTER" "$ADAPTER"
	ack '.error == "Invalid serial configuration: container_path \"/dev/modbus\": is there twice"'
	run create_with "$ADAPTER" '{"name":"b","device_id":"b","container_path":"/dev/modbus/2"}'
	ack '.error == "Invalid serial configuration: container_path \"/dev/modbus/2\": \"/dev/modbus\" cannot be there beside it"'
	run create_with '{"name":"b","device_id":"b","container_path":"/dev/modbus/2"}' "$ADAPTER"
	ack '.error == "Invalid serial configuration: container_path \"/dev/modbus\": \"/dev/modbus/2\" cannot be there beside it"'
	[[ ! -e $STATE/containers/$NS/plc && ! -e $STATE/audit ]]
}
