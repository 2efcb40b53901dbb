#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# podman.sh RUNTIME: podman and conmon, as root, with storage and state in a directory of ours. There is
# no network but "none" and "host", since the others need CNI plugins or netavark.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs podman conmon python3

# The host's limits: raising them, as podman does, needs a capability that not every root has.
cat > "$WORK/containers.conf" <<END
[containers]
default_ulimits = []
[engine]
runtime_supports_json = ["runlet", "runc", "crun"]
END
export CONTAINERS_CONF=$WORK/containers.conf
PODMAN=("$(type -P podman)" --root "$WORK/root" --runroot "$WORK/run" --tmpdir "$WORK/libpod"
	--storage-driver vfs --cgroup-manager cgroupfs --events-backend file --log-level error
	--runtime "$RUNTIME")
podman() { limited "${PODMAN[@]}" "$@"; }
OPTIONS=(--network none --cgroup-parent "/$TAG")
run() { podman run "${OPTIONS[@]}" "$@"; }
once() { run --rm "$IMAGE" "$@"; }
sleeper() { run -d --name "$@" "$IMAGE" sleep 1000 && container_is "${!#}" running; }
container_is() { [[ $(podman inspect --format '{{.State.Status}}' "$1") == "$2" ]]; }
inspected() { podman inspect --format "$2" "$1"; }
cgroup_of() { echo "/sys/fs/cgroup/$2/$TAG/libpod-$(inspected "$1" '{{.Id}}')"; }
remove() { podman rm -f -t 0 "$1"; }

