# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Users, groups and capabilities that become others than were asked for.

# as_user USER: what exec --user USER runs as
as_user()
{
	exec_it --user "$1" "$ID" id -u
	cat "$OUT"
}

attack cve_2016_3697 'exec as a number that the image has as a name, or that wraps'
cve_2016_3697()
{
	local user

	printf '%s:x:0:0::/:/bin/sh\n' 4294967296 2000000000 1001 -1 >> "$ROOTFS/etc/passwd"
	args sleep 100
	start_it || return
	for user in 4294967296 18446744073709551616 2000000000 1001 -1 x root0; do
		[[ $(as_user "$user") != 0 ]] || vulnerable "exec --user $user is root"
	done
	STATUS=0
}

attack cve_2026_30892 'exec as user 1 is another'
cve_2026_30892()
{
	args sleep 100
	start_it || return
	[[ $(as_user 1) == 1 ]] || vulnerable "it is $(cat "$OUT")"
	[[ $(as_user 1:1) == 1 ]] || vulnerable "it is $(cat "$OUT")"
	STATUS=0
}

attack uid_minus_one 'the user is 4294967295, which the kernel takes for no change'
uid_minus_one()
{
	config '.process.user = {uid: 4294967295, gid: 4294967295}'
	args id -u
	run_it
	! has "$OUT" '^0$' || vulnerable "it is root"
}

attack exec_uid_minus_one 'exec as user 4294967295'
exec_uid_minus_one()
{
	args sleep 100
	start_it || return
	[[ $(as_user 4294967295) != 0 ]] || vulnerable "it is root"
	STATUS=0
}

inheritable_is_empty() { ! grep -qE '^CapInh:.*[1-9a-f]' "$OUT" || vulnerable "$1: $(grep CapInh "$OUT")"; }

attack cve_2022_24769 'the program has inheritable capabilities'
cve_2022_24769()
{
	args grep CapInh /proc/self/status
	run_it
	inheritable_is_empty run
}

attack cve_2022_29162 'what exec runs has inheritable capabilities'
cve_2022_29162()
{
	args sleep 100
	start_it || return
	exec_it "$ID" grep CapInh /proc/self/status
	inheritable_is_empty exec
}

attack cve_2025_27612 'what exec --cap adds is inheritable'
cve_2025_27612()
{
	args sleep 100
	start_it || return
	exec_it --cap CAP_NET_RAW "$ID" grep CapInh /proc/self/status
	inheritable_is_empty 'exec --cap'
	STATUS=0
}

attack cve_2021_43784 'thousands of mappings are cut short'
cve_2021_43784()
{
	config '.linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [range(6000)
			| {containerID: ., hostID: (100000 + . * 2), size: 1}]
		| .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 1}]'
	script 'cat /proc/self/uid_map | grep -c .'
	run_it
	[[ $STATUS -ne 0 || $(cat "$OUT") -eq 6000 ]] || vulnerable "$(cat "$OUT") of 6000 are there"
}
