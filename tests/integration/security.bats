#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What has gone wrong in container runtimes, each by its number.
load helpers

# A copy of the runtime, so that a successful attack hits nothing else.
own_copy()
{
	cp "$RUNTIME_BIN" "$WORK/$(basename "$RUNTIME_BIN")"
	RUNTIME_BIN=$WORK/$(basename "$RUNTIME_BIN")
	SUM=$(sha256sum "$RUNTIME_BIN")
}
copy_intact() { is "$(sha256sum "$RUNTIME_BIN")" "$SUM"; }

# A program in the container which waits for processes that are the runtime, and writes to their exe.
attacker()
{
	cat > "$WORK/attacker.c" <<-'END'
	#define _GNU_SOURCE
	#include <ctype.h>
	#include <dirent.h>
	#include <fcntl.h>
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <sys/stat.h>
	#include <unistd.h>
	int main(void)
	{
		struct stat own, st;
		char path[300], fdpath[64];
		stat("/proc/self/exe", &own);
		close(open("/tmp/up", O_CREAT | O_WRONLY, 0666));
		for (;;) {
			DIR *d = opendir("/proc");
			struct dirent *e;
			while ((e = readdir(d))) {
				int fd, w;
				if (!isdigit(e->d_name[0]) || atoi(e->d_name) == getpid())
					continue;
				snprintf(path, sizeof(path), "/proc/%s/exe", e->d_name);
				fd = open(path, O_PATH);
				if (fd < 0)
					continue;
				if (!fstat(fd, &st) && (st.st_dev != own.st_dev)) {
					snprintf(fdpath, sizeof(fdpath), "/proc/self/fd/%d", fd);
					w = open(fdpath, O_WRONLY);
					if (w >= 0 && write(w, "owned", 5) == 5)
						close(open("/tmp/owned", O_CREAT | O_WRONLY, 0666));
					if (w >= 0)
						close(w);
				}
				close(fd);
			}
			closedir(d);
		}
	}
	END
	cc -O1 -static -o "$ROOTFS/bin/attacker" "$WORK/attacker.c" 2> "$WORK/cc" || skip 'no compiler'
}

@test "CVE-2019-5736: args /proc/self/exe" {
	own_copy
	args /proc/self/exe --version
	# A static runtime may run: it is a read-only clone that does.
	run_it run_container
	copy_intact
}

@test "CVE-2019-5736: a script whose interpreter is /proc/self/exe" {
	own_copy
	printf '#!/proc/self/exe\n' > "$ROOTFS/run.sh"
	chmod 755 "$ROOTFS/run.sh"
	args /run.sh
	run_it run_container
	copy_intact
}

@test "CVE-2019-5736: exec while the container writes to the exe of whoever enters" {
	own_copy
	attacker
	# The copy is on the same file system as the container; the attacker needs to tell them apart.
	config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"])'
	mount_add '{"destination": "/attack", "type": "tmpfs", "source": "tmpfs",
		"options": ["tmpcopyup"]}'
	mkdir "$ROOTFS/attack"
	cp "$ROOTFS/bin/attacker" "$ROOTFS/attack/"
	args /attack/attacker
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	for _ in {1..10}; do
		runtime exec "$ID" /proc/self/exe > /dev/null 2>&1 < /dev/null || :
		runtime exec "$ID" true > /dev/null 2>&1 < /dev/null || :
	done
	copy_intact
	runtime delete --force "$ID"
	copy_intact
}

@test "CVE-2019-5736: a /proc that is not the kernel's cannot say what the runtime is" {
	needs_runlet 'runc goes on without a copy of itself'
	run unshare --mount sh -c '
		mount -t tmpfs none /proc && mkdir /proc/self /proc/self/fd || exit 9
		ln -s /bin/echo /proc/self/exe
		exec "$0" --root "$1" run -b "$2" proc-fake' "$RUNTIME_BIN" "$ROOT" "$BUNDLE" < /dev/null
	[ "$status" = 1 ]
	[[ $output == *'/proc is not the root of a procfs'* ]]
}

@test "CVE-2024-21626: a cwd through a leaked descriptor" {
	for n in {3..20}; do
		config ".process.cwd = \"/proc/self/fd/$n\""
		args ls -A ..
		run_it bash -c 'exec 9< / 11< /sys/fs/cgroup
			"$0" --root "$1" run --bundle "$2" "$3" < /dev/null' \
			"$RUNTIME_BIN" "$ROOT" "$BUNDLE" "$ID"
		unlike "$output" 'home|boot|lost\+found|unified'
	done
}

@test "CVE-2024-21626: exec --cwd through a descriptor that the caller leaks" {
	sleeper
	for n in {3..20}; do
		run_it bash -c 'exec 9< / 11< /sys/fs/cgroup
			"$0" --root "$1" exec --cwd "/proc/self/fd/$3" "$2" ls -A .. < /dev/null' \
			"$RUNTIME_BIN" "$ROOT" "$ID" "$n"
		unlike "$output" 'home|boot|lost\+found|unified'
	done
}

