#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# vNICs: what is attached, what is refused, and that a failure or a kill leaves nothing.
load helpers

STEPPER=$BATS_TEST_DIRNAME/../faults/stepper

test_setup()
{
	wire eth0
	ip -n "$HOST" addr add 10.1.0.5/24 dev eth0
	ip -n "$HOST" route add default via 10.1.0.1 dev eth0
}

test_teardown()
{
	if [[ -n ${INSIDE:-} ]]; then
		netctl detach --netns "$INSIDE" --forget
	fi
}

# attach LIST [OPTION]...: to INSIDE, by its path
attach() { netctl attach --netns "$INSIDE" "${@:2}" - <<< "$1"; }

one() { echo "[{\"name\":\"net0\",\"parent_interface\":\"eth0\",\"network_mode\":\"manual\",\"ip_address\":\"10.1.0.20\"$1}]"; }

address() { ip -n "$INSIDE" -json addr show dev "$1" | jq -r '.[0].addr_info[] | select(.family == "inet") | "\(.local)/\(.prefixlen)"'; }
mac() { ip -n "$INSIDE" -json link show dev "$1" | jq -r '.[0].address'; }
default_routes() { ip -n "$INSIDE" -json route show default | jq -r '.[] | "\(.gateway) \(.dev) \(.metric)"'; }

# A process in INSIDE with a root of its own, as a container's; its pid is ROOTED
rooted()
{
	mkdir -p "$WORK/root/bin" "$WORK/root/etc"
	cp "$(command -v busybox)" "$WORK/root/bin/busybox"
	background_at "$INSIDE" chroot "$WORK/root" /bin/busybox sleep 1000
	ROOTED=$BG
	wait_for 5 test "/proc/$ROOTED/root" -ef "$WORK/root"
}

@test "an address, a subnet and a gateway from the parent" {
	attach "$(one '')"
	[[ $(links "$INSIDE") == net0 && $(address net0) == 10.1.0.20/24 ]]
	[[ $(default_routes) == "10.1.0.1 net0 100" ]]
	link_json "$INSIDE" net0 | jq -e '.linkinfo.info_kind == "macvlan" and .linkinfo.info_data.mode == "bridge"'
	[[ $(links "$HOST") == eth0 ]]
	netctl detach --netns "$INSIDE"
	[[ -z $(links "$INSIDE") && -z $(netctl show) ]]
}

@test "both generations of names, and metrics in their order" {
	wire eth1
	attach '[{"name":"a","parent_interface":"eth0","network_mode":"static","ip":"10.1.0.20/24","gateway":"10.1.0.1",
		"mac":"02:00:00:00:00:AA"},
		{"name":"b","parent_interface":"eth1","network_mode":"manual","ip_address":"10.2.0.20",
		"parent_subnet":"10.2.0.0/16","parent_gateway":"10.2.0.1","mtu":1400}]' --json > "$WORK/made"
	[[ $(mac a) == 02:00:00:00:00:aa && $(address b) == 10.2.0.20/16 ]]
	[[ $(default_routes) == $'10.1.0.1 a 100\n10.2.0.1 b 101' ]]
	[[ $(link_json "$INSIDE" b | jq .mtu) == 1400 ]]
	jq -e '[.[].docker_network_name] == ["macvlan_eth0_10.1.0.0_24", "macvlan_eth1_10.2.0.0_16"]' "$WORK/made"
	jq -e '.[0] | .network_mode == "manual" and .ip_address == "10.1.0.20" and .mac_address == "02:00:00:00:00:aa"' "$WORK/made"
	netctl show --json | jq -e --slurpfile made "$WORK/made" '.[keys[0]] == $made[0]'
	fails 'two of this name' attach '[{"name":"a","parent_interface":"eth0"},{"name":"a","parent_interface":"eth1"}]'
}

@test "a generated MAC stays over a detachment, until it is forgotten" {
	local first

	attach "$(one '')"
	first=$(mac net0)
	[[ $first =~ ^.[26ae]: ]]
	netctl detach --netns "$INSIDE"
	attach "$(one '')"
	[[ $(mac net0) == "$first" ]]
	netctl detach --netns "$INSIDE" --forget
	attach "$(one '')"
	[[ $(mac net0) != "$first" ]]
}

