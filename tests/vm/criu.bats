#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each option of checkpoint and restore, and what it changes. What needs none of them is in
# tests/integration/criu.bats. CRIU of Debian 12 works up to Linux 6.12.
load ../integration/helpers
load ../integration/criu

PORT=7123

# python PROGRAM: the host's python is the container's program. After "import" it has count().
python()
{
	mkdir -p "$ROOTFS/usr"
	ln -sfn usr/lib "$ROOTFS/lib"
	ln -sfn usr/lib64 "$ROOTFS/lib64"
	mount_add '{destination: "/usr", type: "bind", source: "/usr", options: ["bind", "ro"]}'
	{
		cat <<- 'END'
			import os, socket, time
			n = 0
			def count(step=0.1):
			    global n
			    n += 1
			    with open('/tmp/new', 'w') as f:
			        f.write('%d\n' % n)
			    os.rename('/tmp/new', '/tmp/count')
			    time.sleep(step)
		END
		echo "$1"
	} > "$ROOTFS/program.py"
	args /usr/bin/python3 -S /program.py
}

# A network namespace that is not the container's own, as a caller makes it.
joins_network()
{
	NS=$WORK/netns
	touch "$NS"
	unshare --net="$NS" ip link set lo up
	namespace_drop network
	namespace_add "{type: \"network\", path: \"$NS\"}"
}

# The message names the log, and the log says why; the container goes on.
refuses()
{
	local why=$1

	shift
	fails 1 "criu failed: type DUMP errno .*: log file: $IMAGES/dump.log" checkpoint "$@"
	grep -Eq "$why" "$IMAGES/dump.log" || { show_logs; return 1; }
	is "$(status_of)" running
	wait_for 20 counts_past "$(count)"
}

goes_on() { wait_for 30 counts_past "$1"; }
kilobytes() { du -k "$@" | awk '{ n += $1 } END { print n }'; }

# ---- memory ----------------------------------------------------------------------------------------

# holds_memory: 4 MiB, whose sum it tells whenever somebody asks
holds_memory()
{
	python '
import zlib
data = bytearray(os.urandom(1 << 22))
while True:
    if os.path.exists("/tmp/change"):
        data[:1 << 20] = os.urandom(1 << 20)
        os.remove("/tmp/change")
    if os.path.exists("/tmp/ask"):
        sum = zlib.crc32(data)
        os.remove("/tmp/ask")
        with open("/tmp/sum", "w") as f:
            f.write("%d\n" % sum)
    count()'
}
absent() { ! runtime exec "$ID" test -e "$1"; }
sum_of()
{
	runtime exec "$ID" touch /tmp/ask
	wait_for 30 absent /tmp/ask && wait_for 10 runtime exec "$ID" test -s /tmp/sum &&
		runtime exec "$ID" cat /tmp/sum
}

