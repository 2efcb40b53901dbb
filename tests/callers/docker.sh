#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docker.sh RUNTIME: a private dockerd, which starts a containerd of its own, and the docker client.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs docker dockerd containerd busybox jq python3

DOCKER=("$(type -P docker)" --host "unix://$WORK/sock")
docker() { limited "${DOCKER[@]}" "$@"; }
OPTIONS=(--runtime tested --network none)
run() { docker run "${OPTIONS[@]}" "$@"; }
once() { run --rm "$IMAGE" "$@"; }
inspected() { docker inspect --format "$2" "$1"; }
container_is() { [[ $(inspected "$1" '{{.State.Status}}') == "$2" ]]; }
cgroup_of() { echo "/sys/fs/cgroup/$2/$TAG/$(inspected "$1" '{{.Id}}')"; }
remove() { docker rm -f "$@"; }

# It touches no firewall and has no bridge but those that a test makes.
daemon_start()
{
	dockerd --data-root "$WORK/data" --exec-root "$WORK/exec" --pidfile "$WORK/daemon.pid" \
		--host "unix://$WORK/sock" --iptables=false --ip-masq=false --bridge=none \
		--storage-driver vfs --cgroup-parent "/$TAG" --live-restore \
		--add-runtime "tested=$RUNTIME" --default-runtime tested > "$WORK/daemon.log" 2>&1 < /dev/null &
	eventually docker version ||
		skip_all "dockerd does not start: $(tail -n 1 "$WORK/daemon.log")"
}
daemon_gone() { ! kill -0 "$(cat "$WORK/daemon.pid")"; }

