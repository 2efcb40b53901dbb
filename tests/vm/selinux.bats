#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SELinux labels, by Debian's policy: that of a process, of its keys and of its mounts. A guest has it
# with the kernel's arguments "security=selinux selinux=1 enforcing=0".
load ../integration/helpers
load ../integration/criu

LABEL=system_u:system_r:svirt_t:s0:c1,c2
OTHER=system_u:system_r:svirt_t:s0:c3,c4
FILES=system_u:object_r:svirt_image_t:s0:c1,c2

test_setup()
{
	[[ -e /run/vm/agent ]] || skip 'not in a guest of tests/vm/run'
	grep -qsw selinux /sys/kernel/security/lsm || skip 'this kernel was not booted with SELinux'
	[[ -e /sys/fs/selinux/enforce ]] || load_policy -i
	[[ -e /etc/selinux/default ]] || skip "Debian's policy is not installed"
	setenforce 0
	chcon -R "$FILES" "$ROOTFS"
}
test_teardown() { [[ ! -e /sys/fs/selinux/enforce ]] || setenforce 0; }

# Debian's policy allows no change of label to a process with no_new_privs.
label() { config '.process.selinuxLabel = $l | .process.noNewPrivileges = false' --arg l "$1"; }
label_mounts() { config '.linux.mountLabel = $l' --arg l "$1"; }
label_of() { tr -d '\0\n' < "/proc/$1/attr/current"; }

@test "a process has its label" {
	label "$LABEL"
	script 'cat /proc/self/attr/current'
	ok run_container
	is "$(tr -d '\0' <<< "$output")" "$LABEL"
}

@test "without a label it has the caller's" {
	script 'cat /proc/self/attr/current'
	ok run_container
	is "$(tr -d '\0' <<< "$output")" "$(label_of self)"
}

@test "create and start keep it; exec has it, or its own" {
	label "$LABEL"
	sleeper
	is "$(label_of "$INIT")" "$LABEL"
	ok runtime exec "$ID" cat /proc/self/attr/current
	is "$(tr -d '\0' <<< "$output")" "$LABEL"
	ok runtime exec --process-label "$OTHER" "$ID" cat /proc/self/attr/current
	is "$(tr -d '\0' <<< "$output")" "$OTHER"
}

@test "a label that the policy does not know fails create and exec, and leaves nothing" {
	label system_u:system_r:nosuch_t:s0
	fails 1 'selinux (key )?label.*nosuch_t' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) ]]
	label 'no label'
	fails 1 'selinux (key )?label.*no label' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) ]]
	label "$LABEL"
	sleeper
	fails 255 'selinux label.*nosuch_t' \
		runtime exec --process-label system_u:system_r:nosuch_t:s0 "$ID" true
	is "$(status_of)" running
}

@test "a mountLabel that the policy does not know fails create, and leaves nothing" {
	label_mounts system_u:object_r:nosuch_t:s0
	fails 1 'nosuch_t|invalid argument' runtime create --bundle "$BUNDLE" "$ID"
	[[ -z $(states_left) ]]
}

@test "mountLabel: what is mounted for the container, and what is made there" {
	label_mounts "$FILES"
	mount_add '{destination: "/tmp", type: "tmpfs", source: "tmpfs"}'
	mount_add '{destination: "/dev/mqueue", type: "mqueue", source: "mqueue"}'
	sleeper
	ok runtime exec "$ID" touch /tmp/new
	is "$(stat -c %C "/proc/$INIT/root/tmp/new")" "$FILES"
	is "$(stat -c %C "/proc/$INIT/root/dev")" "$FILES"
	is "$(stat -c %C "/proc/$INIT/root/dev/null")" "$FILES"
	is "$(stat -c %C "/proc/$INIT/root/dev/mqueue")" "$FILES"
	like "$(awk '$5 == "/tmp"' "/proc/$INIT/mountinfo")" "context=\"?$FILES"
	unlike "$(stat -c %C "/proc/$INIT/root/proc/version")" svirt_image_t
}

@test "the session keyring has the process's label" {
	mkdir -p "$ROOTFS/usr"
	ln -s usr/lib "$ROOTFS/lib"
	ln -s usr/lib64 "$ROOTFS/lib64"
	mount_add '{destination: "/usr", type: "bind", source: "/usr", options: ["bind", "ro"]}'
	label "$LABEL"
	# KEYCTL_GET_SECURITY of KEY_SPEC_SESSION_KEYRING
	args /usr/bin/python3 -S -c 'import ctypes
b = ctypes.create_string_buffer(200)
n = ctypes.CDLL(None).syscall(250, 17, -3, b, 200)
print(n, b.value.decode())'
	ok run_container
	like "$output" "^[0-9]+ $LABEL\$"
}

# ---- checkpoint and restore ------------------------------------------------------------------------

needs_criu()
{
	criu_setup
	chcon -R "$FILES" "$ROOTFS"
	label "$LABEL"
	label_mounts "$FILES"
}

# Debian 12's is built without: a label cannot be restored, and nobody may run without it.
knows_selinux() { ldd "$CRIU" | grep -q libselinux; }
restored_confined()
{
	if knows_selinux; then
		restored "$@"
		wait_for 30 counts_past 2
		return
	fi
	! is_runlet || restore_fails 'selinux LSM specified but|CRIU did not restore selinux:' "$@"
	[[ -z $(states_left) && -z $(cgroups_left) ]]
	skip 'this criu is built without SELinux; refused'
}

@test "checkpoint, restore: the labels are as they were" {
	needs_criu
	saved 2
	restored_confined
	is "$(label_of "$INIT")" "$LABEL"
	is "$(stat -c %C "/proc/$INIT/root/tmp/count")" "$FILES"
}

@test "restore --lsm-profile selinux: another label" {
	needs_criu
	saved 2
	restored_confined --lsm-profile "selinux:$OTHER"
	is "$(label_of "$INIT")" "$OTHER"
}

@test "restore --lsm-mount-context: another context of the mounts" {
	local context=${FILES%c1,c2}c3,c4

	needs_criu
	config 'del(.process.selinuxLabel)'
	saved 2
	restored --lsm-mount-context "$context"
	wait_for 30 counts_past 2
	is "$(stat -c %C "/proc/$INIT/root/tmp/count")" "$context"
}
