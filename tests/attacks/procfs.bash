# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Mounts over what the runtime writes to in /proc, and protections that get lost.

attack cve_2019_16884 '/proc is a volume with prepared files'
cve_2019_16884()
{
	mkdir -p "$WORK/fake/self/attr"
	: > "$WORK/fake/self/attr/exec"
	config '.mounts |= map(select(.destination != "/proc"))'
	bind "$WORK/fake" /proc
	run_it
	[[ $STATUS -ne 0 ]] || vulnerable "labels would go into the volume's files"
}

attack cve_2025_52881_sysctl 'a mount covers the file of a sysctl'
cve_2025_52881_sysctl()
{
	echo untouched > "$WORK/volume"
	config '.linux.sysctl = {"kernel.msgmax": "12345"} | .linux.readonlyPaths = []'
	bind "$WORK/volume" /proc/sys/kernel/msgmax
	run_it
	[[ $(cat "$WORK/volume") == untouched ]] || vulnerable "the value was written to the volume"
}

attack cve_2025_52881_attr 'a mount covers the labels of processes'
cve_2025_52881_attr()
{
	config '.mounts += [{destination: "/proc/self/attr", type: "tmpfs", source: "tmpfs"}]'
	run_it
	[[ $STATUS -ne 0 ]] || vulnerable "labels would go into a tmpfs"
}

attack cve_2025_52881_oom 'a mount covers the OOM score'
cve_2025_52881_oom()
{
	echo untouched > "$WORK/volume"
	config '.process.oomScoreAdj = 500'
	bind "$WORK/volume" /proc/self/oom_score_adj
	run_it
	[[ $(cat "$WORK/volume") == untouched ]] || vulnerable "the value was written to the volume"
	[[ $STATUS -ne 0 ]] || vulnerable "the mount over it is taken"
}

attack proc_by_symlink 'a mount reaches into /proc by a symlink'
proc_by_symlink()
{
	ln -s proc/self/attr "$ROOTFS/link"
	config '.mounts += [{destination: "/link", type: "tmpfs", source: "tmpfs"}]'
	run_it
	[[ $STATUS -ne 0 ]] || vulnerable "labels would go into a tmpfs"
}

# What the container looks like from inside, without numbers that differ from one to the next.
readonly ATTEST='sed -E "s/^[0-9]+ [0-9]+ [0-9]+:[0-9]+ //" /proc/self/mountinfo | sort
	grep -E "^(Cap|NoNewPrivs|Seccomp:|Uid|Gid)" /proc/self/status
	for f in /proc/sys/kernel/domainname /probe /etc/probe; do
		{ echo x > $f; } 2> /dev/null && echo "can write $f"; done
	cat /proc/keys /etc/masked; echo end'

protected_config()
{
	echo secret > "$ROOTFS/etc/masked"
	mkdir -p "$WORK/volume"
	bind "$WORK/volume" /volume ro nosuid nodev noexec
	config '.root.readonly = true | .linux.maskedPaths += ["/etc/masked"]
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
			{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]}'
	script "$ATTEST"
}

# inject CALL N: one run in which the Nth such call of any process fails; false when there is none
inject()
{
	strace -f -qq -o "$WORK/trace" -e trace="$1" -e inject="$1:error=EIO:when=$2" \
		timeout -k 1 20 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		> "$OUT" 2> "$ERR" < /dev/null
	has "$WORK/trace" INJECTED
}

# Which of these calls the runtime makes at all, and how often: "CALL N".
protecting_calls()
{
	strace -f -qq -o "$WORK/trace" -e trace="${PROTECTING// /,}" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" > "$WORK/want" 2> "$ERR" < /dev/null
	# An unfinished call has a second line.
	grep -v resumed "$WORK/trace" | grep -oE '^[0-9]+ +[a-z_0-9]+\(' | sed -E 's/^[0-9]+ +(.*)\(/\1/' |
		sort | uniq -c | awk '{ print $2, $1 }'
}
PROTECTING='mount mount_setattr move_mount fsmount fsopen fsconfig open_tree umount2 pivot_root
seccomp prctl capset setresuid setresgid setgroups'

# Of those that are alike only some, unless ATTACK_EVERY_CALL is set.
stride()
{
	case ${ATTACK_EVERY_CALL-}$1 in
	fs* | prctl) echo 6 ;;
	*) echo 1 ;;
	esac
}

attack failed_call 'one of the calls that protect fails: nothing may be missing'
failed_call()
{
	local call n i points=0

	if ! type -P strace > /dev/null; then
		not_applicable 'no strace'
		return
	fi
	PROTECTING=$(tr '\n ' ',,' <<< "$PROTECTING")
	protected_config
	while read -r call n; do
		remove_it
		for ((i = 1; i <= n; i += $(stride "$call"))); do
			inject "$call" "$i" || continue
			points=$((points + 1))
			if has "$OUT" '^end$' && ! cmp -s "$OUT" "$WORK/want"; then
				vulnerable "runs without what $call number $i was for: $(
					diff "$WORK/want" "$OUT" | grep '^[<>]' | head -n 1)"
				return
			fi
			remove_it
		done
	done < <(protecting_calls)
	STATUS=0
	[[ $points -gt 0 ]] || not_applicable 'it makes no such call'
}