run_prints() { prints hello once echo hello; }
run_status() { status_is 7 once sh -c 'exit 7'; }
run_not_found() { status_is 127 once nosuch; }
run_not_executable() { status_is 126 once /etc/notexec; }
run_bad_option() { status_is 125 run --rm --nosuch "$IMAGE" true; }
run_text() { fails_with '*exec: "nosuch": executable file not found in $PATH*' once nosuch; }
run_options()
{
	prints 'b /tmp 1000 name' run --rm --env A=b --workdir /tmp --user web --hostname name \
		"$IMAGE" sh -c 'echo $A $PWD $(id -u) $(hostname)'
}
run_stdin() { echo typed | prints typed run --rm -i "$IMAGE" cat; }
run_output()
{
	run --rm "$IMAGE" sh -c 'dd if=/dev/zero bs=64k count=64 2> /dev/null; echo e >&2' \
		> "$WORK/out" 2> "$WORK/err"
	is "$(stat -c %s "$WORK/out") $(cat "$WORK/err")" '4194304 e'
}
run_tty()
{
	prints $'/dev/pts/0\nyes' in_terminal "${DOCKER[@]}" run "${OPTIONS[@]}" --rm -it "$IMAGE" \
		sh -c 'tty; test -t 0 && echo yes'
}
run_net_host()
{
	prints "$(readlink /proc/self/ns/net)" docker run --runtime tested --network host --rm \
		"$IMAGE" readlink /proc/self/ns/net
}
# The container gets its interface from a prestart hook.
run_bridge()
{
	docker network create --internal "$TAG" || skip 'dockerd cannot make a bridge here'
	prints eth0 docker run --runtime tested --network "$TAG" --rm "$IMAGE" \
		sh -c 'ls /sys/class/net | grep eth'
	docker network rm "$TAG"
}
run_volume()
{
	mkdir "$WORK/volume"
	run --rm --volume "$WORK/volume:/v" "$IMAGE" sh -c 'echo kept > /v/file'
	is "$(cat "$WORK/volume/file")" kept
	fails_with '*Read-only*' run --rm --volume "$WORK/volume:/v:ro" "$IMAGE" touch /v/x
}
run_readonly() { fails_with '*Read-only*' run --rm --read-only "$IMAGE" touch /x; }
run_tmpfs() { prints tmpfs run --rm --tmpfs /t "$IMAGE" awk '$2 == "/t" { print $3 }' /proc/mounts; }
run_privileged()
{
	local all

	all=$(printf '%016x' $(((2 << $(cat /proc/sys/kernel/cap_last_cap)) - 1)))
	grep -q "^CapBnd:.$all" /proc/self/status ||
		skip 'dockerd gives it all capabilities, and this root does not have all'
	prints rw run --rm --privileged "$IMAGE" \
		sh -c 'mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw'
}
run_caps()
{
	prints 0000000000000001 run --rm --cap-drop all --cap-add chown "$IMAGE" \
		sed -n 's/^CapEff:\t//p' /proc/self/status
}
run_seccomp() { prints 2 once sed -n 's/^Seccomp:\t//p' /proc/self/status; }
run_init() { prints 1 run --rm --init "$IMAGE" sh -c 'pidof docker-init tini'; }
run_limits()
{
	run -d --name limits --memory 32m --cpus 0.5 --pids-limit 50 "$IMAGE" sleep 1000
	is "$(cat "$(cgroup_of limits memory)/memory.limit_in_bytes")" 33554432
	is "$(cat "$(cgroup_of limits cpu)/cpu.cfs_quota_us")" 50000
	is "$(cat "$(cgroup_of limits pids)/pids.max")" 50
	remove limits
}
updates()
{
	run -d --name updated --memory 32m "$IMAGE" sleep 1000
	docker update --memory 64m --memory-swap 64m --cpus 0.25 updated
	is "$(cat "$(cgroup_of updated memory)/memory.limit_in_bytes")" 67108864
	is "$(cat "$(cgroup_of updated cpu)/cpu.cfs_quota_us")" 25000
	remove updated
}
sleeps() { run -d --name box "$IMAGE" sleep 1000 && container_is box running; }
exec_prints() { prints inside docker exec box echo inside; }
exec_status() { status_is 9 docker exec box sh -c 'exit 9'; }
# The status is 126 or 127, as the client's version will have it.
exec_not_found()
{
	fails_with '*exec: "nosuch": executable file not found in $PATH*' docker exec box nosuch
}
exec_not_executable() { status_is 126 docker exec box /etc/notexec; }
exec_options()
{
	prints 'b /tmp 1000' docker exec --env A=b --workdir /tmp --user web box \
		sh -c 'echo $A $PWD $(id -u)'
}
exec_stdin() { echo typed | prints typed docker exec -i box cat; }
exec_tty() { prints yes in_terminal "${DOCKER[@]}" exec -it box sh -c 'test -t 0 && echo yes'; }
exec_detached()
{
	docker exec -d box sleep 999
	eventually in_ps 999
}
in_ps() { docker exec box ps | grep -q "$1"; }
listed() { like "$(docker ps --format '{{.Names}} {{.Status}}')" '*box Up*'; }
top() { like "$(docker top box)" '*sleep 1000*'; }
stats() { like "$(docker stats --no-stream --format '{{.Name}} {{.PIDs}}' box)" 'box [1-9]*'; }
logs()
{
	run --name logged "$IMAGE" sh -c 'echo one; echo two >&2'
	is "$(docker logs logged 2>&1 | sort)" $'one\ntwo'
	remove logged
}
pauses()
{
	docker pause box
	container_is box paused
	docker unpause box
	container_is box running
	docker exec box true
}
kill_paused()
{
	run -d --name frozen "$IMAGE" sleep 1000
	docker pause frozen
	docker kill frozen
	is "$(docker wait frozen)" 137
	remove frozen
}
stops()
{
	run -d --name stopped "$IMAGE" sh -c 'trap "exit 6" TERM; while :; do sleep 0.1; done'
	sleep 0.3
	docker stop -t 8 stopped
	is "$(inspected stopped '{{.State.ExitCode}}')" 6
	docker start stopped
	docker restart -t 1 stopped
	container_is stopped running
	remove stopped
}
oom()
{
	run --name greedy --memory 8m "$IMAGE" dd if=/dev/zero of=/dev/null bs=64M count=1 || :
	is "$(inspected greedy '{{.State.ExitCode}} {{.State.OOMKilled}}')" '137 true'
	remove greedy
}
copies()
{
	echo copied > "$WORK/file"
	docker cp "$WORK/file" box:/tmp/file
	prints copied docker exec box cat /tmp/file
}
commits() { docker commit box committed && prints 1 run --rm committed echo 1; }
builds()
{
	mkdir "$WORK/context"
	echo of-context > "$WORK/context/file"
	printf '%s\n' 'FROM box' 'COPY file /file' 'RUN cat /file > /copied' 'USER web' \
		'RUN id -u > /tmp/who' > "$WORK/context/Dockerfile"
	DOCKER_BUILDKIT=0 docker build --network none -t built "$WORK/context"
	prints $'of-context\n1000' run --rm built cat /copied /tmp/who
	printf '%s\n' 'FROM box' 'RUN exit 3' > "$WORK/context/Dockerfile"
	DOCKER_BUILDKIT=0 fails_with '*returned a non-zero code: 3*' \
		docker build --network none "$WORK/context"
}
shares()
{
	prints "$(docker exec box readlink /proc/self/ns/ipc)" docker run --runtime tested --rm \
		--network container:box --pid container:box --ipc shareable "$IMAGE" \
		readlink /proc/1/ns/ipc
}
health()
{
	run -d --name well --health-cmd true --health-interval 1s "$IMAGE" sleep 1000
	eventually is_healthy well
	remove well
}
is_healthy() { [[ $(inspected "$1" '{{.State.Health.Status}}') == healthy ]]; }
restarts_always()
{
	run -d --name again --restart always "$IMAGE" sleep 0.2
	eventually has_restarted again
	remove again
}
has_restarted() { [[ $(inspected "$1" '{{.RestartCount}}') -ge 2 ]]; }
live_restore()
{
	kill "$(cat "$WORK/daemon.pid")"
	eventually daemon_gone
	daemon_start
	container_is box running
	docker exec box true
}
five_at_once()
{
	local i pids=()

	for i in {1..5}; do
		run -d --name "n$i" "$IMAGE" sleep 1000 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	remove n1 n2 n3 n4 n5
}
removes() { remove box && fails_with '*No such*' docker container inspect box; }
ends()
{
	local d

	docker ps -aq | xargs -r "${DOCKER[@]}" rm -f
	docker network rm "$TAG" 2> /dev/null || :
	kill "$(cat "$WORK/daemon.pid")"
	eventually daemon_gone
	for d in $(cgroups_left); do	# the parent is nobody's
		[[ ${d##*/} != "$TAG" ]] || rmdir "$d"
	done
	umount "$WORK/data" 2> /dev/null || :	# dockerd's mount of its own storage
	umount "$WORK"/exec/netns/* 2> /dev/null || :
	leaves_nothing
}

claim /etc/docker /opt/containerd /run/containerd /run/docker
daemon_start
make_rootfs "$WORK/rootfs"
tar -C "$WORK/rootfs" -c . |
	docker import --change 'ENV PATH=/bin' --change 'CMD sh' - box > "$WORK/import.log" 2>&1 ||
	skip_all "docker cannot import an image: $(tail -n 1 "$WORK/import.log")"
IMAGE=box
echo "caller $(docker version --format 'docker {{.Server.Version}}')"

cases 'run prints' run_prints \
	'run returns the status' run_status \
	'run of a missing program: 127' run_not_found \
	'run of a file that is no program: 126' run_not_executable \
	'run with a bad option: 125' run_bad_option \
	'run of a missing program: the text' run_text \
	'run --env --workdir --user --hostname' run_options \
	'run -i' run_stdin \
	'run: 4 MiB of output, both streams' run_output \
	'run -it' run_tty \
	'run --network host' run_net_host \
	'run on a bridge' run_bridge \
	'run --volume, also read-only' run_volume \
	'run --read-only' run_readonly \
	'run --tmpfs' run_tmpfs \
	'run --privileged' run_privileged \
	'run --cap-drop --cap-add' run_caps \
	'run with the seccomp profile' run_seccomp \
	'run --init' run_init \
	'run --memory --cpus --pids-limit' run_limits \
	'update' updates \
	'run -d' sleeps \
	'exec prints' exec_prints \
	'exec returns the status' exec_status \
	'exec of a missing program: the text' exec_not_found \
	'exec of a file that is no program: 126' exec_not_executable \
	'exec --env --workdir --user' exec_options \
	'exec -i' exec_stdin \
	'exec -it' exec_tty \
	'exec -d' exec_detached \
	'ps' listed \
	'top' top \
	'stats' stats \
	'logs' logs \
	'pause, unpause' pauses \
	'kill of a paused container' kill_paused \
	'stop, start, restart' stops \
	'out of memory: 137' oom \
	'cp' copies \
	'commit' commits \
	'build' builds \
	'run in the namespaces of another' shares \
	'health' health \
	'run --restart always' restarts_always \
	'live-restore' live_restore \
	'five at once' five_at_once \
	'rm -f' removes \
	'nothing is left' ends
