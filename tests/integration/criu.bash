# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of checkpoint and restore share. The container counts in /tmp/count.

CRIU=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v criu) || CRIU=''

criu_setup()
{
	[[ $CRIU ]] || skip 'no criu here'
	[[ -e $BATS_FILE_TMPDIR/criu ]] || $CRIU check > "$BATS_FILE_TMPDIR/criu" 2>&1 ||
		echo failed >> "$BATS_FILE_TMPDIR/criu"
	! grep -q '^failed' "$BATS_FILE_TMPDIR/criu" ||
		skip "criu check: $(grep -m 1 Error "$BATS_FILE_TMPDIR/criu")"
	IMAGES=$WORK/images
	mount_add '{destination: "/tmp", type: "tmpfs", source: "tmpfs"}'
	script 'i=0; while :; do i=$((i + 1)); echo $i > /tmp/new; mv /tmp/new /tmp/count; sleep 0.1; done'
}

criu_teardown()
{
	[[ -z ${NS-} ]] || umount "$NS"
	[[ -z ${SRV-} ]] || rm -r "$SRV"
}

# A file that loads this may have others.
test_setup() { criu_setup; }
test_teardown() { criu_teardown; }

count() { runtime exec "$ID" cat /tmp/count 2> /dev/null || echo 0; }
counts_past() { (($(count) > $1)); }

checkpoint() { runtime checkpoint --image-path "$IMAGES" "$@" "$ID"; }

# As create does it: the restored init keeps its stdio, so that is never the pipe of "run".
restore()
{
	runtime restore --bundle "$BUNDLE" --image-path "$IMAGES" --detach --pid-file "$PID_FILE" "$@" \
		"$ID" > "$OUT" 2> "$ERR" < /dev/null || { local r=$?; cat "$ERR"; return $r; }
}

# Here and not in the subshell of run, so that INIT is the new one.
restored()
{
	ok restore "$@" || { show_logs; return 1; }
	INIT=$(cat "$PID_FILE")
}

# restore_fails TEXT OPTION...
restore_fails()
{
	local text=$1

	shift
	fails 1 '' restore "$@"
	like "$output" "$text"
}

show_logs() { grep -h Error "$IMAGES"/*.log || :; }

saved()
{
	local n=$1

	shift
	create_start
	wait_for 20 counts_past "$n"
	ok checkpoint "$@" || { show_logs; return 1; }
}