@test "checkpoint --page-server: its pages are elsewhere" {
	local sum

	holds_memory
	create_start
	goes_on 1
	sum=$(sum_of)
	mkdir "$WORK/pages"
	background "$CRIU" page-server --images-dir "$WORK/pages" --address 127.0.0.1 --port $PORT
	wait_for 20 grep -q ":$(printf %04X $PORT) .* 0A " /proc/net/tcp
	ok checkpoint --page-server 127.0.0.1:$PORT || { show_logs; return 1; }
	wait_status "$BG"
	is "$(find "$IMAGES" -name 'pages-*.img')" ''
	(($(kilobytes "$WORK"/pages/pages-*.img) > 4000))
	cp "$WORK"/pages/*.img "$IMAGES"
	restored
	is "$(sum_of)" "$sum"
}

@test "checkpoint, restore --lazy-pages: memory follows while the container runs" {
	local sum checkpointer

	holds_memory
	create_start
	goes_on 1
	sum=$(sum_of)
	mkdir "$IMAGES"
	mkfifo "$WORK/ready"
	exec 9<> "$WORK/ready"
	background runtime checkpoint --image-path "$IMAGES" --lazy-pages --page-server 127.0.0.1:$PORT \
		--status-fd 9 "$ID" > "$OUT" 2> "$ERR"
	checkpointer=$BG
	is "$(timeout 25 od -An -tu1 -N1 <&9)" '   0' || { cat "$ERR"; show_logs; return 1; }
	exec 9>&-
	# What is moved at once is little.
	(($(kilobytes "$IMAGES"/pages-*.img) < 4000))
	background "$CRIU" lazy-pages --page-server --address 127.0.0.1 --port $PORT \
		--images-dir "$IMAGES" --work-dir "$IMAGES"
	wait_for 20 test -S "$IMAGES/lazy-pages.socket"
	ID=$ID-moved CG=$CG-moved
	config ".linux.cgroupsPath = \"/$CG\""
	restored --lazy-pages
	is "$(sum_of)" "$sum"
	wait_status "$BG"
	is "$status" 0
	wait_status "$checkpointer"
	is "$status" 0
	ok runtime delete --force "$ID"
	CG=${CG%-moved}
	fails 1 'container does not exist' runtime state "${ID%-moved}"
}

@test "checkpoint --pre-dump, twice, and --auto-dedup: each page is kept once" {
	local first last

	holds_memory
	create_start
	goes_on 1
	ok runtime checkpoint --pre-dump --image-path "$WORK/pre1" --work-path "$WORK/logs" "$ID"
	ok runtime exec "$ID" touch /tmp/change
	wait_for 30 absent /tmp/change
	ok runtime checkpoint --pre-dump --image-path "$WORK/pre2" --parent-path ../pre1 \
		--work-path "$WORK/logs" "$ID"
	[[ -L $WORK/pre2/parent ]]
	ok runtime exec "$ID" touch /tmp/change
	wait_for 30 absent /tmp/change
	sum=$(sum_of)
	first=$(kilobytes "$WORK"/pre1/pages-*.img) last=$(kilobytes "$WORK"/pre2/pages-*.img)
	((first > 4000 && last > 900 && last < first))
	ok checkpoint --parent-path ../pre2 --auto-dedup || { show_logs; return 1; }
	(($(kilobytes "$WORK"/pre2/pages-*.img) <= last - 900))
	last=$(kilobytes "$IMAGES"/pages-*.img)
	restored
	is "$(sum_of)" "$sum"
	ok runtime delete --force "$ID"
	restored --auto-dedup
	is "$(sum_of)" "$sum"
	(($(kilobytes "$IMAGES"/pages-*.img) <= last - 900))
}

# ---- what leads outside ----------------------------------------------------------------------------

# serves_tcp: an echo with a client outside, which counts the answers; both live
serves_tcp()
{
	python "
server = socket.create_server(('127.0.0.1', $PORT))
count(0)
end, _ = server.accept()
while True:
    try:
        data = end.recv(100)
        if not data:
            raise OSError('end')
        end.sendall(data)
    except OSError as e:
        with open('/tmp/closed', 'w') as f:
            f.write(str(e))
        break
    count(0)
while True:
    count()"
	joins_network
	create_start
	goes_on 0
	background nsenter --net="$NS" python3 -c "
import socket, sys, time
end = socket.create_connection(('127.0.0.1', $PORT))
n = 0
while True:
    n += 1
    end.sendall(b'%d' % n)
    if end.recv(100) != b'%d' % n:
        sys.exit(1)
    with open('$WORK/client', 'w') as f:
        f.write('%d\n' % n)
    time.sleep(0.1)"
	CLIENT=$BG
	goes_on 2
}
client_past() { (($(cat "$WORK/client") > $1)); }

@test "checkpoint, restore --tcp-established: the connection lives on" {
	local n

	serves_tcp
	refuses 'established|Connected TCP'
	ok checkpoint --tcp-established || { show_logs; return 1; }
	n=$(cat "$WORK/client")
	restored --tcp-established
	wait_for 60 client_past "$((n + 2))"
	ok kill -0 "$CLIENT"
	[[ $(count) -gt $n ]]
}

@test "restore --tcp-close: the container finds its connection closed" {
	serves_tcp
	ok checkpoint --tcp-established || { show_logs; return 1; }
	restored --tcp-close
	wait_for 30 runtime exec "$ID" test -e /tmp/closed
	goes_on "$(count)"
}

@test "checkpoint --tcp-skip-in-flight: leaves out who has not been accepted" {
	python "
server = socket.create_server(('127.0.0.1', $PORT))
while True:
    count()"
	joins_network
	create_start
	goes_on 1
	background nsenter --net="$NS" python3 -c "
import socket, time
end = socket.create_connection(('127.0.0.1', $PORT))
open('$WORK/connected', 'w').close()
time.sleep(1000)"
	wait_for 30 test -e "$WORK/connected"
	refuses 'In-flight connection'
	ok checkpoint --tcp-skip-in-flight || { show_logs; return 1; }
	kill "$BG"
	wait_status "$BG"
	restored
	goes_on "$(count)"
	ok nsenter --net="$NS" python3 -c "import socket; socket.create_connection(('127.0.0.1', $PORT))"
}

# ---- files -----------------------------------------------------------------------------------------

@test "checkpoint, restore --file-locks" {
	python '
import fcntl
lock = open("/tmp/lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
while True:
    count()'
	create_start
	goes_on 1
	fails 1 '' runtime exec "$ID" /usr/bin/flock -n /tmp/lock true
	refuses 'file locks?'
	ok checkpoint --file-locks || { show_logs; return 1; }
	restored --file-locks
	goes_on "$(count)"
	fails 1 '' runtime exec "$ID" /usr/bin/flock -n /tmp/lock true
}

@test "checkpoint --link-remap: an open file that lost its name" {
	script 'exec 8> /first; ln /first /second; rm /first
		i=0; while :; do i=$((i + 1)); echo $i > /tmp/new; mv /tmp/new /tmp/count
		echo $i >&8; sleep 0.1; done'
	create_start
	goes_on 1
	refuses 'link-remap'
	ok checkpoint --link-remap || { show_logs; return 1; }
	restored
	goes_on "$(($(count) + 1))"
	[[ $(tail -n 1 "$ROOTFS/second") -ge 3 ]]
	[[ /proc/$INIT/fd/8 -ef $ROOTFS/second ]]
	is "$(find "$ROOTFS" -name 'link_remap*')" ''
}

# ---- namespaces, cgroups, labels -------------------------------------------------------------------

addresses() { nsenter --net="/proc/$INIT/ns/net" ip -json addr show dev lo | jq -c '[.[].addr_info[].local]'; }

@test "checkpoint, restore --empty-ns network: is somebody else's to fill" {
	create_start
	goes_on 1
	nsenter --net="/proc/$INIT/ns/net" ip addr add 10.9.9.9/32 dev lo
	ok checkpoint --leave-running || { show_logs; return 1; }
	ok runtime delete --force "$ID"
	restored
	like "$(addresses)" '10\.9\.9\.9'
	ok checkpoint --empty-ns network || { show_logs; return 1; }
	restored --empty-ns network
	goes_on 2
	is "$(addresses)" '[]'
}

@test "checkpoint, restore: a pid namespace that was joined" {
	local inode

	# Its first process reaps whom the container leaves, or their ids would be in use.
	background unshare --pid --fork --kill-child \
		python3 -c 'import signal; signal.signal(17, signal.SIG_IGN); signal.sigwait([15])'
	wait_for 10 pgrep -P "$BG"
	PEER=$(pgrep -P "$BG")
	namespace_drop pid
	namespace_add "{type: \"pid\", path: \"/proc/$PEER/ns/pid\"}"
	inode=$(stat -Lc %i "/proc/$PEER/ns/pid")
	saved 2
	restored
	goes_on 2
	is "$(stat -Lc %i "/proc/$INIT/ns/pid")" "$inode"
	ok runtime delete --force "$ID"
}

# has_inner: a process of the container in a cgroup below its own. Its own has a property THEN; the bundle
# makes it NOW.
has_inner()
{
	local pid

	config '.linux.resources.cpu.shares = 512'
	script 'sleep 1000 & i=0; while :; do i=$((i + 1)); echo $i > /tmp/new
		mv /tmp/new /tmp/count; busybox sleep 0.1; done'
	create_start
	goes_on 1
	PROPERTY=cgroup.max.depth THEN=7 NOW=max
	is_v2 || PROPERTY=cpu.shares THEN=512 NOW=256
	mkdir "$(cgroup cpu)/inner"
	echo $THEN > "$(cgroup cpu)/$PROPERTY"
	pid=$(pgrep -P "$INIT" -f 'sleep 1000')
	echo "$pid" > "$(cgroup cpu)/inner/cgroup.procs"
	ok checkpoint "$@" || { show_logs; return 1; }
	is "$(cgroups_left)" ''
	config '.linux.resources.cpu.shares = 256'
}
inner_is() { like "$(cat "/proc/$(pgrep -P "$INIT" -f 'sleep 1000')/cgroup")" "(^|,cpu:|:cpu,[a-z]*:|:cpu:|0::)$1"; }
property() { cat "$(cgroup cpu)/$PROPERTY"; }

@test "restore --manage-cgroups-mode: soft is the default" {
	has_inner
	restored
	goes_on 2
	inner_is "/$CG/inner"
	is "$(property)" $NOW
}

@test "checkpoint, restore --manage-cgroups-mode soft: makes what is missing, alters nothing" {
	has_inner --manage-cgroups-mode soft
	restored --manage-cgroups-mode soft
	goes_on 2
	inner_is "/$CG/inner"
	is "$(property)" $NOW
}

@test "restore --manage-cgroups-mode strict: the cgroup must not be there" {
	has_inner --manage-cgroups-mode strict
	restore_fails "criu failed: .*log file: $IMAGES/restore.log" --manage-cgroups-mode strict
	grep -q 'Error.*cg' "$IMAGES/restore.log" || { show_logs; return 1; }
	[[ -z $(states_left) && -z $(cgroups_left) ]]
}

@test "checkpoint, restore --manage-cgroups-mode ignore: all are in the container's cgroup" {
	has_inner --manage-cgroups-mode ignore
	restored --manage-cgroups-mode ignore
	goes_on 2
	run ! inner_is "/$CG/inner"
	inner_is "/$CG"
	is "$(property)" $NOW
	[[ ! -e $(cgroup cpu)/inner ]]
}

@test "checkpoint, restore --manage-cgroups-mode: another word" {
	create_start
	goes_on 1
	fails 1 'manage-cgroups-mode' checkpoint --manage-cgroups-mode some
	is "$(status_of)" running
	restore_fails 'manage-cgroups-mode' --manage-cgroups-mode some
}

@test "restore: the limits of the bundle, as create makes them" {
	config '.linux.resources += {pids: {limit: 77}, memory: {limit: 200000000}, cpu: {shares: 512,
		quota: 50000, period: 100000, cpus: "0"}}'
	limits()
	{
		local file

		for file in pids/pids.max memory/memory.max memory/memory.limit_in_bytes cpu/cpu.max \
			cpu/cpu.weight cpu/cpu.shares cpu/cpu.cfs_quota_us cpuset/cpuset.cpus; do
			[[ ! -e $(cgroup "${file%/*}")/${file#*/} ]] ||
				echo "$file $(cat "$(cgroup "${file%/*}")/${file#*/}")"
		done
	}
	create_start
	goes_on 1
	before=$(limits)
	ok checkpoint || { show_logs; return 1; }
	restored
	is "$(limits)" "$before"
	like "$before" 'pids.max 77'
	like "$before" 'memory.* 199999488'
}

