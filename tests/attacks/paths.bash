# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Symlinks and other files of the image, or of a volume, in the way of what the runtime makes.

attack cve_2015_1335 'a directory to mount on is behind a symlink to the host'
cve_2015_1335()
{
	ln -s "$HOST" "$ROOTFS/link"
	ln -s "../../../../../../../../..$HOST" "$ROOTFS/up"
	mkdir "$WORK/volume"
	bind "$WORK/volume" /link/made/here
	bind "$WORK/volume" /up/made/there
	run_it
}

attack cve_2019_18837 'a file to mount on is a dangling symlink to the host'
cve_2019_18837()
{
	ln -s "$HOST/made" "$ROOTFS/link"
	ln -s "../../host/made-too" "$ROOTFS/up"
	echo volume > "$WORK/file"
	bind "$WORK/file" /link
	bind "$WORK/file" /up
	run_it
}

attack cve_2024_45310 'directories and files of a mount go into a symlink'
cve_2024_45310()
{
	ln -s "$HOST" "$ROOTFS/link"
	echo volume > "$WORK/file"
	bind "$WORK/file" /link/deep/file
	config '.mounts += [{destination: "/link/tmpfs", type: "tmpfs", source: "tmpfs"}]'
	run_it
}

# The first mount brings the symlink that the second one's source goes through.
attack cve_2021_30465 'the source of a mount is a symlink in an earlier mount'
cve_2021_30465()
{
	mkdir "$WORK/volume" "$ROOTFS/volume"
	ln -s "$HOST" "$WORK/volume/link"
	bind "$WORK/volume" /volume
	bind "$ROOTFS/volume/link" /out
	args sh -c 'cat /out/canary; :'
	run_it
	! has "$OUT" secret-of-the-host || vulnerable "a directory of the host is mounted"
}

attack source_alias 'the same in the image, the bundle being spelled by a symlink'
source_alias()
{
	ln -s bundle "$WORK/alias"
	ln -s "$HOST" "$ROOTFS/link"
	bind "$WORK/alias/rootfs/link" /out
	args sh -c 'cat /out/canary; :'
	run_it
	! has "$OUT" secret-of-the-host || vulnerable "a directory of the host is mounted"
}

attack cve_2019_19921 '/proc of the image is a symlink'
cve_2019_19921()
{
	rmdir "$ROOTFS/proc"
	ln -s tmp "$ROOTFS/proc"
	script 'stat -f -c %T /tmp > /root/out'
	run_it
	! has "$ROOTFS/root/out" proc || vulnerable "proc is mounted where the image wants it"
}

# What the fix for the last had lost again, and what other runtimes had not had.
attack cve_2023_28642 '/proc and /sys are symlinks to prepared directories'
cve_2023_28642()
{
	rmdir "$ROOTFS"/{proc,sys}
	mkdir -p "$ROOTFS"/etc/{proc,sys}
	ln -s etc/proc "$ROOTFS/proc"
	ln -s ../etc/sys "$ROOTFS/sys"
	script 'stat -f -c %T /etc/proc /etc/sys > /root/out'
	run_it
	! grep -qE 'proc|sysfs' "$ROOTFS/root/out" 2> /dev/null ||
		vulnerable "they are mounted where the image wants them"
}

attack cve_2023_27561 '/proc is a symlink and holds prepared labels'
cve_2023_27561()
{
	rmdir "$ROOTFS/proc"
	mkdir -p "$ROOTFS/fake/self/attr"
	ln -s fake "$ROOTFS/proc"
	: > "$ROOTFS/fake/self/attr/exec"
	mount_drop /proc
	config '.process.apparmorProfile = "runlet-attack" | .linux.maskedPaths = []
		| .linux.readonlyPaths = []'
	run_it
	[[ ! -s $ROOTFS/fake/self/attr/exec ]] || vulnerable "the label went into the image's file"
}

attack cve_2025_54867 '/sys is a symlink to the host'
cve_2025_54867()
{
	rmdir "$ROOTFS/sys"
	ln -s "$HOST/made" "$ROOTFS/sys"
	run_it
}

attack cve_2026_41579 '/dev is an absolute symlink to the host'
cve_2026_41579()
{
	rm -r "$ROOTFS/dev"
	ln -s "$HOST" "$ROOTFS/dev"
	mount_drop /dev
	run_it
}

