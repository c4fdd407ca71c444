"""Links to files that open for one person and two minutes (HOSTILE 25, 49).

What pages link to is an address of the piece, which is authorised and answers with such a link. A
link says the piece and until when; whom it is for is in its signature alone, so the address names
nobody, and in other hands it opens nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from cases.services import showing
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import NotFound

LIVES = timedelta(minutes=2)

_TOKEN = re.compile(r"(?P<piece>[0-9a-f]{32})\.(?P<until>[0-9a-f]{1,12})\.(?P<mac>[0-9a-f]{64})")


def token(*, actor: User, evidence_id: UUID) -> str:
    """A token for `actor` to open this file with, until `LIVES` from now.

    Raises `NotFound` where they may not open it.
    """
    showing.may_open(actor=actor, evidence_id=evidence_id)
    until = int((clock.now() + LIVES).timestamp())
    return f"{evidence_id.hex}.{until:x}.{_mac(actor, evidence_id, until)}"


def piece_of(*, actor: User, token: str) -> UUID:
    """The piece a token of `actor` opens. Raises `NotFound` when forged, past or not theirs.

    Says nothing about whether they still may: whoever reads the file asks that again.
    """
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise NotFound
    piece, until = UUID(match["piece"]), int(match["until"], 16)
    if not constant_time_compare(_mac(actor, piece, until), match["mac"]):
        raise NotFound
    left = until - clock.now().timestamp()
    if not 0 < left <= LIVES.total_seconds():
        raise NotFound
    return piece


def _mac(actor: User, piece: UUID, until: int) -> str:
    bound = f"{actor.public_id}:{piece.hex}:{until:x}"
    return salted_hmac("cases.services.links", bound, algorithm="sha256").hexdigest()