# ---- AppArmor --------------------------------------------------------------------------------------

apparmor_profiles()
{
	[[ $(cat /sys/module/apparmor/parameters/enabled 2> /dev/null) == Y ]] ||
		skip 'this kernel has AppArmor off'
	apparmor_parser --replace --skip-cache <<- 'END'
		profile rlbats-one flags=(attach_disconnected,mediate_deleted) {
		  file, capability, network, umount, mount, signal, ptrace, unix,
		}
		profile rlbats-two flags=(attach_disconnected,mediate_deleted) {
		  file, capability, network, umount, mount, signal, ptrace, unix,
		  deny /tmp/secret rw,
		}
	END
}
profile_of() { cat "/proc/$INIT/attr/current"; }

@test "checkpoint, restore: the AppArmor profile is as it was" {
	apparmor_profiles
	config '.process.apparmorProfile = "rlbats-one"'
	saved 2
	restored
	goes_on 2
	is "$(profile_of)" 'rlbats-one (enforce)'
}

@test "restore --lsm-profile: another AppArmor profile" {
	apparmor_profiles
	config '.process.apparmorProfile = "rlbats-one"'
	saved 2
	restored --lsm-profile apparmor:rlbats-two
	goes_on 2
	is "$(profile_of)" 'rlbats-two (enforce)'
	ok runtime delete --force "$ID"
	! is_runlet || restore_fails 'apparmor profile.*rlbats-missing' --lsm-profile apparmor:rlbats-missing
	[[ -z $(states_left) && -z $(cgroups_left) ]]
}

