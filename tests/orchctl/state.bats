#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# State documents: containers and bridges as one file says.

load helpers

setup_file()
{
	local tool root=$BATS_FILE_TMPDIR/root

	for tool in umoci skopeo; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	mkdir -p "$root"/{bin,dev,etc,proc,sys,tmp}
	cp "$(realpath "$(command -v busybox)")" "$root/bin/busybox"
	ln -s busybox "$root/bin/sh"
	ln -s busybox "$root/bin/sleep"
	IMAGE=$BATS_FILE_TMPDIR/image
	umoci init --layout "$IMAGE"
	umoci new --image "$IMAGE:latest"
	umoci insert --image "$IMAGE:latest" "$root" /
	umoci config --image "$IMAGE:latest" --config.cmd /bin/sleep --config.cmd 1000 \
		--config.stopsignal SIGKILL
}

test_setup()
{
	IMAGE=oci:$BATS_FILE_TMPDIR/image:latest
	DOCUMENT=$WORK/state.json
	ERR=$WORK/err
	on_host ip link add br0 type bridge
	on_host ip link set br0 up
	on_host ip address add 10.9.0.1/24 dev br0
}

# container ID [JQ-ADDITION]: one of a document
container()
{
	jq -nc --arg id "$1" --arg image "$IMAGE" \
		'{id: $id, bridge: "br0", properties: {template: $image, ipv4: "10.9.0.\($id)/24"}} * '"${2:-{\}}"
}

# document CONTAINER...
document()
{
	printf '%s\n' "$@" | jq -sc '{version: 1, plugins: {lxc: {containers: .}}}' > "$DOCUMENT"
}

apply()
{
	orchctl apply "$@" "$DOCUMENT" 2> "$ERR" || { cat "$ERR"; return 1; }
}

# actions [OPTION...]: "Create 101", one a line
actions()
{
	orchctl diff "$@" "$DOCUMENT" |
		jq -r '.[] | select(.plugin == "lxc") | .actions[] | to_entries[] | "\(.key) \(.value.resource)"'
}

query() { orchctl query --plugin lxc | jq -c ".containers$1"; }
answers() { on_host busybox ping -c 1 -W 5 "$1" > /dev/null; }

# cgroup ID CONTROLLER FILE-V1 FILE-V2: a limit, as the kernel has it
limit()
{
	local dir=/sys/fs/cgroup/$2/$NS/$1

	if [[ -d $dir ]]; then
		cat "$dir/$3"
	else
		cat "/sys/fs/cgroup/$NS/$1/$4"
	fi
}

@test "a container on a Linux bridge comes, stays and goes" {
	document "$(container 100)"
	run -0 actions
	[[ $output == 'Create 100' ]]
	run -0 apply --dry-run
	ack '.[0].plugin == "lxc" and .[0].actions[0].Create.config.veth == "vi100"
		and (.[0].metadata.current_hash | length) == 64'
	[[ $(query '') == '[]' ]]

	run -0 apply
	[[ ${lines[0]} == 'Created container 100' ]]
	[[ ${lines[1]} == 'Added vi100 to bridge br0' ]]
	[[ ${lines[2]} == 'Started container 100' ]]
	[[ $(query '[0]') == '{"id":"100","veth":"vi100","bridge":"br0","running":true}' ]]
	[[ $(on_host ip -o link show vi100) == *'master br0'* ]]
	answers 10.9.0.100
	run -0 orchctl query
	ack '.plugins.lxc.containers | length == 1'

	# Once more: nothing to do, and nothing is done.
	events=$(orchctl audit list | wc -l)
	run -0 actions
	[[ $output == 'NoOp 100' ]]
	run -0 apply
	[[ -z $output ]]
	[[ $(orchctl audit list | wc -l) -eq $events ]]

	# What a document does not name stays, unless it is told to go.
	document
	run -0 apply
	[[ -z $output ]]
	[[ $(query '[0].running') == true ]]
	run -0 actions --prune
	[[ $output == 'Delete 100' ]]
	run -0 apply --prune
	[[ $output == 'Deleted container 100' ]]
	[[ $(query '') == '[]' ]]
	run ! on_host ip link show vi100
	run -0 orchctl audit verify
	run -0 orchctl audit list
	[[ $output == *'lxc      create    100'*'lxc      delete    100'* ]]
}

