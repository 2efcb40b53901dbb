# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# An Open vSwitch of a test's own: ovsdb-server and ovs-vswitchd in HOST, with the datapath in user space
# (NETDEV), and everything that they write below WORK.

OVS_SCHEMA=/usr/share/openvswitch/vswitch.ovsschema
OVS_VSWITCHD=/usr/lib/openvswitch-switch/ovs-vswitchd
NETDEV=--datapath-type=netdev

needs_ovs()
{
	[[ -x $OVS_VSWITCHD && -e $OVS_SCHEMA ]] || skip "openvswitch-switch is not installed"
	DB=$WORK/db.sock
	export OVS_RUNDIR=$WORK OVS_LOGDIR=$WORK OVS_DBDIR=$WORK OVS_SYSCONFDIR=$WORK
}

# daemon NAME PROGRAM [OPTION...]: ready when this returns; its pid is in WORK/NAME.pid
daemon()
{
	local name=$1

	shift
	host "$@" --detach --no-chdir -vconsole:off --log-file="$WORK/$name.log" \
		--pidfile="$WORK/$name.pid" --unixctl="$WORK/$name.ctl"
	BACKGROUND+=("$(< "$WORK/$name.pid")")
}

# end NAME [SIGNAL]: at once, unless it is told so by another signal
end()
{
	local pid

	pid=$(< "$WORK/$1.pid")
	kill "-${2:-KILL}" "$pid"
	wait_for 5 ended "$pid"
	rm -f "$WORK/$1.pid"
}
ended() { ! kill -0 "$1" 2> /dev/null; }

start_ovsdb()
{
	[[ -e $WORK/conf.db ]] || ovsdb-tool create "$WORK/conf.db" "$OVS_SCHEMA"
	rm -f "$WORK/.conf.db.~lock~" "$DB"
	daemon ovsdb ovsdb-server "$WORK/conf.db" --remote="punix:$DB"
}

start_vswitchd() { daemon vswitchd "$OVS_VSWITCHD" "unix:$DB"; }

start_ovs()
{
	needs_ovs
	start_ovsdb
	start_vswitchd
}

# The group's commands, and Debian's own, on this server.
ovs() { netctl ovs "$1" --db "$DB" "${@:2}"; }
vsctl() { host ovs-vsctl --db="unix:$DB" --timeout=5 "$@"; }

# What is in the database, to be compared.
content() { host ovs-vsctl --db="unix:$DB" --timeout=5 --no-wait show | sort; }
rows() { vsctl --no-headings --format=csv --data=bare --columns="$2" list "$1"; }

# port_pair NAME NAMESPACE ADDRESS: a link with its end NAME in HOST and eth0 in the namespace
port_pair()
{
	ip -n "$HOST" link add "$1" up type veth peer name eth0 netns "$2"
	ip -n "$2" address add "$3" dev eth0
	ip -n "$2" link set eth0 up
}

# reaches NAMESPACE ADDRESS
reaches() { at "$1" busybox ping -c 1 -W 1 "$2" > /dev/null; }
cannot_reach() { if reaches "$@"; then return 1; fi; }
