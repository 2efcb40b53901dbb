#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# State files that are damaged, lost or of somebody else: they harm no other container, and one
# delete --force removes all that the container was.
load helpers

KINDS=(empty truncated garbage null object fifo directory missing symlink dangling foreign)

# damage KIND FILE
damage()
{
	local file=$2 half

	half=$(($(stat -c %s "$file") / 2))
	case $1 in
	truncated)
		truncate -s "$half" "$file"
		return ;;
	foreign)
		cp "$ROOT/$ID-other/$(basename "$file")" "$file"
		return ;;
	esac
	rm "$file"
	case $1 in
	empty) : > "$file" ;;
	garbage) head -c 5000 /dev/urandom > "$file" ;;
	null) echo null > "$file" ;;
	object) echo '{}' > "$file" ;;
	fifo) mkfifo "$file" ;;
	directory) mkdir "$file" && touch "$file/x" ;;
	symlink) ln -s /etc/passwd "$file" ;;
	dangling) ln -s /nowhere "$file" ;;
	missing) ;;
	esac
}

other() { runtime state "$ID-other" | jq -r .status; }

# A second container, of the same bundle but with a cgroup of its own.
start_other()
{
	args sleep 1000
	config '.linux.cgroupsPath = $p' --arg p "/$CG-other"
	runtime create --bundle "$BUNDLE" "$ID-other" > /dev/null 2>&1 < /dev/null
	runtime start "$ID-other"
	config '.linux.cgroupsPath = $p' --arg p "/$CG"
}

# damaged_each FILE...: in every way, all of them
damaged_each()
{
	local kind file

	needs_runlet 'runc refuses for ever, and a FIFO hangs its list'
	start_other
	for kind in "${KINDS[@]}"; do
		echo "kind: $kind"
		sleeper
		for file; do
			damage "$kind" "$ROOT/$ID/$file"
		done
		run_it runtime list --format json
		is "$status" 0
		[[ $1 != state.json || $kind == missing || $kind == dangling ]] ||
			like "$stderr" "level=warning msg=\"container $ID: state file"
		is "$(jq -r --arg id "$ID-other" '.[] | select(.id == $id) | .status' <<< "$output")" \
			running
		is "$(jq -r --arg id "$ID" '[.[] | select(.id == $id)] | length' <<< "$output")" 1
		run_it runtime state "$ID"
		unlike "$output" '"status": "(stopped|created|creating)"'
		ok runtime delete --force "$ID"
		wait_for 5 gone "$INIT"
		is "$(find /sys/fs/cgroup -depth -type d -name "$CG")" ''
		is "$(other)" running
		fails 1 'does not exist' runtime state "$ID"
	done
	ok runtime delete --force "$ID-other"
}

@test "state.json is damaged" { damaged_each state.json; }
@test "create.json is damaged" { damaged_each create.json; }
@test "both are damaged" { damaged_each state.json create.json; }

@test "without --force a damaged container that lives is not deleted" {
	needs_runlet 'runc refuses for ever'
	local kind

	for kind in empty missing; do
		sleeper
		damage "$kind" "$ROOT/$ID/state.json"
		damage "$kind" "$ROOT/$ID/create.json"
		fails 1 'damaged' runtime delete "$ID"
		gone "$INIT" && return 1
		ok runtime delete --force "$ID"
	done
}

@test "both are damaged, and there is no cgroup: init is found all the same" {
	needs_runlet 'runc has no such manager'
	args sleep 1000
	runtime --cgroup-manager disabled create --bundle "$BUNDLE" --pid-file "$PID_FILE" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null
	INIT=$(cat "$PID_FILE")
	: > "$ROOT/$ID/state.json"
	: > "$ROOT/$ID/create.json"
	ok runtime delete --force "$ID"
	wait_for 5 gone "$INIT"
}

@test "a damaged container with processes of its own pid namespace, and of the host's" {
	needs_runlet 'runc refuses for ever'
	namespace_drop pid
	script 'sleep 1000 & sleep 1000 & wait'
	create_start
	wait_for 5 eval '(($(processes_left | wc -l) >= 3))'
	: > "$ROOT/$ID/state.json"
	ok runtime delete --force "$ID"
	wait_for 5 nothing_left
}

@test "the state directory is empty: nothing was made" {
	needs_runlet 'runc refuses for ever'
	mkdir -p "$ROOT/$ID"
	ok runtime list
	ok runtime delete --force "$ID"
	[[ ! -e $ROOT/$ID ]]
}

@test "the host was rebooted: all are stopped, and can be deleted" {
	local key

	needs_runlet 'runc keeps its state on a file system that a reboot empties'
	sleeper
	# The container of before: its pid is somebody else's now, even with the same start time.
	background sleep 1000
	read -r -a key < "/proc/$BG/stat"
	jq --argjson pid "$BG" --argjson start "${key[21]}" \
		'.pid = $pid | .startTime = $start | .pidInode = 0 |
			.bootId = "11111111-2222-3333-4444-555555555555"' \
		"$ROOT/$ID/state.json" > "$WORK/state"
	kill -KILL "$INIT"
	wait_for 5 gone "$INIT"
	cat "$WORK/state" > "$ROOT/$ID/state.json"
	is "$(status_of)" stopped
	fails 1 'not running' runtime kill "$ID" KILL
	ok runtime delete "$ID"
	kill -0 "$BG"
}

@test "the state's pid is another process with the same start time: its pidfd tells" {
	local key

	needs_runlet 'runc has nothing to tell it by'
	sleeper
	kill -KILL "$INIT"
	wait_for 5 gone "$INIT"
	[[ $(jq .pidInode "$ROOT/$ID/state.json") != 0 ]] || skip 'the kernel is older than 6.9'
	background sleep 1000
	read -r -a key < "/proc/$BG/stat"
	jq --argjson pid "$BG" --argjson start "${key[21]}" '.pid = $pid | .startTime = $start' \
		"$ROOT/$ID/state.json" > "$WORK/state"
	cat "$WORK/state" > "$ROOT/$ID/state.json"
	is "$(status_of)" stopped
	fails 1 'not running' runtime kill "$ID" KILL
	ok runtime delete --force "$ID"
	kill -0 "$BG"
}

@test "pids are used again: no signal hits a stranger" {
	local n

	for n in 1 2 3; do
		create
		echo "$INIT" > "$WORK/init"
		kill -KILL "$INIT"
		wait_for 5 test ! -e "/proc/$INIT"
		# A stranger with this number, and with the same parent.
		background python3 "$BATS_TEST_DIRNAME/helpers/with_pid.py" "$INIT" sleep 1000
		wait_for 5 grep -qs sleep "/proc/$INIT/cmdline"
		run_it runtime kill "$ID" KILL
		run_it runtime kill --all "$ID" KILL
		is "$(status_of)" stopped
		ok runtime delete --force "$ID"
		kill -0 "$INIT"
		kill -KILL "$INIT" "$BG"
	done
}
