# SPDX-License-Identifier: Apache-2.0
"""ready ROOTFS TEXT PID_FILE: says TEXT to /run/notify/notify.sock as a user inside the container.

Does so once ROOTFS/tmp/go is there, for the process whose pid is in PID_FILE, and makes
ROOTFS/tmp/told afterwards.
"""
import os
import socket
import sys
import time

rootfs, text, pid_file = sys.argv[1:4]
message = text.replace("\\n", "\n").encode()  # there are no encodings behind the chroot
while not os.path.exists(rootfs + "/tmp/go"):
    time.sleep(0.02)
with open(pid_file) as f:
    pid = int(f.read())
client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
os.chroot(f"/proc/{pid}/root")
os.chdir("/")
os.setgroups([])
os.setresgid(1000, 1000, 1000)
os.setresuid(1000, 1000, 1000)
client.sendto(message, "/run/notify/notify.sock")
open("/tmp/told", "w").close()
