"""A mail server spoken byte by byte, so that it can fail at any moment of the conversation."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.support.services import LOOPBACK, free_port

REPLIES = {
    "greeting": "220 raw.example.edu ESMTP",
    "EHLO": "250 raw.example.edu",
    "HELO": "250 raw.example.edu",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 Go on",
    "body": "250 2.0.0 Taken",
    "RSET": "250 OK",
    "NOOP": "250 OK",
    "QUIT": "221 Bye",
}


class RawSmtp:
    """Answers each step with `replies[step]`; a callable decides by the number of the message.

    A reply of None drops the connection instead of answering, at "body" after the whole message
    was read. `stall` maps a step to seconds of silence before its reply. A message counts as
    accepted when its 250 was written, or would have been (`accepted_silently`: dropped at "body").
    """

    def __init__(self, **replies: Any) -> None:
        self.port = free_port()
        self.replies: dict[str, Any] = REPLIES | replies
        self.stall: dict[str, float] = {}
        self.accepted: list[bytes] = []
        self.accepted_silently: list[bytes] = []
        self.connections = 0
        self.commands: list[str] = []
        self.on_step: Callable[[str], None] | None = None
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()

    def start(self) -> None:
        self._listener = socket.create_server((LOOPBACK, self.port), reuse_port=False)
        threading.Thread(target=self._listen, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _listen(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _reply(self, connection: socket.socket, step: str, argument: str = "") -> bool:
        if self.on_step is not None:
            self.on_step(step)
        time.sleep(self.stall.get(step, 0))
        reply = self.replies[step]
        if callable(reply):
            reply = reply(argument)
        if reply is None:
            return False
        connection.sendall(reply.encode() + b"\r\n")
        return True

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        try:
            with connection, connection.makefile("rb") as lines:
                self._talk(connection, lines)
        except OSError:
            return
        finally:
            self._open.discard(connection)

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        if not self._reply(connection, "greeting"):
            return
        while line := lines.readline():
            words = line.decode().strip()
            step = words[:4].upper()
            self.commands.append(step)
            if not self._reply(connection, step, words):
                return
            if step == "QUIT":
                return
            if step == "DATA" and str(self.replies["DATA"]).startswith("354"):
                content = bytearray()
                while (part := lines.readline()) not in (b".\r\n", b""):
                    content += part
                if part == b"":
                    return
                if not self._reply(connection, "body", content.decode()):
                    self.accepted_silently.append(bytes(content))
                    return
                if str(self.replies["body"]).startswith("250"):
                    self.accepted.append(bytes(content))
