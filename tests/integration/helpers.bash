# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What every integration test uses. A test gets a bundle of its own (BUNDLE, its ROOTFS), a state root
# (ROOT), an id (ID) and a cgroup name (CG); its teardown removes the container and then proves that
# nothing was left. RUNTIME names the program under test: a path, or a name found on PATH.

bats_require_minimum_version 1.5.0

# Suites elsewhere load these, too.
INTEGRATION=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
MARK=RLBATS	# this variable, in their environment, tells the processes of a test from all others

runtime_path()
{
	local r=${RUNTIME:-$INTEGRATION/../../runlet}

	case $r in
	*/*) realpath -m "$r" ;;
	*) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$r" ;;
	esac
}

is_runlet() { [[ ${RUNTIME_BIN##*/} == runlet* ]]; }

# The reason says what runc 1.1 does wrong or cannot do.
needs_runlet() { is_runlet || skip "only runlet: $1"; }

is_v2() { [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; }

# ---- the test's surroundings ----------------------------------------------------------------------

# An unpacked busybox, made once for each file and copied into each bundle.
setup_file()
{
	local r=$BATS_FILE_TMPDIR/rootfs

	mkdir -p "$r"/{bin,dev,etc,proc,root,sys,tmp,usr,var}
	chmod 1777 "$r/tmp"
	cp "$(realpath "$(command -v busybox)")" "$r/bin/busybox"
	chroot "$r" /bin/busybox --install -s /bin
	echo 'root:x:0:0:root:/root:/bin/sh' > "$r/etc/passwd"
	echo 'web:x:1000:1000:web:/home/web:/bin/sh' >> "$r/etc/passwd"
	printf '%s\n' root:x:0: web:x:1000: disk:x:6:web > "$r/etc/group"
}

setup()
{
	RUNTIME_BIN=$(runtime_path)
	[[ -x $RUNTIME_BIN ]] || { echo "no runtime at $RUNTIME_BIN"; return 1; }
	WORK=$BATS_TEST_TMPDIR
	BUNDLE=$WORK/bundle ROOTFS=$WORK/bundle/rootfs
	ROOT=$WORK/root PID_FILE=$WORK/pid
	CG=rlbats-$(basename "$BATS_TEST_FILENAME" .bats)-$BATS_TEST_NUMBER-$BATS_ROOT_PID
	ID=$CG
	OUT=$WORK/out ERR=$WORK/err LOG=$WORK/log
	BACKGROUND=()
	export "$MARK=$CG"
	# A container in a user namespace must be able to walk to its root filesystem.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$WORK"
	mkdir "$BUNDLE"
	cp -a "$BATS_FILE_TMPDIR/rootfs" "$ROOTFS"
	jq --arg cg "/$CG" --arg mark "$MARK=$CG" \
		'.linux.cgroupsPath = $cg | .process.env += [$mark]' \
		"$INTEGRATION/helpers/config.json" > "$BUNDLE/config.json"
	if declare -F test_setup > /dev/null; then
		test_setup
	fi
}

teardown()
{
	local dir pid

	[[ ${CG-} ]] || return 0	# setup made nothing
	for pid in "${BACKGROUND[@]}"; do
		kill -KILL "$pid" 2> /dev/null || :
	done
	for dir in "$ROOT"/*/; do
		[[ -d $dir ]] || continue
		runtime delete --force "$(basename "$dir")" || :
	done
	if declare -F test_teardown > /dev/null; then
		test_teardown
	fi
	wait_for 5 nothing_left || { show_left; sweep; return 1; }
}

# ---- what a test may leave: nothing ----------------------------------------------------------------

# Without CG and WORK it would be everything that the host has.
cgroups_left() { find /sys/fs/cgroup -depth -type d -name "*${CG:?}*" 2> /dev/null; }
mounts_left() { awk -v w="${WORK:?}/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo; }
states_left() { find "$ROOT" -mindepth 1 -maxdepth 1 2> /dev/null; }

# Every process that has the mark, but for this shell and what it runs.
processes_left()
{
	local f pid

	for f in $(grep -lsa "$MARK=${CG:?}" /proc/[0-9]*/environ); do
		pid=${f#/proc/} pid=${pid%/environ}
		case $(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline") in
		'' | *bats-exec* | *bats-core* | grep\ * | tr\ *) ;;
		*) echo "$pid" ;;
		esac
	done
}

nothing_left()
{
	[[ -z $(cgroups_left) && -z $(mounts_left) && -z $(states_left) && -z $(processes_left) ]]
}

show_left()
{
	local pid

	cgroups_left | sed 's/^/left: cgroup /'
	mounts_left | sed 's/^/left: mount /'
	states_left | sed 's/^/left: state /'
	for pid in $(processes_left); do
		echo "left: process $pid: $(tr '\0' ' ' < "/proc/$pid/cmdline")"
	done
}

