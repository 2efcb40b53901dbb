#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""peer.py serve PROTOCOL ADDRESS PORT: tells whoever connects or sends his own address, for ever.
peer.py ask PROTOCOL ADDRESS PORT [TIMES]: prints what the server at the other end tells, one word a
line; over UDP TIMES times from one socket, a line from standard input between two."""
import socket
import sys

TIMEOUT = 2


def make(protocol, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)


def serve(protocol, address, port):
    s = make(protocol, address)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    if protocol == "udp":
        while True:
            _, peer = s.recvfrom(100)
            s.sendto(f"{peer[0]} {port}".encode(), peer)
    s.listen(16)
    while True:
        connection, peer = s.accept()
        connection.sendall(f"{peer[0]} {port}".encode())
        connection.close()


def ask(protocol, address, port, times=1):
    s = make(protocol, address)
    s.settimeout(TIMEOUT)
    for turn in range(times):
        if turn > 0:
            sys.stdin.readline()
        if turn == 0:
            s.connect((address, port))
        try:
            if protocol == "udp":
                s.send(b"?")
            print(s.recv(100).decode(), flush=True)
        except OSError as error:
            print(f"no answer: {error}", flush=True)
            if turn == times - 1:
                sys.exit(1)


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:4], *map(int, sys.argv[4:]))
