# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the attacks read what is set here
#
# What every attack uses. Each gets a directory of its own, WORK, with a bundle whose config has been
# made by a careful caller and whose root filesystem it may fill with traps, and with HOST, which
# stands for the host's files: it must be the same afterwards.

# ---- the attacks -----------------------------------------------------------------------------------

ATTACKS=()
declare -A TITLES

# attack NAME TITLE: the function of that name, which follows, is an attack
attack()
{
	ATTACKS+=("$1")
	TITLES[$1]=$2
}

# vulnerable WHY: the attack has succeeded
vulnerable()
{
	VERDICT=VULNERABLE
	[[ -n $WHY ]] || WHY=$1
}

# not_applicable WHY: this runtime cannot be attacked so
not_applicable()
{
	VERDICT=n/a
	WHY=$1
}

refused() { VERDICT=refused; }

# ---- their surroundings ----------------------------------------------------------------------------

# Once for each runtime: a root filesystem to copy.
make_skeleton()
{
	local name

	mkdir -p "$TOP/skeleton"/{bin,dev,etc,proc,root,sys,tmp,var}
	chmod 1777 "$TOP/skeleton/tmp"
	cp "$(realpath "$(command -v busybox)")" "$TOP/skeleton/bin/busybox"
	for name in cat chmod echo grep head id kill ls mkdir mount readlink sed sh sleep sort stat \
			touch true umount; do
		ln -s busybox "$TOP/skeleton/bin/$name"
	done
	cp "$PROBE" "$TOP/skeleton/bin/probe"
	echo 'root:x:0:0:root:/root:/bin/sh' > "$TOP/skeleton/etc/passwd"
}

attack_setup()
{
	WORK=$TOP/$1 ID=rlattack-$1-$$ CG=rlattack-$1-$$
	BUNDLE=$WORK/bundle ROOTFS=$WORK/bundle/rootfs HOST=$WORK/host ROOT=$WORK/root
	OUT=$WORK/out ERR=$WORK/err PID_FILE=$WORK/pid
	STATUS=0 VERDICT='' WHY=''
	mkdir -p "$BUNDLE" "$HOST" "$ROOT"
	chmod 711 "$TOP" "$WORK" "$BUNDLE"
	chmod 700 "$ROOT"
	cp -a "$TOP/skeleton" "$ROOTFS"
	echo secret-of-the-host > "$HOST/canary"
	echo untouched > "$HOST/ptmx"
	: > "$OUT"
	: > "$ERR"
	jq --arg cg "/$CG" '.linux.cgroupsPath = $cg | .process.env += ["RLATTACK=" + $cg]
		| .process.args = ["true"]' "$CONFIG" > "$BUNDLE/config.json"
	FINGERPRINT=$(fingerprint)
}

# Names, kinds, modes, inodes and contents of the host's files.
fingerprint()
{
	find "$HOST" -printf '%P %y %m %U %i %l\n' | sort
	find "$HOST" -type f -exec sha256sum {} + | sort
}

cgroups_left() { find /sys/fs/cgroup -depth -type d -name "*${CG:?}*" 2> /dev/null; }

attack_teardown()
{
	local d m

	timeout 20 "$RUNTIME" --root "$ROOT" delete --force "$ID" > /dev/null 2>&1
	for d in $(cgroups_left); do
		echo THAWED > "$d/freezer.state"
		kill_all "$(cat "$d/cgroup.procs")"
	done 2> /dev/null
	for m in $(awk -v w="${WORK:?}/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo | sort -r); do
		umount -l "$m"
	done 2> /dev/null
	for _ in {1..50}; do
		[[ -n $(cgroups_left) ]] || break
		cgroups_left | xargs -r rmdir 2> /dev/null
		sleep 0.02
	done
	rm -rf --one-file-system "$WORK"
}

kill_all()
{
	local pid

	for pid in $1; do
		kill -KILL "$pid" 2> /dev/null || :
	done
}

# run_attack NAME: sets VERDICT (safe, refused, VULNERABLE, n/a) and WHY
run_attack()
{
	attack_setup "$1"
	"$1"
	[[ $(fingerprint) == "$FINGERPRINT" ]] || vulnerable "the host's files have changed"
	if [[ -z $VERDICT ]]; then
		VERDICT=safe
		[[ $STATUS -eq 0 ]] || VERDICT=refused
	fi
	[[ -z ${VERBOSE-} ]] || head -c 400 "$ERR" "$OUT" >&2
	attack_teardown
}

# ---- the config ------------------------------------------------------------------------------------

# config EXPRESSION [JQ OPTION]...: edits config.json in place
config()
{
	local e=$1

	shift
	jq "$e" "$BUNDLE/config.json" "$@" > "$WORK/config.new" &&
		mv "$WORK/config.new" "$BUNDLE/config.json"
}

args() { config '.process.args = $ARGS.positional' --args -- "$@"; }
script() { args sh -c "$1"; }

# bind SOURCE DESTINATION [OPTION]...
bind()
{
	config '.mounts += [{destination: $d, source: $s, type: "bind",
		options: (["bind"] + $ARGS.positional)}]' --arg s "$1" --arg d "$2" --args -- "${@:3}"
}

# Without the mount at /dev, /sys, …: the image's own directory is there.
mount_drop() { config '.mounts |= map(select(.destination | startswith($d) | not))' --arg d "$1"; }
capability_add() { config '.process.capabilities |= map_values(. + $ARGS.positional)' --args -- "$@"; }

# Makes /dev a volume with the files of this directory of the host.
dev_from()
{
	mount_drop /dev
	bind "$1" /dev rw
}

# ---- the runtime -----------------------------------------------------------------------------------

runtime() { timeout -k 1 30 "$RUNTIME" --root "$ROOT" "$@"; }

# run_it [OPTION]...: a container in the foreground; OUT, ERR, STATUS
run_it()
{
	STATUS=0
	runtime run --bundle "$BUNDLE" "$@" "$ID" > "$OUT" 2> "$ERR" < /dev/null || STATUS=$?
}

# start_it [OPTION]...: one in the background, INIT
start_it()
{
	STATUS=0
	runtime run --detach --bundle "$BUNDLE" --pid-file "$PID_FILE" "$@" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null || STATUS=$?
	INIT=$(cat "$PID_FILE" 2> /dev/null)
	[[ $STATUS -eq 0 && -n $INIT ]]
}

# exec_it ARGUMENT...: its output through pipes, so that no file of ours is its own
exec_it()
{
	STATUS=0
	: | runtime exec "$@" 2>&1 | cat > "$OUT"
	STATUS=${PIPESTATUS[1]}
}

remove_it() { runtime delete --force "$ID" > "$OUT" 2> "$ERR"; }

# in_terminal COMMAND...: with a terminal of its own for stdin, stdout and stderr
in_terminal()
{
	local line

	printf -v line '%q ' "$@"
	STATUS=0
	timeout -k 1 20 script -qec "$line" /dev/null > "$OUT" 2> "$ERR" < /dev/null || STATUS=$?
}

# wait_for SECONDS COMMAND...
wait_for()
{
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))

	shift
	until "$@"; do
		((${EPOCHREALTIME/[.,]/} < end)) || return 1
		sleep 0.02
	done
}

gone() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }
has() { grep -q -- "$2" "$1" 2> /dev/null; }
