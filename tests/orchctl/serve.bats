#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# orchctl serve: messages over the Unix socket, and from a real Socket.IO server with mutual TLS.

load helpers

SOCKETIO=$BUILD/build-socketio

# A CA, another one, and certificates: NAME COMMON-NAME ISSUER DAYS of the host localhost, but where
# the name says otherwise.
setup_file()
{
	local row name cn issuer days host

	PKI=$BATS_FILE_TMPDIR/pki
	mkdir -p "$PKI"
	cd "$PKI" || return 1
	for name in ca stranger; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
			-keyout $name.key -out $name.crt -subj "/CN=$name" 2> /dev/null
	done
	for row in 'server localhost ca 30' 'elsewhere example.com ca 30' 'expired localhost ca -1' \
		'client 07048933 ca 30' 'unknown 07048933 stranger 30'; do
		read -r name cn issuer days <<< "$row"
		host=localhost
		[[ $name != elsewhere ]] || host=example.com
		printf 'subjectAltName=DNS:%s\n' "$host" > ext
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" \
			-out req -subj "/CN=$cn" 2> /dev/null
		openssl x509 -req -in req -CA "$issuer.crt" -CAkey "$issuer.key" -CAcreateserial \
			-extfile ext -days "$days" -out "$name.crt" 2> /dev/null
		chmod 600 "$name.key"
	done
	if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
		echo 'node and npm are not installed' > "$BATS_FILE_TMPDIR/why"
	elif ! timeout 90 "$BATS_TEST_DIRNAME/../../contrib/install-socketio" "$SOCKETIO" \
		> "$BATS_FILE_TMPDIR/npm" 2>&1; then
		echo 'npm cannot install socket.io' > "$BATS_FILE_TMPDIR/why"
	fi
}

test_setup()
{
	PKI=$BATS_FILE_TMPDIR/pki
	SOCKET=$RUN/orchctl.sock
	OUT=$WORK/serve
}

needs_socketio()
{
	[[ ! -e $BATS_FILE_TMPDIR/why ]] || skip "$(cat "$BATS_FILE_TMPDIR/why")"
}

# serve [OPTION...]
serve()
{
	orchctl serve "$@" 2> "$OUT" &
	SERVE=$!
	wait_for 10 on_host test -S "$SOCKET"
}

serve_cloud()
{
	serve --url https://localhost:3001 --ca "$PKI/${1:-ca}.crt" \
		--certificate "$PKI/${2:-client}.crt" --key "$PKI/${2:-client}.key"
}

# cloud [CERTIFICATE]: starts a server; $CLOUD takes commands, $WORK/cloud says what happens
cloud()
{
	[[ -p $WORK/commands ]] || mkfifo "$WORK/commands"
	: > "$WORK/cloud"
	NODE_PATH=$SOCKETIO/node_modules on_host \
		node "$BATS_TEST_DIRNAME/socketio/server.js" 3001 "$PKI" "${1:-server}" \
		< "$WORK/commands" > "$WORK/cloud" 2>&1 &
	exec {CLOUD}> "$WORK/commands"
	wait_for 20 grep -q listening "$WORK/cloud"
}

cloud_stop()
{
	echo quit >&"$CLOUD"
	exec {CLOUD}>&-
	wait_for 20 nobody_listens
}

nobody_listens() { [[ -z $(on_host ss -Hltn 'sport = 3001') ]]; }

says() { wait_for "${2:-20}" grep -q "$1" "$WORK/cloud" || { cat "$WORK/cloud" "$OUT"; return 1; }; }
logs() { wait_for 20 grep -q "$1" "$OUT" || { cat "$OUT"; return 1; }; }

# client: standard input to the socket, and its answers out
client()
{
	on_host python3 -c '
import socket, sys, threading
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
threading.Thread(target=lambda: (s.sendall(sys.stdin.buffer.read()), s.shutdown(socket.SHUT_WR))).start()
while data := s.recv(65536):
    sys.stdout.buffer.write(data)
' "$SOCKET"
}

# Only what runs on the test's own host is there to be found.
no_link() { ! on_host pgrep -f 'orchctl-serve link ' > /dev/null; }

stop()
{
	on_host pkill -TERM -f 'orchctl-serve serve'
	wait "$SERVE"
}

@test "a line is a message, and its answer is a line" {
	serve
	run -0 client <<< '{"action":"get_serial_devices","correlation_id":12.50}'
	ack '.status == "success" and .count >= 0'
	[[ $output == *'"correlation_id":12.50,'* ]]
}

