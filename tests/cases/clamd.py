"""A server that speaks clamd's protocol (INSTREAM), for tests (HOSTILE 40, 41)."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The harmless string every scanner reports, in two parts, so that none reports this file.
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-"
    rb"ANTIVIRUS-TEST-FILE!$H+H*"
)


class Clamd(socketserver.ThreadingTCPServer):
    """Says FOUND where EICAR is in a stream, else OK; or whatever `answer` says to all.

    `delay`: seconds before it answers. `seen`: how many bytes came with each stream.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.answer: bytes | None = None
        self.delay = 0.0
        self.seen: list[int] = []

    @property
    def url(self) -> str:
        """For `CLAMD_URL`."""
        return f"tcp://127.0.0.1:{self.server_address[1]}"


class _Line(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.server.seen.append(len(content))
        time.sleep(self.server.delay)
        answer = self.server.answer
        if answer is None:
            found = EICAR in content
            answer = b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"
        self.wfile.write(answer)


@contextmanager
def running() -> Iterator[Clamd]:
    """A server that listens until the block ends."""
    with Clamd() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def nobody() -> str:
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"
