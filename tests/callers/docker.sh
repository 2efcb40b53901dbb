#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docker.sh RUNTIME: dockerd, which starts a containerd of its own, and the docker client, with a
# bridge, published ports and firewall rules as by default.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs docker dockerd containerd busybox jq python3
# shellcheck source=tests/callers/box.bash
. "$(dirname "$0")/box.bash"

CLI=("$(type -P docker)" --host "unix://$WORK/sock")
NAME=${KIND/#runc/runc-again}	# "runc" is reserved for the one on PATH
OPTIONS=(--runtime "$NAME")
IMAGE=box
cgroup_of() { echo "$TAG/$(inspected "$1" '{{.Id}}')"; }

# BuildKit calls what it finds as "runc" on dockerd's PATH.
daemon_start()
{
	mkdir -p /etc/docker "$WORK/bin"
	ln -sf "$RUNTIME" "$WORK/bin/runc"
	cat > /etc/docker/daemon.json <<-END
		{ "runtimes": { "$NAME": { "path": "$RUNTIME" } } }
	END
	PATH=$WORK/bin:$PATH dockerd --data-root "$WORK/data" --exec-root "$WORK/exec" \
		--pidfile "$WORK/daemon.pid" --host "unix://$WORK/sock" --storage-driver vfs \
		--cgroup-parent "/$TAG" --live-restore --default-runtime "$NAME" "$@" \
		> "$WORK/daemon.log" 2>&1 < /dev/null &
	eventually cli version ||
		skip_all "dockerd does not start: $(tail -n 1 "$WORK/daemon.log")"
}
daemon_stop()
{
	kill "$(cat "$WORK/daemon.pid")"
	eventually daemon_gone
}
daemon_gone() { [[ ! -e $WORK/daemon.pid ]] || ! kill -0 "$(cat "$WORK/daemon.pid")"; }
import_image()
{
	tar -C "$WORK/rootfs" -c . | cli import --change 'ENV PATH=/bin' --change 'CMD sh' - "$IMAGE"
}

knows_version()
{
	like "$(cli info --format '{{json .Runtimes}}')" "*\"$NAME\":{\"path\":\"$RUNTIME\"*"
	like "$(cli version --format '{{json .Server.Components}}')" "*\"$NAME\",\"Version\":\"[0-9]*"
}
# The container gets its interface from a prestart hook.
run_bridge()
{
	prints 'eth0 172.17' run_on bridge --rm "$IMAGE" sh -c \
		'echo $(ls /sys/class/net | grep eth) $(ip addr show eth0 | sed -n "s/.*inet \(172.17\).*/\1/p")'
}
run_published()
{
	run_on bridge -d --name web -p 127.0.0.1:8080:80 "$IMAGE" \
		sh -c 'echo served > /tmp/index.html; exec httpd -f -h /tmp'
	eventually served
	remove web
}
served() { [[ $(busybox wget -qO- http://127.0.0.1:8080/) == served ]]; }
run_networks()
{
	cli network create --internal inner
	run_on inner -d --name peer "$IMAGE" sleep 1000
	cli network connect bridge peer
	eventually is "$(cli exec peer ls /sys/class/net | grep -c eth)" 2
	run_on inner --rm "$IMAGE" ping -c 1 peer
	remove peer
	cli network rm inner
}
run_privileged()
{
	local all

	all=$(printf '%016x' $(((2 << $(cat /proc/sys/kernel/cap_last_cap)) - 1)))
	grep -q "^CapBnd:.$all" /proc/self/status ||
		skip 'dockerd gives it all capabilities, and this root does not have all'
	prints rw run --rm --privileged "$IMAGE" \
		sh -c 'mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw'
}
run_init()
{
	needs_here docker-init
	like "$(run --rm --init "$IMAGE" sh -c 'tr "\0" " " < /proc/1/cmdline')" '*init*'
}
run_cgroup_parent()
{
	start parented --cgroup-parent "/$TAG/parent"
	is "$(cgroup_limit "$TAG/parent/$(inspected parented '{{.Id}}')" pids)" max
	remove parented
}
updates()
{
	start updated --memory 32m
	cli update --memory 64m --memory-swap 64m --cpus 0.25 --pids-limit 20 updated
	is "$(cgroup_limit "$(cgroup_of updated)" memory)" 67108864
	is "$(cgroup_limit "$(cgroup_of updated)" cpu)" 25000
	is "$(cgroup_limit "$(cgroup_of updated)" pids)" 20
	remove updated
}
# The status is 126 or 127, as the client's version will have it.
exec_not_found()
{
	differs crun "says 'executable file \`nosuch\` not found in \$PATH'"
	fails_with '*exec: "nosuch": executable file not found in $PATH*' cli exec box nosuch
}
top() { like "$(cli top box)" '*sleep 1000*'; }
kill_paused()
{
	start frozen
	cli pause frozen
	cli kill frozen
	is "$(cli wait frozen)" 137
	remove frozen
}
# The shim begins to listen for it only when start has returned.
oom()
{
	run --name greedy --memory 8m "$IMAGE" \
		sh -c 'sleep 0.3; dd if=/dev/zero of=/dev/null bs=64M count=1' || :
	is "$(inspected greedy '{{.State.ExitCode}} {{.State.OOMKilled}}')" '137 true'
	remove greedy
}
builds_classic() { DOCKER_BUILDKIT=0 builds 'returned a non-zero code: 3'; }
# Newer clients have BuildKit's half of theirs in a plugin of its own: any client that can will do.
builds_by_buildkit()
{
	local docker

	export DOCKER_BUILDKIT=1
	for docker in $(type -ap docker); do
		CLI[0]=$docker
		if ! cli build "$WORK/nosuch" 2>&1 | grep -q 'buildx component is missing'; then
			builds 'exit code: 3'
			return
		fi
	done
	skip 'docker lacks its plugin buildx'
}
health()
{
	start well --health-cmd true --health-interval 1s
	eventually is_healthy well
	remove well
}
is_healthy() { [[ $(inspected "$1" '{{.State.Health.Status}}') == healthy ]]; }
# Attached clients aside, nothing notices that the daemon is another.
live_restore()
{
	local pid

	pid=$(inspected box '{{.State.Pid}}')
	daemon_stop
	daemon_start
	container_is box running
	is "$(inspected box '{{.State.Pid}}')" "$pid"
	cli exec box true
	cli restart -t 0 box
	container_is box running
}
# The daemon is killed, and what ends meanwhile is known to the next.
daemon_killed()
{
	run -d --name ends "$IMAGE" sh -c 'sleep 1; exit 4'
	kill -KILL "$(cat "$WORK/daemon.pid")"
	sleep 1.5
	rm "$WORK/daemon.pid"
	daemon_start
	eventually container_is ends exited
	is "$(inspected ends '{{.State.ExitCode}}')" 4
	remove ends
}
userns_remap()
{
	daemon_stop
	printf '%s\n' dockremap:200000:65536 | tee /etc/subuid > /etc/subgid
	useradd --system --no-create-home dockremap 2> /dev/null || :
	daemon_start --userns-remap dockremap
	import_image
	prints '0 200000 65536' once sh -c 'echo $(cat /proc/self/uid_map)'
	start mapped
	is "$(stat -c %u "/proc/$(inspected mapped '{{.State.Pid}}')")" 200000
	prints 0 cli exec mapped id -u
	remove mapped
}
ends()
{
	local d

	cli ps -aq | xargs -r "${CLI[@]}" rm -f
	daemon_stop
	for d in $(cgroups_left); do	# the parents are nobody's
		case ${d##*/} in
		"$TAG" | parent | buildkit) rmdir "$d" ;;
		esac
	done
	umount "$WORK"/exec/netns/* 2> /dev/null || :
	umount "$WORK"/data/* "$WORK/data" 2> /dev/null || :	# dockerd's mounts of its own storage
	leaves_nothing
}

daemon_start
make_rootfs "$WORK/rootfs"
import_image > "$WORK/import.log" 2>&1 ||
	skip_all "docker cannot import an image: $(tail -n 1 "$WORK/import.log")"
echo "caller $(cli version --format 'docker {{.Server.Version}}')"

cases "${BEFORE_BOX[@]}" \
	'info, version' knows_version \
	'run on the bridge' run_bridge \
	'run --publish' run_published \
	'run on networks of its own' run_networks \
	'run --privileged' run_privileged \
	'run --init' run_init \
	'run --cgroup-parent' run_cgroup_parent \
	'update' updates \
	"${WITH_BOX[@]}" \
	'exec of a missing program: the text' exec_not_found \
	'top' top \
	'kill of a paused container' kill_paused \
	'out of memory: 137, OOMKilled' oom \
	'build, classic' builds_classic \
	'build, BuildKit' builds_by_buildkit \
	'health' health \
	'live-restore' live_restore \
	'the daemon is killed' daemon_killed \
	'rm -f' removes \
	'userns-remap' userns_remap \
	'nothing is left' ends
