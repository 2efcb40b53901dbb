# SPDX-License-Identifier: Apache-2.0
"""pidfd SOCKET OUT: what a caller of --pidfd-socket does.

Listens on SOCKET, takes one message, and writes to OUT how many descriptors came, whether there was
a payload, and the pid that the first descriptor stands for. OUT.ready appears once it listens.
"""
import array
import os
import socket
import sys

path, out = sys.argv[1:3]
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(1)
open(out + ".ready", "w").close()
connection, _ = listener.accept()
payload, ancillary, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(64))
fds = array.array("i")
for level, kind, data in ancillary:
    if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
        fds.frombytes(data[:len(data) - len(data) % fds.itemsize])
with open(f"/proc/self/fdinfo/{fds[0]}") as f:
    pid = [line.split()[1] for line in f if line.startswith("Pid:")][0]
with open(out + ".new", "w") as f:
    f.write(f"{len(fds)} {len(payload) > 0} {pid}")
os.rename(out + ".new", out)