attack cve_2026_47766 '/dev is a relative symlink to the host'
cve_2026_47766()
{
	rm -r "$ROOTFS/dev"
	ln -s ../../host "$ROOTFS/dev"
	mount_drop /dev
	config '.linux.devices = [{path: "/dev/made", type: "c", major: 1, minor: 3}]'
	run_it
}

attack cgroup_comount 'the place of the cgroups is a symlink to the host'
cgroup_comount()
{
	mount_drop /sys
	config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
		options: ["ro"]}]'
	mkdir -p "$ROOTFS/sys/fs"
	ln -s "$HOST" "$ROOTFS/sys/fs/cgroup"
	run_it
}

attack cve_2025_24965 'symlinks lie where the runtime makes files'
cve_2025_24965()
{
	local name

	mount_drop /dev
	for name in null zero full tty random urandom console ptmx fd stdin stdout stderr core; do
		ln -s "$HOST/$name" "$ROOTFS/dev/$name"
	done
	for name in .krun_config.json .naive.json run/.containerenv .dockerenv; do
		mkdir -p "$(dirname "$ROOTFS/$name")"
		ln -s "$HOST/$(basename "$name")" "$ROOTFS/$name"
	done
	run_it
}

attack cve_2025_31133 "a masked file, and the container's /dev/null is a symlink"
cve_2025_31133()
{
	mkdir "$WORK/dev"
	ln -s /proc/version "$WORK/dev/null"
	dev_from "$WORK/dev"
	args sh -c 'cat /proc/keys /proc/timer_list; :'
	run_it
	! has "$OUT" 'Linux version' || vulnerable "the symlink's file is mounted instead of a mask"
}

attack cve_2025_31133_missing "a masked file, and the container's /dev/null is missing"
cve_2025_31133_missing()
{
	mkdir "$WORK/dev"
	dev_from "$WORK/dev"
	echo secret > "$ROOTFS/etc/masked"
	config '.linux.maskedPaths = ["/etc/masked"]'
	args sh -c 'cat /etc/masked; :'
	run_it
	! has "$OUT" secret || vulnerable "no mask, and no error"
}

attack cve_2025_52565 '/dev/console is a symlink to a file of /proc'
cve_2025_52565()
{
	mkdir "$WORK/dev"
	ln -s /proc/sys/kernel/ostype "$WORK/dev/console"
	dev_from "$WORK/dev"
	config '.mounts += [{destination: "/dev/pts", type: "devpts", source: "devpts",
			options: ["newinstance", "ptmxmode=0666"]}] | .process.terminal = true'
	script 'cat /proc/self/mountinfo > /root/out'
	in_terminal "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	! has "$ROOTFS/root/out" ' /proc/sys/kernel/ostype ' ||
		vulnerable "the terminal is mounted over a file of /proc"
}

attack tmpcopyup_source 'what a tmpfs is to copy up is a symlink to the host'
tmpcopyup_source()
{
	ln -s "$HOST" "$ROOTFS/link"
	config '.mounts += [{destination: "/link", type: "tmpfs", source: "tmpfs",
		options: ["tmpcopyup"]}]'
	args sh -c 'cat /link/canary; :'
	run_it
	! has "$OUT" secret-of-the-host || vulnerable "files of the host are copied into the container"
}

attack working_directory 'the working directory, to be made, is behind a symlink to the host'
working_directory()
{
	ln -s "$HOST" "$ROOTFS/link"
	config '.process.cwd = "/link/made/here"'
	run_it
}

attack device_directory 'a device node is behind a symlink to the host'
device_directory()
{
	ln -s "$HOST" "$ROOTFS/link"
	config '.linux.devices = [{path: "/link/made", type: "c", major: 1, minor: 3}]'
	run_it
}

attack passwd_symlink 'the /etc/passwd of the image is a symlink to the host, or a FIFO'
passwd_symlink()
{
	echo 'x:x:4242:4242::/home-of-the-host:/bin/sh' > "$HOST/passwd"
	FINGERPRINT=$(fingerprint)
	ln -sf "$HOST/passwd" "$ROOTFS/etc/passwd"
	config '.process.user.uid = 4242'
	args sh -c 'echo "$HOME"'
	run_it
	if has "$OUT" home-of-the-host; then
		vulnerable "a file of the host is read"
		return
	fi
	rm "$ROOTFS/etc/passwd"
	mkfifo "$ROOTFS/etc/passwd"
	remove_it
	run_it
	[[ $STATUS -ne 124 ]] || vulnerable "the FIFO keeps it waiting"
}
