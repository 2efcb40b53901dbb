#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A seccomp agent: seccomp_agent.py SOCKET LOG.

Takes listeners on SOCKET. mkdir and mkdirat fail with ENOMEDIUM, every other call goes on. LOG gets a
line for each document ("container …") and for each call asked about ("call NUMBER").
"""
import array
import errno
import fcntl
import os
import select
import socket
import struct
import sys
import threading

RECV, SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_*, see linux/seccomp.h
REQUEST_SIZE = 80
MKDIR = (83, 258) if os.uname().machine == "x86_64" else (34,)
CONTINUE = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE


def serve(listener, log):
    while True:
        request = bytearray(REQUEST_SIZE)
        try:
            fcntl.ioctl(listener, RECV, request, True)
            ident, _, _, call = struct.unpack_from("QIIi", request)
            log.write(f"call {call}\n")
            answer = (-errno.ENOMEDIUM, 0) if call in MKDIR else (0, CONTINUE)
            fcntl.ioctl(listener, SEND, struct.pack("QqiI", ident, 0, *answer))
        except OSError as e:
            if e.errno not in (errno.EINTR, errno.ENOENT):
                return
            if e.errno == errno.ENOENT and not alive(listener):
                return


def alive(listener):
    """ENOENT is a process that died while we answered; at the end poll says so."""
    p = select.poll()
    p.register(listener, select.POLLIN)
    return not any(event & select.POLLHUP for _, event in p.poll(0))


def main():
    path, log = sys.argv[1], open(sys.argv[2], "w", buffering=1)
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(8)
    log.write("ready\n")
    while True:
        c, _ = s.accept()
        text, control, _, _ = c.recvmsg(1 << 16, socket.CMSG_SPACE(64))
        c.close()
        fds = array.array("i")
        for _, _, data in control:
            fds.frombytes(data[:len(data) - len(data) % 4])
        log.write(f"container {len(fds)} {text.decode()}\n")
        for fd in fds:
            threading.Thread(target=serve, args=(fd, log), daemon=True).start()


main()
