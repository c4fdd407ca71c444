"""A real mail server on the loopback that keeps what it is given, and misbehaves when told to."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.services import LOOPBACK, free_port


@dataclass(frozen=True)
class Received:
    """One message as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""


class SmtpServer:
    """`messages` grows as mail arrives.

    `stop()` and `start()` take the server off the same port and back. `refuse(reply)` answers every
    message with `reply` after its content was sent, `accept()` ends that. `on_data` is called with
    each message before the server answers: the moment between "sent" and "known to be sent".
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[Received] = []
        self.attempts = 0
        self.on_data: Callable[[Received], None] | None = None
        self._reply: str | None = None
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """For `EMAIL_URL`."""
        return f"smtp://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listen; returns when the server answers."""
        self._controller = Controller(self, hostname=LOOPBACK, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Take it off the network: connections are refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def refuse(self, reply: str = "451 4.3.0 Please try again later") -> None:
        """Answer every message with this reply instead of taking it."""
        self._reply = reply

    def accept(self) -> None:
        """Take messages again."""
        self._reply = None

    def clear(self) -> None:
        """Forget what came so far."""
        self.messages.clear()
        self.attempts = 0

    def wait_for(self, count: int, timeout: float = 20.0) -> list[Received]:
        """The messages, as soon as there are `count`; `AssertionError` when they do not come."""
        limit = time.monotonic() + timeout
        while len(self.messages) < count:
            if time.monotonic() > limit:
                raise AssertionError(f"{len(self.messages)} of {count} messages in {timeout} s")
            time.sleep(0.02)
        return list(self.messages)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd for each message."""
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        received = Received(envelope.mail_from, tuple(envelope.rcpt_tos), parsed)
        self.attempts += 1
        if self.on_data is not None:
            self.on_data(received)
        if self._reply is not None:
            return self._reply
        self.messages.append(received)
        return "250 2.0.0 Taken"
