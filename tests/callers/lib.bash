# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of a caller share. A caller's program is started as "CALLER.sh RUNTIME", drives the
# caller with that runtime, and prints one line for each case,
#
#   ok|not ok|skip|differs TITLE<tab>WHY
#
# after a case that failed also, each line with "# " before it, what it printed. All that has WORK or
# TAG in its name is removed in the end.
set -u
# shellcheck source=tests/callers/host.bash
. "$(dirname "${BASH_SOURCE[0]}")/host.bash"

RUNTIME=$(realpath "${1:?usage: $0 RUNTIME}")
KIND=$("$RUNTIME" --version | awk '{ print $1; exit }')	# runlet, runc or crun
LIMIT=${LIMIT:-30}		# seconds that one call of a caller may take
export TMPDIR=$WORK/tmp
unset XDG_RUNTIME_DIR
mkdir "$TMPDIR" "$WORK/cases"
cd "$WORK" || exit 1	# conmon leaves a file where it is called

# skip_all REASON: this caller cannot be run here
skip_all()
{
	echo "skip all: $*"
	exit 0
}

needs()
{
	local tool

	for tool; do
		command -v "$tool" > /dev/null || skip_all "$tool is not installed"
	done
}

limited() { timeout -k 2 "$LIMIT" "$@"; }

# ---- cases -----------------------------------------------------------------------------------------

# run_case TITLE FUNCTION: a shell of its own that ends with the first failing command; 77 skips for
# the reason in the last line of what it printed.
run_case()
{
	local title=$1 out=$WORK/cases/out status

	rm -f "$WORK/cases/differs"
	(set -e; "$2") > "$out" 2>&1 < /dev/null
	status=$?
	if [[ $status -eq 0 ]]; then
		printf 'ok %s\t\n' "$title"
	elif [[ $status -eq 77 ]]; then
		printf 'skip %s\t%s\n' "$title" "$(tail -n 1 "$out")"
	elif [[ -e $WORK/cases/differs ]]; then
		printf 'differs %s\t%s\n' "$title" "$(cat "$WORK/cases/differs")"
	else
		printf 'not ok %s\t\n' "$title"
		sed 's/^/# /' "$out"
		echo "# exit status $status"
	fi
}

# cases TITLE FUNCTION...: with ONLY set, those whose title matches this regular expression
cases()
{
	while [[ $# -gt 1 ]]; do
		[[ ! $1 =~ ${ONLY-} ]] || run_case "$1" "$2"
		shift 2
	done
}

skip() { echo "$*"; exit 77; }

needs_here() { command -v "$1" > /dev/null || skip "$1 is not installed"; }

# differs KIND WHY: a runtime of that kind is expected to fail the rest of this case
differs() { [[ $KIND != "$1" ]] || echo "$1 $2" > "$WORK/cases/differs"; }

# is GOT WANTED; like GOT PATTERN; prints WANTED COMMAND..., which succeeds; fails COMMAND...;
# fails_with PATTERN COMMAND...; status_is N COMMAND...: each says what it got instead
is() { [[ $1 == "$2" ]] || { echo "got \"$1\", not \"$2\""; return 1; }; }
like()
{
	# shellcheck disable=SC2053 # a pattern is wanted
	[[ $1 == $2 ]] || { echo "got \"$1\", not like \"$2\""; return 1; }
}
prints()
{
	local want=$1 got status=0

	shift
	got=$("$@") || status=$?
	is "$got" "$want" && { [[ $status -eq 0 ]] || { echo "status $status: $*"; return 1; }; }
}
fails() { ! "$@" || { echo "status 0: $*"; return 1; }; }
fails_with()
{
	local pattern=$1 got status=0

	shift
	got=$("$@" 2>&1) || status=$?
	like "$got" "$pattern" && { [[ $status -ne 0 ]] || { echo "status 0: $*"; return 1; }; }
}
status_is()
{
	local want=$1 got=0

	shift
	"$@" || got=$?
	[[ $got -eq $want ]] || { echo "status $got, not $want: $*"; return 1; }
}

# in_terminal COMMAND...: with a terminal for its stdio; prints what it printed there
in_terminal()
{
	# shellcheck disable=SC2016 # python's
	limited python3 -c '
import os, pty, sys
out = []
def read(fd):
    data = os.read(fd, 4096)
    out.append(data)
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], read)))' "$@" | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

