#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "of 100 creates of one id exactly one wins" {
	local n won=0 pids=()

	args sleep 1000
	for n in {1..100}; do
		runtime create --bundle "$BUNDLE" "$ID" > /dev/null 2> "$WORK/err.$n" < /dev/null &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		if wait "$n"; then
			won=$((won + 1))
		fi
	done
	is "$won" 1
	is "$(cat "$WORK"/err.* | grep -c 'already exists')" 99
	is "$(status_of)" created
	ok runtime delete --force "$ID"
}

@test "many containers of one bundle at once" {
	local n pids=()

	config 'del(.linux.cgroupsPath)'
	for n in {1..8}; do
		runtime run --bundle "$BUNDLE" "$ID-$n" > /dev/null 2> "$WORK/err.$n" < /dev/null &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n" || { cat "$WORK"/err.*; return 1; }
	done
}

@test "start by several: one wins" {
	local n won=0 pids=()

	args sleep 1000
	create
	for n in {1..6}; do
		start > /dev/null 2>&1 < /dev/null &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		if wait "$n"; then
			won=$((won + 1))
		fi
	done
	is "$won" 1
	is "$(status_of)" running
}

@test "kill, exec, state and delete --force at once: delete always succeeds" {
	local n pids

	for _ in 1 2 3; do
		pids=()
		sleeper
		for n in 1 2 3; do
			runtime kill "$ID" KILL > /dev/null 2>&1 < /dev/null &
			runtime exec "$ID" true > /dev/null 2>&1 < /dev/null &
			runtime state "$ID" > /dev/null 2>&1 < /dev/null &
			runtime delete --force "$ID" > /dev/null 2>> "$WORK/deletes" < /dev/null &
			pids+=($!)
		done
		for n in "${pids[@]}"; do
			wait "$n" || { cat "$WORK/deletes"; return 1; }
		done
		wait
		wait_for 5 nothing_left
	done
}

@test "list while containers come and go" {
	local n

	config 'del(.linux.cgroupsPath)'
	for n in {1..5}; do
		runtime run --bundle "$BUNDLE" "$ID-$n" > /dev/null 2>&1 < /dev/null &
	done
	for n in {1..5}; do
		run_it runtime list --format json
		is "$status" 0
		jq -e 'type == "array" or . == null' <<< "$output"
	done
	wait
}

# churn COMMAND...: in a loop until $WORK/stop is there; what failed is kept
churn()
{
	until [[ -e $WORK/stop ]]; do
		"$@" > /dev/null 2> "$WORK/churn.$BASHPID" < /dev/null ||
			cat "$WORK/churn.$BASHPID" >> "$WORK/failed"
		echo >> "$WORK/rounds"
	done
}

@test "create and delete --force of one id from 8 loops: delete always succeeds, nothing is left" {
	needs_runlet 'runc leaves processes and cgroups'
	local n

	args sleep 1000
	for n in 1 2 3 4; do
		background churn runtime create --bundle "$BUNDLE" "$ID" 2> /dev/null
	done
	: > "$WORK/failed"
	for n in 1 2 3 4; do
		background delete_churn
	done
	sleep 4
	touch "$WORK/stop"
	for n in "${BACKGROUND[@]}"; do
		wait "$n" || :
	done
	echo "rounds: $(wc -l < "$WORK/rounds") $(wc -l < "$WORK/delete.rounds")"
	[[ ! -e $WORK/delete.failed ]] || { cat "$WORK/delete.failed"; return 1; }
	# A create fails because another was faster, or because it was deleted while it was at work.
	run -1 grep -vE 'already exists|does not exist' "$WORK/failed"
	ok runtime delete --force "$ID"
	wait_for 5 nothing_left
}

delete_churn()
{
	until [[ -e $WORK/stop ]]; do
		runtime delete --force "$ID" 2>> "$WORK/delete.errors" < /dev/null ||
			tail -n 1 "$WORK/delete.errors" >> "$WORK/delete.failed"
		echo >> "$WORK/delete.rounds"
	done
}

