#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Bad command lines, and what they name: runc's status, one line, soon, and nothing changed.
load helpers

# refused STATUS TEXT ARGUMENT...
refused()
{
	local want=$1 text=$2

	shift 2
	fails "$want" "$text" runtime "$@" < /dev/null
	is "$(grep -c . <<< "$stderr")" 1
}

# each STATUS TEXT ARGUMENT...: refused with every line of stdin in the place of the argument @
each()
{
	local value word words want=$1 text=$2

	shift 2
	while IFS= read -r value; do
		printf -v value %b "$value"
		words=()
		for word; do
			words+=("${word//@/"$value"}")
		done
		refused "$want" "$text" "${words[@]}"
	done
}

alone() { is "$(runtime ps --format json "$ID" | jq length)" 1; }

@test "ids" {
	each 1 'invalid container ID format|container ID' create --bundle "$BUNDLE" @ <<-'END'
	.
	..
	../x
	a/b
	/
	a b
	a\tb
	a\nb
	a\001b
	a%n
	a;b
	a'b
	a\\\\b
	a*
	a:b
	a@b
	é
	\xff
	a\x7fb
	END
	[[ ! -e $ROOT ]] || is "$(ls -A "$ROOT")" ''
}

@test "ids that runc takes" {
	needs_runlet 'runc takes an empty one, and what looks like an option or is hidden'
	for id in '' .hidden "$(printf 'x%.0s' {1..256})" "$(printf 'x%.0s' {1..100000})"; do
		refused 1 'container (ID|id)' create --bundle "$BUNDLE" "$id"
		for verb in state start delete kill pause resume ps; do
			refused 1 . "$verb" "$id"
		done
		refused 255 . exec "$id" true
	done
	refused 1 'container ID' create --bundle "$BUNDLE" -- -x
	ok runtime run --bundle "$BUNDLE" "$(printf 'x%.0s' {1..200})" < /dev/null
}

@test "kill: signals that are none" {
	sleeper
	each 1 'signal' kill "$ID" @ <<-'END'
	FOO
	SIG
	SIGFOO
	TERM,KILL
	TERM\n
	9x
	1.5
	é
	END
	is "$(status_of)" running
}

@test "kill: signals that runc hands on" {
	needs_runlet 'runc takes any number, and white space, but no name of a real-time signal'
	sleeper
	each 1 'signal' kill "$ID" @ <<-'END'
	 9
	9 \n
	65
	99999999999999999999
	0x9
	+9
	RTMIN+
	RTMIN+31
	SIGRTMAX-31
	RTMIN-1
	RTMIN+-1
	RTMIN+3x
	END
	refused 1 . kill "$ID" -1
	is "$(status_of)" running
	for s in 0 34 64 RTMIN SIGRTMIN+3 rtmax-30 SIGRTMAX; do
		ok runtime kill "$ID" "$s"
	done
	is "$(status_of)" running
}

@test "exec --user: no names, no other numbers" {
	sleeper
	printf '%s\n' '4294967296:x:0:0::/:' '-1:x:0:0::/:' '1x:x:0:0::/:' >> "$ROOTFS/etc/passwd"
	each 255 . exec --user=@ "$ID" id -u <<-'END'
	root
	web
	1x
	1.5
	0x1
	1:
	1:web
	1:2:3
	é
	1\n
	END
	alone
}

@test "exec --user: what runc wraps around" {
	needs_runlet 'runc takes 2^32 for root'
	sleeper
	printf '%s\n' '4294967296:x:0:0::/:' '-1:x:0:0::/:' >> "$ROOTFS/etc/passwd"
	each 255 . exec --user=@ "$ID" id -u <<-'END'
	4294967295
	4294967296
	18446744073709551616
	-1
	-0
	+1
	 1
	:1
	1:-1
	1:4294967295
	1:4294967296
	END
	each 255 additional-gids exec --additional-gids=@ "$ID" id <<-'END'
	4294967295
	4294967296
	-1
	x
	1.5
	1,2
	END
	alone
}

