#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# thunder.sh RUNTIME: the command lines of Thunder's process containers (Linux set-top boxes). Older ones
# run a container with its arguments on the command line; newer ones create a container, never start it,
# and exec the program into it. A call may take no longer than two seconds.
# shellcheck disable=SC2016 # what is in single quotes is for the container
# shellcheck source=tests/callers/lib.bash
. "$(dirname "$0")/lib.bash" || exit 1
needs busybox jq python3

LIMIT=2
ID=$TAG
LOG=$WORK/container.log
BUNDLE=$WORK/Container
runtime() { limited "$RUNTIME" "$@"; }
gone() { [[ $(runtime list -q) != *"$ID"* && ! -e /proc/$(cat "$WORK/init") ]]; }
state() { runtime state "$ID" | jq -r "$1"; }
# The runtime's output goes to files: what it leaves running would hold a pipe open.
quiet() { "$@" > "$WORK/out" 2>&1 < /dev/null || { cat "$WORK/out"; return 1; }; }

make_bundle()
{
	mkdir "$BUNDLE"
	make_rootfs "$BUNDLE/rootfs"
	(cd "$BUNDLE" && "$RUNTIME" spec) &&
		jq '.process.terminal = false | .root.readonly = false | .process.env += ["MARK=1"]' \
			"$BUNDLE/config.json" > "$WORK/config" &&
		mv "$WORK/config" "$BUNDLE/config.json"
}

lists() { runtime list -q > "$WORK/list" && runtime list --quiet > "$WORK/list"; }
versions() { like "$(runtime --version | head -n 1)" "* version *"; }
state_missing()
{
	differs crun "says 'error opening file'"
	fails_with '*does not exist*' runtime state "$ID"
}
delete_missing() { runtime delete -f "$ID" && runtime --log "$LOG" delete --force "$ID"; }
no_args()
{
	differs runc 'has no --args'
	differs crun 'has neither -log nor --args'
}
old_run()
{
	no_args
	quiet runtime -log "$LOG" run -d --args '["sh","-c","echo ran > /tmp/ran; exec sleep 1000"]' \
		-b "$BUNDLE" --no-new-keyring "$ID" sh
	state .pid > "$WORK/init"
	is "$(state .status)" running
	like "$(runtime list -q)" "*$ID*"
	eventually test -s "$BUNDLE/rootfs/tmp/ran"
}
old_stop()
{
	no_args
	runtime delete -f "$ID"
	eventually gone
	fails_with '*does not exist*' runtime state "$ID"
}
new_create()
{
	quiet runtime --log "$LOG" create --no-new-keyring --bundle "$BUNDLE/" "$ID"
	state .pid > "$WORK/init"
	is "$(state .status)" created
	is "$(state .bundle)" "$BUNDLE"
}
new_exec()
{
	differs crun 'looks for the program elsewhere before start'
	quiet runtime --log "$LOG" exec --detach --env CONNECTOR=/tmp/c --env 'A=b c' "$ID" \
		sh -c 'echo "$CONNECTOR $A $*" > /tmp/args; exec sleep 1000' \
		sh -l libOCDM.so -c OCDM -C OCDM -r /tmp/communicator -i 7 -x 3 -p '"/root/"' \
		--detach --env -e 0 --
	eventually test -s "$BUNDLE/rootfs/tmp/args"
	is "$(cat "$BUNDLE/rootfs/tmp/args")" "/tmp/c b c -l libOCDM.so -c OCDM -C OCDM \
-r /tmp/communicator -i 7 -x 3 -p \"/root/\" --detach --env -e 0 --"
	is "$(state .status)" created
}
new_exec_missing() { status_is 255 runtime --log "$LOG" exec --detach "$ID" /usr/bin/nosuch; }
statistics()
{
	differs runc 'makes /ID below the cgroup that it is in itself'
	like "$(cat "/sys/fs/cgroup/memory/$ID/memory.usage_in_bytes")" '[1-9]*'
	like "$(head -c 2048 "/sys/fs/cgroup/memory/$ID/memory.stat")" '*rss *mapped_file *'
	like "$(cat "/sys/fs/cgroup/cpuacct/$ID/cpuacct.usage_percpu")" '[0-9]*'
}
new_terminate()
{
	local init

	differs crun 'does not listen to SIGTERM before start'
	init=$(cat "$WORK/init")
	kill -TERM "$init"
	eventually has_ended "$init"
}
# Whoever inherits it may take its time to reap it.
has_ended() { [[ ! -e /proc/$1 || $(cut -d' ' -f3 "/proc/$1/stat") == Z ]]; }
new_stop()
{
	runtime --log "$LOG" delete --force "$ID"
	[[ $(runtime list -q) != *"$ID"* ]]
}
back_to_back()
{
	local i

	for i in 1 2 3 4 5; do
		quiet runtime --log "$LOG" create --no-new-keyring --bundle "$BUNDLE/" "$ID"
		quiet runtime --log "$LOG" exec --detach "$ID" sleep 1000
		runtime --log "$LOG" delete --force "$ID"
		is "$(cgroups_left)" ''
	done
}
# A parent, such as the first process of a container, that inherits what the runtime started and reaps
# nothing: the container's init then stays, dead but for the last step, as long as the parent does.
nobody_reaps()
{
	differs runc 'waits for the process to be reaped'
	limited python3 -c '
import ctypes, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
runtime, bundle, id = sys.argv[1:]
quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "check": True}
for args in (["create", "--bundle", bundle, id], ["exec", "--detach", id, "sleep", "1000"],
             ["delete", "--force", id]):
    print("runtime", *args, flush=True, file=sys.stderr)
    subprocess.run([runtime, *args], **quiet)' "$RUNTIME" "$BUNDLE" "$ID"
	is "$(cgroups_left)$(paths_left)" ''
}
ends()
{
	eventually runtime delete --force "$ID"
	leaves_nothing
}

make_bundle > "$WORK/bundle.log" 2>&1 || skip_all "no bundle: $(tail -n 1 "$WORK/bundle.log")"
echo 'caller Thunder (its command lines)'

cases '--version' versions \
	'list -q' lists \
	'state of what is not there' state_missing \
	'delete -f of what is not there' delete_missing \
	'old: -log F run -d --args JSON -b DIR ID CMD' old_run \
	'old: delete -f' old_stop \
	'new: create --no-new-keyring --bundle DIR/' new_create \
	'new: exec --detach --env into created' new_exec \
	'new: exec of a missing program: 255' new_exec_missing \
	'statistics from the cgroup /ID' statistics \
	'new: SIGTERM ends the created init' new_terminate \
	'new: delete --force' new_stop \
	'new: create, exec, delete back to back' back_to_back \
	'new: delete --force though nobody reaps' nobody_reaps \
	'nothing is left' ends
