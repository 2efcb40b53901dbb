#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "the default devices and links" {
	script 'cd /dev; for d in null zero full random urandom tty; do
			stat -c "%n %F %t:%T %a %u:%g" $d; done
		for l in fd stdin stdout stderr ptmx; do echo "$l $(readlink $l)"; done'
	ok run_container
	is "$output" "$(cat <<-'END'
	null character special file 1:3 666 0:0
	zero character special file 1:5 666 0:0
	full character special file 1:7 666 0:0
	random character special file 1:8 666 0:0
	urandom character special file 1:9 666 0:0
	tty character special file 5:0 666 0:0
	fd /proc/self/fd
	stdin /proc/self/fd/0
	stdout /proc/self/fd/1
	stderr /proc/self/fd/2
	ptmx pts/ptmx
	END
	)"
}

@test "the default devices work, for any user" {
	config '.process.user = {"uid": 1000, "gid": 1000}'
	script 'echo x > /dev/null && head -c 3 /dev/zero | od -An -tx1 &&
		head -c 4 /dev/urandom | wc -c && ! echo x > /dev/full'
	ok run_container
	like "$output" $'00 00 00\n4'
}

@test "linux.devices: type, numbers, mode, owner" {
	config '.linux.devices = [
		{"path": "/dev/my/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 432,
		 "uid": 1000, "gid": 6},
		{"path": "/dev/blk", "type": "b", "major": 7, "minor": 99, "fileMode": 384},
		{"path": "/dev/fifo", "type": "p", "fileMode": 420} ]'
	args stat -c '%n %F %t:%T %a %u:%g' /dev/my/fuse /dev/blk /dev/fifo
	ok run_container
	is "${lines[0]}" '/dev/my/fuse character special file a:e5 660 1000:6'
	is "${lines[1]}" '/dev/blk block special file 7:63 600 0:0'
	like "${lines[2]}" '/dev/fifo fifo 0:0 644 0:0'
}

@test "linux.devices: outside /dev, parent directories made" {
	config '.linux.devices = [{"path": "/opt/dev/null2", "type": "c", "major": 1, "minor": 3}]'
	script 'test -c /opt/dev/null2'
	ok run_container
}

@test "linux.devices: an unknown type is refused" {
	config '.linux.devices = [{"path": "/dev/x", "type": "z", "major": 1, "minor": 3}]'
	run_it run_container
	[[ $status -ne 0 ]]
}

@test "linux.devices: numbers missing or out of range are refused" {
	needs_runlet 'runc makes 0:0'
	for d in '{"path": "/dev/x", "type": "c"}' \
		'{"path": "/dev/x", "type": "c", "major": 1099511627776, "minor": 1}'; do
		config ".linux.devices = [$d]"
		fails 1 'linux.devices\[0\]' run_container
	done
}

# No driver has this number: the cgroup says EPERM, who passes it gets ENXIO.
DRIVERLESS='{"path": "/dev/driverless", "type": "c", "major": 240, "minor": 7}'
rule() { echo "{\"allow\": $1, \"type\": \"c\", \"major\": 240, \"minor\": 7, \"access\": \"$2\"}"; }

@test "device rules: what is not allowed is refused, what is allowed works" {
	config ".linux.devices = [$DRIVERLESS]"
	script 'cat /dev/driverless'
	fails 1 'Operation not permitted' run_container
	config ".linux.resources.devices += [$(rule true r)]"
	fails 1 'No such device or address' run_container
	script 'cat > /dev/driverless'
	run_it run_container
	like "$stderr" 'Operation not permitted'
}

@test "device rules: type a allows all" {
	config ".linux.devices = [$DRIVERLESS]
		| .linux.resources.devices = [{\"allow\": true, \"type\": \"a\", \"access\": \"rwm\"}]"
	script 'cat /dev/driverless'
	fails 1 'No such device or address' run_container
}

@test "device rules: a later one takes away what an earlier one gave" {
	config ".linux.devices = [$DRIVERLESS]
		| .linux.resources.devices += [$(rule true rwm), $(rule false rwm)]"
	script 'cat /dev/driverless'
	fails 1 'Operation not permitted' run_container
}

@test "device rules: without major and minor a rule is for all of its type" {
	config ".linux.devices = [$DRIVERLESS]
		| .linux.resources.devices += [{\"allow\": true, \"type\": \"c\", \"access\": \"rwm\"}]"
	script 'cat /dev/driverless'
	fails 1 'No such device or address' run_container
}

@test "/dev bound from the host is left alone" {
	config '(.mounts[] | select(.destination == "/dev")) =
		{"destination": "/dev", "type": "bind", "source": "/dev", "options": ["rbind"]}
		| .mounts |= map(select(.destination | startswith("/dev/") | not))'
	local before
	before=$(stat -c '%n %i' /dev/null /dev/zero /dev/tty)
	ok run_container
	is "$(stat -c '%n %i' /dev/null /dev/zero /dev/tty)" "$before"
}
