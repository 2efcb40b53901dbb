#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# hook KIND SCRIPT [JQ]: adds a shell hook; its program is on the host and in the container
hook()
{
	config ".hooks.$1 += [{\"path\": \"/bin/sh\", \"args\": [\"sh\", \"-c\", \$s]} ${3:+ + $3}]" \
		--arg s "$2"
}

test_setup() { H=$WORK/hooks; }

@test "every kind, in the order of the specification" {
	for k in prestart createRuntime createContainer poststart poststop; do
		hook $k "echo $k >> $H"
	done
	mount_add "{\"destination\": \"/h\", \"source\": \"$WORK\", \"options\": [\"rbind\"]}"
	hook startContainer "echo startContainer >> /h/hooks"
	script 'echo program >> /h/hooks'
	create
	is "$(grep -v poststart "$H")" $'prestart\ncreateRuntime\ncreateContainer'
	start
	wait_for 5 status_is stopped
	is "$(grep -v poststart "$H" | tail -n 2)" $'startContainer\nprogram'
	is "$(grep -c poststart "$H")" 1
	ok runtime delete "$ID"
	is "$(tail -n 1 "$H")" poststop
}

@test "poststart: not before start, and when start returns it has run" {
	needs_runlet 'runc 1.1 runs it in create'
	hook poststart "cat > $H"
	args sleep 1000
	create
	[[ ! -e $H ]]
	start
	is "$(jq -r .status "$H")" running
}

@test "several of one kind run in their order" {
	for n in 1 2 3; do
		hook createRuntime "echo $n >> $H"
	done
	ok create
	is "$(cat "$H")" $'1\n2\n3'
}

@test "the state is on stdin, complete and closed" {
	config '.annotations = {"a": "b"}'
	for k in prestart createRuntime createContainer poststart poststop; do
		hook $k "cat > $H.$k"
	done
	create_start
	wait_for 5 status_is stopped
	runtime delete "$ID"
	for k in prestart createRuntime createContainer poststart poststop; do
		is "$(jq -r '.id, .bundle, .annotations.a' "$H.$k")" "$(printf '%s\n' "$ID" "$BUNDLE" b)"
		like "$(jq -r .ociVersion "$H.$k")" '^1\.'
	done
	for k in prestart createRuntime poststart; do
		is "$(jq .pid "$H.$k")" "$INIT"
	done
	# This one runs inside, where runc tells the pid of the inside.
	like "$(jq .pid "$H.createContainer")" "^($INIT|1)\$"
	like "$(jq -r .status "$H.createRuntime")" '^creat(ing|ed)$'
	is "$(jq -r .status "$H.poststop")" stopped
}

@test "namespaces: createRuntime has the runtime's, createContainer the container's" {
	hook createRuntime "readlink /proc/self/ns/mnt > $H.rt"
	hook createContainer "readlink /proc/self/ns/mnt > $H.ct; readlink /proc/self/ns/net >> $H.ct"
	create
	is "$(cat "$H.rt")" "$(readlink /proc/self/ns/mnt)"
	is "$(cat "$H.ct")" "$(readlink "/proc/$INIT/ns/mnt" "/proc/$INIT/ns/net")"
}

@test "args and env are as given; argv 0 too" {
	config ".hooks.createRuntime = [{\"path\": \"/bin/sh\",
		\"args\": [\"other-name\", \"-c\", \"tr '\\\\0' '|' < /proc/self/cmdline > $H; echo \$A-\$0 >> $H\", \"zero\"],
		\"env\": [\"A=b\"]}]"
	ok create
	like "$(tr -d '\n' < "$H")" "b-zero$"
}

@test "the caller's environment does not leak into a hook with env" {
	export RLBATS_SECRET=secret
	hook createRuntime "/usr/bin/env > $H" '{"env": ["A=b", "PATH=/usr/bin:/bin"]}'
	ok create
	like "$(cat "$H")" 'A=b'
	unlike "$(cat "$H")" RLBATS_SECRET
}