# Removes what a failed test left, so that the next one is not blamed for it.
sweep()
{
	local pid m d

	for d in $(cgroups_left); do
		echo THAWED > "$d/freezer.state" || :
		for pid in $(cat "$d/cgroup.procs"); do
			kill -KILL "$pid" || :
		done
	done 2> /dev/null
	for pid in $(processes_left); do
		kill -KILL "$pid" || :
	done 2> /dev/null
	for m in $(mounts_left | sort -r); do
		umount -l "$m" || :
	done 2> /dev/null
	for d in $(cgroups_left); do
		wait_for 2 rmdir "$d" || :
	done > /dev/null 2>&1
}

# ---- the runtime -----------------------------------------------------------------------------------

# bats keeps descriptor 3 for itself; whoever holds it open keeps bats waiting.
runtime() { timeout -k 1 30 "$RUNTIME_BIN" --root "$ROOT" "$@" 3>&-; }

# A created process keeps its stdio, so that is never the pipe of "run".
create()
{
	runtime create --bundle "$BUNDLE" --pid-file "$PID_FILE" "$@" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null || { local r=$?; cat "$ERR"; return $r; }
	INIT=$(cat "$PID_FILE")
}

start() { runtime start "$ID"; }
# keys_in_exec [UID]: what a process of exec sees of keys, whose caller has one called "callers", which is
# UID's, in his session keyring
keys_in_exec()
{
	python3 "$BATS_TEST_DIRNAME/helpers/keyring.py" callers "${1:-0}" "$RUNTIME_BIN" --root "$ROOT" exec \
		"$ID" cat /proc/keys
}
create_start() { create "$@" && start; }
run_container() { runtime run --bundle "$BUNDLE" "$@" "$ID" < /dev/null; }
status_of() { runtime state "${1:-$ID}" | jq -r .status; }
status_is() { [[ $(status_of "${2:-$ID}") == "$1" ]]; }

# A container that sleeps until it is killed.
sleeper()
{
	args sleep 1000
	create_start "$@"
}

# Runs in the background, with BG for the pid; teardown kills it if need be.
background()
{
	"$@" 3>&- &
	BG=$!
	BACKGROUND+=("$BG")
}

# wait_status PID: status is how this child of the shell ended
wait_status() { status=0; wait "$1" || status=$?; }

# ---- the config ------------------------------------------------------------------------------------

# config EXPRESSION [JQ OPTION]...: edits config.json in place
config()
{
	local e=$1

	shift
	jq "$@" "$e" "$BUNDLE/config.json" > "$WORK/config.new" &&
		mv "$WORK/config.new" "$BUNDLE/config.json"
}

args() { jq '.process.args = $ARGS.positional' "$BUNDLE/config.json" --args -- "$@" \
	> "$WORK/config.new" && mv "$WORK/config.new" "$BUNDLE/config.json"; }
script() { args sh -c "$1"; }
mount_add() { config ".mounts += [$1]"; }
namespace_drop() { config ".linux.namespaces |= map(select(.type != \"$1\"))"; }
namespace_add() { config ".linux.namespaces += [$1]"; }

# ---- checks ----------------------------------------------------------------------------------------

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))

	shift
	until "$@"; do
		if ((${EPOCHREALTIME/[.,]/} > end)); then
			echo "not in time: $*"
			return 1
		fi
		sleep 0.02
	done
}

# Like run, with the status given or any: shows all of it when the test fails.
run_it()
{
	run --separate-stderr "$@"
	printf '%s\n' "$ $*" "status $status" "stdout: $output" "stderr: ${stderr-}"
}

ok() { run_it "$@"; [[ $status -eq 0 ]]; }
status_is_not_0() { run_it "$@"; [[ $status -ne 0 ]]; }

# fails STATUS TEXT COMMAND...: with this status, and TEXT (a regular expression) on stderr
fails()
{
	local want=$1 text=$2

	shift 2
	run_it "$@"
	[[ $status -eq $want ]]
	# The text log quotes its message.
	[[ ${stderr//\\\"/\"} =~ $text ]] || { echo "stderr has no match for: $text"; return 1; }
}

is() { [[ $1 == "$2" ]] || { echo "is \"$1\", not \"$2\""; return 1; }; }
like() { [[ $1 =~ $2 ]] || { echo "\"$1\" does not match $2"; return 1; }; }
unlike() { [[ ! $1 =~ $2 ]] || { echo "\"$1\" matches $2"; return 1; }; }
# A zombie is gone: whether somebody waits for it is not the runtime's affair.
gone() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }
file_has() { grep -q -- "$2" "$1" 2> /dev/null; }

# cgroup CONTROLLER: the container's directory
cgroup()
{
	if is_v2; then
		echo "/sys/fs/cgroup/$CG"
	else
		echo "/sys/fs/cgroup/$1/$CG"
	fi
}
