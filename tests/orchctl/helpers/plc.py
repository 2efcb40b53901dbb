# SPDX-License-Identifier: Apache-2.0
"""plc.py ADDRESS PORT [CERTIFICATE]: answers like a PLC's web API, with TLS when given a certificate.

/api/status, /api/start-plc and so on answer JSON; /echo tells what was asked; /redirect, /large and
/raw behave as they are called."""

import http.server
import json
import ssl
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, kind, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, value, status=200):
        self.answer(status, "application/json", json.dumps(value).encode())

    def echo(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.answer_json({
            "method": self.command,
            "path": self.path,
            "headers": dict(self.headers.items()),
            "body": body.decode("latin-1"),
        })

    def handle_any(self):
        path = self.path.split("?")[0]
        if path == "/echo":
            self.echo()
        elif path == "/redirect":
            self.answer(302, "text/plain", b"", [("Location", "/api/status")])
        elif path == "/large":
            self.answer(200, "text/plain", b"x" * (9 << 20))
        elif path == "/raw":
            self.answer(200, "text/plain", b"a\0b\xff")
        elif path.startswith("/api/"):
            self.answer_json({"did": path.removeprefix("/api/")})
        else:
            self.answer_json({"error": "no such thing"}, 404)

    do_GET = do_POST = do_PUT = do_DELETE = handle_any

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


main()