@test "exec: options" {
	needs_runlet 'runc takes an empty or negative one, or says something else'
	sleeper
	while IFS='|' read -r words text; do
		# shellcheck disable=SC2086 # words
		refused 255 "$text" exec $words "$ID" true
	done <<-'END'
	--cwd tmp|process.cwd: must be an absolute path
	--cwd .|process.cwd: must be an absolute path
	--cwd /etc/passwd|not a directory
	--env =x|"=x"
	--env x|"x"
	--preserve-fds -1|preserve-fds
	--preserve-fds 1000000|preserve-fds
	--detach --pid-file /no/such/pid|/no/such/.*: no such file or directory
	--detach --pid-file /|/
	--tty --detach|console
	--tty --console-socket /no/such|/no/such
	--tty --console-socket /dev/null|/dev/null
	--console-socket /no/such|console
	--pidfd-socket /no/such|/no/such
	--cgroup ../..|\.\.
	--cgroup nosuch|nosuch
	--cgroup nosuch:x|nosuch
	--apparmor nosuch|[aA]pp[aA]rmor
	--process-label a:b:c:s0|[sS][eE][lL]inux
	--process /no/such|/no/such: no such file or directory
	--process /|not a regular file
	--process /dev/zero|not a regular file
	END
	alone
}

@test "exec: usage" {
	sleeper
	refused 1 'flag provided but not defined: -nosuch' exec --nosuch "$ID" true
	refused 1 'invalid value "x" for flag -preserve-fds' exec --preserve-fds x "$ID" true
	refused 1 preserve-fds exec --preserve-fds 99999999999999999999 "$ID" true
	refused 255 . exec "$ID"
	refused 255 'container does not exist' exec nobody true
	alone
}

@test "exec --process: documents" {
	needs_runlet 'runc takes most, or names no member'
	sleeper
	mkfifo "$WORK/fifo"
	refused 255 'fifo: not a regular file' exec --process "$WORK/fifo" "$ID"
	while IFS='|' read -r text want; do
		printf '%b' "$text" > "$WORK/process.json"
		refused 255 "$want" exec --process "$WORK/process.json" "$ID"
	done <<-'END'
	|byte 0
	null|expected object, found null
	[]|expected object, found array
	{"args":["true"],"cwd":"/"} x|byte
	{"args":["true"],"cwd":"/","cwd":"/tmp"}|cwd: duplicate key
	{"args":["true"]}|cwd: required member is missing
	{"cwd":"/"}|args: must not be empty
	{"args":[],"cwd":"/"}|args: must not be empty
	{"args":["true"],"cwd":"tmp"}|cwd: must be an absolute path
	{"args":["true\\u0000x"],"cwd":"/"}|args\[0\]: U\+0000
	{"args":["tr\xffue"],"cwd":"/"}|invalid UTF-8
	{"args":["true"],"cwd":"/","env":["X"]}|env\[0\]: must be NAME=VALUE
	{"args":["true"],"cwd":"/","user":{"uid":4294967295,"gid":0}}|user.uid: 4294967295 is not a user id
	{"args":["true"],"cwd":"/","user":{"uid":4294967296,"gid":0}}|user.uid: 4294967296 is out of range
	{"args":["true"],"cwd":"/","user":{"uid":"0","gid":0}}|user.uid: expected number, found string
	{"args":["true"],"cwd":"/","noNewPrivileges":"yes"}|noNewPrivileges: expected boolean, found string
	{"args":["true"],"cwd":"/","rlimits":[{"type":"RLIMIT_X","soft":1,"hard":1}]}|rlimits\[0\].type: unknown value
	{"args":["true"],"cwd":"/","capabilities":{"effective":["CAP_KILL"]}}|capabilities.effective: CAP_KILL is not in permitted
	END
	{ printf '{"cwd":"/","args":["true"],"x":'; printf '[%.0s' {1..5000}; } > "$WORK/process.json"
	refused 255 'nested more than' exec --process "$WORK/process.json" "$ID"
	head -c 17M /dev/zero > "$WORK/process.json"
	refused 255 'larger than' exec --process "$WORK/process.json" "$ID"
	alone
}

@test "exec: 1.9 MB of arguments" {
	sleeper
	mapfile -t many < <(head -c 1400000 /dev/zero | tr '\0' x | fold -w 100000)
	ok runtime exec "$ID" true "${many[@]}" < /dev/null
	ok runtime exec "$ID" sh -c 'echo $#' sh "${many[@]}" < /dev/null
	is "$output" 14
}

