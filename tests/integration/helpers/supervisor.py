# SPDX-License-Identifier: Apache-2.0
"""supervisor SOCKET OUT COMMAND...: who starts COMMAND with NOTIFY_SOCKET, as systemd does.

Listens on SOCKET, a path or "@name", while COMMAND runs, and writes each message to OUT as a line
with the descriptors that came with it, which it closes. Ends as COMMAND does.
"""
import os
import socket
import subprocess
import sys

path, out = sys.argv[1:3]
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("\0" + path[1:] if path[0] == "@" else path)
listener.settimeout(0.05)
child = subprocess.Popen(sys.argv[3:], env={**os.environ, "NOTIFY_SOCKET": path},
                         stdin=subprocess.DEVNULL)
open(out, "w").close()
while True:
    over = child.poll() is not None
    try:
        text, fds, _, _ = socket.recv_fds(listener, 4096, 4)
    except TimeoutError:
        if over:
            break
        continue
    for fd in fds:
        os.close(fd)
    with open(out, "a") as f:
        f.write(f"{text.decode().strip()} {len(fds)}\n")
sys.exit(child.returncode)
