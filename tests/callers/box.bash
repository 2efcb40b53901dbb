# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The cases that docker and podman share, since their commands are the same. Whoever includes this has
# set CLI, the words that begin each command, OPTIONS of run, IMAGE, and the function cgroup_of.
# shellcheck disable=SC2016 # what is in single quotes is for the container

cli() { limited "${CLI[@]}" "$@"; }
run_on() { cli run "${OPTIONS[@]}" --network "$@"; }
run() { run_on none "$@"; }
once() { run --rm "$IMAGE" "$@"; }
once_on() { run_on "$1" --rm "$IMAGE" "${@:2}"; }
# start NAME [OPTION]...: a container that sleeps until it is killed
start()
{
	local name=$1

	shift
	run -d --name "$name" "$@" "$IMAGE" sleep 1000
	container_is "$name" running
}
# listener NAME STATUS: a container whose program ends with STATUS on SIGTERM
listener()
{
	run -d --name "$1" "$IMAGE" \
		sh -c "trap 'exit $2' TERM; echo ready; while :; do sleep 0.1; done"
	eventually says_ready "$1"
}
says_ready() { [[ $(cli logs "$1") == *ready* ]]; }
inspected() { cli inspect --format "$2" "$1"; }
container_is() { [[ $(inspected "$1" '{{.State.Status}}') == "$2" ]]; }
remove() { cli rm -f "$@"; }
in_ps() { cli exec box ps | grep -q "$1"; }

