#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Odd callers and odd hosts: it works, or says in one line why it does not, and leaves nothing.
load helpers

# clean: after run_it, success, or one line that says why not; and nothing is left
clean()
{
	[[ $status -eq 0 ]] || { [[ $status -eq 1 ]] && is "$(grep -c . <<< "$stderr")" 1; }
	nothing_left
}

# A shell in a mount namespace of its own; "rt ARGUMENT..." is the runtime.
in_mount_namespace()
{
	run_it env RT="$RUNTIME_BIN" ROOT="$ROOT" BUNDLE="$BUNDLE" ID="$ID" \
		unshare --mount --propagation private timeout -k 1 20 bash -c '
		rt() { "$RT" --root "$ROOT" "$@" < /dev/zero; }
		set -e
		'"$1" 3>&-
}

# A program that starts another with what no shell can give.
from_python()
{
	run_it timeout -k 1 20 python3 - "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		3>&- <<< "import ctypes, os, resource, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
$1
os.execv(sys.argv[1], sys.argv[1:])"
}

@test "standard descriptors that are closed, in every combination" {
	local closed

	for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
		eval "runtime run --bundle '$BUNDLE' '$ID' < /dev/null > /dev/null $closed"
		nothing_left
	done
	create
	runtime state "$ID" <&- 2>&- | grep -q created
	runtime start "$ID" <&- >&- 2>&-
	runtime delete --force "$ID" <&- >&- 2>&-
}

@test "standard output that takes nothing" {
	needs_runlet 'runc ignores what it could not write'
	create
	for verb in list "state $ID" "ps $ID" features; do
		# shellcheck disable=SC2086 # words
		run_it bash -c '"$@" > /dev/full' x "$RUNTIME_BIN" --root "$ROOT" $verb 3>&-
		[[ $status -ne 0 ]]
		like "$stderr" 'no space left on device'
	done
	# A reader that is gone.
	run_it bash -c '"$@" | true; echo "${PIPESTATUS[0]}"' x "$RUNTIME_BIN" --root "$ROOT" list 3>&-
	[[ $output != 0 || -z $stderr ]]
}

@test "the caller's directory is gone" {
	mkdir "$WORK/gone"
	cd "$WORK/gone"
	rmdir "$WORK/gone"
	ok run_container
	create
	ok runtime exec "$ID" true < /dev/null
	ok runtime delete --force "$ID"
	fails 1 . runtime run "$ID"
	is "$(grep -c . <<< "$stderr")" 1
	cd /
}

@test "the caller's directory is gone, for every command on a container" {
	mkdir "$WORK/cwd"
	sleeper
	run_it bash -c 'cd "$3" && rmdir "$3"
		set -e
		for c in "state $2" "ps --format json $2" "kill $2 0" "pause $2" "resume $2" list \
			"exec $2 true" "update --pids-limit 20 $2" "events --stats $2" "delete --force $2"; do
			"$0" --root "$1" $c < /dev/null > /dev/null || echo "$c: $?"
		done' "$RUNTIME_BIN" "$ROOT" "$ID" "$WORK/cwd"
	is "$output" ''
}

@test "umask 0777" {
	local state

	umask 0777
	create
	for state in state start; do
		ok runtime "$state" "$ID"
	done
	ok runtime delete --force "$ID"
	umask 0022
	script 'umask; echo > /tmp/file; stat -c %a /tmp/file'
	(umask 0777; runtime run --bundle "$BUNDLE" "$ID" < /dev/null > "$WORK/out")
	is "$(cat "$WORK/out")" $'0022\n644'
}

@test "no file may grow" {
	needs_runlet 'runc is killed by SIGXFSZ'
	config 'del(.process.rlimits)'
	# Through a pipe: bats keeps stderr in a file.
	run_it bash -c 'set -o pipefail; (ulimit -f 0; exec "$@") 2>&1 | cat' x timeout -k 1 20 \
		"$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&- < /dev/null
	is "$status" 1
	is "$(grep -c . <<< "$output")" 1
	like "$output" 'file too large'
	nothing_left
}

@test "signals that the caller ignores or blocks" {
	needs_runlet 'runc hands them on to the program'
	args grep -E '^Sig(Blk|Ign)' /proc/self/status
	from_python 'for s in set(range(1, 65)) - {9, 19, 32, 33}: signal.signal(s, signal.SIG_IGN)'
	is "$status" 0
	is "$(grep -c '0000000000000000$' <<< "$output")" 2
	from_python 'signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())'
	is "$status" 0
	is "$(grep -c '0000000000000000$' <<< "$output")" 2
	nothing_left
}

@test "no argument at all, not even a name" {
	run_it python3 -c 'import ctypes, sys
ctypes.CDLL(None).execve(sys.argv[1].encode(), (ctypes.c_char_p * 1)(None), None)' \
		"$RUNTIME_BIN" 3>&-
	[[ $status -le 1 ]]
	like "$output$stderr" 'USAGE'
}

@test "2 MB of arguments, and of environment" {
	local many

	mapfile -t many < <(head -c 1500000 /dev/zero | tr '\0' x | fold -w 100000)
	run_it runtime state "$ID" "${many[@]}"
	is "$status" 1
	from_python 'os.environ.update({"V%d" % i: "x" * 100000 for i in range(18)})'
	clean
	is "$status" 0
	[[ ! $output =~ V1 ]]
}

