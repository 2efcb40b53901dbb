#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Open vSwitch with the datapath in the kernel.

load ../netctl/helpers
load ../netctl/ovs

test_setup()
{
	modprobe -q openvswitch || skip 'this kernel has no openvswitch module'
	# In its first 10 s of life a host has no CPUs for Open vSwitch 3.1, which drops every packet then.
	wait_for 30 grep -Eq '^(1[1-9]|[2-9][0-9]|[0-9]{3,})\.' /proc/uptime
	start_ovs
	ovs add-br br0
}

two_ends()
{
	netns_new OTHER
	port_pair vi100 "$INSIDE" 10.7.0.1/24
	port_pair vi101 "$OTHER" 10.7.0.2/24
	ovs add-port "$@" br0 vi100
	ovs add-port "$@" br0 vi101
	wait_for 20 reaches "$INSIDE" 10.7.0.2
}

@test "the bridge is the kernel's" {
	[[ -z $(vsctl get bridge br0 datapath_type | tr -d '"') ]]
	host ovs-dpctl --timeout=5 show | grep -q 'system@ovs-system'
	has_link "$HOST" ovs-system
	ovs add-port --internal br0 int0
	[[ $(link_json "$HOST" int0 | jq -r .linkinfo.info_kind) == openvswitch ]]
	ovs del-br br0
	[[ -z $(vsctl list-br) ]]
}

@test "VLAN tags separate, and join" {
	two_ends --tag 10
	ovs add-port --may-exist --tag 20 br0 vi101
	wait_for 20 cannot_reach "$INSIDE" 10.7.0.2
	ovs add-port --may-exist --tag 10 br0 vi101
	wait_for 20 reaches "$INSIDE" 10.7.0.2
	ovs del-br br0
}

@test "TCP with the offloads that veths have" {
	two_ends
	head -c 3000000 /dev/urandom > "$WORK/sent"
	at "$OTHER" socat -u TCP-LISTEN:7000,reuseaddr OPEN:"$WORK/got",creat &
	BACKGROUND+=($!)
	wait_for 20 listens
	at "$INSIDE" socat -u OPEN:"$WORK/sent" TCP:10.7.0.2:7000
	wait_for 20 cmp -s "$WORK/sent" "$WORK/got"
	ovs del-br br0
}
listens() { at "$OTHER" grep -q ':1B58 ' /proc/net/tcp; }

@test "a bridge that is removed takes its ports along" {
	two_ends
	ovs del-br br0
	[[ -z $(vsctl list-br) ]]
	has_link "$HOST" vi100
	cannot_reach "$INSIDE" 10.7.0.2
}
