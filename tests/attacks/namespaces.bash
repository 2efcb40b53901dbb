# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Namespaces to join that are the host's: here those of a shell in the host's place.

# in_place_of_host COMMAND: what this prints before and after the container has run
in_place_of_host()
{
	STATUS=0
	timeout 30 unshare --mount --uts sh -c "hostname host
		$1 > '$WORK/before'
		'$RUNTIME' --root '$ROOT' run --bundle '$BUNDLE' '$ID' > '$OUT' 2> '$ERR' < /dev/null
		status=\$?
		$1 > '$WORK/after' 2> /dev/null
		exit \$status" || STATUS=$?
	cmp -s "$WORK/before" "$WORK/after"
}

attack own_mount_namespace "the mount namespace to join is the host's"
own_mount_namespace()
{
	config '(.linux.namespaces[] | select(.type == "mount")).path = "/proc/self/ns/mnt"'
	in_place_of_host 'cat /proc/$$/mountinfo' || vulnerable "the host's mounts are others now"
}

attack own_uts_namespace "a host name is to be set in the host's UTS namespace"
own_uts_namespace()
{
	config '(.linux.namespaces[] | select(.type == "uts")).path = "/proc/self/ns/uts"
		| .hostname = "container"'
	in_place_of_host hostname || vulnerable "the host has the container's name"
}