@test "languages that there are not" {
	args nosuch
	for lang in xx_YY.UTF-16 '../../etc/passwd' "$(printf 'x%.0s' {1..5000})" $'\xff' tr_TR.UTF-8; do
		LANG=$lang LC_ALL=$lang LC_MESSAGES=$lang LANGUAGE=$lang LOCPATH=/dev \
			fails 1 'executable file not found in \$PATH' run_container
	done
}

@test "variables that other programs would heed" {
	mkfifo "$WORK/fifo"
	for value in "$WORK/fifo" /dev/zero @abstract '' ../x "$(printf 'x/%.0s' {1..200})"; do
		run_it env NOTIFY_SOCKET="$value" XDG_RUNTIME_DIR="$value" LISTEN_FDS="$value" \
			LISTEN_PID=1 TMPDIR="$value" HOME="$value" GODEBUG="$value" \
			MALLOC_TRACE="$WORK/malloc" timeout 20 "$RUNTIME_BIN" --root "$ROOT" \
			run --bundle "$BUNDLE" "$ID" 3>&- < /dev/null
		is "$status" 0
		nothing_left
	done
	[[ ! -e $WORK/malloc ]]
	run_it env -i "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3>&- < /dev/null
	is "$status" 0
}

@test "descriptors: from 3 up" {
	local n

	needs_runlet 'runc panics with 4 to 6, and hangs with 12'
	config 'del(.process.rlimits)'
	for n in {3..12} 16 20 24 28 32; do
		from_python "resource.setrlimit(resource.RLIMIT_NOFILE, ($n, $n))"
		clean
		[[ $status -eq 0 ]] || like "$stderr" 'too many open files'
	done
	from_python 'resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))'
	is "$status" 0
}

@test "memory, processes and stack: little" {
	local n

	config 'del(.process.rlimits)'
	for n in 16 64; do
		from_python "resource.setrlimit(resource.RLIMIT_STACK, ($n << 10, $n << 10))"
		[[ $status -ne 124 ]]
		nothing_left
	done
	is "$status" 0
	for n in 32 60; do
		from_python "resource.setrlimit(resource.RLIMIT_STACK, ($n << 10, $n << 10))"
		! is_runlet || like "$stderr" "limited to $n KiB"
		nothing_left
	done
	needs_runlet 'runc is Go, which wants gigabytes of addresses'
	from_python 'resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))'
	clean
	from_python 'resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))'
	clean
}

@test "nice 19, one processor, and addresses that are not random" {
	ok timeout 20 nice -n 19 taskset -c 0 setarch -R "$RUNTIME_BIN" --root "$ROOT" \
		run --bundle "$BUNDLE" "$ID" < /dev/null 3>&-
	nothing_left
}

@test "500 descriptors that are inherited" {
	args sh -c 'ls /proc/self/fd | wc -l'
	from_python 'for i in range(500): os.set_inheritable(os.open("/", os.O_RDONLY), True)'
	is "$status" 0
	((output <= 4))
}

@test "/proc: none" {
	in_mount_namespace 'umount -l /proc; rt run --bundle "$BUNDLE" "$ID"'
	is "$status" 1
	is "$(grep -c . <<< "$stderr")" 1
	like "$stderr" '/proc'
	nothing_left
}

@test "/proc: something else is mounted there" {
	for other in '-t tmpfs none' '--bind /tmp' '-t sysfs none'; do
		in_mount_namespace "mount $other /proc; rt run --bundle \"\$BUNDLE\" \"\$ID\""
		is "$status" 1
		is "$(grep -c . <<< "$stderr")" 1
		like "$stderr" '/proc'
		nothing_left
	done
}

@test "/proc: hidepid" {
	in_mount_namespace 'mount -t proc -o hidepid=2 proc /proc
		rt create --bundle "$BUNDLE" "$ID" > /dev/null
		rt state "$ID" | grep -q created
		rt start "$ID"; rt delete --force "$ID"'
	is "$status" 0
	nothing_left
}

@test "/proc: files that something is mounted on" {
	needs_runlet 'runc 1.1 writes where it is led'
	script 'cat /proc/self/attr/current; true'
	touch "$WORK/canary"
	config '.process.oomScoreAdj = 500'
	in_mount_namespace "mount --bind '$WORK/canary' /proc/self/oom_score_adj 2> /dev/null ||
			mount --bind '$WORK/canary' /proc/\$\$/oom_score_adj
		rt run --bundle \"\$BUNDLE\" \"\$ID\""
	[[ ! -s $WORK/canary ]]
	nothing_left
}

@test "/dev: empty" {
	in_mount_namespace 'mount -t tmpfs none /dev; "$RT" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < "$BUNDLE/config.json"'
	clean
	[[ $status -eq 0 ]] || like "$stderr" '/dev'
}

@test "/sys: none" {
	in_mount_namespace 'umount -lR /sys; rt run --bundle "$BUNDLE" "$ID"'
	clean
	[[ $status -eq 0 ]] || like "$stderr" 'cgroup|/sys'
}

@test "/tmp and /run: read-only" {
	in_mount_namespace 'mount -t tmpfs -o ro none /run; mount -t tmpfs -o ro none /var
		rt run --bundle "$BUNDLE" "$ID"'
	is "$status" 0
	nothing_left
}
