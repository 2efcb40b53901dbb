# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Cgroups that are the host's.

made_in_cgroup() { find /sys/fs/cgroup -type d -name "made-$CG" 2> /dev/null | grep -m 1 .; }

attack cve_2023_25809 "the host's cgroups can be written to"
cve_2023_25809()
{
	capability_add CAP_DAC_OVERRIDE
	script "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir \$d/made-$CG 2> /dev/null; done
		sleep 1000"
	start_it || return
	wait_for 1 made_in_cgroup > /dev/null && vulnerable "made $(made_in_cgroup)"
	remove_it
	find /sys/fs/cgroup -depth -type d -name "made-$CG" -exec rmdir {} + 2> /dev/null
}

attack cve_2023_25809_userns "the same in a user namespace, without a cgroup namespace"
cve_2023_25809_userns()
{
	config '.linux.namespaces |= map(select(.type != "cgroup")) + [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}]
		| .linux.gidMappings = [{containerID: 0, hostID: 0, size: 65536}]
		| (.mounts[] | select(.type == "cgroup")).options |= map(select(. != "ro"))'
	cve_2023_25809
}

# GHSA-5g49-rcw2-vj73: the size is part of a file's name.
attack hugepage_size 'the size of a huge page is a path to another file'
hugepage_size()
{
	config '.linux.resources.hugepageLimits = [{pageSize: "../../rlattack-size", limit: 4096}]'
	run_it
	[[ $STATUS -ne 0 ]] || vulnerable "the path is taken"
}

attack foreign_process 'the cgroup is there already, with a process of the host'
foreign_process()
{
	local d pid

	sleep 100 &
	pid=$!
	for d in /sys/fs/cgroup/{memory,pids,freezer,cpu,devices}; do
		[[ -d $d ]] || continue
		mkdir "$d/$CG"
		echo "$pid" > "$d/$CG/cgroup.procs"
	done 2> /dev/null
	config '.linux.namespaces |= map(select(.type != "pid"))'
	args sleep 100
	start_it
	remove_it
	! wait_for 1 gone "$pid" || vulnerable "delete killed it"
	kill -KILL "$pid" 2> /dev/null
	wait "$pid" 2> /dev/null
}