@test "memory and processors change while it runs" {
	document "$(container 100 '{properties: {memory: 64, cores: 1}}')"
	apply
	[[ $(limit 100 memory memory.limit_in_bytes memory.max) -eq $((64 << 20)) ]]
	started=$(orchctl apply --topic get_device_status - <<< '{"device_id":"100"}' | jq .uptime_seconds)
	document "$(container 100 '{properties: {memory: "128", cores: 2}}')"
	run -0 apply
	[[ $output == 'Modified container 100: memory from 64 to 128, cores from 1 to 2' ]]
	[[ $(limit 100 memory memory.limit_in_bytes memory.max) -eq $((128 << 20)) ]]
	[[ $(limit 100 cpu cpu.cfs_quota_us cpu.max) == 200000* ]]
	[[ $(jq .linux.resources.memory.limit "$STATE/containers/$NS/100/config.json") -eq $((128 << 20)) ]]
	run -0 actions
	[[ $output == 'NoOp 100' ]]
	# It is the same one still.
	[[ $(orchctl apply --topic get_device_status - <<< '{"device_id":"100"}' | jq .restart_count) -eq 0 ]]
	[[ $started -ge 0 ]]
	# After a stop and a start, too.
	document "$(container 100 '{running: false, properties: {memory: 96, cores: 2}}')"
	apply
	[[ $(query '[0].running') == false ]]
	run ! on_host ip link show vi100
	document "$(container 100 '{properties: {memory: 96, cores: 2}}')"
	run -0 apply
	[[ $output == 'Modified container 100: running from false to true' ]]
	[[ $(limit 100 memory memory.limit_in_bytes memory.max) -eq $((96 << 20)) ]]
	answers 10.9.0.100
}

@test "its link changes, and its host name" {
	document "$(container 100)"
	apply
	on_host ip link add br1 type bridge
	on_host ip address add 10.8.0.1/24 dev br1
	on_host ip link set br1 up
	document "$(container 100 '{bridge: "br1", veth: "plc0", properties: {ipv4: "10.8.0.7/24"}}')"
	run -0 apply
	[[ $output == 'Modified container 100: veth from vi100 to plc0, bridge from br0 to br1, ipv4 from 10.9.0.100/24 to 10.8.0.7/24' ]]
	answers 10.8.0.7
	run ! on_host ip link show vi100
	document "$(container 100 '{bridge: "br1", veth: "plc0", properties: {ipv4: "10.8.0.7/24", hostname: "line-7"}}')"
	run -0 apply
	[[ ${lines[0]} == 'Created container 100' ]]
	[[ $(jq -r .hostname "$STATE/containers/$NS/100/config.json") == line-7 ]]
	answers 10.8.0.7
}

@test "a link that cannot change stays, and goes on being different" {
	document "$(container 100)"
	apply
	OPTIONS+=(--ovs-db "$WORK/no.sock")
	document "$(container 100 '{bridge: "nowhere"}')"
	for _ in 1 2; do
		run -1 apply
		grep -q 'Failed to modify container 100: ' "$ERR"
		answers 10.9.0.100
	done
	run -0 actions
	[[ $output == 'Modify 100' ]]
	document "$(container 100)"
	run -0 actions
	[[ $output == 'NoOp 100' ]]
}

