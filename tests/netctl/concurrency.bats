#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Calls of different kinds at once, for many containers on one host: none trips another. That many of one kind
# do not is in the files of each.
load helpers

N=12

test_setup()
{
	local i

	wire eth0
	ip -n "$HOST" addr add 10.1.0.5/16 dev eth0
	for ((i = 1; i <= N; i++)); do
		netns_new "BOX$i"
	done
}

test_teardown()
{
	local i box

	for ((i = 1; i <= N; i++)); do
		box=BOX$i
		[[ -z ${!box:-} ]] || netctl detach --netns "${!box}" --forget
	done
}

# each COMMAND...: for every number at once, with BOX for the namespace and I for the number; all succeed
each()
{
	local i box jobs=() status=0

	for ((i = 1; i <= N; i++)); do
		box=BOX$i
		I=$i BOX=${!box} "$@" &
		jobs+=($!)
	done
	for i in "${jobs[@]}"; do
		wait "$i" || status=1
	done
	return $status
}

# addresses INTERFACE: how many different ones have the namespaces there?
addresses()
{
	local i box

	for ((i = 1; i <= N; i++)); do
		box=BOX$i
		ip -n "${!box}" -json addr show dev "$1" 2> /dev/null | jq -r '.[].addr_info[] | select(.family == "inet") | .local'
	done | sort -u | wc -l
}

internal() { netctl internal add --netns "$BOX"; }
internal_del() { netctl internal del --netns "$BOX"; }

@test "internal bridges take different subnets" {
	each internal
	[[ $(addresses int0) -eq $N ]]
	[[ $(netctl internal show --json | jq '[.[].subnet] | unique | length') -eq $N ]]
	each internal_del
	[[ $(links "$HOST") == eth0 ]]
}

# All that a container may have
connect()
{
	netctl attach --netns "$BOX" --no-dns - <<< "[{\"name\": \"eth0\", \"parent_interface\": \"eth0\",
		\"network_mode\": \"manual\", \"ip_address\": \"10.1.1.$I\"}]"
	netctl internal add --netns "$BOX"
	netctl bridge add --may-exist --address 10.2.0.1/16 br0
	netctl veth add --netns "$BOX" --bridge br0 --address "10.2.1.$I/16" "v$I" eth1
	netctl portmap add --to "10.2.1.$I/16" --masquerade "box$I" "$((8000 + I)):80" "$((9000 + I)):53/udp"
}

disconnect()
{
	netctl portmap del "box$I"
	netctl veth del "v$I"
	netctl internal del --netns "$BOX"
	netctl detach --netns "$BOX" --forget
}

# One half comes while the other half goes.
alternate()
{
	if ((I % 2)); then connect; else disconnect; fi
}

even() { ((I % 2)) || connect; }
odd_del() { ((I % 2 == 0)) || disconnect; }

@test "containers that come, and others that go" {
	each even
	[[ $(addresses eth0) -eq $((N / 2)) ]]
	each alternate
	for interface in eth0 eth1 int0; do
		[[ $(addresses "$interface") -eq $((N / 2)) ]]
	done
	[[ $(netctl portmap list | grep -c ':80/tcp to 10.2.1.') -eq $((N / 2)) ]]
	each odd_del
	[[ $(addresses eth0) -eq 0 && $(addresses eth1) -eq 0 && $(addresses int0) -eq 0 ]]
	[[ -z $(netctl portmap list) && $(netctl show --json | jq length) -eq 0 && $(links "$HOST") == 'eth0 br0' ]]
}
