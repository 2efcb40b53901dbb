#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# containerd.sh RUNTIME: containerd and ctr, by containerd's own shim for runc. The daemon is a private
# one, with all that it keeps in a directory of ours.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs containerd ctr containerd-shim-runc-v2 jq python3

SOCK=$WORK/sock
OPTIONS=(--runc-binary "$RUNTIME" --runc-root "$WORK/runc" --fifo-dir "$WORK/fifo")
ctr() { limited ctr --address "$SOCK" --namespace "$TAG" "$@"; }
run() { ctr run "${OPTIONS[@]}" "$@"; }
exec_in() { ctr task exec --fifo-dir "$WORK/fifo" --exec-id "e$RANDOM" "$@"; }
in_terminal_ctr() { in_terminal "$(type -P ctr)" --address "$SOCK" --namespace "$TAG" "$@"; }
task_is() { ctr task ls | grep -q "^$1 .*$2"; }

daemon_start()
{
	cat > "$WORK/config.toml" <<-END
		version = 2
		root = "$WORK/root"
		state = "$WORK/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
		[grpc]
		address = "$SOCK"
		[ttrpc]
		address = "$SOCK.ttrpc"
	END
	containerd --config "$WORK/config.toml" > "$WORK/daemon.log" 2>&1 < /dev/null &
	DAEMON=$!
	eventually ctr version || skip_all "containerd does not start: $(tail -n 1 "$WORK/daemon.log")"
}

# sleeper ID [OPTION]...: a container that sleeps until it is killed
sleeper()
{
	local id=$1

	shift
	run --detach "$@" "$IMAGE" "$id" sleep 1000
	task_is "$id" RUNNING
}
remove()
{
	ctr task kill --signal KILL "$1" || :
	eventually task_is "$1" STOPPED
	ctr task rm "$1"
	ctr container rm "$1"
}

