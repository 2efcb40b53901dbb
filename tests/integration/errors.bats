#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Bad input: one line that names the object and the reason, the right status, and nothing left.
load helpers

# refused TEXT [COMMAND...]: create fails with TEXT, once on stderr and as the last error in the log
refused()
{
	local text=$1

	shift
	[[ $# -gt 0 ]] || set -- create --bundle "$BUNDLE" "$ID"
	rm -f "$LOG"
	run_it runtime --log "$LOG" --log-format json "$@" < /dev/null
	[[ $status -eq ${WANT:-1} ]]
	is "$(grep -c . <<< "$stderr")" 1
	like "$stderr" "$text"
	like "$(jq -rs 'map(select(.level == "error")) | last.msg' "$LOG")" "$text"
	like "$(jq -rs 'last.time' "$LOG")" '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9:]{5})$'
	nothing_left
}

@test "a bundle that does not exist" {
	refused 'chdir /no/such: no such file or directory' create --bundle /no/such "$ID"
	refused 'no such file or directory' run --bundle /no/such "$ID"
}

@test "no config.json" {
	rm "$BUNDLE/config.json"
	refused 'config.json'
}

@test "a config that is not JSON" {
	for text in '' '{' '[1,2' 'nonsense' '{"ociVersion": }' '{"a":1,}' "{'a':1}"; do
		echo "$text" > "$BUNDLE/config.json"
		refused .
	done
}

@test "a config that is JSON but no object" {
	needs_runlet 'runc says nothing useful of null'
	for text in null '[]' 1 '"x"' true; do
		echo "$text" > "$BUNDLE/config.json"
		refused 'config.json'
	done
}

@test "an unknown command: exit status 3" {
	run_it runtime nosuchcommand
	is "$status" 3
	like "$output$stderr" "No help topic for 'nosuchcommand'"
}

@test "an unknown option" {
	for line in 'state --nosuch x' 'create --nosuch' '--nosuch list' 'delete -Z x'; do
		# shellcheck disable=SC2086 # words
		run_it runtime $line
		is "$status" 1
		like "$output$stderr" 'flag provided but not defined: -'
	done
}

@test "an option without its value" {
	for line in 'create --bundle' 'exec --cwd' '--log'; do
		# shellcheck disable=SC2086 # words
		run_it runtime $line
		is "$status" 1
		like "$output$stderr" 'flag needs an argument'
	done
}

@test "too few and too many arguments" {
	for line in create start state 'kill' delete exec 'state a b' 'start a b'; do
		# shellcheck disable=SC2086 # words
		run_it runtime $line
		[[ $status -ne 0 ]]
		[[ -n $output$stderr ]]
	done
}

@test "options may follow the arguments, but for exec and ps" {
	args sleep 1000
	runtime run "$ID" --detach --bundle "$BUNDLE" --pid-file "$PID_FILE" > "$OUT" 2>&1 < /dev/null
	[[ -s $PID_FILE ]]
	ok runtime delete "$ID" --force
}

@test "run: a second argument" {
	fails 1 '"run" requires exactly 1 argument' runtime run --bundle "$BUNDLE" "$ID" more
	[[ ! -e $ROOT/$ID ]]
}

@test "an option with an empty value counts as not given" {
	cd "$BUNDLE"
	script 'id -u; pwd'
	ok runtime run --bundle '' --pid-file= --console-socket '' "$ID"
	is "$output" $'0\n/'
	sleeper --pid-file "$PID_FILE"
	ok runtime exec --user '' --cwd= --pid-file '' "$ID" sh -c 'id -u; pwd'
	is "$output" $'0\n/'
}

@test "formats that nobody knows" {
	mkdir "$ROOT"
	fails 1 'invalid format option' runtime list --format yaml
	fails 1 'invalid log-format: xml' runtime --log-format xml list
}

@test "ids that are refused" {
	for id in . .. ../x a/b 'a b' 'a;b' $'a\nb' 'a%n' 'é'; do
		refused 'invalid container ID format' create --bundle "$BUNDLE" "$id"
		refused . state "$id"
	done
}

@test "ids that are refused everywhere" {
	needs_runlet 'runc takes an empty one'
	for id in .hidden "$(printf 'x%.0s' {1..300})"; do
		refused 'container ID' create --bundle "$BUNDLE" "$id"
		refused 'invalid container ID format' state "$id"
	done
	refused 'container id cannot be empty' create --bundle "$BUNDLE" ''
}

@test "ids that are refused before the state directory is looked for" {
	[[ ! -e $ROOT ]]
	refused 'container id cannot be empty' state ''
	for id in .. a/b 'a b'; do
		refused 'invalid container ID format' state "$id"
		refused 'invalid container ID format' delete --force "$id"
	done
}

@test "an id cannot name a directory outside the root" {
	mkdir -p "$ROOT" "$WORK/victim"
	touch "$WORK/victim/file"
	run_it runtime delete --force ../victim
	run_it runtime delete --force ..
	[[ -e $WORK/victim/file ]]
}

@test "an existing id" {
	create
	run_it runtime --log "$LOG" create --bundle "$BUNDLE" "$ID"
	is "$status" 1
	like "$stderr" 'container with given ID already exists'
	is "$(status_of)" created
}

@test "an unknown id" {
	for verb in state start delete ps pause resume kill; do
		refused 'container does not exist' "$verb" nobody
	done
	WANT=255 refused 'container does not exist' exec nobody true
}

@test "root: missing, without a path, a path that does not exist, a file" {
	config 'del(.root)'
	refused .
	config '.root = { "path": "/no/such" }'
	refused '/no/such: no such file or directory'
	echo > "$BUNDLE/file"
	config '.root.path = "file"'
	refused .
}

@test "process: missing" {
	config 'del(.process)'
	refused .
}

@test "process.args: missing or empty" {
	config 'del(.process.args)'
	refused 'args'
	config '.process.args = []'
	refused 'args'
}

@test "process.cwd: missing or relative" {
	config '.process.cwd = "tmp"'
	refused '[cC]wd'
	config 'del(.process.cwd)'
	refused '[cC]wd'
}

@test "a program that does not exist" {
	args /no/such
	refused 'exec: "/no/such": stat /no/such: no such file or directory'
	args nosuch
	refused 'exec: "nosuch": executable file not found in \$PATH'
}

@test "a program that is a directory or not executable" {
	args /tmp
	refused 'exec: "/tmp": (permission denied|is a directory)'
	echo text > "$ROOTFS/tmp/text"
	args /tmp/text
	refused 'exec: "/tmp/text": permission denied'
}

@test "a script whose interpreter is missing: start fails, or create" {
	printf '#!/no/interpreter\n' > "$ROOTFS/run.sh"
	chmod 755 "$ROOTFS/run.sh"
	args /run.sh
	run_it run_container
	[[ $status -ne 0 ]]
	like "$stderr$(cat "$OUT" 2> /dev/null)" 'exec /run.sh: no such file or directory'
}

@test "wrong types" {
	for e in '.process.args = "true"' '.process.user.uid = "0"' '.mounts = {}' \
		'.linux.resources.pids.limit = "10"' '.process.env = [1]' '.hostname = 1'; do
		cp "$BUNDLE/config.json" "$WORK/keep"
		config "$e"
		refused .
		cp "$WORK/keep" "$BUNDLE/config.json"
	done
}

@test "wrong types: the error names the member" {
	needs_runlet 'runc names the Go type'
	while IFS='|' read -r member e; do
		cp "$BUNDLE/config.json" "$WORK/keep"
		config "$e"
		refused "$member"
		cp "$WORK/keep" "$BUNDLE/config.json"
	done <<-'END'
	process.noNewPrivileges|.process.noNewPrivileges = "yes"
	root.readonly|.root.readonly = "true"
	process.user.gid|.process.user.gid = "root"
	process.user.uid|.process.user.uid = 1.5
	process.user.uid|.process.user.uid = -1
	process.user.uid|.process.user.uid = 4294967295
	process.user.uid|.process.user.uid = 4294967296
	process.rlimits\[1\].type|.process.rlimits += [{"type": "RLIMIT_X", "soft": 1, "hard": 1}]
	linux.namespaces\[5\].type|.linux.namespaces += [{"type": "nosuch"}]
	linux.namespaces\[5\]|.linux.namespaces += [{"type": "pid"}]
	mounts\[[0-9]+\].destination|.mounts += [{"type": "tmpfs"}]
	linux.resources.memory.limit|.linux.resources.memory.limit = 1e30
	END
}

@test "duplicate keys, other cases of a name, comments, trailing text" {
	needs_runlet 'runc takes the last duplicate, any case and trailing text'
	cp "$BUNDLE/config.json" "$WORK/keep"
	jq -c . "$WORK/keep" | sed 's/^{/{"hostname":"first",/' > "$BUNDLE/config.json"
	refused 'hostname'
	sed '1a // comment' "$WORK/keep" > "$BUNDLE/config.json"
	refused .
	{ cat "$WORK/keep"; echo '{}'; } > "$BUNDLE/config.json"
	refused .
	jq -c . "$WORK/keep" | sed 's/"test"/"te\\u0000st"/' > "$BUNDLE/config.json"
	refused .
	jq -c . "$WORK/keep" | sed 's/"test"/"te\xffst"/' > "$BUNDLE/config.json"
	refused .
	jq '.Process = { "args": ["nosuch"] }' "$WORK/keep" > "$BUNDLE/config.json"
	ok run_container
}

@test "ociVersion: missing or not 1.x" {
	needs_runlet 'runc takes anything'
	for e in 'del(.ociVersion)' '.ociVersion = ""' '.ociVersion = "abc"' \
		'.ociVersion = "99.0.0"'; do
		config "$e"
		refused 'ociVersion'
	done
}

@test "a config that is a FIFO, a device or a directory" {
	needs_runlet 'runc waits for a writer'
	rm "$BUNDLE/config.json"
	mkfifo "$BUNDLE/config.json"
	refused 'config.json'
	rm "$BUNDLE/config.json"
	ln -s /dev/zero "$BUNDLE/config.json"
	refused 'config.json'
	rm "$BUNDLE/config.json"
	mkdir "$BUNDLE/config.json"
	refused 'config.json'
}

@test "deep nesting and very large documents" {
	needs_runlet 'limits differ'
	{ printf '{"x":'; printf '[%.0s' {1..5000}; } > "$BUNDLE/config.json"
	refused .
	head -c 17M /dev/zero | tr '\0' ' ' > "$BUNDLE/config.json"
	refused .
}

@test "contradictory namespaces" {
	namespace_drop uts
	refused 'hostname|uts|UTS'
	config 'del(.hostname) | .linux.namespaces += [{"type": "uts", "path": "/no/such"}]'
	refused '/no/such'
}

@test "contradictory namespaces: mappings, offsets, domainname, none at all" {
	needs_runlet 'runc takes them'
	cp "$BUNDLE/config.json" "$WORK/keep"
	for e in '.linux.uidMappings = [{"containerID":0,"hostID":1000,"size":1}]' \
		'.linux.timeOffsets = {"monotonic": {"secs": 1}}' \
		'del(.hostname) | .domainname = "d" | .linux.namespaces |= map(select(.type != "uts"))'; do
		config "$e"
		refused .
		cp "$WORK/keep" "$BUNDLE/config.json"
	done
}

@test "a mount namespace is needed" {
	namespace_drop mount
	refused .
}

@test "a namespace path of another kind" {
	config '.linux.namespaces |= map(if .type == "uts" then .path = "/proc/self/ns/ipc" else . end)'
	refused .
}

@test "a mount source that does not exist" {
	mount_add '{"destination": "/x", "type": "bind", "source": "/no/such", "options": ["bind"]}'
	refused '"?/no/such"?.*no such file or directory'
	[[ ! -e $ROOTFS/x ]] || rmdir "$ROOTFS/x" || rm "$ROOTFS/x"
}

@test "an unknown capability only warns, an unknown rlimit is an error" {
	config '.process.capabilities.bounding += ["CAP_NOSUCH"]'
	ok run_container
	config '.process.rlimits = [{"type": "RLIMIT_NOSUCH", "soft": 1, "hard": 1}]'
	refused 'RLIMIT_NOSUCH'
}

@test "duplicate rlimits, unknown mount option for the file system" {
	needs_runlet 'runc takes them, or fails by luck'
	cp "$BUNDLE/config.json" "$WORK/keep"
	config '.process.rlimits += [{"type": "RLIMIT_NOFILE", "soft": 10, "hard": 10}]'
	refused 'RLIMIT_NOFILE'
	cp "$WORK/keep" "$BUNDLE/config.json"
	mount_add '{"destination": "/x", "type": "tmpfs", "source": "tmpfs", "options": ["nosuch=1"]}'
	refused '/x'
}

@test "--log: text, and in debug both halves of create speak" {
	create --no-new-keyring
	runtime delete --force "$ID"
	args nosuch
	run_it runtime --log "$LOG" create --bundle "$BUNDLE" "$ID"
	like "$(cat "$LOG")" '^time="?20[^ ]+"? level=error msg="'
	rm "$LOG"
	run_it runtime --debug --log "$LOG" create --bundle "$BUNDLE" "$ID"
	file_has "$LOG" level=debug
}

@test "--log: the file is there even if nothing was wrong, and what was in it stays" {
	echo '{"level":"info","msg":"old","time":"2026-01-01T00:00:00Z"}' > "$LOG"
	ok runtime --log "$LOG" --log-format json run --bundle "$BUNDLE" "$ID"
	is "$(grep -c old "$LOG")" 1
}

@test "--log-format: unknown" {
	fails 1 'log-format' runtime --log-format xml list
}

@test "single-dash long options are accepted" {
	ok timeout 10 "$RUNTIME_BIN" -root "$ROOT" run -bundle "$BUNDLE" "$ID"
}

@test "a state directory that others could have filled" {
	needs_runlet "runc takes any"
	args true
	mkdir -p "$ROOT"
	chmod 0777 "$ROOT"
	fails 1 'can be written by everybody' run_container
	chmod 1777 "$ROOT"
	ok run_container
	mkdir "$ROOT/theirs"
	chown 1000 "$ROOT/theirs"
	fails 1 'belongs to uid 1000' runtime state theirs
	fails 1 'belongs to uid 1000' runtime delete --force theirs
	[[ -d $ROOT/theirs ]]
	ok runtime list -q
	rmdir "$ROOT/theirs"
	chmod 0700 "$ROOT"
}