@test "a link that was lost, or half made, comes back by boot or the next apply" {
	document "$(container 100)"
	apply
	on_host ip link delete vi100
	run -0 actions
	[[ $output == 'Modify 100' ]]
	run -0 apply
	[[ $output == 'Modified container 100: veth from none to vi100' ]]
	answers 10.9.0.100
	on_host ip link delete vi100
	orchctl boot
	answers 10.9.0.100
	# Killed before it was marked as whole; by then it may have an address, or none.
	in_network 100 ip address flush dev eth0
	on_host ip link set vi100 alias ''
	orchctl boot
	answers 10.9.0.100
	# One of somebody else's is left alone.
	on_host ip link delete vi100
	on_host ip link add vi100 type veth peer name other0
	run -1 orchctl boot
	[[ $output == *"interface vi100: is there already"* ]]
	on_host ip link show vi100
	on_host ip link delete vi100
}

@test "limits change, whatever its image means by now" {
	local config=$STATE/containers/$NS/100/config.json image=$WORK/other

	cp -r "$BATS_FILE_TMPDIR/image" "$image"
	IMAGE=oci:$image:latest
	document "$(container 100 '{properties: {memory: 64, cores: 1}}')"
	apply
	umoci config --image "$image:latest" --config.cmd /bin/nothing
	orchctl image pull "$IMAGE"
	jq '.linux.resources.memory.reservation = 1048576 | .x = 7' "$config" > "$WORK/new"
	cp "$WORK/new" "$config"
	document "$(container 100 '{properties: {memory: 96, cores: 1}}')"
	apply
	[[ $(jq -c '.linux.resources.memory' "$config") == '{"reservation":1048576,"limit":100663296,"swap":100663296}' ]]
	# All else is as it was.
	diff <(jq -S 'del(.linux.resources.memory)' "$config") <(jq -S 'del(.linux.resources.memory)' "$WORK/new")
	document "$(container 100 '{properties: {memory: 96}}')"
	apply
	[[ $(jq -c '.linux.resources.cpu' "$config") == '{}' ]]
}

@test "limits that cannot change go on being different" {
	document "$(container 100)"
	apply
	mv "$STATE/containers/$NS/100/config.json" "$WORK/config.json"
	document "$(container 100 '{properties: {memory: 64}}')"
	run -1 apply
	run -0 actions
	[[ $output == 'Modify 100' ]]
	mv "$WORK/config.json" "$STATE/containers/$NS/100/config.json"
	run -0 apply
	[[ $(jq .linux.resources.memory.limit "$STATE/containers/$NS/100/config.json") -eq $((64 << 20)) ]]
}

# bundle_at DIRECTORY: an OCI bundle whose program writes to its root, with a bind mount of its own
bundle_at()
{
	mkdir -p "$1/data"
	cp -a "$BATS_FILE_TMPDIR/root" "$1/rootfs"
	echo theirs > "$1/data/file"
	"$BUILD/runlet" spec --bundle "$1"
	jq '.hostname = "theirs" | .process.terminal = false
		| .process.args = ["/bin/sh", "-c", "/bin/busybox hostname > /mark; exec /bin/sleep 1000"]
		| .root.readonly = false
		| .mounts += [{destination: "/data", type: "bind", source: "data", options: ["rbind", "ro"]}]' \
		"$1/config.json" > "$1/new"
	mv "$1/new" "$1/config.json"
}