run_prints() { prints hello once echo hello; }
run_status() { status_is 7 once sh -c 'exit 7'; }
run_not_found()
{
	[[ ${CLI[0]} != */docker ]] || differs crun "'s text is not what docker looks for: 125"
	status_is 127 once nosuch
}
run_not_executable()
{
	[[ ${CLI[0]} != */docker ]] || differs crun "'s text is not what docker looks for: 125"
	status_is 126 once /etc/notexec
}
run_directory()
{
	[[ ${CLI[0]} != */docker ]] || differs crun "'s text is not what docker looks for: 125"
	status_is 126 once /etc
}
run_bad_option() { status_is 125 run --rm --nosuch "$IMAGE" true; }
run_text()
{
	differs crun "says 'executable file \`nosuch\` not found in \$PATH'"
	fails_with '*exec: "nosuch": executable file not found in $PATH*' once nosuch
}
run_options()
{
	prints 'b /tmp 1000 name' run --rm --env A=b --workdir /tmp --user web --hostname name \
		"$IMAGE" sh -c 'echo $A $PWD $(id -u) $(hostname)'
}
run_group_add()
{
	prints '1000 1000 7 8' run --rm --user web --group-add 7 --group-add 8 "$IMAGE" \
		sh -c 'echo $(id -u) $(id -G)'
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
	prints $'/dev/pts/0\nyes' in_terminal "${CLI[@]}" run "${OPTIONS[@]}" \
		--network none --rm -it "$IMAGE" sh -c 'tty; test -t 0 && echo yes'
}
run_net_host()
{
	prints "$(readlink /proc/self/ns/net)" once_on host readlink /proc/self/ns/net
}
run_net_none() { prints lo once ls /sys/class/net; }
run_volume()
{
	mkdir "$WORK/volume"
	run --rm --volume "$WORK/volume:/v" "$IMAGE" sh -c 'echo kept > /v/file'
	is "$(cat "$WORK/volume/file")" kept
	fails_with '*Read-only*' run --rm --volume "$WORK/volume:/v:ro" "$IMAGE" touch /v/x
}
run_volume_of_two()
{
	run --rm --volume shared:/v "$IMAGE" sh -c 'echo kept > /v/file'
	prints kept run --rm --volume shared:/v "$IMAGE" cat /v/file
	cli volume rm shared
}
run_propagation()
{
	mkdir "$WORK/tree"
	mount --bind "$WORK/tree" "$WORK/tree"
	run -d --name slave --volume "$WORK/tree:/v:rslave" "$IMAGE" sleep 1000
	mkdir "$WORK/tree/later"
	mount -t tmpfs later "$WORK/tree/later"
	prints later cli exec slave awk '$2 == "/v/later" { print $1 }' /proc/mounts
	remove slave
	umount "$WORK/tree/later" "$WORK/tree"
}
run_readonly() { fails_with '*Read-only*' run --rm --read-only "$IMAGE" touch /x; }
# size_of DIR: the kB of the file system there, for the shell of a container
SIZE='size_of() { set -- $(df -k "$1" | tail -n 1); echo "$1 $2"; }'
run_tmpfs() { prints 'tmpfs 64' run --rm --tmpfs /t:size=64k "$IMAGE" sh -c "$SIZE; size_of /t"; }
run_shm_size()
{
	prints 'shm 2048' run --rm --shm-size 2m "$IMAGE" sh -c "$SIZE; size_of /dev/shm"
}
run_ulimit()
{
	prints '100 200' run --rm --ulimit nofile=100:200 --ulimit nproc=300:300 "$IMAGE" \
		sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)'
}
run_sysctl()
{
	prints 5000 run --rm --sysctl net.core.somaxconn=5000 "$IMAGE" \
		cat /proc/sys/net/core/somaxconn
}
run_device()
{
	prints open run --rm --device /dev/loop-control:/dev/named:r "$IMAGE" \
		sh -c 'exec 3< /dev/named && echo open'
	fails_with '*not permitted*' run --rm --device /dev/loop-control:/dev/named:r "$IMAGE" \
		sh -c 'exec 3> /dev/named'
}
run_caps()
{
	prints 0000000000000001 run --rm --cap-drop all --cap-add chown "$IMAGE" \
		sed -n 's/^CapEff:\t//p' /proc/self/status
}
run_seccomp() { prints 2 once sed -n 's/^Seccomp:\t//p' /proc/self/status; }
run_unconfined()
{
	prints 0 run --rm --security-opt seccomp=unconfined "$IMAGE" \
		sed -n 's/^Seccomp:\t//p' /proc/self/status
}
run_no_new_privileges()
{
	prints 1 run --rm --security-opt no-new-privileges "$IMAGE" \
		sed -n 's/^NoNewPrivs:\t//p' /proc/self/status
}
run_masked()
{
	prints 0 once sh -c 'cat /proc/timer_list | wc -c'
	fails_with '*Read-only*' once sh -c 'echo 1 > /proc/sys/kernel/panic'
}
run_limits()
{
	start limits --memory 32m --cpus 0.5 --pids-limit 50
	is "$(cgroup_limit "$(cgroup_of limits)" memory)" 33554432
	is "$(cgroup_limit "$(cgroup_of limits)" cpu)" 50000
	is "$(cgroup_limit "$(cgroup_of limits)" pids)" 50
	remove limits
}
sleeps() { start box; }
exec_prints() { prints inside cli exec box echo inside; }
exec_status() { status_is 9 cli exec box sh -c 'exit 9'; }
exec_not_executable() { status_is 126 cli exec box /etc/notexec; }
exec_options()
{
	prints 'b /tmp 1000' cli exec --env A=b --workdir /tmp --user web box \
		sh -c 'echo $A $PWD $(id -u)'
}
exec_stdin() { echo typed | prints typed cli exec -i box cat; }
exec_tty() { prints yes in_terminal "${CLI[@]}" exec -it box sh -c 'test -t 0 && echo yes'; }
exec_caps()
{
	prints "$(cli exec box sed -n 's/^CapEff:\t//p' /proc/1/status)" \
		cli exec box sed -n 's/^CapEff:\t//p' /proc/self/status
}
exec_detached()
{
	cli exec -d box sleep 999
	eventually in_ps 999
}
listed() { like "$(cli ps --format '{{.Names}} {{.Status}}')" '*box Up*'; }
inspects()
{
	like "$(inspected box '{{.State.Pid}} {{.State.Running}} {{.State.ExitCode}}')" '[1-9]* true 0'
}
stats() { like "$(cli stats --no-stream --format '{{.Name}} {{.PIDs}}' box)" 'box [1-9]*'; }
logs()
{
	run --name logged "$IMAGE" sh -c 'echo one; echo two >&2'
	is "$(cli logs logged 2>&1 | sort)" $'one\ntwo'
	remove logged
}
pauses()
{
	cli pause box
	container_is box paused
	fails cli exec box true
	cli unpause box
	container_is box running
	cli exec box true
}
remove_paused()
{
	start frozen
	cli pause frozen
	remove frozen
}
kills()
{
	listener killed 5
	cli kill --signal TERM killed
	is "$(cli wait killed)" 5
	fails cli kill killed
	remove killed
}
stops()
{
	listener stopped 6
	cli stop -t 8 stopped
	is "$(inspected stopped '{{.State.ExitCode}}')" 6
	cli start stopped
	container_is stopped running
	cli restart -t 1 stopped
	container_is stopped running
	remove stopped
}
stop_kills()
{
	cli stop -t 1 box
	is "$(inspected box '{{.State.ExitCode}}')" 137
	cli start box
}
attaches()
{
	run -d -i --name attached "$IMAGE" sh -c 'read line; echo "got $line"'
	like "$({ echo typed; sleep 0.5; } | cli attach attached)" 'got typed'
	remove attached
}
starts_created()
{
	cli create "${OPTIONS[@]}" --network none --name created "$IMAGE" echo late
	container_is created created
	prints late cli start --attach created
	remove created
}
restarts()
{
	run -d --name again --restart on-failure:2 "$IMAGE" sh -c 'exit 3'
	eventually has_restarted again
	eventually container_is again exited
	is "$(inspected again '{{.State.ExitCode}}')" 3
	remove again
}
has_restarted() { [[ $(inspected "$1" '{{.RestartCount}}') -eq 2 ]]; }
copies()
{
	echo copied > "$WORK/file"
	cli cp "$WORK/file" box:/tmp/file
	prints copied cli exec box cat /tmp/file
	cli cp box:/tmp/file "$WORK/back"
	is "$(cat "$WORK/back")" copied
}
commits() { cli commit box localhost/committed && prints 1 run --rm localhost/committed echo 1; }
shares()
{
	prints "$(cli exec box readlink /proc/self/ns/net)" run_on container:box --rm \
		--pid container:box "$IMAGE" readlink /proc/self/ns/net
	like "$(run --rm --pid container:box "$IMAGE" ps)" '*sleep 1000*'
}
pid_host()
{
	run -d --name hostpid --pid host "$IMAGE" sh -c 'sleep 997 & sleep 1000'
	cli stop -t 1 hostpid
	is "$(cat "/sys/fs/cgroup/pids/$(cgroup_of hostpid)/cgroup.procs" 2> /dev/null)" ''
	remove hostpid
}
context()
{
	rm -rf "$WORK/context"
	mkdir "$WORK/context"
	echo of-context > "$WORK/context/file"
	printf '%s\n' "FROM $IMAGE" 'COPY file /file' 'RUN cat /file > /copied' 'USER web' \
		'RUN id -u > /tmp/who' 'ENTRYPOINT ["cat", "/copied", "/tmp/who"]' > "$WORK/context/Dockerfile"
	mkdir -p "$WORK/failing"
	printf '%s\n' "FROM $IMAGE" 'RUN exit 3' > "$WORK/failing/Dockerfile"
}
builds()
{
	context
	cli build --network none -t localhost/built "$WORK/context"
	prints $'of-context\n1000' run --rm localhost/built
	fails_with "*$1*" cli build --force-rm --network none "$WORK/failing"
}
five_at_once()
{
	local i pids=()

	for i in {1..5}; do
		start "n$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	remove n1 n2 n3 n4 n5
}
init_killed()
{
	start victim
	kill -KILL "$(inspected victim '{{.State.Pid}}')"
	is "$(cli wait victim)" 137
	remove victim
}
removes()
{
	remove box
	prints '' cli ps -aq
}