@test "the parent has to be there, up, and free" {
	ip -n "$HOST" link add down0 type dummy 2> /dev/null || ip -n "$HOST" link add down0 type veth peer name down1
	ip -n "$HOST" link add br0 type bridge
	wire port0
	ip -n "$HOST" link set port0 master br0
	wire pass0
	ip -n "$HOST" link add passed link pass0 type macvlan mode passthru

	refused() { fails "$2" attach "$(one '' | jq -c ".[0].parent_interface = \"$1\"")"; [[ -z $(links "$INSIDE") ]]; }
	refused nix0 "vNIC \"net0\": Interface 'nix0' not found on host. Available interfaces: \[.*eth0.*\]"
	refused lo 'vNIC "net0": parent lo is the loopback'
	refused down0 'parent down0 is down'
	refused port0 'parent port0 is used up: it is a port of br0'
	refused pass0 "parent pass0 is used up: it is passed's alone"
	refused ../eth0 'parent_interface'
	netns_new OTHER
	ip -n "$HOST" link set passed netns "$OTHER"
	fails 'parent pass0 may be used up by a child in mode passthru' \
		attach "$(one ',"subnet":"10.1.0.0/24"' | sed s/eth0/pass0/)"
	[[ -z $(links "$INSIDE") ]]
}

@test "addresses, MACs and names that cannot be" {
	refused() { fails "$2" attach "$1"; [[ -z $(links "$INSIDE") && -z $(netctl show) ]]; }
	refused "$(one ',"subnet":"10.9.0.0/24"')" 'ip_address 10.1.0.20 is not in the subnet 10.9.0.0/24'
	refused "$(one '' | sed 's/10.1.0.20/10.1.0.255/')" 'is the broadcast address of 10.1.0.0/24'
	refused "$(one '' | sed 's/10.1.0.20/10.1.0.1/')" "is the gateway's"
	refused "$(one '' | sed 's/10.1.0.20/10.1.0.5/')" "is the parent's own"
	refused "$(one ',"mac":"01:00:5e:00:00:01"')" 'mac'
	refused "$(one ",\"mac\":\"$(link_json "$HOST" eth0 | jq -r .address)\"")" 'already in use by eth0 itself'
	refused "$(one '' | sed s/net0/sixteen_characte/)" 'at most 15 characters'
	refused "$(one ',"mtu":9000')" 'more than the 1500 of parent eth0'
	refused '[{"name":"a","parent_interface":"eth0"},{"name":"b","parent_interface":"eth0"}]' 'would connect to the same MACVLAN network'
	refused 'nonsense' 'stdin: '
	refused '[]' 'At least one vNIC configuration is required'
	fails 'one of --container, --netns and --pid is needed' netctl attach - <<< "$(one '')"
	fails "host's own" netctl attach --netns "$HOST" - <<< "$(one '')"
}

@test "without the privilege to do it" {
	command -v setpriv > /dev/null || skip "setpriv is not installed"
	cp "$NETCTL_BIN" "$WORK/netctl"
	mkdir -m 777 "$WORK/theirs"
	one '' > "$WORK/list"
	chmod -R o+rX "$WORK"
	chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test"
	fails 'needs CAP_SYS_ADMIN' host setpriv --reuid 65534 --regid 65534 --clear-groups "$WORK/netctl" \
		--state-dir "$WORK/theirs" attach --netns "$INSIDE" "$WORK/list"
	[[ -z $(links "$INSIDE") ]]
}

@test "a MAC of another container on the same parent" {
	netns_new OTHER
	attach "$(one ',"mac":"02:00:00:00:00:01"')"
	fails 'MAC address 02:00:00:00:00:01 is already in use by' \
		netctl attach --netns "$OTHER" - <<< "$(one ',"mac":"02:00:00:00:00:01"' | sed s/10.1.0.20/10.1.0.21/)"
	[[ -z $(links "$OTHER") ]]
}

@test "a second attachment, and a name that the container has" {
	attach "$(one '')"
	fails 'it has vNICs, which are to be detached before' attach "$(one '')"
	[[ $(links "$INSIDE") == net0 ]]
	netctl detach --netns "$INSIDE"
	ip -n "$INSIDE" link add net0 type bridge
	fails 'vNIC "net0": the container has an interface of this name' attach "$(one '')"
	link_json "$INSIDE" net0 | jq -e '.linkinfo.info_kind == "bridge"'
}

@test "a failure undoes everything: no lease for the second" {
	wire eth1
	rooted
	echo before > "$WORK/root/etc/resolv.conf"
	fails 'vNIC "b": no DHCP lease within' netctl attach --pid "$ROOTED" --dhcp-wait 200ms - <<- 'EOS'
	[{"name":"a","parent_interface":"eth0","network_mode":"manual","ip":"10.1.0.20","dns":["9.9.9.9"]},
	 {"name":"b","parent_interface":"eth1"}]
	EOS
	[[ -z $(links "$INSIDE") && $(< "$WORK/root/etc/resolv.conf") == before ]]
	[[ -z $(pgrep -f "udhcpc.* -i b" || :) && -z $(records_left) ]]
}

