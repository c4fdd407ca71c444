"""Where colleagues named somebody in a note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from cases import rules
from cases.models import Mention
from integrity.accounts.models import User

LISTED = 100


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A note that names the reader; nothing of what it says, which stands in the case."""

    number: str
    title: str
    by: str
    at: datetime
    seen: bool


def _mine(user: User) -> QuerySet[Mention]:
    """In cases the user reads now: what became a conflict, or was handed over, is gone."""
    return Mention.objects.filter(user=user, note__case__in=rules.readable_by(user).values("pk"))


def unseen(user: User) -> int:
    """How many notes name the user and were not shown to them yet: one query."""
    return _mine(user).filter(seen_at__isnull=True).count()


def mentions(user: User) -> list[MentionRow]:
    """The notes that name the user, those not seen yet first, then the newest: one query."""
    rows = (
        _mine(user)
        .select_related("note__case", "note__author")
        .defer("note__body")
        .order_by("-note_id")[:LISTED]
    )
    found = [
        MentionRow(
            row.note.case.number,
            row.note.case.title,
            row.note.author.display_name,
            row.note.created_at,
            row.seen_at is not None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: row.seen)