@test "100 operations of all kinds on one id: delete succeeds, and nothing hangs" {
	local n op pids=()
	local ops=("kill $ID KILL" "kill --all $ID TERM" "exec $ID true" "state $ID" "pause $ID"
		"resume $ID" "start $ID" "update --pids-limit 50 $ID" "ps $ID" list)

	needs_runlet 'runc has no lock'
	sleeper
	for n in {0..89}; do
		read -r -a op <<< "${ops[n % ${#ops[@]}]}"
		runtime "${op[@]}" > /dev/null 2>&1 < /dev/null &
		if ((n % 9 == 8)); then
			runtime delete --force "$ID" > /dev/null 2>> "$WORK/deletes" < /dev/null &
			pids+=($!)
		fi
	done
	for n in "${pids[@]}"; do
		wait "$n" || { cat "$WORK/deletes"; return 1; }
	done
	wait
	ok runtime delete --force "$ID"
	wait_for 5 nothing_left
}

create_numbered() { runtime create --bundle "$BUNDLE" "$ID-$1" > /dev/null < /dev/null; }

# How long each takes is for the benchmark: a time that a test asserts is another on a busy machine.
@test "many containers are created, listed and deleted" {
	local many=${RLBATS_MANY:-100} n

	args sleep 1000
	config 'del(.linux.cgroupsPath)'
	for ((n = 1; n <= many; n++)); do
		create_numbered "$n"
	done
	is "$(runtime list --quiet | wc -l)" "$many"
	is "$(runtime list --format json | jq '[.[] | select(.status == "created")] | length')" "$many"
	for ((n = 1; n <= many; n++)); do
		runtime delete --force "$ID-$n"
	done
	is "$(runtime list --quiet | wc -l)" 0
}

@test "delete --force and kill of a frozen container" {
	sleeper
	ok runtime pause "$ID"
	ok runtime delete --force "$ID"
	wait_for 5 nothing_left
}

@test "kill KILL of a frozen container ends it" {
	needs_runlet 'runc 1.1 leaves it frozen'
	sleeper
	ok runtime pause "$ID"
	ok runtime kill "$ID" KILL
	wait_for 5 gone "$INIT"
	ok runtime delete "$ID"
}

@test "somebody else's process in the cgroup: it is spared, and delete says why it fails" {
	local dir

	needs_runlet 'runc kills it or waits'
	sleeper
	dir=$(cgroup pids)
	background sleep 1000
	echo "$BG" > "$dir/cgroup.procs"
	fails 1 "are not the container's" runtime delete --force "$ID"
	kill -0 "$BG"
	fails 1 "are not the container's" runtime delete "$ID"
	kill -KILL "$BG"
	wait_for 5 gone "$BG"
	ok runtime delete "$ID"
}

@test "sub-cgroups come and go while the container is killed and deleted" {
	local dir n

	needs_runlet 'runc may fail'
	for n in 1 2 3 4 5; do
		namespace_drop pid
		script 'for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; wait'
		create_start
		dir=$(cgroup pids)
		rm -f "$WORK/stop"
		background sub_cgroups "$dir"
		ok runtime kill --all "$ID" KILL
		ok runtime delete --force "$ID"
		touch "$WORK/stop"
		wait "$BG" || :
		wait_for 5 nothing_left
	done
}

sub_cgroups()
{
	local n

	until [[ -e $WORK/stop || ! -d $1 ]]; do
		for n in 1 2 3; do
			mkdir "$1/$n" && rmdir "$1/$n"
		done
	done 2> /dev/null
}

@test "a container that the memory limit killed is stopped, and can be deleted" {
	config '.linux.resources.memory = {"limit": 8388608, "swap": 8388608}'
	script 'x=x; while :; do x=$x$x; done'
	create_start
	wait_for 10 status_is stopped
	ok runtime delete "$ID"
}
