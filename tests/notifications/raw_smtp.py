"""A mail server spoken byte by byte, so that it can fail at any moment of the conversation."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest

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
    was read. `stall` maps a step to seconds of silence before its reply; `on_step` is called before
    each reply with the step and what was said. `taken` holds every message that was read whole and
    not refused, whether or not its sender could learn of that.
    """

    def __init__(self, **replies: Any) -> None:
        self.port = free_port()
        self.replies: dict[str, Any] = REPLIES | replies
        self.stall: dict[str, float] = {}
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.commands: list[str] = []
        self.on_step: Callable[[str, str], None] | None = None
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

    @property
    def message_ids(self) -> list[str]:
        """Message-ID of every message taken."""
        return [str(message["Message-ID"]) for message in self.taken]

    def _reply(self, connection: socket.socket, step: str, said: str = "") -> bool:
        reply = self.replies[step]
        if callable(reply):
            reply = reply(said)
        if step == "body" and (reply is None or reply.startswith("250")):
            parsed = email.message_from_string(said, policy=email.policy.default)
            assert isinstance(parsed, EmailMessage)
            self.taken.append(parsed)
        if self.on_step is not None:
            self.on_step(step, said)
        time.sleep(self.stall.get(step, 0))
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
                    return


@pytest.fixture
def raw_smtp(settings: Any) -> Iterator[RawSmtp]:
    """A running `RawSmtp`, and Django's mail settings for it."""
    server = RawSmtp()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = LOOPBACK
    settings.EMAIL_PORT = server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 1
    yield server
    server.stop()
