# SPDX-License-Identifier: Apache-2.0
"""ovsdb_garbage.py SOCKET MODE: a server that answers every request wrongly, in one of these ways.

What a server does when it works is tested with a real one; this is only for bytes that it never sends.
"""
import json
import os
import socket
import sys
import time


def answer(request, result, error=None):
    return json.dumps({"id": request["id"], "result": result, "error": error}).encode()


def error(request, what):
    return answer(request, None, what)


def echo(connection, request):
    """Asks first, in pieces, whether anybody is there; then gives rows, behind what is to be ignored."""
    for piece in (b' {"method":"ec', b'ho","params":["x"],"id":"', b'echo"}'):
        connection.sendall(piece)
        time.sleep(0.05)
    back = json.loads(connection.recv(65536))
    if back != {"id": "echo", "result": ["x"], "error": None}:
        return b"{}garbage"
    rows = [{"rows": [{"name": "br7"}]} if op["table"] == "Bridge" else {"rows": []}
            for op in request["params"][1:]]
    return (b'{"method":"update","params":[],"id":null}{"id":"other","result":1,"error":null}\n\n' +
            answer(request, rows))


MODES = {
    "bytes": lambda c, r: b"\x00\xff[]}",
    "half": lambda c, r: answer(r, [])[:-3],
    "silent": lambda c, r: b"",
    "hangup": lambda c, r: None,
    "half-hangup": lambda c, r: c.sendall(answer(r, [])[:-3]),
    "endless": lambda c, r: b'{"x":"' + b"x" * (17 << 20),
    "deep": lambda c, r: b'{"x":' + b"[" * 1000 + b"]" * 1000 + b"}",
    "other-id": lambda c, r: answer({"id": r["id"] + 1}, []),
    "no-result": lambda c, r: json.dumps({"id": r["id"], "error": None}).encode(),
    "refusal": lambda c, r: error(r, "no such luck\n"),
    "odd-error": lambda c, r: error(r, {"no": "reason"}),
    "not-array": lambda c, r: answer(r, {}),
    "too-few": lambda c, r: answer(r, []),
    "failed-last": lambda c, r: answer(r, [{} for _ in r["params"][1:]] + [
        {"error": "resources exhausted", "details": "by test"}]),
    "no-rows": lambda c, r: answer(r, [{"rows": 1, "count": "x", "uuid": ["uuid", "x"]}
                                       for _ in r["params"][1:]]),
    "echo": echo,
}


def serve(connection, mode):
    while True:
        data = connection.recv(65536)
        if not data:
            return
        reply = MODES[mode](connection, json.loads(data))
        if reply is None:
            return
        connection.sendall(reply)


def main():
    path, mode = sys.argv[1:]
    server = socket.socket(socket.AF_UNIX)
    server.bind(path + ".new")
    server.listen()
    os.rename(path + ".new", path)
    while True:
        connection, _ = server.accept()
        with connection:
            try:
                serve(connection, mode)
            except OSError:
                pass


main()