# ---- how it is called ------------------------------------------------------------------------------

@test "restore --work-path: the log is there, and the images are not written to" {
	local before

	saved 2
	before=$(cd "$IMAGES" && find . -type f -exec sha256sum {} + | sort)
	restored --work-path "$WORK/logs"
	[[ -s $WORK/logs/restore.log && ! -e $IMAGES/restore.log ]]
	is "$(cd "$IMAGES" && find . -type f -exec sha256sum {} + | sort)" "$before"
	ok runtime delete --force "$ID"
	rm "$IMAGES"/pages-*.img
	restore_fails "log file: $WORK/logs/restore.log" --work-path "$WORK/logs"
}

@test "restore --no-pivot: says that it has no effect, and restores" {
	saved 2
	restored --no-pivot
	is_runlet && file_has "$ERR" 'no-pivot: has no effect'
	goes_on 2
}

# KEYCTL_DESCRIBE of KEY_SPEC_SESSION_KEYRING
keyring_of() { runtime exec "$ID" sed -n 's/.*;//p' /tmp/keyring; }
keyring_has() { [[ $(keyring_of) == "$1" ]]; }

@test "restore: a session keyring of its own, or with --no-new-keyring the caller's" {
	needs_runlet 'runc leaves the container the keyring of whoever restores it'
	python '
import ctypes
libc = ctypes.CDLL(None)
while True:
    b = ctypes.create_string_buffer(300)
    libc.syscall(250, 6, -3, b, 300)
    with open("/tmp/keyring", "w") as f:
        f.write(b.value.decode())
    count()'
	saved 2
	ID=$ID-moved
	restored
	wait_for 20 keyring_has "_ses.$ID"
	ok runtime delete --force "$ID"
	restored --no-new-keyring
	goes_on 4
	unlike "$(keyring_of)" "_ses.rlbats"
	ok runtime delete --force "$ID"
}

