"""Payloads for every event, and messages in the outbox."""

from __future__ import annotations

import dataclasses
import itertools
import types
import typing
from datetime import UTC, datetime
from typing import Any

from integrity.accounts.models import User
from integrity.audit import services as audit
from notifications import registry
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient

DUE = datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC)
_numbers = itertools.count(1)

# Words that belong into letters and never into an email.
ALLEGED = "plagiarism-canary"
KNOWN = {
    "case_number": "IC-2026-000418",
    "report_reference": "RP-7K4QX2",
    "contact": "Learner Advice Service, advice@example.edu",
    "matter": "your work in Essay 2",
}
# Fields the email may show; every other text is filled with the canary.
SHOWN_IN_EMAIL = {"case_number", "report_reference", "contact"}


def person(name: str = "Amara Okonjo", **fields: Any) -> User:
    number = next(_numbers)
    return User.objects.create_user(
        email=fields.pop("email", f"person-{number}@example.edu"),
        password="integrity-demo",
        display_name=name,
        **fields,
    )


def payload(event: str, **changes: Any) -> Any:
    """A full payload of the event: every text a canary unless the email may show it."""
    kind = registry.get(event).payload
    return dataclasses.replace(_filled(kind), **changes)


def minimal(event: str) -> Any:
    """Only what has no default."""
    kind = registry.get(event).payload
    hints = typing.get_type_hints(kind)
    return kind(
        **{
            f.name: _value(hints[f.name], f.name)
            for f in dataclasses.fields(kind)
            if f.default is dataclasses.MISSING
        }
    )


def _filled(kind: type[Any]) -> Any:
    return kind(**{name: _value(hint, name) for name, hint in typing.get_type_hints(kind).items()})


def _value(hint: Any, name: str) -> Any:
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _value(next(a for a in typing.get_args(hint) if a is not type(None)), name)
    if origin is typing.Literal:
        return typing.get_args(hint)[0]
    if origin is tuple:
        return (_value(typing.get_args(hint)[0], name),)
    if dataclasses.is_dataclass(hint):
        return _filled(hint)
    if hint is datetime:
        return DUE
    if hint in (bool, int):
        return hint(1)
    if name in KNOWN and name != "matter":
        return KNOWN[name]
    if name.endswith("url"):
        return f"/{ALLEGED}/"
    return f"{name} {ALLEGED}"


def queued(
    recipient: User | Recipient | None = None,
    *,
    event: str = "notice_sent",
    key: str = "",
    **options: Any,
) -> OutboxMessage:
    """A message queued in a transaction of its own."""
    if recipient is None:
        recipient = person()
    if isinstance(recipient, User):
        recipient = Recipient.user(recipient)
    options.setdefault("payload", payload(event))
    options.setdefault("case_number", "IC-2026-000418")
    options.setdefault("institution", "meridian")
    with audit.transaction():
        return notifications.queue(
            event, recipient=recipient, key=key or f"{event}:{next(_numbers)}", **options
        )


def reporter(user: User) -> Recipient:
    """The user as a sealed reporter."""
    return Recipient.sealed(notifications.reporter_ref(user), notifications.seal_reporter(user))