@test "DNS is written inside the container's root, by descriptor" {
	rooted
	echo host > "$WORK/victim"
	ln -s "$WORK/victim" "$WORK/root/etc/resolv.conf"
	netctl attach --pid "$ROOTED" --name box - <<< "$(one ',"dns":["9.9.9.9","fd00::1","9.9.9.9"]')"
	[[ $(< "$WORK/victim") == host && ! -L $WORK/root/etc/resolv.conf ]]
	[[ $(grep nameserver "$WORK/root/etc/resolv.conf") == $'nameserver 9.9.9.9\nnameserver fd00::1' ]]
	netctl detach --name box --forget
	[[ ! -e $WORK/root/etc/resolv.conf ]]

	rmdir "$WORK/root/etc"
	mkdir "$WORK/elsewhere"
	ln -s "$WORK/elsewhere" "$WORK/root/etc"
	fails '/etc of the container is no directory' netctl attach --pid "$ROOTED" --name box - <<< "$(one ',"dns":["9.9.9.9"]')"
	[[ -z $(ls "$WORK/elsewhere") && -z $(links "$INSIDE") ]]
}

@test "DNS into a file of the host, which stays the file it was" {
	local inode

	echo before > "$WORK/resolv.conf"
	inode=$(stat -c %i "$WORK/resolv.conf")
	attach "$(one ',"dns":["9.9.9.9"]')" --resolv-conf "$WORK/resolv.conf"
	grep -qx 'nameserver 9.9.9.9' "$WORK/resolv.conf"
	netctl detach --netns "$INSIDE"
	[[ $(< "$WORK/resolv.conf") == before && $(stat -c %i "$WORK/resolv.conf") == "$inode" ]]
}

@test "no symlink leads to a file of the host, which may be in a container's root" {
	local evil='# Written by netctl for box.'

	mkdir -p "$WORK/root/etc" "$WORK/elsewhere"
	echo host > "$WORK/elsewhere/resolv.conf"
	ln -s "$WORK/elsewhere" "$WORK/root/link"
	fails '"link" is no directory, and symlinks are not followed' \
		attach "$(one ',"dns":["9.9.9.9"]')" --name box --resolv-conf "$WORK/root/link/resolv.conf"
	[[ $(< "$WORK/elsewhere/resolv.conf") == host && -z $(links "$INSIDE") ]]

	# nor one that comes afterwards
	echo before > "$WORK/root/etc/resolv.conf"
	attach "$(one ',"dns":["9.9.9.9"]')" --name box --resolv-conf "$WORK/root/x/.././etc//resolv.conf"
	grep -qx 'nameserver 9.9.9.9' "$WORK/root/etc/resolv.conf"
	mv "$WORK/root/etc" "$WORK/root/old"
	ln -s "$WORK/elsewhere" "$WORK/root/etc"
	echo "$evil" > "$WORK/elsewhere/resolv.conf"
	netctl detach --name box --forget
	[[ $(< "$WORK/elsewhere/resolv.conf") == "$evil" && -z $(links "$INSIDE") ]]
}

# resolv_conf KIND: puts that in the place of the container's file
resolv_conf()
{
	local file=$WORK/root/etc/resolv.conf

	rm -f "$file"
	case $1 in
	large) yes '# Written by netctl for box.' | head -c 200000 > "$file" ;;
	fifo) mkfifo "$file" ;;
	directory) mkdir "$file" ;;
	loop) ln -s resolv.conf "$file" ;;
	file-for-etc) rm -r "$WORK/root/etc" && touch "$WORK/root/etc" ;;
	link-for-etc) rm -r "$WORK/root/etc" && ln -s etc "$WORK/root/etc" ;;
	esac
}

@test "nothing in the place of a container's resolv.conf keeps detach from its work" {
	local kind

	rooted
	for kind in large fifo directory loop file-for-etc link-for-etc; do
		mkdir -p "$WORK/root/etc"
		netctl attach --pid "$ROOTED" --name box - <<< "$(one ',"dns":["9.9.9.9"]')"
		resolv_conf "$kind"
		netctl detach --name box --forget
		[[ -z $(links "$INSIDE") && -z $(records_left) ]] || { echo "$kind"; return 1; }
		rm -rf "$WORK/root/etc"
	done
}

@test "detach finds the namespace by itself, and does without" {
	background_at "$INSIDE" sleep 1000
	netctl attach --pid "$BG" --name box - <<< "$(one '')"
	background_at "$INSIDE" sleep 1000
	kill "${BACKGROUND[0]}"
	wait "${BACKGROUND[0]}" || :
	netctl detach --name box --forget
	[[ -z $(links "$INSIDE") ]]
	netns_new GONE
	netctl attach --netns "$GONE" --name gone - <<< "$(one '')"
	ip netns delete "$GONE"
	[[ $(netctl show --name gone) == 'gone: its network namespace is gone'* ]]
	netctl detach --name gone --forget
	netctl detach --name gone
}

