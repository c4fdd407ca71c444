"""Handing a message to a mail server, knowing how far it got.

What may follow a failure depends on one question: can the server have the message? Until the server
has answered DATA with 354 it cannot; after that only its final reply tells.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from enum import Enum
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend


class Reason(Enum):
    """Why a message was not handed over, or not certainly."""

    UNREACHABLE = "unreachable"  # no server, or it left before it could have the message
    REFUSED = "refused"  # a temporary refusal, or one that is not about this recipient
    REJECTED = "rejected"  # a permanent refusal of this message or recipient
    UNKNOWN = "unknown"  # the server may have it


class NotHandedOver(Exception):
    """`label` is the class of the error and the SMTP code, nothing that names anybody."""

    def __init__(self, reason: Reason, label: str) -> None:
        super().__init__(label)
        self.reason = reason
        self.label = label


class _Phases:
    """Mixed into `smtplib.SMTP`: tells when the body is about to leave, and when it began to."""

    before_body: Callable[[], None] | None = None
    body_begun = False

    def mail(self, *args: Any, **kwargs: Any) -> Any:
        self.body_begun = False
        return super().mail(*args, **kwargs)  # type: ignore[misc]

    def data(self, message: Any) -> Any:
        if self.before_body is not None:
            self.before_body()
        return super().data(message)  # type: ignore[misc]

    def getreply(self) -> Any:
        code, text = super().getreply()  # type: ignore[misc]
        if code == 354:
            self.body_begun = True
        return code, text


class _SMTP(_Phases, smtplib.SMTP):
    pass


class _SMTPOverTLS(_Phases, smtplib.SMTP_SSL):
    pass


class _SMTPBackend(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPOverTLS if self.use_ssl else _SMTP


class Transport:
    """One connection for a batch, opened when the first message needs it."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye; a server that does not listen any more changes nothing."""
        backend, self._backend = self._backend, None
        if backend is None:
            return
        try:
            backend.close()
        except (OSError, smtplib.SMTPException):
            # The message before was answered; what happens to the connection is no matter.
            return

    def open(self) -> None:
        """Connect unless connected. Raises `NotHandedOver` (unreachable)."""
        if self._backend is not None:
            return
        if issubclass(_backend_class(), EmailBackend):
            backend: BaseEmailBackend = _SMTPBackend()
        else:
            backend = get_connection()
        try:
            backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotHandedOver(Reason.UNREACHABLE, label(error)) from error
        self._backend = backend

    def send(self, message: EmailMessage, *, before_body: Callable[[], None]) -> None:
        """Hand over one message; return when the server has accepted it.

        `before_body` is called once, right before the server could come to have the message; what
        it raises stops the sending and is raised here. Raises `NotHandedOver`, and whatever a
        message that cannot be built raises. After any error the connection is closed.
        """
        self.open()
        backend = self._backend
        smtp = backend.connection if isinstance(backend, _SMTPBackend) else None
        begun = False
        try:
            if isinstance(smtp, _Phases):
                smtp.before_body = before_body
            else:
                # Another backend does not tell its phases: from here on it may have the message.
                message.message()
                before_body()
                begun = True
            assert backend is not None  # noqa: S101
            backend.send_messages([message])
        except (OSError, smtplib.SMTPException) as error:
            begun = begun or (isinstance(smtp, _Phases) and smtp.body_begun)
            self.close()
            raise NotHandedOver(_reason(error, begun), label(error)) from error
        except BaseException:
            self.close()
            raise


def _backend_class() -> type:
    from django.utils.module_loading import import_string

    return import_string(settings.EMAIL_BACKEND)


def _reason(error: Exception, body_begun: bool) -> Reason:
    code = _code(error)
    if isinstance(error, smtplib.SMTPSenderRefused):
        # About us, not about this recipient: worth another try once somebody has mended it.
        return Reason.REFUSED
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
        if 500 <= code < 600:
            return Reason.REJECTED
        if 400 <= code < 500:
            return Reason.REFUSED
    return Reason.UNKNOWN if body_begun else Reason.UNREACHABLE


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # There is one recipient.
        return next((int(reply[0]) for reply in error.recipients.values()), 0)
    return int(getattr(error, "smtp_code", 0))


def label(error: Exception) -> str:
    """The class of an error and its SMTP code: a server's own words may quote the address."""
    code = _code(error)
    return f"{type(error).__name__} {code}" if code > 0 else type(error).__name__