run_prints() { prints hello run --rm "$IMAGE" c1 echo hello; }
run_status() { status_is 7 run --rm "$IMAGE" c2 sh -c 'exit 7'; }
run_env()
{
	prints 'b /tmp' run --rm --env A=b --cwd /tmp "$IMAGE" c4 sh -c 'echo $A $PWD'
}
run_stdin() { echo typed | prints typed run --rm "$IMAGE" c5 head -n 1; }
run_output()
{
	run --rm "$IMAGE" c6 sh -c 'dd if=/dev/zero bs=64k count=64 2> /dev/null; echo e >&2' \
		> "$WORK/c6" 2> "$WORK/c6.err"
	is "$(stat -c %s "$WORK/c6") $(cat "$WORK/c6.err")" '4194304 e'
}
run_not_found()
{
	differs crun 'has other words'
	fails_with '*OCI runtime create failed*exec: "nosuch": executable file not found in $PATH*' \
		run --rm "$IMAGE" c7 nosuch
}
run_not_executable()
{
	differs crun 'has other words'
	fails_with '*OCI runtime create failed*exec: "/etc/notexec": permission denied*' \
		run --rm "$IMAGE" c8 /etc/notexec
}
run_tty()
{
	prints $'/dev/pts/0\nyes' in_terminal_ctr run "${OPTIONS[@]}" --rm --tty "$IMAGE" c9 \
		sh -c 'tty; test -t 0 && echo yes'
}
run_net_host()
{
	prints "$(readlink /proc/self/ns/net)" run --rm --net-host "$IMAGE" c10 \
		readlink /proc/self/ns/net
}
run_readonly() { fails_with '*Read-only*' run --rm --read-only "$IMAGE" c11 touch /x; }
run_mount()
{
	echo of-host > "$WORK/file"
	prints of-host run --rm --mount "type=bind,src=$WORK/file,dst=/file,options=rbind:ro" \
		"$IMAGE" c12 cat /file
}
run_privileged()
{
	prints rw run --rm --privileged "$IMAGE" c13 \
		sh -c 'mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw'
}
run_seccomp()
{
	prints 2 run --rm --seccomp "$IMAGE" c3 sed -n 's/^Seccomp:\t//p' /proc/self/status
}
run_memory()
{
	run --detach --memory-limit 33554432 "$IMAGE" c14 sleep 1000
	is "$(cgroup_limit "$TAG/c14" memory)" 33554432
	remove c14
}
# The shim begins to listen for it only when start has returned.
run_oom()
{
	ctr events > "$WORK/events" &
	status_is 137 run --rm --memory-limit 8388608 "$IMAGE" c15 \
		sh -c 'sleep 0.3; dd if=/dev/zero of=/dev/null bs=64M count=1'
	eventually grep -q '/tasks/oom .*"c15"' "$WORK/events"
	like "$(sed -n 's,.* /tasks/\([a-z]*\) .*"c15".*,\1,p' "$WORK/events" | tr '\n' ' ')" \
		'create start oom exit delete '
	kill $!
}
# The network is made by ctr, between create and start.
run_cni()
{
	[[ -x /usr/lib/cni/bridge ]] || skip 'containernetworking-plugins are not installed'
	mkdir -p /etc/cni/net.d /opt/cni
	rm -f /etc/cni/net.d/*
	ln -s /usr/lib/cni /opt/cni/bin
	cat > /etc/cni/net.d/10-pods.conflist <<-END
		{ "cniVersion": "0.4.0", "name": "pods", "plugins": [
		  { "type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": { "type": "host-local",
		    "dataDir": "$WORK/ipam", "ranges": [[ { "subnet": "10.88.9.0/24" } ]] } } ] }
	END
	run --detach --cni "$IMAGE" c17 sh -c 'echo served > /tmp/index.html; exec httpd -f -h /tmp'
	like "$(exec_in c17 ip addr show eth0)" '*inet 10.88.9.*'
	eventually served "$(exec_in c17 ip addr show eth0 | sed -n 's,.*inet \([0-9.]*\)/.*,\1,p')"
	remove c17
}
# The same with netctl, which lies beside the runtime, as every plugin; and a port of the host.
run_cni_netctl()
{
	local netctl type

	netctl=$(dirname "$RUNTIME")/netctl
	[[ -x $netctl ]] || skip 'no netctl lies beside the runtime'
	mkdir -p /etc/cni/net.d /opt/cni
	rm -rf /etc/cni/net.d/* /opt/cni/bin
	mkdir /opt/cni/bin
	for type in bridge loopback host-local portmap; do
		ln -s "$netctl" "/opt/cni/bin/$type"
	done
	cat > /etc/cni/net.d/10-pods.conflist <<-END
		{ "cniVersion": "1.0.0", "name": "ours", "plugins": [
		  { "type": "bridge", "bridge": "rl0", "isGateway": true, "ipMasq": true, "ipam": { "type": "host-local",
		    "dataDir": "$WORK/ipam", "subnet": "10.88.10.0/24", "routes": [ { "dst": "0.0.0.0/0" } ] } } ] }
	END
	# DEL is for ctr to call, and it does so of what it waits for.
	like "$(run --rm --cni "$IMAGE" c27 ip addr show eth0)" '*inet 10.88.10.*'
	is "$(find "$WORK/ipam/ours" -name '10.*'; ip -o link show type veth)" ''
	run --detach --cni "$IMAGE" c18 sh -c 'echo served > /tmp/index.html; exec httpd -f -h /tmp'
	like "$(exec_in c18 ip addr show eth0)" '*inet 10.88.10.*'
	like "$(exec_in c18 ip route)" 'default via 10.88.10.1 *'
	eventually served "$(exec_in c18 ip addr show eth0 | sed -n 's,.*inet \([0-9.]*\)/.*,\1,p')"
	remove c18
}
served() { [[ $(busybox wget -qO- "http://$1/") == served ]]; }
run_pid_file()
{
	run --detach --pid-file "$WORK/pid" "$IMAGE" c23 sleep 1000
	is "$(cat "$WORK/pid")" "$(ctr task ls | awk '$1 == "c23" { print $2 }')"
	remove c23
}
run_rootfs()
{
	mkdir "$WORK/rootfs"
	make_rootfs "$WORK/rootfs"
	prints yes run --rm --rootfs "$WORK/rootfs" c24 /bin/sh -c 'echo yes | tee /made'
	is "$(cat "$WORK/rootfs/made")" yes
}
run_config()
{
	run --detach "$IMAGE" c25 sleep 1000
	ctr container info --spec c25 | jq --arg root "$WORK/rootfs" \
		'.process.args = ["echo", "configured"] | .root.path = $root' > "$WORK/spec"
	remove c25
	prints configured run --rm --config "$WORK/spec" c26
}
attaches()
{
	run --detach "$IMAGE" c27 sh -c 'while :; do echo line; sleep 0.2; done'
	like "$(LIMIT=2; ctr task attach c27 < /dev/null)" '*line*'
	remove c27
}
run_cpu()
{
	run --detach --cpus 0.5 "$IMAGE" c16 sleep 1000
	is "$(cgroup_limit "$TAG/c16" cpu)" 50000
	remove c16
}
sleeps() { sleeper box; }
exec_prints() { prints inside exec_in box echo inside; }
exec_status() { status_is 9 exec_in box sh -c 'exit 9'; }
exec_user() { prints $'1000\n/tmp' exec_in --user 1000 --cwd /tmp box sh -c 'id -u; pwd'; }
exec_stdin() { echo typed | prints typed exec_in box cat; }
exec_tty()
{
	prints yes in_terminal_ctr task exec --tty --exec-id tty box \
		sh -c 'sleep 0.2; test -t 0 && echo yes'
}
exec_detached()
{
	exec_in --detach box sleep 999
	eventually in_ps 999
}
in_ps() { exec_in box ps | grep -q "$1"; }
exec_not_found()
{
	differs crun 'has other words'
	fails_with '*OCI runtime exec failed*exec: "nosuch": executable file not found in $PATH*' \
		exec_in box nosuch
}
processes() { like "$(ctr task ps box)" "*$(ctr task ls | awk '$1 == "box" { print $2 }')*"; }
metrics() { prints true ctr_json '.pids.current > 0 and .memory.usage.usage > 0' task metrics box; }
ctr_json()
{
	local expression=$1

	shift
	ctr "$@" --format json | jq "$expression"
}
pauses()
{
	ctr task pause box
	task_is box PAUSED
	fails_with '*cannot exec in a paused*' exec_in box true
	ctr task resume box
	task_is box RUNNING
	exec_in box true
}
kill_missing() { fails_with '*not found*' ctr task kill nosuch; }
kill_all() { ctr task kill --all --signal KILL box && eventually task_is box STOPPED; }
kill_stopped() { fails_with '*process already finished: not found*' ctr task kill box; }
deletes()
{
	ctr task rm box || :	# 137 is the status of the task
	ctr container rm box
	prints '' ctr container ls -q
}
kill_paused()
{
	sleeper c18
	ctr task pause c18
	differs crun 'does not thaw what it kills'
	ctr task kill --signal KILL c18
	eventually task_is c18 STOPPED
	ctr task rm c18 || :
	ctr container rm c18
}
kill_term()
{
	run --detach "$IMAGE" c19 sh -c 'trap "exit 5" TERM; touch /tmp/up; while :; do sleep 0.1; done'
	eventually exec_in c19 test -e /tmp/up
	ctr task kill --signal TERM c19
	eventually task_is c19 STOPPED
	like "$(ctr task rm c19 2>&1)" '*non-zero exit code 5*'
	ctr container rm c19
}
host_pid()
{
	run --detach --with-ns "pid:/proc/$$/ns/pid" "$IMAGE" c20 sh -c 'sleep 998 & sleep 999'
	ctr task kill --signal KILL c20
	eventually task_is c20 STOPPED
	eventually is_empty c20
	ctr task rm c20 || :
	ctr container rm c20
}
is_empty() { [[ -z $(cat "/sys/fs/cgroup/pids/$TAG/$1/cgroup.procs") ]]; }
# containerd lets the shim's binary delete what is left, which calls the runtime.
shim_killed()
{
	local init shim

	sleeper c21
	init=$(ctr task ls | awk '$1 == "c21" { print $2 }')
	shim=$(pgrep -f "containerd-shim-runc-v2 .*-id c21 .*$SOCK")
	kill -KILL "$shim"
	eventually task_gone c21
	eventually fails test -e "/proc/$init"
	eventually fails test -e "/sys/fs/cgroup/pids/$TAG/c21"
	fails test -e "$WORK/runc/$TAG/c21"
	ctr container rm c21
}
task_gone() { ! ctr task ls -q | grep -qx "$1"; }
daemon_restarted()
{
	sleeper c22
	kill "$(cat "$WORK/daemon.pid")"
	eventually daemon_gone
	daemon_start
	echo "$DAEMON" > "$WORK/daemon.pid"
	task_is c22 RUNNING
	exec_in c22 true
	remove c22
}
daemon_gone() { ! kill -0 "$(cat "$WORK/daemon.pid")"; }
ten_at_once()
{
	local i pids=()

	for i in {1..10}; do
		run --detach "$IMAGE" "n$i" sleep 1000 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	is "$(ctr task ls | grep -c RUNNING)" 10
	for i in {1..10}; do
		remove "n$i"
	done
}
ends()
{
	local d id

	for id in $(ctr container ls -q); do	# of failed cases
		ctr task resume "$id" || :
		ctr task rm --force "$id" || :
		ctr container rm "$id"
	done
	kill "$(cat "$WORK/daemon.pid")"
	eventually daemon_gone
	for d in $(cgroups_left); do	# the namespace's directory is nobody's
		[[ ${d##*/} != "$TAG" ]] || rmdir "$d"
	done
	leaves_nothing
}

