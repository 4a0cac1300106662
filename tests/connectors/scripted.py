"""A loopback HTTP server that answers the n-th request with the n-th scripted answer, the last one for ever."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOW = "Tue, 01 Sep 2026 00:00:00 GMT"


@dataclass
class Answer:
    """What goes over the wire: `body` as given, or what `write` puts there by itself."""

    body: bytes | dict = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Scripted:
    """The server and what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] | Callable[[Asked], Answer] = []
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, self.path, dict(self.headers), body)
                outer.asked.append(asked)
                answer = outer.next_answer(asked)
                if answer.write:
                    self.close_connection = True
                    answer.write(self)
                    return
                content = json.dumps(answer.body).encode() if isinstance(answer.body, dict) else answer.body
                head = f"HTTP/1.1 {answer.status} X\r\nContent-Length: {len(content)}\r\n"
                for name, value in ({"Date": NOW} | answer.headers).items():
                    head += f"{name}: {value}\r\n"
                self.wfile.write(head.encode() + b"\r\n" + content)

            do_GET = do_POST = _reply  # noqa: N815

            def log_message(self, *args) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/base"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def next_answer(self, asked: Asked) -> Answer:
        if callable(self.answers):
            return self.answers(asked)
        return self.answers[min(len(self.asked), len(self.answers)) - 1]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def drip(part: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send the head or the body one byte each 50 ms."""

    def write(handler: BaseHTTPRequestHandler) -> None:
        head, body = b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n", b" " * 400
        slow, fast = (head + body, b"") if part == "head" else (body, head)
        try:
            handler.wfile.write(fast)
            for byte in slow:
                handler.wfile.write(bytes([byte]))
                time.sleep(0.05)
        except OSError:
            pass

    return write


def cut(framing: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Send half of a JSON object and close, with its length told, chunked, or neither."""
    half = b'{"data": [{"id": "1"}'

    def write(handler: BaseHTTPRequestHandler) -> None:
        head = {"length": b"Content-Length: 400\r\n", "chunked": b"Transfer-Encoding: chunked\r\n", "neither": b""}
        body = b"%x\r\n%b\r\n" % (len(half), half) if framing == "chunked" else half
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + head[framing] + b"\r\n" + body)

    return write


def bomb(megabytes: int) -> Answer:
    """Return a small gzip body that unpacks to a large one."""
    packed = gzip.compress(b'{"a": "' + b"a" * (megabytes << 20) + b'"}', compresslevel=9)
    return Answer(packed, headers={"Content-Encoding": "gzip"})
