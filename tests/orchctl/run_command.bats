#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# run_command, against a PLC's web API that is no container, but registered as one.

load helpers

setup_file()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=plc -days 2 \
		-keyout "$BATS_FILE_TMPDIR/key" -out "$BATS_FILE_TMPDIR/crt" 2> /dev/null
	cat "$BATS_FILE_TMPDIR/key" "$BATS_FILE_TMPDIR/crt" > "$BATS_FILE_TMPDIR/plc.pem"
}

test_setup()
{
	mkdir -p "$STATE/data"
	echo "{\"+$NS+plc\":{\"ip\":\"127.0.0.7\",\"name\":\"plc\"}}" > "$STATE/data/clients.json"
}

serve()
{
	on_host python3 "$BATS_TEST_DIRNAME/helpers/plc.py" 127.0.0.7 "$@" &
	wait_for 10 listens "$1"
}

listens()
{
	[[ -n $(on_host ss -Hltn "sport = :$1") ]]
}

serve_tls() { serve 8443 "$BATS_FILE_TMPDIR/plc.pem"; }

# command JSON: its members are added to the device's id
command()
{
	run --separate-stderr message run_command "$(jq -c '{device_id:"plc"} + .' <<< "$1")"
}

@test "a self-signed certificate on port 8443, in both shapes" {
	serve_tls
	command '{"correlation_id":12349,"method":"GET","api":"//api/status"}'
	[ "$status" -eq 0 ]
	ack '.action == "run_command" and .correlation_id == 12349 and .status == "success"'
	ack '.http_response | .status_code == 200 and .ok and .content_type == "application/json"'
	ack '.http_response.body == {"did":"status"}'
	ack '.http_response.headers["Content-Type"] == "application/json"'
	local command
	for command in start:start-plc stop:stop-plc status:status ping:ping; do
		command "{\"command\":\"${command%:*}\",\"parameters\":{}}"
		[ "$status" -eq 0 ]
		ack ".http_response.body.did == \"${command#*:}\""
	done
	command '{"command":"dance"}'
	[ "$status" -eq 1 ]
	ack '.error == "Unknown command: dance; there are start, stop, status, ping"'
}

@test "plain HTTP on other ports: query, headers, bodies" {
	serve 8080
	command '{"method":"GET","api":"echo?a=1","port":8080,"params":{"b":"x y","c":[1,2]},
		"headers":{"Authorization":"Bearer t","X-Empty":""}}'
	[ "$status" -eq 0 ]
	ack '.http_response.body.path == "/echo?a=1&b=x%20y&c=1&c=2"'
	ack '.http_response.body.headers.Authorization == "Bearer t"'
	ack '.http_response.body.headers | has("X-Empty")'
	command '{"method":"POST","api":"echo","port":8080,"data":{"user":"u","n":[1.5]}}'
	ack '.http_response.body | .method == "POST" and .body == "{\"user\":\"u\",\"n\":[1.5]}"
		and .headers["Content-Type"] == "application/json"'
	command '{"method":"PUT","api":"echo","port":8080,"data":"as it is","headers":{"Content-Type":"text/plain"}}'
	ack '.http_response.body | .method == "PUT" and .body == "as it is"'
	command '{"method":"DELETE","api":"echo","port":8080}'
	ack '.http_response.body | .method == "DELETE" and .body == ""'
	command '{"method":"POST","api":"echo","port":8080,"data":{"kind":"st"},"files":{"file":
		{"filename":"p.st","content_base64":"UFJPR1JBTQ==","content_type":"text/x-st"}}}'
	[ "$status" -eq 0 ]
	ack '.http_response.body | (.headers["Content-Type"] | startswith("multipart/form-data"))
		and (.body | contains("name=\"kind\"\r\n\r\nst\r\n"))
		and (.body | contains("filename=\"p.st\"\r\nContent-Type: text/x-st\r\n\r\nPROGRAM\r\n"))'
}

