#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "of 12 creates of one id exactly one wins" {
	local n won=0 pids=()

	args sleep 1000
	for n in {1..12}; do
		runtime create --bundle "$BUNDLE" "$ID" > /dev/null 2> "$WORK/err.$n" < /dev/null &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		if wait "$n"; then
			won=$((won + 1))
		fi
	done
	is "$won" 1
	is "$(cat "$WORK"/err.* | grep -c 'already exists')" 11
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
