# SPDX-License-Identifier: Apache-2.0
"""console SOCKET OUT [SEND]: what a caller of --console-socket does.

Listens on SOCKET, takes one terminal, writes SEND to it, and copies what comes from it to OUT until
the other side closes. OUT.ready appears once it listens, OUT.fds tells how many descriptors came.
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
with open(out + ".fds", "w") as f:
    f.write(f"{len(fds)} {len(payload) > 0} {os.isatty(fds[0])}")
if len(sys.argv) > 3:
    os.write(fds[0], sys.argv[3].encode().decode("unicode_escape").encode())
with open(out, "wb", buffering=0) as f:
    while True:
        try:
            data = os.read(fds[0], 4096)
        except OSError:  # EIO: nobody has the other side open
            break
        if not data:
            break
        f.write(data)