@test "what a container answers is told, whatever it is" {
	serve 8080
	command '{"method":"GET","api":"nothing","port":8080}'
	[ "$status" -eq 1 ]
	ack '.status == "error" and .http_response.status_code == 404 and .http_response.ok == false'
	ack '.http_response.body.error == "no such thing"'
	command '{"method":"GET","api":"redirect","port":8080}'
	[ "$status" -eq 0 ]
	ack '.http_response | .status_code == 302 and .headers.Location == "/api/status"'
	command '{"method":"GET","api":"raw","port":8080}'
	ack '.http_response | .content_type == "text/plain" and .body == "a\ufffdb\ufffd"'
	command '{"method":"GET","api":"large","port":8080}'
	[ "$status" -eq 1 ]
	ack '.http_response | .status_code == 500 and (.body.error | contains("more than 8388608 bytes"))'
}

# Its packets go nowhere.
lose_address()
{
	on_host ip link add void0 type veth peer name void1
	on_host ip link set void0 up
	on_host ip link set void1 up
	on_host ip route add 192.0.2.9 dev void0
	on_host ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev void0
	jq --arg key "+$NS+lost" '.[$key] = {ip: "192.0.2.9", name: "lost"}' \
		"$STATE/data/clients.json" > "$WORK/clients" && mv "$WORK/clients" "$STATE/data/clients.json"
}

@test "no way to it within 10 s, nobody listens, no TLS, no such method, no such device" {
	lose_address
	message run_command '{"device_id":"lost","method":"GET","api":"x"}' > "$WORK/lost" &
	local lost=$! code=0
	command '{"method":"GET","api":"x","port":8080}'
	[ "$status" -eq 1 ]
	ack '.status == "error" and .http_response.status_code == 500'
	serve 8443
	command '{"method":"GET","api":"api/status"}'
	ack '.status == "error" and .http_response.status_code == 500'
	command '{"method":"PATCH","api":"x"}'
	[ "$status" -eq 1 ]
	ack '.http_response | .status_code == 400 and .body == {"error":"Unsupported HTTP method: PATCH"}'
	command '{"device_id":"other","method":"GET","api":"x"}'
	[ "$status" -eq 1 ]
	ack '.status == "error" and .error == "Device not found: other"'
	wait "$lost" || code=$?
	[ "$code" -eq 1 ]
	ack '.status == "error" and .http_response.status_code == 504' "$(cat "$WORK/lost")"
}

@test "a message reaches nothing but its container" {
	local bad

	for bad in '{"method":"GET","api":"x\r\nHost: y"}' \
		'{"method":"GET","api":"x","headers":{"A":"b\r\nC: d"}}' \
		'{"method":"GET","api":"x","headers":{"A\r\nB":"c"}}' \
		'{"method":"GET","api":"x","port":70000}' \
		'{"method":"GET","api":"debug","data":{"type":"debug_start"}}' \
		'{"method":"GET"}' '{}' '{"device_id":"../plc","method":"GET","api":"x"}'; do
		command "$bad"
		[ "$status" -eq 1 ]
		ack '.status == "error" and has("error")'
	done
	# Nor a proxy that the environment names, nor another host in the path.
	serve 8080
	http_proxy=http://127.0.0.1:1 command '{"method":"GET","api":"@192.0.2.1/echo","port":8080}'
	ack '.http_response.status_code == 404'
	http_proxy=http://127.0.0.1:1 command '{"method":"GET","api":"echo","port":8080}'
	ack '.http_response.body.headers.Host == "127.0.0.7:8080"'
}

@test "a command that may change something is in the audit trail, without its secrets" {
	serve 8080
	command '{"method":"GET","api":"echo","port":8080}'
	[ -z "$(orchctl audit list)" ] || [ "$(orchctl audit export | grep -c plc)" -eq 0 ]
	command '{"method":"POST","api":"echo","port":8080,"data":{"password":"hunter2"}}'
	[ "$status" -eq 0 ]
	run orchctl audit export
	[[ $output == *'send the container a command'* ]]
	[[ $output != *hunter2* ]]
	orchctl audit verify
}
