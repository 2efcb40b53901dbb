#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "state: the members and their order" {
	config '.annotations = { "org.example.key": "value" }'
	sleeper
	ok runtime state "$ID"
	is "$(jq -c keys_unsorted <<< "$output")" \
		'["ociVersion","id","pid","status","bundle","rootfs","created","annotations","owner"]'
	is "$(jq -r '.id, .pid, .status, .bundle, .rootfs, .annotations["org.example.key"], .owner' \
		<<< "$output")" \
		"$(printf '%s\n' "$ID" "$INIT" running "$BUNDLE" "$ROOTFS" value '')"
	like "$(jq -r .created <<< "$output")" \
		'^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$'
	like "$(jq -r .ociVersion <<< "$output")" '^1\.'
}

@test "state: no annotations, no member" {
	ok create
	is "$(runtime state "$ID" | jq 'has("annotations")')" false
}

@test "state: two spaces of indentation, and a newline at the end" {
	ok create
	runtime state "$ID" > "$WORK/state"
	is "$(head -n 1 "$WORK/state")" '{'
	like "$(sed -n 2p "$WORK/state")" '^  "ociVersion": "1'
}

@test "state, start, delete, ps, pause: a container that does not exist" {
	for verb in state start delete ps pause resume; do
		fails 1 'container does not exist' runtime "$verb" nobody
	done
}

@test "list: the table" {
	sleeper
	ok runtime list
	like "${lines[0]}" '^ID +PID +STATUS +BUNDLE +CREATED +OWNER *$'
	like "${lines[1]}" "^$ID +$INIT +running +$BUNDLE +20[0-9]{2}-[^ ]+Z +root *$"
}

@test "list --format json: the states, with the owner's name" {
	sleeper
	ok runtime list --format json
	is "$(jq -c '[.[] | .id, .pid, .status, .bundle, .rootfs, .owner]' <<< "$output")" \
		"[\"$ID\",$INIT,\"running\",\"$BUNDLE\",\"$ROOTFS\",\"root\"]"
	ok runtime list -f json
}

@test "list --format json: null when there is none" {
	mkdir "$ROOT"
	ok runtime list --format json
	is "$output" null
}

@test "list: the header alone when there is none" {
	mkdir "$ROOT"
	ok runtime list
	is "${#lines[@]}" 1
	ok runtime list --quiet
	is "$output" ""
}

@test "list --quiet: ids only, sorted" {
	config 'del(.linux.cgroupsPath)'
	for id in rlbats-b rlbats-a; do
		ID=$id
		create
	done
	ok runtime list -q
	is "$output" $'rlbats-a\nrlbats-b'
}

@test "list: an unknown format is refused" {
	mkdir "$ROOT"
	fails 1 "invalid format option" runtime list --format yaml
}

@test "list: an absent root that was given explicitly is refused" {
	needs_runlet 'runc 1.1 lists nothing'
	run_it runtime list
	[[ $status -ne 0 ]]
}

@test "list: a damaged container does not hide the others" {
	sleeper
	mkdir "$ROOT/damaged"
	echo '{' > "$ROOT/damaged/state.json"
	run_it runtime list -q
	like "$output" "$ID"
	rm -r "$ROOT/damaged"
}

@test "list: a FIFO in place of a state file does not hang it" {
	needs_runlet 'runc hangs'
	sleeper
	mkdir "$ROOT/damaged"
	mkfifo "$ROOT/damaged/state.json"
	run_it runtime list -q
	like "$output" "$ID"
	rm -r "$ROOT/damaged"
}

@test "list: more containers than a process may have files open" {
	local n

	config 'del(.linux.cgroupsPath)'
	for n in {1..14}; do
		runtime create --bundle "$BUNDLE" "$CG-$n" > "$OUT" 2>&1 < /dev/null
	done
	run bash -c 'ulimit -n 40 && exec "$@"' - "$RUNTIME_BIN" --root "$ROOT" list
	is "$status" 0
	is "$(grep -c "^$CG-.* created " <<< "$output")" 14
}

@test "ps: the table has the container's processes" {
	script 'sleep 999 & touch /tmp/up; wait'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	ok runtime ps "$ID"
	like "${lines[0]}" 'UID +PID +PPID'
	like "$output" " $INIT "
	like "$output" 'sleep 999'
	is "${#lines[@]}" 3
}

@test "ps: options of ps" {
	sleeper
	ok runtime ps "$ID" -o pid,args
	like "${lines[0]}" 'PID +COMMAND'
	like "${lines[1]}" "$INIT +sleep 1000"
}

