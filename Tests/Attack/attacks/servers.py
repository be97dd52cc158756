"""Servers that measure, and servers that are measured."""

import contextlib
import pathlib
import resource
import socket
import socketserver
import subprocess
import threading
import time

from fault_injection.workbench import Workbench, children

from .listing import NotDone, attack, expect


@contextlib.contextmanager
def answering(answer):
    """A server on loopback that gives each connection to a function, after the head of its request was read."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (part := self.request.recv(65536)):
                    return
                head += part
            try:
                answer(self.request, head)
            except OSError:
                pass

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def measured(bench: Workbench, address: str, limit: float) -> tuple[subprocess.Popen, str, float]:
    """Compares two models of a server; returns the process, what it said, and the most memory of it and its workers."""
    arguments = ["--engine", "endpoint", "--endpoint", address]
    process = bench.start(bench.compare_arguments(*arguments))
    deadline, most = time.monotonic() + limit, 0.0
    try:
        while process.poll() is None:
            expect(time.monotonic() < deadline, f"it was not done after {limit:.0f} s")
            most = max([most, *(_megabytes(pid) for pid in [process.pid, *children(process.pid)])])
            expect(most < 1500, f"it took {most:.0f} MB")
            time.sleep(0.05)
    except AssertionError:
        process.kill()
        raise
    return process, process.stderr.read().decode(), most


def _megabytes(pid: int) -> float:
    try:
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() / 1e6


@attack("a server that asks for a password")
def password(program, models):
    def answer(connection, head):
        connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")

    with Workbench(program, models.folder) as bench, answering(answer) as address:
        start = time.monotonic()
        process, text, _ = measured(bench, address, 60)
        expect(process.returncode == 2 and "401" in text, f"{process.returncode}: {text[-300:]}")
    return f"refused after {time.monotonic() - start:.1f} s"


@attack("a server that streams comments without end")
def comments(program, models):
    def answer(connection, head):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        block = b": " + b"x" * 65534 + b"\n"
        while True:
            connection.sendall(block)

    with Workbench(program, models.folder) as bench, answering(answer) as address:
        process, text, most = measured(bench, address, 240)
        expect(process.returncode in (0, 2), f"{process.returncode}: {text[-300:]}")
    return f"ended with exit code {process.returncode}, {most:.0f} MB at most"


class Viewer:
    def __init__(self, bench: Workbench) -> None:
        if not bench.program.resolve().with_name("resident-serve").exists():
            raise NotDone("resident-serve is not built")
        self.process = bench.start(["serve", "--port", "0"], stdout=subprocess.PIPE)
        address = self.process.stdout.readline().decode().split()[0]
        self.port = int(address.rstrip("/").rsplit(":", 1)[1])

    def request(self, text: str, seconds: float = 10) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(text.encode())
            answer = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while part := connection.recv(65536):
                    answer += part
            return answer

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@attack("half requests and event streams that keep the viewer's connections")
def half_requests(program, models):
    with Workbench(program, models.folder) as bench:
        expect(bench.run(*bench.compare_arguments()).returncode == 0, "no comparison")
        viewer = Viewer(bench)
        kept = []
        try:
            for number in range(600):
                with contextlib.suppress(OSError):
                    connection = socket.create_connection(("127.0.0.1", viewer.port), timeout=2)
                    kept.append(connection)
                    connection.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n" + (b"\r\n" if number % 2 else b""))
            start = time.monotonic()
            deadline = start + 40
            good = f"GET /api/comparisons HTTP/1.1\r\nHost: 127.0.0.1:{viewer.port}\r\nConnection: close\r\n\r\n"
            answer = b""
            while not answer.startswith(b"HTTP/1.1 200") and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    answer = viewer.request(good, 5)
            expect(answer.startswith(b"HTTP/1.1 200"), f"no answer beside {len(kept)} kept connections: {answer[:80]!r}")
            seconds = time.monotonic() - start
        finally:
            for connection in kept:
                connection.close()
            viewer.close()
    return f"a request was answered after {seconds:.1f} s"


@attack("two Host headers, a foreign one, and an origin, before the viewer")
def hosts(program, models):
    with Workbench(program, models.folder) as bench:
        expect(bench.run(*bench.compare_arguments()).returncode == 0, "no comparison")
        viewer = Viewer(bench)
        try:
            own = f"Host: 127.0.0.1:{viewer.port}\r\n"
            answer = viewer.request(f"GET /api/comparisons HTTP/1.1\r\n{own}Connection: close\r\n\r\n")
            expect(answer.startswith(b"HTTP/1.1 200"), f"its own name is refused: {answer[:80]!r}")
            for headers in (own + "Host: evil.example\r\n", "Host: evil.example\r\n" + own, "Host: evil.example\r\n", ""):
                answer = viewer.request(f"GET /api/comparisons HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")
                expect(answer[:12] not in (b"HTTP/1.1 200",), f"{headers!r} is answered")
                expect(b"candidate" not in answer, f"{headers!r} tells names")
        finally:
            viewer.close()
    return "refused"