@test "create: options" {
	needs_runlet 'runc ignores some, or makes the container before it sees others'
	local long=$WORK/x

	long+=$(printf '/%.0sx%.0s' {1..200})
	while IFS='|' read -r words text; do
		# shellcheck disable=SC2086 # words
		refused 1 "$text" create --bundle "$BUNDLE" $words "$ID"
		nothing_left
	done <<-END
	--pid-file /no/such/pid|--pid-file: .*/no/such/.*: no such file or directory
	--pid-file /|/
	--pid-file $long/pid|--pid-file: .*no such file or directory
	--console-socket /no/such|console
	--console-socket /dev/null|console
	--pidfd-socket /no/such|/no/such
	--pidfd-socket /dev/null|/dev/null
	--pidfd-socket $long/sock|no such file
	--preserve-fds -1|preserve-fds
	--preserve-fds 1000000|preserve-fds
	--preserve-fds 1e3|preserve-fds
	--no-pivot=maybe|no-pivot
	--bundle /no/such|/no/such
	--bundle /dev/null|/dev/null
	--bundle $long|no such file
	--config /no/such|/no/such
	--config /dev/zero|not a regular file
	END
}

@test "create: a terminal whose socket is no socket" {
	config '.process.terminal = true'
	for socket in /no/such /dev/null "$WORK" "$BUNDLE/config.json" \
		"$WORK/$(printf 'x/%.0s' {1..100})"; do
		refused 1 . create --bundle "$BUNDLE" --console-socket "$socket" "$ID"
		nothing_left
	done
}

@test "global options" {
	touch "$WORK/file"
	refused 1 'log-format|log format' --log-format xml list
	refused 1 '/no/such/log: no such file or directory' --log /no/such/log list
	for place in "$WORK/file" /dev/null "$WORK/file/x"; do
		ROOT=$place refused 1 . create --bundle "$BUNDLE" "$ID"
	done
}

@test "list, ps, events, update, spec: options" {
	needs_runlet 'runc takes some of these'
	sleeper
	mkfifo "$WORK/fifo"
	printf '%b' '{"memory":{"limit":"1"}}' > "$WORK/resources"
	while IFS='|' read -r words text; do
		# shellcheck disable=SC2086 # words
		refused 1 "$text" $words
	done <<-END
	list --format xml|format
	ps --format xml $ID|format
	events --interval 0 --stats $ID|interval
	events --interval -1s --stats $ID|interval
	events --interval x --stats $ID|interval
	update --memory x $ID|memory
	update --memory 9999999999999999999999 $ID|memory
	update --memory 1.5.5m $ID|memory
	update --cpu-share -1 $ID|cpu-share
	update --cpu-quota x $ID|cpu-quota
	update --cpuset-cpus x $ID|cpus
	update --pids-limit x $ID|pids-limit
	update --blkio-weight 70000 $ID|blkio-weight
	update --resources /no/such $ID|/no/such: no such file or directory
	update --resources $WORK $ID|is a directory|not a regular file
	update --resources $WORK/fifo $ID|fifo: nobody writes to it
	update --resources $WORK/resources $ID|memory.limit: expected number, found string
	update --nosuch 1 $ID|flag provided but not defined: -nosuch
	spec --bundle /no/such|/no/such
	END
	ok runtime update --resources <(sleep 0.1; echo '{"pids":{"limit":50}}') "$ID"
	echo '{"cpu":{"shares":1},"cpu":{}}' > "$WORK/resources"
	refused 1 'cpu: duplicate key' update --resources "$WORK/resources" "$ID"
	is "$(status_of)" running
	alone
}

@test "config.json: what kind of file" {
	needs_runlet 'runc waits for a FIFO and reads a device without end'
	mv "$BUNDLE/config.json" "$BUNDLE/good.json"
	ln -s good.json "$BUNDLE/config.json"
	ok run_container
	ln -sf config.json "$BUNDLE/config.json"
	refused 1 'config.json: too many levels of symbolic links' create --bundle "$BUNDLE" "$ID"
	ln -sf /no/such "$BUNDLE/config.json"
	refused 1 'config.json not found' create --bundle "$BUNDLE" "$ID"
	ln -sf /dev/full "$BUNDLE/config.json"
	refused 1 'config.json: not a regular file' create --bundle "$BUNDLE" "$ID"
	ln -sf /proc/self/fd/0 "$BUNDLE/config.json"
	refused 1 'config.json: not a regular file' create --bundle "$BUNDLE" "$ID"
	rm "$BUNDLE/config.json"
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' \
		"$BUNDLE/config.json"
	refused 1 'config.json' create --bundle "$BUNDLE" "$ID"
	rm "$BUNDLE/config.json"
	truncate -s 1T "$BUNDLE/config.json"
	refused 1 'config.json: larger than' create --bundle "$BUNDLE" "$ID"
	nothing_left
}