@test "what is no message is answered, and the connection goes on" {
	serve
	run -0 client <<- 'EOT'
		hello
		[1]
		{"action":"no_such_topic","correlation_id":3}
		{"action":"get_serial_devices","requested_at":"noon","correlation_id":4}
	EOT
	[[ ${#lines[@]} -eq 4 ]]
	[[ $(jq -s '[.[] | select(.status == "error")] | length' <<< "$output") -eq 4 ]]
	[[ $(jq -sc '[.[].correlation_id] | sort' <<< "$output") == '[null,null,3,4]' ]]
}

@test "a message of more than a MiB is refused, the next one is not" {
	serve
	run -0 client < <(printf '{"action":"%01100000d"}\n' 0
		echo '{"action":"get_serial_devices"}')
	[[ ${#lines[@]} -eq 2 ]]
	ack '.error == "Message is larger than 1048576 bytes"' "${lines[0]}"
	ack '.status == "success"' "${lines[1]}"
}

@test "a thousand messages at once are all answered" {
	serve
	run -0 client < <(for i in {1..1000}; do
		printf '{"action":"get_serial_devices","device_id":"d%d","correlation_id":%d}\n' "$i" "$i"
	done)
	[[ $(jq -s '[.[] | select(.status == "success") | .correlation_id] | sort == [range(1; 1001)]' \
		<<< "$output") == true ]]
}

@test "only its user may connect" {
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$WORK"
	serve
	[[ $(on_host stat -c %a "$SOCKET") == 600 ]]
	on_host chmod 666 "$SOCKET"
	run -0 on_host setpriv --reuid 65534 --regid 65534 --clear-groups \
		env PATH=/usr/bin:/bin python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
print(s.recv(10))' "$SOCKET"
	[[ $output == "b''" ]]
	logs 'another user'
}

@test "the socket is there once, and goes with who serves" {
	serve
	run -1 orchctl serve
	[[ $output == *'somebody serves there already' ]]
	stop
	on_host test ! -e "$SOCKET"
	on_host python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$SOCKET"
	serve
	run -0 client <<< '{"action":"get_serial_devices","device_id":"x"}'
	ack '.status == "success"'
	stop
	on_host touch "$SOCKET"
	run -1 orchctl serve
	[[ $output == *'something else is there' ]]
}

@test "bad certificates and keys are told before anything is served" {
	local good=(--url https://localhost:3001 --certificate "$PKI/client.crt" --key "$PKI/client.key")

	run -1 orchctl serve --url http://localhost --certificate a --key b
	[[ $output == *'URL http://localhost: has to begin with https:// or wss://' ]]
	run -1 orchctl serve --url https://localhost
	[[ $output == *'needs a certificate and a key' ]]
	run -1 orchctl serve "${good[@]}" --ca /nowhere
	[[ $output == *'CA /nowhere: no such file or directory' ]]
	run -1 orchctl serve "${good[@]}" --certificate "$PKI/client.key"
	[[ $output == *'client.key: is none in PEM' ]]
	run -1 orchctl serve "${good[@]}" --key "$PKI/server.key"
	[[ $output == *"server.key: is not the certificate's" ]]
	cp "$PKI/client.key" "$WORK/key"
	chmod 640 "$WORK/key"
	run -1 orchctl serve "${good[@]}" --key "$WORK/key"
	[[ $output == *'others may use it (mode 0640, has to be 0600)' ]]
	on_host test ! -e "$SOCKET"
}

@test "a configuration file says the same as options" {
	printf '{"socket":"%s/other.sock","url":"ftp://x","certificate":"a","key":"b"}' "$RUN" > "$WORK/config"
	run -1 orchctl serve --config "$WORK/config"
	[[ $output == *'URL ftp://x: has to begin'* ]]
	printf '{"socket":"%s/other.sock"}' "$RUN" > "$WORK/config"
	SOCKET=$RUN/other.sock
	serve --config "$WORK/config"
	run -0 client <<< '{"action":"get_serial_devices","device_id":"x"}'
	ack '.status == "success"'
}

@test "the cloud asks, and is answered in the callback; heartbeats" {
	needs_socketio
	cloud
	serve_cloud
	says 'connected 07048933 TLSv1.3'
	echo 'ask get_serial_devices {"correlation_id":7}' >&"$CLOUD"
	says 'ack {"action":"get_serial_devices","correlation_id":7,"status":"success"'
	echo 'ask get_serial_devices 5' >&"$CLOUD"
	says 'ack .*"status":"error"'
	echo 'tell start_device {"device_id":"nobody","correlation_id":8}' >&"$CLOUD"
	says 'event start_device .*"correlation_id":8,"success":false'
	says 'event heartbeat {"agent_id":"07048933","cpu_usage":'
	run -0 grep -m1 -o 'event heartbeat .*' "$WORK/cloud"
	ack '.status == "online" and .memory_total > 0 and .disk_total > 0 and (.audit_head | length) == 64' \
		"${output#event heartbeat }"
	# The socket serves at the same time.
	run -0 client <<< '{"action":"get_serial_devices","device_id":"x"}'
	ack '.status == "success"'
}

@test "a burst, a message that is too large, and one with binary data" {
	needs_socketio
	cloud
	serve_cloud
	says connected
	echo 'burst 1000' >&"$CLOUD"
	says 'burst 1000' 60
	echo 'big 10000000' >&"$CLOUD"
	says 'ack {"action":"get_serial_devices".*Message is larger than 1048576 bytes'
	echo binary >&"$CLOUD"
	says 'ack .*Binary data is not supported'
	echo 'ask get_serial_devices {"correlation_id":99}' >&"$CLOUD"
	says 'ack .*"correlation_id":99,"status":"success"'
	[[ $(grep -c disconnected "$WORK/cloud") -eq 0 ]]
}

@test "a server that restarts is connected to again" {
	needs_socketio
	cloud
	serve_cloud
	says connected
	cloud_stop
	logs 'connection is closed'
	cloud
	says connected 60
	echo 'ask get_serial_devices {"correlation_id":98}' >&"$CLOUD"
	says 'ack .*"correlation_id":98,"status":"success"'
}

@test "a server that cannot be trusted is told nothing" {
	local row certificate ca reason

	needs_socketio
	for row in 'server stranger self-signed certificate' 'expired ca certificate has expired' \
		'elsewhere ca hostname mismatch'; do
		read -r certificate ca reason <<< "$row"
		cloud "$certificate"
		serve_cloud "$ca"
		logs "$reason"
		stop
		cloud_stop
		[[ $(grep -c '^connected' "$WORK/cloud") -eq 0 ]]
	done
}

@test "a server that does not know us is tried again" {
	needs_socketio
	cloud
	serve_cloud ca unknown
	says 'refused'
	logs 'cloud: '
	stop
	[[ $(grep -c '^connected' "$WORK/cloud") -eq 0 ]]
}

@test "who is connected to the cloud has no rights, and goes with who serves" {
	local link

	needs_socketio
	cloud
	serve_cloud
	says connected
	link=$(on_host pgrep -f "orchctl-serve link ")
	run -0 on_host cat "/proc/$link/status"
	[[ $output == *$'\nUid:\t65534\t65534\t65534\t65534\n'* ]]
	[[ $output == *$'\nCapEff:\t0000000000000000\n'* ]]
	[[ $output == *$'\nNoNewPrivs:\t1\n'* ]]
	on_host pkill -KILL -f 'orchctl-serve serve'
	wait_for 10 no_link
	says disconnected
}

needs_plant()
{
	local tool

	for tool in umoci skopeo dnsmasq; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	plc_image "$WORK/plc"
	OPTIONS+=(--image "oci:$WORK/plc")
	plant
}

# With a lease.
ready_on()
{
	device_status plc-001 |
		jq -e ".networks[\"macvlan_plant0_$1\"].ip_address // \"\" | length > 0" > /dev/null
}
in_container() { in_network plc-001 ip -o link show eth0 > /dev/null 2>&1; }

@test "vNICs follow the interface that they are on" {
	needs_plant
	create plc-001
	ready_on 192.168.7.0_24
	mac=$(device_status plc-001 | jq -r '.networks[].mac_address')
	serve
	# The plant gets other addresses.
	in_plant pkill dnsmasq
	in_plant ip address flush dev lan0
	in_plant ip address add 192.168.8.1/24 dev lan0
	in_plant dnsmasq --conf-file=/dev/null --user=root --group=root --port=0 --interface=lan0 \
		--no-ping --dhcp-authoritative --dhcp-range=192.168.8.100,192.168.8.150,255.255.255.0,1h \
		--pid-file="$WORK/dnsmasq.pid" --dhcp-leasefile="$WORK/leases2" --log-facility="$WORK/dnsmasq2.log"
	on_host ip address flush dev plant0
	on_host ip address add 192.168.8.5/24 dev plant0
	wait_for 40 ready_on 192.168.8.0_24
	run device_status plc-001
	ack ".is_running and (.networks[].ip_address | startswith(\"192.168.8.1\")) and .networks[].mac_address == \"$mac\""
	[[ $(orchctl audit list | grep -c 'make the vNICs anew, since plant0 has changed') -eq 1 ]]
	# The interface goes, and with it the container's; it comes back.
	on_host ip link del plant0
	run ! in_container
	on_host ip link add plant0 type veth peer name lan0 netns plant
	in_plant ip link set lan0 up
	in_plant ip address add 192.168.8.1/24 dev lan0
	on_host ip link set plant0 up
	on_host ip address add 192.168.8.5/24 dev plant0
	wait_for 40 in_container
	orchctl audit verify
}