# ---- the image -------------------------------------------------------------------------------------

# A root filesystem of one busybox and its links.
make_rootfs()
{
	local r=$1

	mkdir -p "$r"/{bin,dev,etc,home/web,proc,root,run,sys,tmp,var}
	chmod 1777 "$r/tmp"
	cp "$(realpath "$(command -v busybox)")" "$r/bin/busybox"
	chroot "$r" /bin/busybox --install -s /bin
	printf '%s\n' root:x:0:0:root:/root:/bin/sh web:x:1000:1000:web:/home/web:/bin/sh \
		> "$r/etc/passwd"
	printf '%s\n' root:x:0: web:x:1000: > "$r/etc/group"
	touch "$r/etc/notexec"
}

# make_image DIR: an OCI layout with the tag "box", without a network or a registry
make_image()
{
	needs umoci busybox
	{
		limited umoci init --layout "$1" &&
			limited umoci new --image "$1:box" &&
			limited umoci unpack --image "$1:box" "$WORK/unpacked" &&
			make_rootfs "$WORK/unpacked/rootfs" &&
			limited umoci repack --image "$1:box" "$WORK/unpacked" &&
			limited umoci config --image "$1:box" --config.cmd sh \
				--config.env PATH=/bin
	} > "$WORK/image.log" 2>&1 || {
		sed 's/^/# /' "$WORK/image.log"
		skip_all 'umoci cannot make an image'
	}
}

# ---- cgroups ---------------------------------------------------------------------------------------

# cgroup_limit CGROUP memory|cpu|pids: its limit; for cpu, microseconds in 100 ms
cgroup_limit()
{
	local file v2

	case $2 in
	memory) file=memory.limit_in_bytes v2=memory.max ;;
	cpu) file=cpu.cfs_quota_us v2=cpu.max ;;
	pids) file=pids.max v2=pids.max ;;
	esac
	if [[ -e /sys/fs/cgroup/$2/$1/$file ]]; then
		cat "/sys/fs/cgroup/$2/$1/$file"
	else
		cut -d ' ' -f 1 "/sys/fs/cgroup/$1/$v2"
	fi
}

# hide_unified: crun refuses version 2 of cgroups beside version 1, so it gets to see only the latter.
hide_unified()
{
	[[ $KIND != crun || ! -d /sys/fs/cgroup/unified ]] ||
		mount -t tmpfs tmpfs /sys/fs/cgroup/unified
}
hide_unified

# ---- what is left ----------------------------------------------------------------------------------

# Every process of this namespace but the shells of this program.
processes_left()
{
	local dir line

	for dir in /proc/[0-9]*; do
		line=$(tr '\0' ' ' < "$dir/cmdline") 2> /dev/null || continue
		case $line in
		'' | *"$0"* | 'tr '*) ;;	# no arguments: dead, and to be reaped by whoever has it
		*) echo "${dir#/proc/}" ;;
		esac
	done
}
mounts() { awk '{ print $5 }' /proc/self/mountinfo | sort; }
mounts > "$WORK/mounts"
mounts_left() { mounts | comm -13 "$WORK/mounts" -; }

# Where a runtime keeps its state by default; what else a caller makes outside WORK it adds here.
paths_left() { find /run/runlet /run/runc /run/crun -mindepth 1 2> /dev/null; }

show_left()
{
	local pid

	for pid in $(processes_left); do
		echo "process $pid: $(tr '\0' ' ' < "/proc/$pid/cmdline")"
	done 2> /dev/null
	mounts_left | sed 's/^/mount /'
	cgroups_left | sed 's/^/cgroup /'
	paths_left | sed 's/^/path /'
}
nothing_left() { [[ -z $(show_left) ]]; }
leaves_nothing() { eventually nothing_left || { show_left; return 1; }; }