run_prints() { prints hello once echo hello; }
run_status() { status_is 7 once sh -c 'exit 7'; }
run_not_found() { status_is 127 once nosuch; }
run_not_executable() { status_is 126 once /etc/notexec; }
run_directory() { status_is 126 once /etc; }
run_bad_option() { status_is 125 run --rm --nosuch "$IMAGE" true; }
run_text()
{
	fails_with '*exec: "nosuch": executable file not found in $PATH*' once nosuch
}
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
	prints $'/dev/pts/0\nyes' in_terminal "${PODMAN[@]}" run "${OPTIONS[@]}" --rm -it "$IMAGE" \
		sh -c 'tty; test -t 0 && echo yes'
}
run_net_host()
{
	prints "$(readlink /proc/self/ns/net)" podman run --network host \
		--cgroup-parent "/$TAG" --rm "$IMAGE" readlink /proc/self/ns/net
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
	prints rw run --rm --privileged "$IMAGE" \
		sh -c 'mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw'
}
run_caps()
{
	prints 0000000000000001 run --rm --cap-drop all --cap-add chown "$IMAGE" \
		sed -n 's/^CapEff:\t//p' /proc/self/status
}
run_seccomp() { prints 2 once sed -n 's/^Seccomp:\t//p' /proc/self/status; }
run_userns()
{
	prints '0 100000 1000' run --rm --uidmap 0:100000:1000 --gidmap 0:100000:1000 "$IMAGE" \
		sh -c 'echo $(cat /proc/self/uid_map)'
}
run_init_in_pid_host()
{
	run -d --name hostpid --pid host "$IMAGE" sh -c 'sleep 997 & sleep 1000'
	podman stop -t 1 hostpid
	remove hostpid
}
run_limits()
{
	run -d --name limits --memory 32m --cpus 0.5 --pids-limit 50 "$IMAGE" sleep 1000
	is "$(cat "$(cgroup_of limits memory)/memory.limit_in_bytes")" 33554432
	is "$(cat "$(cgroup_of limits cpu)/cpu.cfs_quota_us")" 50000
	is "$(cat "$(cgroup_of limits pids)/pids.max")" 50
	remove limits
}
run_preserve_fds()
{
	prints passed run --rm --preserve-fds 1 "$IMAGE" cat /proc/self/fd/3 3< <(echo passed)
}
run_hook()
{
	mkdir "$WORK/hooks"
	printf '#!/bin/sh\ncat > %s\n' "$WORK/hook.state" > "$WORK/hook"
	chmod +x "$WORK/hook"
	cat > "$WORK/hooks/hook.json" <<-END
		{ "version": "1.0.0", "hook": { "path": "$WORK/hook" },
		  "when": { "always": true }, "stages": ["prestart"] }
	END
	limited "${PODMAN[@]}" --hooks-dir "$WORK/hooks" run "${OPTIONS[@]}" --rm "$IMAGE" true
	like "$(cat "$WORK/hook.state")" '*"pid":*'
}
sleeps() { sleeper box; }
exec_prints() { prints inside podman exec box echo inside; }
exec_status() { status_is 9 podman exec box sh -c 'exit 9'; }
exec_not_found() { status_is 127 podman exec box nosuch; }
exec_not_executable() { status_is 126 podman exec box /etc/notexec; }
exec_options()
{
	prints 'b /tmp 1000' podman exec --env A=b --workdir /tmp --user web box \
		sh -c 'echo $A $PWD $(id -u)'
}
exec_stdin() { echo typed | prints typed podman exec -i box cat; }
exec_tty()
{
	prints yes in_terminal "${PODMAN[@]}" exec -it box sh -c 'test -t 0 && echo yes'
}
exec_detached()
{
	podman exec -d box sleep 999
	eventually in_ps 999
}
in_ps() { podman exec box ps | grep -q "$1"; }
listed() { like "$(podman ps --format '{{.Names}} {{.Status}}')" '*box Up*'; }
top() { like "$(podman top box pid comm)" '*sleep*'; }
stats() { like "$(podman stats --no-stream --format '{{.Name}} {{.PIDs}}' box)" 'box [1-9]*'; }
logs()
{
	run -d --name logged "$IMAGE" sh -c 'echo one; echo two >&2'
	is "$(podman wait logged)" 0
	is "$(podman logs logged 2>&1 | sort)" $'one\ntwo'
	remove logged
}
pauses()
{
	podman pause box
	container_is box paused
	podman unpause box
	container_is box running
	podman exec box true
}
kills()
{
	run -d --name killed "$IMAGE" sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
	sleep 0.3
	podman kill --signal TERM killed
	is "$(podman wait killed)" 5
	fails_with '*can only kill running containers*' podman kill killed
	remove killed
}
stops()
{
	run -d --name stopped "$IMAGE" sh -c 'trap "exit 6" TERM; while :; do sleep 0.1; done'
	sleep 0.3
	podman stop -t 8 stopped
	is "$(inspected stopped '{{.State.ExitCode}}')" 6
	podman start stopped
	container_is stopped running
	podman restart -t 1 stopped
	container_is stopped running
	remove stopped
}
stop_kills()
{
	podman stop -t 1 box
	is "$(inspected box '{{.State.ExitCode}}')" 137
	podman start box
}
oom()
{
	run --name greedy --memory 8m "$IMAGE" dd if=/dev/zero of=/dev/null bs=64M count=1 || :
	is "$(inspected greedy '{{.State.ExitCode}}')" 137
	remove greedy
}
created()
{
	podman create "${OPTIONS[@]}" --name created "$IMAGE" echo late
	podman init created
	container_is created initialized
	prints late podman start --attach created
	remove created
}
attaches()
{
	run -d -i --name attached "$IMAGE" sh -c 'read line; echo "got $line"'
	like "$(echo typed | podman attach attached)" 'got typed'
	remove attached
}
health()
{
	run -d --name well --health-cmd 'test -e /etc/passwd' --health-interval disable \
		"$IMAGE" sleep 1000
	podman healthcheck run well
	run -d --name ill --health-cmd false --health-interval disable "$IMAGE" sleep 1000
	status_is 1 podman healthcheck run ill
	remove well
	remove ill
}
copies()
{
	echo copied > "$WORK/file"
	podman cp "$WORK/file" box:/tmp/file
	prints copied podman exec box cat /tmp/file
}
commits() { podman commit -q box localhost/committed && prints 1 run --rm localhost/committed echo 1; }
shares()
{
	prints "$(podman exec box readlink /proc/self/ns/ipc)" podman run --rm \
		--cgroup-parent "/$TAG" --network container:box --ipc container:box \
		--pid container:box "$IMAGE" readlink /proc/self/ns/ipc
}
pods()
{
	command -v catatonit > /dev/null || [[ -x /usr/libexec/podman/catatonit ]] ||
		skip 'podman makes pods with catatonit, which is not installed'
	podman pod create --name pod --network none --cgroup-parent "/$TAG"
	podman run -d --pod pod --name first "$IMAGE" sleep 1000
	prints "$(podman exec first readlink /proc/self/ns/net)" \
		podman run --rm --pod pod "$IMAGE" readlink /proc/self/ns/net
	podman pod pause pod
	podman pod unpause pod
	podman pod stop -t 0 pod
	podman pod rm -f pod
}
pods_without_infra()
{
	podman pod create --name bare --infra=false
	podman run -d --pod bare --network none --name bare1 "$IMAGE" sleep 1000
	podman exec bare1 true
	podman pod stop -t 0 bare
	podman pod rm -f bare
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
	podman rm -f -t 0 n1 n2 n3 n4 n5
}
init_killed()
{
	sleeper victim
	kill -KILL "$(inspected victim '{{.State.Pid}}')"
	is "$(podman wait victim)" 137
	remove victim
}
removes()
{
	podman ps -aq --no-trunc > "$WORK/ids"
	remove box
	prints '' podman ps -aq
}
ends()
{
	local d

	podman rm -fa -t 0
	# Podman leaves its own: conmon's cgroup, those of pods and their parent, mounts of its storage.
	for d in $(cgroups_left); do
		[[ $d == *libpod-* ]] || rmdir "$d" || :
	done
	umount "$WORK/root"/*/ "$WORK/root" 2> /dev/null || :
	leaves_nothing
}
# The runtime's state directory is the one of the host, since podman has no word for another.
paths_left()
{
	local id

	while read -r id; do
		find /run/runlet /run/runc /run/crun -maxdepth 1 -name "$id"
	done < "$WORK/ids" 2> /dev/null
}

make_image "$WORK/image"
podman pull -q "oci:$WORK/image:box" > "$WORK/pull.log" 2>&1 ||
	skip_all "podman cannot pull an image: $(tail -n 1 "$WORK/pull.log")"
IMAGE=$(podman images -q | head -n 1)
echo "caller $(podman --version | awk '{ print "podman", $3 }')"

cases 'run prints' run_prints \
	'run returns the status' run_status \
	'run of a missing program: 127' run_not_found \
	'run of a file that is no program: 126' run_not_executable \
	'run of a directory: 126' run_directory \
	'run with a bad option: 125' run_bad_option \
	'run of a missing program: the text' run_text \
	'run --env --workdir --user --hostname' run_options \
	'run -i' run_stdin \
	'run: 4 MiB of output, both streams' run_output \
	'run -it' run_tty \
	'run --network host' run_net_host \
	'run --volume, also read-only' run_volume \
	'run --read-only' run_readonly \
	'run --tmpfs' run_tmpfs \
	'run --privileged' run_privileged \
	'run --cap-drop --cap-add' run_caps \
	'run with the seccomp profile' run_seccomp \
	'run --uidmap' run_userns \
	'run --pid host, stop' run_init_in_pid_host \
	'run --memory --cpus --pids-limit' run_limits \
	'run --preserve-fds' run_preserve_fds \
	'run with a hook' run_hook \
	'run -d' sleeps \
	'exec prints' exec_prints \
	'exec returns the status' exec_status \
	'exec of a missing program: 127' exec_not_found \
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
	'kill, the program cleans up' kills \
	'stop, start, restart' stops \
	'stop of what does not listen: 137' stop_kills \
	'out of memory: 137' oom \
	'create, init, start --attach' created \
	'attach' attaches \
	'healthcheck' health \
	'cp' copies \
	'commit' commits \
	'run in the namespaces of another' shares \
	'pod' pods \
	'pod --infra=false' pods_without_infra \
	'five at once' five_at_once \
	'the first process is killed' init_killed \
	'rm -f' removes \
	'nothing is left' ends
