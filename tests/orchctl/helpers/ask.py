#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ask.py SOCKET REQUEST: one request to a monitor; prints its answer."""
import socket
import sys

s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.settimeout(60)
s.connect(sys.argv[1])
s.send(sys.argv[2].encode())
print(s.recv(4096).decode())
