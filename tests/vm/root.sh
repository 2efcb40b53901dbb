#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# root.sh DIR: what the guest's root file system in DIR is beyond its packages.
set -eu
root=$1

echo vm > "$root/etc/hostname"
echo '127.0.0.1 localhost vm' > "$root/etc/hosts"
: > "$root/etc/fstab"
: > "$root/etc/resolv.conf"
od -An -N16 -tx1 /dev/urandom | tr -d ' \n' > "$root/etc/machine-id"
echo >> "$root/etc/machine-id"

# An unprivileged user, with ids for its containers and controllers for its units.
chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash user
printf '%s\n' user:100000:65536 > "$root/etc/subuid"
printf '%s\n' user:100000:65536 > "$root/etc/subgid"
mkdir -p "$root/etc/systemd/system/user@.service.d"
printf '%s\n' '[Service]' 'Delegate=cpu cpuset io memory pids' \
	> "$root/etc/systemd/system/user@.service.d/delegate.conf"

# A guest lives for one command: nothing starts that this does not ask for.
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
for unit in apparmor.service apt-daily.timer apt-daily-upgrade.timer console-getty.service \
		dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
		getty.target motd-news.timer openvswitch-switch.service ovs-vswitchd.service \
		ovsdb-server.service systemd-journal-catalog-update.service \
		systemd-journal-flush.service systemd-pstore.service systemd-random-seed.service \
		systemd-sysusers.service systemd-tmpfiles-clean.timer \
		systemd-update-utmp.service systemd-update-utmp-runlevel.service; do
	ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '%s\n' '[Journal]' Storage=volatile > "$root/etc/systemd/journald.conf.d/vm.conf"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
