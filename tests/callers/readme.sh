#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# readme.sh RUNTIME: what README.md and contrib/alternatives.md tell users to write and to type, as it
# stands there, with the callers' default files and directories.
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
[[ $KIND == runlet ]] || skip_all 'the documents are on runlet'
needs busybox jq
TOP=$(dirname "$0")/../..
private_over /usr/local/bin /usr/sbin || skip_all 'no overlay on /usr'
cp "$RUNTIME" /usr/local/bin/runlet
for dir in containerd containers docker; do	# what keeps images by overlay cannot do so on another
	mkdir -p "/var/lib/$dir"
	mount -t tmpfs tmpfs "/var/lib/$dir"
done
make_image "$WORK/image"

# The callers' default cgroups, of which they leave the parents.
cgroups_left()
{
	find /sys/fs/cgroup -mindepth 2 -depth -type d -regex '.*/\(default\|docker\|libpod_parent\)\(/.*\)?' \
		-newer "$WORK/began" 2> /dev/null
}
touch "$WORK/began"
only_parents_left()
{
	local d

	for d in $(cgroups_left); do
		rmdir "$d" || :
	done
	[[ -z $(cgroups_left)$(processes_left) ]]
}
ends() { eventually only_parents_left || { show_left; return 1; }; }

# block FILE FIRST: the lines set off by four blanks that begin with FIRST
block()
{
	awk -v first="    $2" '
		/^    / { if (index($0, first) == 1) on = 1; if (on) print substr($0, 5); next }
		/./ { if (on) exit }
		on { print "" }' "$TOP/$1"
}
# typed FILE FIRST: such a command is run
typed() { eval "limited $(block "$1" "$2" | head -n 1)"; }

containerd_is_up() { limited ctr version; }
containerd_starts()
{
	needs_here containerd
	mkdir -p /etc/containerd
	block README.md 'version = 2' > /etc/containerd/config.toml
	grep -q default_runtime_name /etc/containerd/config.toml
	containerd > "$WORK/containerd.log" 2>&1 < /dev/null &
	echo $! > "$WORK/containerd.pid"
	eventually containerd_is_up
	like "$(limited ctr plugins ls)" '*io.containerd.grpc.v1 *cri * ok*'
}
ctr_runs()
{
	needs_here ctr
	tar -C "$WORK/image" -cf "$WORK/image.tar" .
	limited ctr image import --base-name box "$WORK/image.tar"
	limited ctr image tag "$(limited ctr image ls -q | head -n 1)" docker.io/library/busybox:latest
	echo 'echo from the shell; exit' > "$WORK/input"
	prints 'from the shell' typed README.md 'ctr run' < "$WORK/input"
	kill "$(cat "$WORK/containerd.pid")"
}
podman_configured()
{
	needs_here podman
	{
		printf '%s\n' '[containers]' 'default_ulimits = []'
		block README.md '[engine]'
	} > /etc/containers/containers.conf
	limited podman pull -q "oci:$WORK/image:box"
	limited podman tag "$(limited podman images -q | head -n 1)" docker.io/library/busybox
	is "$(limited podman info --format '{{.Host.OCIRuntime.Path}}')" /usr/local/bin/runlet
	status_is 127 limited podman run --network none --rm busybox nosuch
}
podman_runs()
{
	needs_here podman
	[[ -e /usr/lib/podman/netavark ]] || skip 'netavark is not installed'
	like "$(typed README.md 'podman --runtime')" '????????????'
}
docker_configured()
{
	needs_here dockerd
	mkdir -p /etc/docker
	block README.md '{ "runtimes"' > /etc/docker/daemon.json
	dockerd > "$WORK/dockerd.log" 2>&1 < /dev/null &
	echo $! > "$WORK/dockerd.pid"
	eventually docker version
	tar -C "$WORK/unpacked/rootfs" -c . | limited docker import --change 'ENV PATH=/bin' - busybox
	prints hello limited docker run --runtime runlet --rm busybox echo hello
	kill "$(cat "$WORK/dockerd.pid")"
}
# All but the installation, which has happened.
alternatives()
{
	local line

	needs_here update-alternatives
	while read -r line; do
		[[ $line == 'sudo make'* ]] || eval "${line#sudo }"
	done < <(block contrib/alternatives.md 'sudo make install' | grep .)
	like "$(/usr/sbin/runc --version)" 'runlet version *'
	update-alternatives --remove-all runc
	dpkg-divert --local --rename --remove /usr/sbin/runc
	[[ ! -e /usr/sbin/runc ]] || like "$(/usr/sbin/runc --version)" 'runc version *'
}

echo 'caller what README.md says'
cases "containerd's configuration" containerd_starts \
	'ctr run' ctr_runs \
	"podman's configuration" podman_configured \
	'podman --runtime' podman_runs \
	"Docker's configuration" docker_configured \
	'contrib/alternatives.md' alternatives \
	'nothing is left' ends