@test "CVE-2025-31133: the container's /dev/null is a link to what must stay masked" {
	needs_runlet 'runc 1.1.5 is vulnerable'
	mkdir "$WORK/dev"
	ln -s /proc/version "$WORK/dev/null"
	config "(.mounts[] | select(.destination == \"/dev\")) = {\"destination\": \"/dev\",
		\"type\": \"bind\", \"source\": \"$WORK/dev\", \"options\": [\"bind\", \"rw\"]}
		| .mounts |= map(select(.destination | startswith(\"/dev/\") | not))"
	args cat /proc/keys /proc/timer_list
	run_it run_container
	unlike "$output" 'Linux version'
	[[ $status -ne 0 || -z $output ]]
}

@test "CVE-2025-52565: /dev/console is a link" {
	mkdir "$WORK/dev"
	ln -s /proc/sys/kernel/ostype "$WORK/dev/console"
	config "(.mounts[] | select(.destination == \"/dev\")) = {\"destination\": \"/dev\",
		\"type\": \"bind\", \"source\": \"$WORK/dev\", \"options\": [\"bind\", \"rw\"]}
		| .mounts |= map(select(.destination | startswith(\"/dev/\") | not))
		| .mounts += [{\"destination\": \"/dev/pts\", \"type\": \"devpts\", \"source\": \"devpts\",
			\"options\": [\"newinstance\", \"ptmxmode=0666\"]}]
		| .process.terminal = true"
	args grep ostype /proc/self/mountinfo
	run_it timeout 20 script -qec "$RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID" /dev/null
	unlike "$output" ' /proc/sys/kernel/ostype '
}

@test "CVE-2026-41579: the image's /dev is a link" {
	needs_runlet 'runc 1.1.5 is vulnerable'
	for target in "$WORK/outside" ../../outside; do
		rm -rf "${ROOTFS:?}/dev" "${WORK:?}/outside"
		mkdir "$WORK/outside"
		echo canary > "$WORK/outside/ptmx"
		ln -s "$target" "$ROOTFS/dev"
		run_it run_container
		is "$(ls -A "$WORK/outside")" ptmx
		is "$(cat "$WORK/outside/ptmx")" canary
	done
}

@test "a link in place of /dev/pts, /dev/shm or /sys/fs/cgroup does not leave the root" {
	mkdir "$WORK/outside" "$ROOTFS/sys/fs"
	config '.mounts |= map(select(.destination | IN("/dev", "/sys") | not))'
	ln -s "$WORK/outside" "$ROOTFS/sys/fs/cgroup"
	ln -s "$WORK/outside" "$ROOTFS/dev/shm"
	run_it run_container
	is "$(ls -A "$WORK/outside")" ""
}

@test "CVE-2019-19921: /proc is a link, and an exchange makes it another place" {
	rmdir "$ROOTFS/proc"
	ln -s /tmp "$ROOTFS/proc"
	fails 1 /proc run_container
	nothing_left
}

@test "CVE-2025-52881: a sysctl whose file is covered by a mount" {
	echo canary > "$WORK/canary"
	config '.linux.sysctl = {"kernel.msgmax": "12345"}'
	mount_add "{\"destination\": \"/proc/sys/kernel/msgmax\", \"type\": \"bind\",
		\"source\": \"$WORK/canary\", \"options\": [\"bind\"]}"
	run_it run_container
	is "$(cat "$WORK/canary")" canary
	[[ $status -ne 0 ]]
}

@test "CVE-2016-9962: no descriptor of the host is seen in a process that enters" {
	config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	script 'touch /tmp/up; while :; do ls -l /proc/[0-9]*/fd 2> /dev/null; done'
	create_start
	wait_for 5 test -e "$ROOTFS/tmp/up"
	for _ in {1..10}; do
		runtime exec "$ID" true > /dev/null 2>&1 < /dev/null
	done
	runtime delete --force "$ID"
	unlike "$(grep -- '->' "$OUT" | sed 's/.*-> //' | sort -u | tr '\n' ' ')" \
		"$ROOT|/run/runlet|cgroup|config.json"
}

@test "CVE-2022-29162: exec --cap and run leave the inheritable set empty" {
	sleeper
	ok runtime exec --cap CAP_SYS_ADMIN "$ID" grep CapInh /proc/self/status
	like "$output" $'\t0+$'
}

@test "CVE-2023-25809: the cgroups of the host cannot be written from inside" {
	script 'for d in /sys/fs/cgroup/*; do mkdir $d/rlbats-x 2> /dev/null && echo $d; done; :'
	ok run_container
	is "$output" ""
}

@test "CVE-2021-43784: thousands of uid maps are applied whole, or refused" {
	config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [range(6000) | {"containerID": ., "hostID": (100000 + . * 2), "size": 1}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 1}]'
	run_it run_container
	[[ $status -ne 0 ]]
	nothing_left
}

@test "a user whose name is a number does not become another" {
	echo '4294967296:x:0:0::/:/bin/sh' >> "$ROOTFS/etc/passwd"
	sleeper
	needs_runlet 'runc takes 2^32 for root'
	fails 255 . runtime exec --user 4294967296 "$ID" id -u
}

@test "hooks and the program see no socket or lock of the runtime" {
	script 'ls -l /proc/self/fd | grep -cE "socket|state|lock"'
	run_it run_container
	is "$output" 0
}

@test "the program starts in a session of its own, without the caller's terminal" {
	args sh -c 'echo x > /dev/tty'
	in_tty="$RUNTIME_BIN --root $ROOT run --bundle $BUNDLE $ID"
	run_it timeout 20 script -qec "$in_tty" /dev/null
	like "$output" '/dev/tty'
	[[ $status -ne 0 ]]
}