@test "ps: options after the id are those of ps" {
	sleeper
	ok runtime ps "$ID" -e -x
	like "${lines[0]}" 'PID +TTY +STAT'
	like "$output" 'sleep 1000'
	is "${#lines[@]}" 2
	# Even those that would be ours before it.
	ok runtime ps "$ID" --format pid,comm
	like "${lines[0]}" '^ *PID +COMMAND$'
	fails 1 "couldn't find PID field" runtime ps "$ID" -o comm
	fails 1 'exit status 1: ' runtime ps "$ID" --nosuch
	is "${#stderr_lines[@]}" 1
	! is_runlet || unlike "$stderr" Usage
}

@test "ps --format json: the pids" {
	sleeper
	ok runtime ps --format json "$ID"
	is "$(jq -c . <<< "$output")" "[$INIT]"
}

@test "ps: a stopped container has none" {
	ok create_start
	wait_for 5 status_is stopped
	ok runtime ps --format json "$ID"
	is "$output" null
	ok runtime ps "$ID"
	is "${#lines[@]}" 1
	ok runtime ps "$ID" -e -x
	is "${#lines[@]}" 1
}

@test "ps without a cgroup: all processes, or an error" {
	needs_runlet 'runc has no such manager'
	script 'sleep 1000 & exec sleep 1000'
	runtime --cgroup-manager disabled run --detach --bundle "$BUNDLE" "$ID" > "$OUT" 2>&1 < /dev/null
	ps_lists() { [[ $(runtime ps --format json "$ID" | jq length) -eq $1 ]]; }
	wait_for 5 ps_lists 2
	fails 1 'read /proc: input/output error' strace -q -o "$WORK/trace" -P /proc \
		-e inject=getdents64:error=EIO:when=2 "$RUNTIME_BIN" --root "$ROOT" ps "$ID"
}

@test "spec: a config for sh in a rootfs, which runs" {
	cd "$WORK"
	mkdir fresh
	cd fresh
	ok runtime spec
	# In the order in which runc writes them: scripts edit it with sed.
	is "$(jq -c 'keys_unsorted' config.json)" \
		'["ociVersion","process","root","hostname","mounts","linux"]'
	is "$(jq -c '.process.capabilities, .mounts[0], .process.rlimits[0] | keys_unsorted' config.json)" \
		'["bounding","effective","permitted","ambient"]
["destination","type","source"]
["type","hard","soft"]'
	is "$(jq -c '.linux | keys_unsorted' config.json)" \
		'["resources","namespaces","maskedPaths","readonlyPaths"]'
	is "$(jq -c '.process.args, .root.path, .process.terminal' config.json)" \
		$'["sh"]\n"rootfs"\ntrue'
	cp -a "$ROOTFS" rootfs
	jq '.process.terminal = false | .process.args = ["echo", "hello"]' config.json > c
	mv c config.json
	ok runtime run "$ID"
	is "$output" hello
}

@test "spec: does not replace a file" {
	cd "$BUNDLE"
	fails 1 '[Ff]ile config.json exists. Remove it first' runtime spec
}

@test "spec --bundle and --rootless" {
	mkdir "$WORK/fresh"
	ok runtime spec --bundle "$WORK/fresh" --rootless
	is "$(jq -c '.linux.namespaces | map(.type) | contains(["user"])' \
		"$WORK/fresh/config.json")" true
	is "$(jq -c '.linux.uidMappings' "$WORK/fresh/config.json")" \
		'[{"containerID":0,"hostID":0,"size":1}]'
}

@test "spec --rootless: the caller's own ids, once" {
	mkdir "$WORK/fresh"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$WORK"
	chown 1234:2345 "$WORK/fresh"
	cp "$RUNTIME_BIN" "$WORK/runtime"
	cd "$WORK/fresh"
	ok setpriv --reuid 1234 --regid 2345 --clear-groups env XDG_RUNTIME_DIR="$WORK/fresh" \
		"$WORK/runtime" spec --rootless
	is "$(jq -c '.linux.uidMappings, .linux.gidMappings' config.json)" \
		$'[{"containerID":0,"hostID":1234,"size":1}]\n[{"containerID":0,"hostID":2345,"size":1}]'
	is "$(stat -c %u:%g:%a config.json)" 1234:2345:644
	is "$(jq '.linux | has("resources")' config.json)" false
	is "$(jq -c '[.linux.namespaces[].type] | contains(["user"]) and (contains(["network"]) | not)' \
		config.json)" true
}

@test "--version and --help" {
	ok runtime --version
	like "$output" '(^|[a-z]+ )version '
	like "$output" 'spec: 1\.'
	ok runtime --help
	for verb in create start state kill delete run exec list ps spec; do
		like "$output" "[[:space:]]$verb"
	done
	for verb in create start state kill delete run exec list ps spec; do
		ok runtime "$verb" --help
		like "$output" "$verb"
		ok runtime "$verb" -h
	done
}

@test "state: created is when that was, in UTC" {
	local from to created

	from=$(date +%s)
	TZ=Asia/Tokyo create
	to=$(date +%s)
	created=$(date --date="$(runtime state "$ID" | jq -r .created)" +%s)
	((from <= created && created <= to))
}
