#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""hostile_dhcpd.py INTERFACE HEX: offers 10.1.0.77/24 to whoever asks, with these bytes as further
options; dnsmasq refuses to send what is malformed. Prints a line when it is ready."""
import socket
import struct
import sys

COOKIE = b"\x63\x82\x53\x63"
ADDRESS, SERVER = socket.inet_aton("10.1.0.77"), socket.inet_aton("10.1.0.1")
ANSWERS = {1: 2, 3: 5}  # DISCOVER: OFFER, REQUEST: ACK


def message_type(options):
    at = 0
    while at + 2 < len(options) and options[at] != 255:
        if options[at] == 53:
            return options[at + 2]
        at += 1 if options[at] == 0 else 2 + options[at + 1]
    return 0


def reply(request, extra):
    kind = ANSWERS.get(message_type(request[240:]))
    if request[:1] != b"\x01" or request[236:240] != COOKIE or not kind:
        return None
    head = b"\x02\x01\x06\x00" + request[4:8] + b"\x00\x00\x80\x00" + bytes(4) + ADDRESS + SERVER + bytes(4)
    options = bytes([53, 1, kind, 54, 4]) + SERVER + b"\x33\x04" + struct.pack("!I", 600) + b"\x01\x04\xff\xff\xff\x00"
    return head + request[28:44] + bytes(192) + COOKIE + options + extra


def main():
    extra = bytes.fromhex(sys.argv[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[1].encode())
        s.bind(("", 67))
        print("ready", flush=True)
        while True:
            answer = reply(s.recv(4096), extra)
            if answer:
                s.sendto(answer, ("255.255.255.255", 68))


main()
