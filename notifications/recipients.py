"""Whom a message is for.

Everybody's name and address are stored sealed. A named person is found by a keyed reference of
purpose "recipient"; a reporter by the one of purpose "reporter" that the report carries too. The
two differ for the same person, so nobody can match the reporter of one case with the respondent of
another by comparing columns.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrity.core import crypto
from notifications.enums import RecipientKind

if TYPE_CHECKING:
    from integrity.accounts.models import User

NAMED_PURPOSE = "recipient"
REPORTER_PURPOSE = "reporter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A person to write to. Its `repr` names nobody, so it may appear in a traceback."""

    kind: RecipientKind
    ref: str
    user_id: str | None = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)
    language: str = "en"
    time_zone: str = "UTC"

    @classmethod
    def user(cls, user: User) -> Recipient:
        """A person whose part in the case is known to the desk.

        Whoever closed the account is written to at the one they kept.
        """
        if user.closed_into is not None:
            user = user.closed_into
        return cls(
            kind=RecipientKind.NAMED,
            ref=crypto.reference(user.public_id, purpose=NAMED_PURPOSE),
            user_id=str(user.public_id),
            email=user.email,
            name=user.display_name,
            language=user.language,
            time_zone=user.time_zone,
        )

    @classmethod
    def address(cls, email: str, *, language: str) -> Recipient:
        """Whoever receives mail at an address that belongs to no account. No letter reaches them:
        letters are read after signing in."""
        return cls(
            kind=RecipientKind.NAMED,
            ref=crypto.reference(email, purpose=NAMED_PURPOSE),
            user_id=None,
            email=email,
            name=email,
            language=language,
        )

    @classmethod
    def sealed(cls, ref: str, blob: bytes | memoryview) -> Recipient:
        """A reporter, from the report's `reporter_ref` and `reporter_sealed` (`seal_reporter`).

        Raises `crypto.CannotOpen` when the blob was not made by `seal_reporter`.
        """
        person: dict[str, Any] = json.loads(crypto.unseal(blob, purpose=REPORTER_PURPOSE))
        return cls(
            kind=RecipientKind.SEALED,
            ref=ref,
            user_id=person["user"],
            email=person["email"],
            name=person["name"],
            language=person["language"],
            time_zone=person["time_zone"],
        )

    def seal(self) -> bytes:
        """The ciphertext a message stores: who, and the address it goes to."""
        return seal_address(user_id=self.user_id, email=self.email, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What a message's `recipient_sealed` holds."""

    user_id: str | None = field(repr=False)
    email: str = field(repr=False)
    name: str = field(repr=False)


def seal_address(*, user_id: str | None, email: str, name: str) -> bytes:
    """Ciphertext of an address, of purpose "recipient"."""
    content = json.dumps({"user": user_id, "email": email, "name": name})
    return crypto.seal(content, purpose=NAMED_PURPOSE)


def unseal_address(blob: bytes | memoryview) -> Address:
    """What `seal_address` was given. Raises `crypto.CannotOpen`."""
    person = json.loads(crypto.unseal(blob, purpose=NAMED_PURPOSE))
    return Address(user_id=person["user"], email=person["email"], name=person["name"])


def seal_reporter(user: User) -> bytes:
    """The blob `Recipient.sealed` opens; a report keeps it as `reporter_sealed`."""
    content = json.dumps(
        {
            "user": str(user.public_id),
            "email": user.email,
            "name": user.display_name,
            "language": user.language,
            "time_zone": user.time_zone,
        }
    )
    return crypto.seal(content, purpose=REPORTER_PURPOSE)


def reporter_ref(user: User) -> str:
    """The keyed reference of somebody as reporter; a report keeps it as `reporter_ref`."""
    return crypto.reference(user.public_id, purpose=REPORTER_PURPOSE)


def references_of(user: User) -> list[str]:
    """Every reference under which messages to this person can stand, in either role.

    Those of accounts closed into theirs too: nobody loses a letter by closing an account.
    """
    return [
        reference
        for purpose in (NAMED_PURPOSE, REPORTER_PURPOSE)
        for public_id in user.same_ids
        for reference in crypto.references(public_id, purpose=purpose)
    ]