@test "what became of a container's last life is in nobody's way" {
	netns_new GONE
	netctl attach --netns "$GONE" --name box - <<< "$(one ',"mac":"02:00:00:00:00:01"')"
	ip netns delete "$GONE"
	netctl attach --netns "$INSIDE" --name box - <<< "$(one ',"mac":"02:00:00:00:00:01"')"
	[[ $(links "$INSIDE") == net0 ]]
	netctl detach --name box --forget
}

@test "a namespace that has got the inode of the last one is not taken for it" {
	netns_new GONE
	netctl attach --netns "$GONE" --name box - <<< "$(one '')"
	ip netns delete "$GONE"
	ip netns add "$GONE"
	sed -i "s/\"netns_ino\": [0-9]*/\"netns_ino\": $(stat -Lc %i "/run/netns/$GONE")/" "$STATE/attach/box.json"
	[[ $(netctl show --name box) == 'box: its network namespace is gone'* ]]
	netctl attach --netns "$GONE" --name box - <<< "$(one '')"
	[[ $(links "$GONE") == net0 ]]
	netctl detach --name box --forget
}

@test "a MAC address that is just going is waited for" {
	ip -n "$HOST" link add going link eth0 address 02:00:00:00:00:01 up type macvlan mode bridge
	fails 'address already in use' netctl attach --netns "$INSIDE" --name box - <<< "$(one ',"mac":"02:00:00:00:00:01"')"
	[[ -z $(links "$INSIDE") ]]
	background eval 'sleep 0.5; ip -n "$HOST" link del going'
	netctl attach --netns "$INSIDE" --name box - <<< "$(one ',"mac":"02:00:00:00:00:01"')"
	[[ $(links "$INSIDE") == net0 ]]
	netctl detach --name box --forget
}

@test "a damaged record hides no other one" {
	local file

	netns_new OTHER
	attach "$(one '')" --name box
	netctl attach --netns "$OTHER" --name other - <<< "$(one '' | sed s/10.1.0.20/10.1.0.21/)"
	cp "$STATE/attach/box.json" "$WORK/kept"
	for file in box another; do
		echo '{"container":' > "$STATE/attach/$file.json"
	done
	run -1 --separate-stderr netctl show
	[[ $output == other:* && $stderr == *attach/another.json:*"(and 1 more)" && $(wc -l <<< "$stderr") -eq 1 ]]
	rm "$STATE/attach/another.json"
	run -1 --separate-stderr netctl show --json
	[[ $(jq -c keys <<< "$output") == '["other"]' && $stderr == *attach/box.json:* ]]
	# nor does it keep others from coming and going
	netctl detach --name other --forget
	netctl attach --netns "$OTHER" --name other - <<< "$(one '' | sed s/10.1.0.20/10.1.0.21/)"
	netctl detach --name other --forget
	cp "$WORK/kept" "$STATE/attach/box.json"
	netctl detach --name box --forget
}

@test "records of an earlier boot count no more" {
	attach "$(one '')"
	sed -i 's/"boot_id": ".*"/"boot_id": "00000000-0000-0000-0000-000000000000"/' "$STATE"/attach/*.json
	[[ -z $(netctl show) ]]
	attach "$(one '')"
	[[ $(links "$INSIDE") == net0 && $(netctl show --json | jq length) == 1 ]]
}

@test "many at once on one parent" {
	local i pids=()

	for i in {1..6}; do
		netns_new "N$i"
		netctl attach --netns "$TAG-n$i-$BATS_ROOT_PID" --name "box$i" - <<< "$(one '' | sed "s/10.1.0.20/10.1.0.2$i/")" > /dev/null 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	[[ $(netctl show --json | jq '[.[][].mac_address] | unique | length') == 6 ]]
	for i in {1..6}; do
		netctl detach --name "box$i" --forget
	done
}

@test "killed at any moment, and what is left is detached" {
	local n=0 step=${STEP:-7} killed=0

	[[ -x $STEPPER ]] || skip "tests/faults/stepper is not built"
	one ',"dns":["9.9.9.9"]' > "$WORK/list"
	echo before > "$WORK/resolv.conf"
	while :; do
		n=$((n + step))
		host "$STEPPER" -r 4 -w main -n "$n" -k main "$NETCTL_BIN" --state-dir "$STATE" attach --netns "$INSIDE" \
			--resolv-conf "$WORK/resolv.conf" "$WORK/list" > /dev/null 2>&1 4> "$WORK/report"
		grep -q 'hit=-1' "$WORK/report" && break
		killed=$((killed + 1))
		netctl detach --netns "$INSIDE" --forget || { echo "killed at call $n"; return 1; }
		[[ -z $(links "$INSIDE") && -z $(records_left) && $(< "$WORK/resolv.conf") == before ]] || { echo "killed at call $n"; return 1; }
	done
	((killed > 20))
	# The last one was not killed.
	[[ $(links "$INSIDE") == net0 ]]
}