make_image "$WORK/image"
tar -C "$WORK/image" -cf "$WORK/image.tar" .
daemon_start
echo "$DAEMON" > "$WORK/daemon.pid"
ctr image import --base-name localhost/busy "$WORK/image.tar" > "$WORK/import.log" 2>&1 ||
	skip_all "ctr cannot import an image: $(tail -n 1 "$WORK/import.log")"
IMAGE=$(ctr image ls -q | head -n 1)
echo "caller $(containerd --version | awk '{ print "containerd", $3 }')"

cases 'run prints' run_prints \
	'run returns the status' run_status \
	'run --env --cwd' run_env \
	'run with stdin' run_stdin \
	'run: 4 MiB of output, both streams' run_output \
	'run of a missing program' run_not_found \
	'run of a file that is no program' run_not_executable \
	'run --tty' run_tty \
	'run --net-host' run_net_host \
	'run --read-only' run_readonly \
	'run --mount' run_mount \
	'run --privileged' run_privileged \
	'run --seccomp' run_seccomp \
	'run --memory-limit' run_memory \
	'run out of memory: 137, and an event' run_oom \
	'run --cpus' run_cpu \
	'run --cni' run_cni \
	'run --cni, by netctl' run_cni_netctl \
	'run --pid-file' run_pid_file \
	'run --rootfs' run_rootfs \
	'run --config' run_config \
	'run -d' sleeps \
	'task exec prints' exec_prints \
	'task exec returns the status' exec_status \
	'task exec --user --cwd' exec_user \
	'task exec with stdin' exec_stdin \
	'task exec --tty' exec_tty \
	'task exec --detach' exec_detached \
	'task exec of a missing program' exec_not_found \
	'task ps' processes \
	'task metrics' metrics \
	'task attach' attaches \
	'task pause, resume' pauses \
	'task kill of a missing task' kill_missing \
	'task kill --all' kill_all \
	'task kill of a stopped task' kill_stopped \
	'task rm, container rm' deletes \
	'task kill of a paused task' kill_paused \
	'task kill, the program cleans up' kill_term \
	"task kill in the host's pid namespace" host_pid \
	'the shim is killed' shim_killed \
	'the daemon is restarted' daemon_restarted \
	'ten at once' ten_at_once \
	'nothing is left' ends
