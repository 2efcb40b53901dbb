# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Damaged, forged and diverted state.

# The files that a runtime keeps of a container.
state_files() { find "$ROOT" -mindepth 2 -type f ! -name '*.lock' 2> /dev/null; }

# check_damage WHAT COMMAND...: what delete --force does when COMMAND FILE has been at one of them
check_damage()
{
	local what=$1 n i f

	shift
	for ((i = 0, n = 1; i < n; i++)); do
		args sleep 100
		start_it || return
		mapfile -t files < <(state_files)
		n=${#files[@]}
		f=${files[i]}
		"$@" "$f"
		if remove_it && ! wait_for 2 gone "$INIT"; then
			vulnerable "$what ${f##*/}: delete returns 0, and the process lives"
		fi
		kill_all "$INIT"
		wait_for 2 gone "$INIT"
		rm -rf "${ROOT:?}"/*
		cgroups_left | xargs -r rmdir 2> /dev/null
	done
}

attack damaged_state 'a state file is damaged: delete must not leave the container'
damaged_state()
{
	check_damage empty truncate -s 0
	check_damage truncated truncate -s 100
	check_damage garbage sed -i 's/./\x01/g'
	STATUS=0
}

attack id_traversal 'an id leads out of the state directory'
id_traversal()
{
	local id

	mkdir "$WORK/root/sub"
	ROOT=$WORK/root/sub
	: > "$WORK/root/precious"
	for id in .. . ../.. ./ '../sub' ''; do
		runtime delete --force -- "$id" > "$OUT" 2> "$ERR" < /dev/null
	done
	[[ -e $WORK/root/precious && -d $WORK/root/sub ]] || vulnerable "delete removed what is not its own"
	ROOT=$WORK/root
	STATUS=0
}

# The number is another's now; what else is known of it does not fit.
attack reused_pid 'the pid of the container is another process now'
reused_pid()
{
	local f pid

	args sleep 100
	start_it || return
	kill_all "$INIT"
	wait_for 5 gone "$INIT"
	setsid sleep 100 &
	pid=$!
	sleep 0.05
	for f in $(state_files); do
		sed -i -E "s/\"(pid|init_process_pid)\": ?$INIT\\b/\"\\1\":$pid/g" "$f"
	done
	runtime kill "$ID" KILL > "$OUT" 2> "$ERR"
	remove_it
	! wait_for 1 gone "$pid" || vulnerable "a process that is not the container's was killed"
	kill -KILL "$pid" 2> /dev/null
	wait "$pid" 2> /dev/null
	STATUS=0
}

attack state_symlink 'the state of a container is a symlink'
state_symlink()
{
	mkdir "$WORK/elsewhere"
	: > "$WORK/elsewhere/precious"
	ln -s "$WORK/elsewhere" "$ROOT/$ID"
	run_it
	remove_it
	[[ -e $WORK/elsewhere/precious && $(find "$WORK/elsewhere" | wc -l) -eq 2 ]] ||
		vulnerable "it works on the directory behind the symlink"
	rm -f "$ROOT/$ID"
	STATUS=0
}

attack state_of_another 'the state directory belongs to another user'
state_of_another()
{
	local pid

	chmod 1777 "$ROOT"
	args sleep 100
	start_it || return
	chown -R 4242:4242 "$ROOT/$ID"
	if remove_it; then
		vulnerable "what another user may have written is taken for true"
	fi
	chown -R 0:0 "$ROOT/$ID" 2> /dev/null
	STATUS=0
}