@test "a bundle as the template of several" {
	local bundle=$WORK/bundle

	bundle_at "$bundle"
	document "$(container 100 "{properties: {template: \"$bundle\"}}")" \
		"$(container 101 "{properties: {template: null, bundle: \"$bundle\", hostname: \"own\"}}")"
	run -0 apply
	answers 10.9.0.100
	answers 10.9.0.101
	wait_for 10 test -s "$STATE/containers/$NS/100/upper/mark"
	wait_for 10 test -s "$STATE/containers/$NS/101/upper/mark"
	[[ $(< "$STATE/containers/$NS/100/upper/mark") == theirs ]]
	[[ $(< "$STATE/containers/$NS/101/upper/mark") == own ]]
	[[ ! -e $bundle/rootfs/mark ]]
	[[ $(on_host "$BUILD/runlet" --root "$RUN/runtime/$NS" exec 100 /bin/busybox cat /data/file) == theirs ]]
	run -0 apply
	[[ -z $output ]]
	# The containers go on with the configuration that they were made with.
	rm "$bundle/config.json"
	document "$(container 100 "{properties: {template: \"$bundle\", memory: 64}}")"
	run -0 apply
	[[ $output == 'Modified container 100: memory from none to 64' ]]
	[[ $(limit 100 memory memory.limit_in_bytes memory.max) -eq $((64 << 20)) ]]
	document "$(container 100 "{running: false, properties: {template: \"$bundle\", memory: 64}}")"
	apply
	document "$(container 100 "{properties: {template: \"$bundle\", memory: 64}}")"
	apply
	# Under another MAC address than the one that the host remembers.
	wait_for 30 answers 10.9.0.100
	document
	apply --prune
	[[ -d $bundle/rootfs/bin ]]
}

@test "what is no bundle makes no container" {
	local bundle=$WORK/bundle

	bundle_at "$bundle"
	mv "$bundle/rootfs" "$bundle/elsewhere"
	document "$(container 100 "{properties: {template: \"$bundle\"}}")" \
		"$(container 101 "{properties: {template: \"$WORK/none\"}}")"
	run -1 apply
	grep -q "Failed to create container 100: root of the bundle $bundle: " "$ERR"
	grep -q "Failed to create container 101: .*$WORK/none/config.json: no such file" "$ERR"
	document "$(container 100 "{properties: {bundle: \"$bundle\"}}")"
	run -1 apply
	grep -q 'of template, image and bundle one is enough' "$ERR"
	document "$(container 100 '{properties: {template: null, bundle: "relative"}}')"
	run -1 apply
	grep -q 'properties.bundle: ' "$ERR"
	[[ ! -e $STATE/containers/$NS/100 ]]
}

@test "one that fails stops none of the others, and leaves nothing" {
	document "$(container 100)" "$(container 101 '{bridge: "nowhere"}')" \
		"$(container 102 '{properties: {template: "oci:/nowhere"}}')" "$(container 103)"
	OPTIONS+=(--ovs-db "$WORK/no.sock")
	run -1 apply
	grep -q 'Failed to create container 101: ' "$ERR"
	grep -q 'Failed to create container 102: ' "$ERR"
	[[ $(query ' | map(.id)') == '["100","103"]' ]]
	[[ ! -e $STATE/containers/$NS/101 && ! -e $STATE/containers/$NS/102 ]]
	run ! on_host ip link show vi101
	run -0 orchctl audit list
	[[ $output == *'create    101'*'FAILED: '* ]]
	orchctl audit verify
}

@test "back to the state before" {
	run -1 orchctl rollback
	[[ $output == *'no state was applied yet' ]]
	document "$(container 100 '{properties: {memory: 64}}')"
	apply
	document "$(container 100 '{properties: {memory: 128}}')" "$(container 101)"
	apply
	run -0 orchctl rollback
	[[ ${lines[0]} == 'Deleted container 101' ]]
	[[ ${lines[1]} == 'Modified container 100: memory from 128 to 64' ]]
	[[ $(query ' | map(.id)') == '["100"]' ]]
}

# with_net JQ: the document's plugin net
with_net()
{
	jq -c ".plugins.net.interfaces = $1" "$DOCUMENT" > "$WORK/with-net"
	mv "$WORK/with-net" "$DOCUMENT"
}

# What the kernel has, without what comes of itself.
links()
{
	on_host ip -j link | jq -c '.[] | [.ifname, .master, (.flags | index("UP") != null)]'
	on_host ip -j -4 addr | jq -c '.[] | [.ifname, [.addr_info[] | [.local, .prefixlen]]]'
	on_host ip -4 route | sed 's/ linkdown//'
}

@test "back to the interfaces before, too" {
	local before after net

	on_host ip link add uplink type veth peer name far
	on_host ip address add 10.9.5.5/24 dev uplink
	on_host ip link set far up
	before=$(links)
	document "$(container 100 '{bridge: "br7", properties: {ipv4: "10.7.0.100/24"}}')"
	net='[{name: "br7", type: "bridge", ports: ["uplink"],
		ipv4: {enabled: true, address: [{ip: "10.7.0.1", prefix: 24}]}},
		{name: "br0", type: "bridge", ipv4: {enabled: true, address: [{ip: "10.9.0.2", prefix: 24}]}}]'
	with_net "$net"
	apply
	answers 10.7.0.100
	after=$(on_host ip -4 -o addr show dev br0)
	run -0 orchctl rollback
	[[ ${lines[0]} == 'Deleted container 100' ]]
	[[ $output == *'delete bridge br7'* && $output == *'add address 10.9.0.1/24 to br0'* ]]
	[[ $(links | sort) == "$(sort <<< "$before")" ]] || { diff <(echo "$before") <(links); return 1; }
	# And forth again.
	run -0 orchctl rollback
	[[ $output == *'create bridge br7'*'Created container 100'* ]]
	[[ $(on_host ip -4 -o addr show dev br0) == "$after" ]]
	answers 10.7.0.100
	run -0 orchctl diff "$DOCUMENT"
	ack '[.[].actions[] | keys[0]] | unique == ["NoOp"]'
	run -0 orchctl rollback
	[[ $(links | sort) == "$(sort <<< "$before")" ]]
	orchctl audit verify
}

@test "an apply without interfaces has none to go back to" {
	local before

	document
	with_net '[{name: "br7", type: "bridge"}]'
	apply
	before=$(links | sort)
	document "$(container 100)"
	apply
	run -0 orchctl rollback
	[[ $output == 'Deleted container 100' ]]
	[[ $(links | sort) == "$before" ]]
}

@test "every plugin is shown as it is, in the form of a document" {
	document "$(container 100)"
	apply
	on_host ip link add uplink type veth peer name far
	on_host ip link set uplink master br0
	on_host ip link set uplink up
	on_host ip link set far up
	on_host ip route add default via 10.9.0.254
	run -0 orchctl query
	ack '.plugins | keys == ["lxc", "net"]'
	ack '.plugins.lxc.containers == [{"id":"100","veth":"vi100","bridge":"br0","running":true}]'
	ack '.plugins.net.interfaces | map(.name) == ["br0", "far", "uplink"]'
	ack '.plugins.net.interfaces[0] | .type == "bridge" and (.ports | sort) == ["uplink", "vi100"]
		and .ipv4 == {"enabled":true,"address":[{"ip":"10.9.0.1","prefix":24}],"gateway":"10.9.0.254"}'
	ack '.plugins.net.interfaces[1] | .type == "ethernet" and .ipv4 == {"enabled":false}'
	# It can be applied, and changes nothing.
	jq -c '{version: 1, plugins: {net: .plugins.net}}' <<< "$output" > "$WORK/shown.json"
	run -0 orchctl diff "$WORK/shown.json"
	ack '[.[].actions[] | keys[0]] | unique == ["NoOp"]'
	run -0 orchctl query --plugin net
	ack 'keys == ["interfaces"]'
	run -1 orchctl query --plugin systemd
	[[ $output == *'plugin systemd: only lxc and net can be asked' ]]
}

@test "bridges come before the containers on them" {
	document "$(container 100 '{bridge: "br7", properties: {ipv4: "10.7.0.100/24"}}')"
	jq -c '.plugins.net.interfaces = [{name: "br7", type: "bridge",
		ipv4: {enabled: true, address: [{ip: "10.7.0.1", prefix: 24}]}}]' "$DOCUMENT" > "$WORK/with-net"
	mv "$WORK/with-net" "$DOCUMENT"
	run -0 orchctl diff "$DOCUMENT"
	ack '.[0].plugin == "net" and .[0].actions[0].Create.resource == "br7"'
	run -0 apply
	answers 10.7.0.100
	run -0 orchctl diff "$DOCUMENT"
	ack '.[0].actions[0].NoOp.resource == "br7" and .[1].actions[0].NoOp.resource == "100"'
}

@test "a netmaker container has the host's network, and the token goes nowhere" {
	mkdir "$WORK/bin"
	cat > "$WORK/bin/netclient" <<- EOF
		#!/bin/sh
		echo "\$@" >> $WORK/netclient
		echo "joined with \$4"
		ip link add netmaker0 type bridge
	EOF
	chmod +x "$WORK/bin/netclient"
	PATH=$WORK/bin:$PATH
	document "$(jq -nc --arg image "$IMAGE" '{id: "100", bridge: "br0",
		properties: {network_type: "netmaker", template: $image}}')"
	run -1 apply --netmaker-env "$WORK/env"
	grep -q "Failed to create container 100: the host is on no netmaker network, and there is no token in $WORK/env" "$ERR"
	echo 'NETMAKER_TOKEN=s3cr3t-t0ken' > "$WORK/env"
	chmod 640 "$WORK/env"
	run -1 apply --netmaker-env "$WORK/env"
	grep -q 'others may use it (mode 0640, has to be 0600)' "$ERR"
	[[ ! -e $WORK/netclient ]]
	chmod 600 "$WORK/env"
	OPTIONS+=(--debug)
	run -0 apply --netmaker-env "$WORK/env"
	[[ ${lines[0]} == 'Successfully joined netmaker network' ]]
	[[ $output == *'Container 100 on netmaker mesh (inherited from host)'* ]]
	[[ $(< "$WORK/netclient") == 'join -t s3cr3t-t0ken' ]]
	run ! on_host ip link show vi100
	[[ $(jq '[.linux.namespaces[] | select(.type == "network")] | length' \
		"$STATE/containers/$NS/100/config.json") -eq 0 ]]
	# A second one finds the host there.
	document "$(jq -nc --arg image "$IMAGE" '{id: "101", properties: {network_type: "netmaker", template: $image}}')"
	apply --netmaker-env "$WORK/env"
	[[ $(wc -l < "$WORK/netclient") -eq 1 ]]
	run ! grep -rIl s3cr3t-t0ken "$STATE" "$LOGS" "$RUN" "$ERR"
	orchctl audit verify
}

@test "what messages made is not a document's" {
	document "$(container 100)"
	mkdir -p "$STATE/containers/$NS"
	apply
	jq -c '.labels = {}' "$STATE/containers/$NS/100/container.json" > "$WORK/record"
	cp "$WORK/record" "$STATE/containers/$NS/100/container.json"
	[[ $(query '') == '[]' ]]
	run -1 apply
	grep -q 'Failed to create container 100: the name is in use' "$ERR"
	document
	run -0 apply --prune
	[[ -z $output ]]
	answers 10.9.0.100
}

@test "bad documents are told in one line, and nothing is done" {
	echo '{"version":2,"plugins":{}}' > "$DOCUMENT"
	run -1 apply
	grep -q 'version: only 1 is known' "$ERR"
	document '{"id":"../x","bridge":"b"}'
	run -1 apply
	grep -q 'plugins.lxc.containers\[0\].id: ' "$ERR"
	echo '{"action":"x"}' > "$DOCUMENT"
	run -1 apply --dry-run
	grep -q 'is no state document' "$ERR"
	[[ ! -e $STATE/audit ]]
}

@test "a document on standard input is one, and messages with its options are none" {
	document "$(container 101)"
	run -0 orchctl apply --dry-run - < "$DOCUMENT"
	ack '.[0].actions[0].Create.resource == "101"'
	[[ -z $(orchctl list -q) ]]
	run -0 orchctl apply - < "$DOCUMENT"
	[[ $output == *'Created container 101'* && $(orchctl list -q) == 101 ]]
	# A pipe is not read twice.
	document
	run -0 orchctl apply --prune <(cat "$DOCUMENT")
	[[ $output == *'Deleted container 101'* && -z $(orchctl list -q) ]]
	run -1 orchctl apply - <<< '{"version":2,"plugins":{}}'
	[[ ${#lines[@]} -eq 1 && $output == *'version: only 1 is known'* ]]
	for text in '{"action":"get_serial_devices"}' '[{"action":"get_serial_devices"}]'; do
		run -1 orchctl apply --prune - <<< "$text"
		[[ ${#lines[@]} -eq 1 && $output == *'-: is no state document' ]]
	done
	run -0 orchctl apply - <<< '{"action":"get_serial_devices","plugins":{}}'
	ack '.status == "success"'
	# It may be larger than a message.
	jq -nc '{version: 1, x: ("x" * 1100000), plugins: {}}' > "$DOCUMENT"
	run -0 orchctl apply - < "$DOCUMENT"
	run -1 orchctl apply - <<< "{\"action\":\"get_serial_devices\",\"x\":\"$(printf '%01100000d' 0)\"}"
	[[ $output == *'at most 1048576 bytes'* ]]
}

@test "a container on a bridge of Open vSwitch" {
	local port

	load ../netctl/ovs.bash
	host() { on_host "$@"; }
	BACKGROUND=()
	start_ovs
	OPTIONS+=(--ovs-db "$DB")
	document "$(container 100 '{bridge: "ovsbr0"}')"
	jq -c '.plugins.net.interfaces = [{name: "ovsbr0", type: "ovs-bridge"}]' "$DOCUMENT" > "$WORK/with-net"
	vsctl add-br ovsbr0 -- set bridge ovsbr0 datapath_type=netdev
	on_host ip link set br0 down
	on_host ip address add 10.9.0.1/24 dev ovsbr0
	on_host ip link set ovsbr0 up
	mv "$WORK/with-net" "$DOCUMENT"
	run -0 apply
	[[ $output == *'Added vi100 to bridge ovsbr0'* ]]
	[[ $(vsctl list-ports ovsbr0) == vi100 ]]
	run -0 orchctl query --plugin net
	ack '.interfaces[] | select(.name == "ovsbr0") | .type == "ovs-bridge" and .ports == ["vi100"]'
	[[ $(vsctl get port vi100 external_ids:runlet-container-id) == '"100"' ]]
	answers 10.9.0.100
	run -0 apply
	[[ -z $output ]]
	document "$(container 100 '{bridge: "ovsbr0", running: false}')"
	apply
	[[ -z $(vsctl list-ports ovsbr0) ]]
	document "$(container 100 '{bridge: "ovsbr0"}')"
	apply
	[[ $(vsctl list-ports ovsbr0) == vi100 ]]
	document
	apply --prune
	[[ -z $(vsctl list-ports ovsbr0) ]]
	run ! on_host ip link show vi100
}

@test "killed at any moment, it leaves a whole container or nothing" {
	local ms

	for ms in 050 150 250 350; do
		document "$(container 100)"
		orchctl apply "$DOCUMENT" > /dev/null 2>&1 &
		sleep 0.$ms
		on_host pkill -KILL -x orchctl || :
		wait $! || :
		orchctl boot
		if [[ $(query ' | length') -eq 1 ]]; then
			answers 10.9.0.100
		else
			run ! on_host ip link show vi100
			[[ ! -e $STATE/containers/$NS/100 ]]
		fi
		document
		apply --prune
	done
	orchctl audit verify
}

@test "another OCI runtime does as well" {
	local runc

	runc=$(PATH=$PATH:/usr/sbin command -v runc) || skip "needs runc"
	OPTIONS+=(--runtime "$runc")
	document "$(container 100 '{properties: {memory: 64}}')"
	apply
	answers 10.9.0.100
	document "$(container 100 '{properties: {memory: 128}}')"
	run -0 apply
	[[ $output == 'Modified container 100: memory from 64 to 128' ]]
	[[ $(limit 100 memory memory.limit_in_bytes memory.max) -eq $((128 << 20)) ]]
	document
	run -0 apply --prune
	[[ $output == 'Deleted container 100' ]]
}
