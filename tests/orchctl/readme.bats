#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What README.md tells users to type for a PLC, as it stands there.

load helpers

setup_file()
{
	local tool

	for tool in umoci skopeo dnsmasq openssl; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	plc_image "$BATS_FILE_TMPDIR/plc"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=plc -days 2 \
		-keyout "$BATS_FILE_TMPDIR/key" -out "$BATS_FILE_TMPDIR/crt" 2> /dev/null
	cat "$BATS_FILE_TMPDIR/key" "$BATS_FILE_TMPDIR/crt" > "$BATS_FILE_TMPDIR/plc.pem"
}

test_setup()
{
	OPTIONS=(--image "oci:$BATS_FILE_TMPDIR/plc")
	plant eth0
}

# block NUMBER: the lines of the section that are set off by four blanks
block()
{
	awk -v want="$1" '/^## / { on = /^## A PLC by one message/ }
		!on { next }
		/^    / { if (!inside) n++; inside = 1; if (n == want) print substr($0, 5); next }
		/./ { inside = 0 }' "$BATS_TEST_DIRNAME/../../README.md"
}

sudo() { "$@"; }

# typed NUMBER: the block, with orchctl on this test's host
typed()
{
	local text

	text=$(block "$1")
	[ -n "$text" ]
	cd "$WORK" || return
	eval "$text"
}

# The image has no TLS: its API is served beside it, in its network.
serve_api()
{
	in_network plc-001 python3 "$BATS_TEST_DIRNAME/helpers/plc.py" 0.0.0.0 8443 \
		"$BATS_FILE_TMPDIR/plc.pem" &
	wait_for 10 api_listens
}

api_listens() { [[ -n $(in_network plc-001 ss -Hltn 'sport = :8443') ]]; }

@test "a PLC by one message" {
	local server

	run typed 1
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	ack '.status == "creating" and .correlation_id == 12345 and .container_id == "plc-001"'
	serve_api
	server=$!
	run typed 2
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	ack '.container_status == "running" and (.networks | length) == 1' "${lines[0]}"
	ack '.http_response.status_code == 200' "${lines[1]}"
	[[ $output == *"started as plc-001"* ]]
	kill "$server"
	run typed 3
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
	ack '.action == "stop_device" and .success' "${lines[0]}"
	ack '.action == "start_device" and .success' "${lines[1]}"
	ack '.action == "delete_device"' "${lines[2]}"
	[[ $output == *plc-001* ]]
	[ -z "$(ls "$STATE/containers/$NS")" ]
}
