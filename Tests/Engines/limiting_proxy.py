"""Passes up to LIMIT requests at a time to a server; the others get status 429 immediately.

usage: limiting_proxy.py SERVER_URL PORT LIMIT
"""

import http.server
import sys
import threading
import urllib.error
import urllib.request

SERVER, PORT, LIMIT = sys.argv[1], int(sys.argv[2]), threading.BoundedSemaphore(int(sys.argv[3]))


class Proxy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not LIMIT.acquire(blocking=False):
            self.respond(429, "application/json")
            self.wfile.write(b'{"error": {"message": "too many requests"}}')
            return
        try:
            request = urllib.request.Request(SERVER + self.path, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                self.respond(answer.status, answer.headers["Content-Type"])
                while piece := answer.read1(65536):
                    self.wfile.write(piece)
        except urllib.error.HTTPError as error:
            self.respond(error.code, "application/json")
            self.wfile.write(error.read())
        finally:
            LIMIT.release()

    def respond(self, status, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Proxy).serve_forever()
