# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of a caller share. A caller's program is started as "CALLER.sh RUNTIME", drives the
# caller with that runtime, prints one line for each case,
#
#   ok|not ok|skip TITLE<tab>MILLISECONDS
#
# with what a failed case or the reason of a skip printed after "# ", and removes what it made: all
# processes, mounts and cgroups that have WORK or TAG in their name.
set -u

if [[ $(id -u) -ne 0 ]]; then
	echo 'skip all: needs root'
	exit 0
fi
RUNTIME=$(realpath "${1:?usage: $0 RUNTIME}")
LIMIT=${LIMIT:-30}		# seconds that one call of a caller may take
WORK=/tmp/rlcallers.$$	# no capitals: podman makes names of images from it
mkdir -m 711 "$WORK" || exit 1
TAG=${WORK##*/} TAG=${TAG/./-}
export TMPDIR=$WORK/tmp
unset XDG_RUNTIME_DIR
mkdir "$TMPDIR" "$WORK/cases"

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
now_ms() { date +%s%3N; }

# ---- cases -----------------------------------------------------------------------------------------

# run_case TITLE FUNCTION: a shell of its own that ends with the first failing command; 77 skips for
# the reason in the last line of what it printed.
run_case()
{
	local title=$1 out=$WORK/cases/out began status

	began=$(now_ms)
	(set -e; "$2") > "$out" 2>&1 < /dev/null
	status=$?
	case $status in
	0) printf 'ok %s\t%s\n' "$title" $(($(now_ms) - began)) ;;
	77) printf 'skip %s\t%s\n' "$title" "$(tail -n 1 "$out")" ;;
	*)
		printf 'not ok %s\t%s\n' "$title" $(($(now_ms) - began))
		sed 's/^/# /' "$out"
		echo "# exit status $status" ;;
	esac
}

# cases TITLE FUNCTION...
cases()
{
	while [[ $# -gt 1 ]]; do
		run_case "$1" "$2"
		shift 2
	done
}

skip() { echo "$*"; exit 77; }

# is GOT WANTED; like GOT PATTERN; prints WANTED COMMAND..., which succeeds; fails_with PATTERN COMMAND...;
# status_is N COMMAND...: each says what it got instead
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

# eventually COMMAND...: true within ten seconds
eventually()
{
	local i

	for ((i = 0; i < 200; i++)); do
		if "$@"; then
			return 0
		fi
		sleep 0.05
	done > /dev/null 2>&1
	echo "never: $*"
	return 1
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

# ---- what is left ----------------------------------------------------------------------------------

# Processes of this test: their arguments name WORK or TAG, or they are in a cgroup of it.
processes_left()
{
	local pid

	grep -lsae "$WORK" -e "$TAG" /proc/[0-9]*/cmdline /proc/[0-9]*/cgroup |
		while IFS=/ read -r _ _ pid _; do
			case $pid in
			"$$" | "$BASHPID" | "$PPID") ;;
			*)
				case $(tr '\0' ' ' < "/proc/$pid/cmdline") in
				'' | grep\ *) ;;	# dead, and to be reaped by whoever has it
				*) echo "$pid" ;;
				esac ;;
			esac
		done 2> /dev/null | sort -u
}
mounts_left() { awk -v w="$WORK" 'index($5, w "/") == 1 || $5 == w { print $5 }' /proc/self/mountinfo; }
cgroups_left() { find /sys/fs/cgroup -depth -type d -path "*$TAG*" 2> /dev/null; }

# What a caller makes outside WORK it adds here, a path a line.
paths_left() { :; }

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

# claim DIR...: of those that are not there yet, sweep removes what is empty in the end, and Docker's key
CLAIMS=()
claim()
{
	local dir

	for dir; do
		[[ -e $dir ]] || CLAIMS+=("$dir")
	done
}

# sweep: stops and removes all of it, also after a failed case
sweep()
{
	local pid m d

	for d in $(cgroups_left); do
		[[ ! -e $d/freezer.state ]] || echo THAWED > "$d/freezer.state"
	done
	for pid in $(processes_left); do
		kill -KILL "$pid"
	done
	for m in $(mounts_left | sort -r); do
		umount -l "$m"
	done
	for d in $(cgroups_left); do
		eventually rmdir "$d"
	done
	for d in ${CLAIMS[@]+"${CLAIMS[@]}"}; do
		find "$d" -depth \( -type d -empty -o -name key.json \) -delete
	done
	rm -rf "$WORK"
} > /dev/null 2>&1
trap sweep EXIT
trap 'exit 130' INT TERM