# In this order: "box" lives from 'run -d' to 'rm -f'.
BEFORE_BOX=('run prints' run_prints
	'run returns the status' run_status
	'run of a missing program: 127' run_not_found
	'run of a file that is no program: 126' run_not_executable
	'run of a directory: 126' run_directory
	'run with a bad option: 125' run_bad_option
	'run of a missing program: the text' run_text
	'run --env --workdir --user --hostname' run_options
	'run --group-add' run_group_add
	'run -i' run_stdin
	'run: 4 MiB of output, both streams' run_output
	'run -it' run_tty
	'run --network host' run_net_host
	'run --network none' run_net_none
	'run --volume, also read-only' run_volume
	'run with a named volume' run_volume_of_two
	'run --volume with rslave' run_propagation
	'run --read-only' run_readonly
	'run --tmpfs' run_tmpfs
	'run --shm-size' run_shm_size
	'run --ulimit' run_ulimit
	'run --sysctl' run_sysctl
	'run --device' run_device
	'run --cap-drop --cap-add' run_caps
	'run with the seccomp profile' run_seccomp
	'run --security-opt seccomp=unconfined' run_unconfined
	'run --security-opt no-new-privileges' run_no_new_privileges
	'run: masked and read-only paths' run_masked
	'run --memory --cpus --pids-limit' run_limits)
WITH_BOX=('run -d' sleeps
	'exec prints' exec_prints
	'exec returns the status' exec_status
	'exec of a file that is no program: 126' exec_not_executable
	'exec --env --workdir --user' exec_options
	'exec -i' exec_stdin
	'exec -it' exec_tty
	'exec has the capabilities of run' exec_caps
	'exec -d' exec_detached
	'ps' listed
	'inspect' inspects
	'stats' stats
	'logs' logs
	'pause, unpause' pauses
	'rm -f of a paused container' remove_paused
	'kill, the program cleans up' kills
	'stop, start, restart' stops
	'stop of what does not listen: 137' stop_kills
	'create, start --attach' starts_created
	'attach' attaches
	'run --restart on-failure' restarts
	'cp' copies
	'commit' commits
	'run in the namespaces of another' shares
	'run --pid host, stop' pid_host
	'five at once' five_at_once
	'the first process is killed' init_killed)
