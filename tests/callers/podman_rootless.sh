#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# podman_rootless.sh RUNTIME: podman as a user without privilege, who has subordinate ids but no cgroup.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs podman conmon newuidmap setpriv

USER_ID=41234
FIRST=300000
HOME_DIR=$WORK/user
mkdir -m 700 "$HOME_DIR" "$HOME_DIR/run" "$HOME_DIR/tmp"
echo "rlcaller:x:$USER_ID:$USER_ID::$HOME_DIR:/bin/sh" >> /etc/passwd
echo "rlcaller:x:$USER_ID:" >> /etc/group
echo "rlcaller:$FIRST:65536" | tee /etc/subuid > /etc/subgid
# The program may be below a directory that only root can enter.
cp "$RUNTIME" "$WORK/$(basename "$RUNTIME")"
chmod 755 "$WORK/$(basename "$RUNTIME")"
cat > "$HOME_DIR/containers.conf" <<END
[containers]
default_ulimits = []
[engine]
runtime_supports_json = ["runlet", "runc", "crun"]
END
chown -R "$USER_ID:$USER_ID" "$HOME_DIR"

CLI=(setpriv --reuid "$USER_ID" --regid "$USER_ID" --clear-groups
	env -i -C "$HOME_DIR" PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb HOME="$HOME_DIR"
	TMPDIR="$HOME_DIR/tmp" XDG_RUNTIME_DIR="$HOME_DIR/run"
	CONTAINERS_CONF="$HOME_DIR/containers.conf"
	podman --storage-driver vfs --cgroup-manager cgroupfs --events-backend file
	--log-level error --runtime "$WORK/$(basename "$RUNTIME")")
cli() { limited "${CLI[@]}" "$@"; }
run() { cli run --network none "$@"; }
once() { run --rm "$IMAGE" "$@"; }
status_of() { cli inspect --format '{{.State.Status}}' "$1"; }

run_ids()
{
	prints "0 0 $USER_ID 1 1 $FIRST 65536" once sh -c 'echo $(id -u) $(cat /proc/self/uid_map)'
}
run_status() { status_is 7 once sh -c 'exit 7'; }
run_not_found() { status_is 127 once nosuch; }
run_user()
{
	prints '1000 1000 20' run --rm --user web --group-add 20 "$IMAGE" \
		sh -c 'echo $(id -u) $(id -G)'
}
run_keep_id() { prints "$USER_ID" run --rm --userns keep-id "$IMAGE" id -u; }
run_nomap() { prints 1 run --rm --userns nomap "$IMAGE" awk '{ print $2 }' /proc/self/uid_map; }
run_volume()
{
	mkdir "$HOME_DIR/volume"
	chown "$USER_ID" "$HOME_DIR/volume"
	run --rm --volume "$HOME_DIR/volume:/v" "$IMAGE" sh -c 'touch /v/a /v/b && chown 5 /v/b'
	is "$(stat -c %u "$HOME_DIR/volume/a" "$HOME_DIR/volume/b" | xargs)" "$USER_ID $((FIRST + 4))"
	fails_with '*Read-only*' run --rm --volume "$HOME_DIR/volume:/v:ro" "$IMAGE" touch /v/c
}
run_tmpfs() { prints tmpfs run --rm --tmpfs /t "$IMAGE" awk '$2 == "/t" { print $3 }' /proc/mounts; }
run_readonly() { fails_with '*Read-only*' run --rm --read-only "$IMAGE" touch /x; }
run_privileged()
{
	prints rw run --rm --privileged "$IMAGE" \
		sh -c 'mount -t tmpfs tmpfs /tmp && touch /tmp/x && echo rw'
}
run_device() { [[ -c /dev/fuse ]] && run --rm --device /dev/fuse "$IMAGE" test -c /dev/fuse; }
run_oom_score()
{
	differs runc 'of version 1.1 may not write its own oom_score_adj there'
	prints 300 run --rm --oom-score-adj 300 "$IMAGE" cat /proc/self/oom_score_adj
}
run_net_host()
{
	prints "$(readlink /proc/self/ns/net)" cli run --rm --network host "$IMAGE" \
		readlink /proc/self/ns/net
}
run_pid_host() { run --rm --pid host "$IMAGE" sh -c 'test $(ps | wc -l) -gt 5'; }
run_tty()
{
	prints /dev/pts/0 in_terminal "${CLI[@]}" run --network none --rm -it "$IMAGE" tty
}
starts() { run -d --name box "$IMAGE" sleep 1000 && is "$(status_of box)" running; }
execs()
{
	prints 0 cli exec box id -u
	prints 1000 cli exec --user web box id -u
	status_is 5 cli exec box sh -c 'exit 5'
}
tops() { like "$(cli top box pid comm)" '*sleep*'; }
shares()
{
	prints "$(cli exec box readlink /proc/self/ns/pid)" run --rm --pid container:box \
		"$IMAGE" readlink /proc/self/ns/pid
	prints "$(cli exec box readlink /proc/self/ns/net)" cli run --rm --network container:box \
		"$IMAGE" readlink /proc/self/ns/net
}
restarts() { cli restart -t 0 box && is "$(status_of box)" running && cli exec box true; }
kills() { cli kill box && eventually exited && cli rm -f box; }
exited() { [[ $(status_of box) == exited ]]; }
logs() { run --name talk "$IMAGE" echo said && prints said cli logs talk && cli rm talk; }
ends()
{
	cli rm -fa -t 0
	kill "$(cat "$HOME_DIR/run/libpod/tmp/pause.pid")"
	umount /run/netns/* /run/netns 2> /dev/null || :
	leaves_nothing
}

make_rootfs "$WORK/rootfs"
tar -C "$WORK/rootfs" -cf "$HOME_DIR/image.tar" .
cli import "$HOME_DIR/image.tar" box > "$WORK/import.log" 2>&1 ||
	skip_all "podman cannot run as a user here: $(tail -n 1 "$WORK/import.log")"
IMAGE=localhost/box
echo "caller $(podman --version | awk '{ print "rootless podman", $3 }')"

cases \
	'run: user and mappings' run_ids \
	'run: exit status' run_status \
	'run of a missing program: 127' run_not_found \
	'run --user, --group-add' run_user \
	'run --userns keep-id' run_keep_id \
	'run --userns nomap' run_nomap \
	'run --volume' run_volume \
	'run --tmpfs' run_tmpfs \
	'run --read-only' run_readonly \
	'run --privileged' run_privileged \
	'run --device' run_device \
	'run --oom-score-adj' run_oom_score \
	'run --network host' run_net_host \
	'run --pid host' run_pid_host \
	'run -it' run_tty \
	'run -d' starts \
	'exec' execs \
	'top' tops \
	'run --pid, --network container:box' shares \
	'restart' restarts \
	'kill' kills \
	'logs' logs \
	'nothing is left' ends
