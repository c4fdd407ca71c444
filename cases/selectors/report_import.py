"""What the pages for lists of reports show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.enums import ImportStatus, ReportKind
from cases.models import ReportImport
from integrity.accounts.models import User
from integrity.core.errors import NotFound

RECENT = 20
_STATES: dict[str, tuple[str, str | Promise]] = {
    "wrong": ("failed", _("Has mistakes")),
    "left": ("dismissed", _("Left out")),
    "known": ("ended", _("Filed before")),
    "filed": ("confirmed", _("Filed")),
    "would": ("pending", _("Would be filed")),
    "waits": ("current", _("Waits its turn")),
}


@dataclass(frozen=True)
class ListLine:
    """A line: its state as a shape and words, and what is wrong with it by column."""

    line: int
    kind: str | Promise
    shape: str
    word: str | Promise
    reference: str
    errors: list[tuple[str, str]]


@dataclass(frozen=True)
class ListPage:
    """A list of reports with its lines and figures."""

    row: ReportImport
    lines: Sequence[ListLine]
    filed: int
    known: int
    wrong: int
    waiting: int

    @property
    def total(self) -> int:
        """All lines with a report."""
        return len(self.lines)

    @property
    def done(self) -> int:
        """Lines of which nothing is awaited."""
        return self.total - self.waiting

    @property
    def checked(self) -> bool:
        return self.row.status == ImportStatus.CHECKED

    @property
    def filing(self) -> bool:
        return self.row.status == ImportStatus.FILING


def lists_of(user: User) -> list[ReportImport]:
    """The user's newest lists."""
    rows = ReportImport.objects.filter(uploaded_by=user).select_related("institution")
    return list(rows.defer("lines").order_by("-uploaded_at", "-pk")[:RECENT])


def list_page(user: User, public_id: UUID) -> ListPage:
    """One list of the user's own. Raises `NotFound` for anybody else's."""
    row = (
        ReportImport.objects.select_related("institution")
        .filter(uploaded_by=user, public_id=public_id)
        .first()
    )
    if row is None:
        raise NotFound
    lines: list[dict[str, Any]] = row.lines
    waiting = sum(not (told["errors"] or told["reference"]) for told in lines)
    return ListPage(
        row=row,
        # Mistakes first: they are what somebody has to do something about.
        lines=sorted((_line(told, row.status) for told in lines), key=lambda line: not line.errors),
        filed=sum(bool(told["reference"]) and not told["known"] for told in lines),
        known=sum(told["known"] for told in lines),
        wrong=sum(bool(told["errors"]) for told in lines),
        waiting=waiting,
    )


def _line(told: dict[str, Any], status: str) -> ListLine:
    checked = status == ImportStatus.CHECKED
    if told["errors"]:
        state = "wrong" if checked else "left"
    elif told["known"]:
        state = "known"
    elif told["reference"]:
        state = "filed"
    else:
        state = "would" if checked else "waits"
    shape, word = _STATES[state]
    return ListLine(
        line=told["line"],
        kind=ReportKind(told["kind"]).label if told["kind"] else "",
        shape=shape,
        word=word,
        reference=told["reference"],
        errors=[(column, text) for column, texts in told["errors"].items() for text in texts],
    )
