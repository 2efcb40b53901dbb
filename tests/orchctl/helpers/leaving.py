#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""leaving.py DIR READY: a monitor on its way out, in its run directory DIR.

It holds the lock and listens; who asks it something finds the connection closed, and then it ends.
"""
import fcntl
import os
import socket
import sys
import time

run, ready = sys.argv[1:]
lock = os.open(os.path.join(run, "lock"), os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
path = os.path.join(run, "socket")
if os.path.exists(path):
    os.unlink(path)
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(30)
s.bind(path)
s.listen(1)
with open(ready, "w", encoding="utf-8"):
    pass
try:
    s.accept()[0].close()
    time.sleep(0.2)
except TimeoutError:
    pass