# orphan_of OPTION...: restores in the foreground; ORPHAN's parent is gone by then, and BG is the runtime
orphan_of()
{
	background "$RUNTIME_BIN" --root "$ROOT" restore --bundle "$BUNDLE" --image-path "$IMAGES" "$@" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null
	wait_for 20 status_is running
	ok runtime exec "$ID" touch /tmp/ask
	wait_for 30 runtime exec "$ID" test -s /tmp/orphan
	ORPHAN=$(runtime exec "$ID" cat /tmp/orphan)
	wait_for 20 abandoned
}
parent_of() { awk '$1 == "PPid:" { print $2 }' "/proc/$1/status"; }
abandoned() { [[ $(cat "/proc/$(parent_of "$ORPHAN")/comm") != sh ]]; }

@test "restore --no-subreaper: orphans are not adopted" {
	namespace_drop pid
	script 'i=0; while :; do i=$((i + 1)); echo $i > /tmp/new; mv /tmp/new /tmp/count; sleep 0.1
		[ ! -e /tmp/ask ] || { rm /tmp/ask; (sleep 1000 & echo $! > /tmp/orphan); }; done'
	saved 2
	orphan_of
	is "$(parent_of "$ORPHAN")" "$BG"
	ok runtime kill --all "$ID" KILL
	wait_status "$BG"
	orphan_of --no-subreaper
	[[ $(parent_of "$ORPHAN") -ne $BG ]]
	ok runtime kill --all "$ID" KILL
	wait_status "$BG"
}
