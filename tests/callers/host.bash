# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# A host of its own for a test of a caller: lib.bash includes this first, and goes on in new namespaces
# of mounts, processes and network. There /run is empty, what is written to /etc, /opt and /var/lib
# stays in memory, and only "lo" is up. So a caller may use its default directories, bridges and
# firewall rules and still touches nothing of the machine; all but cgroups and WORK ends with the first
# process of the namespace, whatever happens.

if [[ $(id -u) -ne 0 ]]; then
	echo 'skip all: needs root'
	exit 0
fi

# eventually COMMAND...: true within ten seconds
eventually()
{
	local i

	for ((i = 0; i < 200; i++)); do
		if "$@"; then
			return 0
		fi
		sleep 0.05
	done > /dev/null 2>&1
	echo "never: $*"
	return 1
}

# cgroups PATTERN: those whose path is like it; on version 1 the file systems are in a tmpfs.
cgroups()
{
	find /sys/fs/cgroup -depth -type d -path "$1" \( -fstype cgroup -o -fstype cgroup2 \) 2> /dev/null
}
cgroups_left() { cgroups "*$TAG*"; }

sweep()
{
	local d

	[[ -z ${inside-} ]] || kill -KILL "$inside"
	for d in $(cgroups_left); do	# what is frozen does not die
		[[ ! -e $d/freezer.state ]] || echo THAWED > "$d/freezer.state"
	done
	for d in $(cgroups_left); do
		eventually rmdir "$d"
	done
	rm -rf "$WORK"
} > /dev/null 2>&1

# outside PROGRAM ARGUMENT...: starts it again inside, and removes what is left of it
outside()
{
	WORK=/tmp/rlcallers.$$	# no capitals: podman makes names of images from it
	TAG=${WORK##*/} TAG=${TAG/./-}
	mkdir -m 711 "$WORK" || exit 1
	trap sweep EXIT
	trap 'exit 130' INT TERM
	CALLERS_WORK=$WORK CALLERS_TAG=$TAG unshare --mount --net --pid --fork --kill-child --mount-proc \
		"$@" < /dev/null &
	inside=$!
	wait "$inside"
	exit
}

# private_over DIR...: the machine's directory, but writes go to memory
private_over()
{
	local dir

	for dir; do
		mkdir -p "/mnt$dir/upper" "/mnt$dir/work" &&
			mount -t overlay -o "lowerdir=$dir,upperdir=/mnt$dir/upper,workdir=/mnt$dir/work" \
				overlay "$dir" || return 1
	done
}

# The /sys of this network. The machine's cgroup file systems are taken along; podman trips over mounts
# that another hides.
private_sys()
{
	local dir

	for dir in $(awk '$5 ~ "^/sys/kernel/" { print $5 }' /proc/self/mountinfo | sort -r); do
		umount "$dir"
	done
	mkdir /mnt/cgroup &&
		mount --rbind /sys/fs/cgroup /mnt/cgroup &&
		mount -t sysfs sysfs /sys &&
		mount --move /mnt/cgroup /sys/fs/cgroup
}

# A machine's mounts are shared, as systemd and most containers' hosts have it.
make_host()
{
	mount -t tmpfs -o mode=755 tmpfs /mnt &&
		private_over /etc /opt /var/lib &&
		mount -t tmpfs -o mode=755 tmpfs /run &&
		private_sys &&
		mount --make-rshared / &&
		ip link set lo up
}

if [[ -z ${CALLERS_WORK-} ]]; then
	outside "$(realpath "$0")" "$@"
fi
WORK=$CALLERS_WORK TAG=$CALLERS_TAG
unset CALLERS_WORK CALLERS_TAG
make_host > "$WORK/host.log" 2>&1 || {
	echo "skip all: no namespaces of its own: $(tail -n 1 "$WORK/host.log")"
	exit 0
}