@test "the caller's environment does not leak into a hook without env" {
	needs_runlet 'runc passes its own'
	export RLBATS_SECRET=secret
	hook createRuntime "/usr/bin/env > $H"
	ok create
	unlike "$(cat "$H")" RLBATS_SECRET
}

@test "a failing hook before start: create fails and nothing is left" {
	for k in prestart createRuntime createContainer; do
		config 'del(.hooks)'
		hook $k 'echo reason >&2; exit 3'
		run_it create
		is "$status" 1
		like "$output$stderr" "hook #0.*exit status 3.*"
		is "$(states_left)$(cgroups_left)" ""
	done
}

@test "the second hook is named when it fails" {
	hook createRuntime true
	hook createRuntime false
	run_it create
	is "$status" 1
	like "$output$stderr" 'error running (createRuntime )?hook #1'
	is "$(states_left)$(cgroups_left)" ""
}

@test "a failing startContainer hook: the program does not run" {
	hook startContainer 'exit 1'
	script 'touch /tmp/ran'
	run_it run_container
	[[ $status -ne 0 ]]
	[[ ! -e $ROOTFS/tmp/ran ]]
}

@test "a failing poststop hook: the container is deleted all the same" {
	hook poststop 'exit 1'
	ok create_start
	wait_for 5 status_is stopped
	ok runtime delete "$ID"
	fails 1 'does not exist' runtime state "$ID"
}

@test "a hook that does not exist" {
	config '.hooks.createRuntime = [{"path": "/no/such/hook"}]'
	run_it create
	is "$status" 1
	like "$output$stderr" '/no/such/hook'
	is "$(states_left)$(cgroups_left)" ""
}

@test "a relative path is refused" {
	needs_runlet 'runc runs it'
	config '.hooks.createRuntime = [{"path": "sh"}]'
	fails 1 'hooks.createRuntime\[0\].path' run_container
}

@test "timeout: the hook is killed and create fails, soon" {
	hook createRuntime "exec sleep 100" '{"timeout": 1}'
	run_it create
	is "$status" 1
	((SECONDS < 100))
	is "$(states_left)$(cgroups_left)" ""
}

@test "timeout: also when a grandchild holds the pipes" {
	needs_runlet 'runc waits for the grandchild'
	hook createRuntime "sleep 101 & wait" '{"timeout": 1}'
	run_it timeout 5 "$RUNTIME_BIN" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	is "$status" 1
	wait_for 3 nothing_left
}

@test "a hook that ends while its grandchild lives does not hold up create" {
	hook createRuntime "sleep 3 > /dev/null 2>&1 < /dev/null & exit 0"
	local began=${EPOCHREALTIME/[.,]/}
	ok create
	((${EPOCHREALTIME/[.,]/} - began < 2500000))
}

@test "a hook that does not read its stdin, and one with much output" {
	hook createRuntime 'exec 0<&-; exit 0'
	hook createRuntime 'head -c 300000 /dev/zero >&2'
	ok create
}

@test "poststop runs for delete --force of a running container" {
	hook poststop "echo stopped > $H"
	sleeper
	ok runtime delete --force "$ID"
	is "$(cat "$H")" stopped
}

@test "poststop runs when create fails, once it had begun" {
	local k

	for k in createRuntime createContainer; do
		rm -f "$WORK/stopped"
		config 'del(.hooks)'
		hook $k 'exit 1'
		hook poststop "echo x >> $WORK/stopped"
		run_it create
		is "$status" 1
		is "$(cat "$WORK/stopped")" x
	done
}

@test "a poststart hook may call the runtime" {
	needs_runlet "its deadline is runlet's"
	hook poststart "timeout 20 $RUNTIME_BIN --root $ROOT exec $ID touch /tmp/from-hook"
	args sleep 1000
	ok create_start
	[[ -e $ROOTFS/tmp/from-hook ]]
}
