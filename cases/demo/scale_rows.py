"""What a case to measure with is made of: its plan, and rows in the order of saving."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from cases.enums import CaseStatus as S
from cases.models import (
    Allegation,
    Appeal,
    Case,
    Determination,
    Disclosure,
    Evidence,
    Finding,
    Notice,
    PointAnswer,
    Report,
    Respondent,
    Response,
    ResponsePoint,
    Sanction,
)
from integrity.courses.models import Effect, Post, Submission
from notifications.models import Letter, OutboxMessage

M = TypeVar("M", bound=Model)

# In this order rows are saved: what others point at comes first.
ORDER: tuple[type[Model], ...] = (
    Submission,
    Post,
    Case,
    Respondent,
    Report,
    Evidence,
    OutboxMessage,
    Letter,
    Allegation,
    Notice,
    Disclosure,
    Response,
    ResponsePoint,
    Determination,
    Finding,
    PointAnswer,
    Sanction,
    Effect,
    Appeal,
)
# Days from the first report to each stage. A case of a status is at least as old as its stage.
STAGE = {
    S.TRIAGE: 0.0,
    S.INVESTIGATION: 1.4,
    S.NOTIFIED: 2.6,
    S.REVIEW: 9.0,
    S.APPROVAL: 14.6,
    S.DECIDED: 15.6,
    S.APPEAL: 21.0,
    S.CLOSED: 33.0,
    S.DISMISSED: 1.8,
}
# How much older than that it may be, in days; a few in each stage are late.
SPREAD = {
    S.TRIAGE: 3.0,
    S.INVESTIGATION: 13.0,
    S.NOTIFIED: 13.0,
    S.REVIEW: 14.0,
    S.APPROVAL: 4.0,
    S.DECIDED: 11.0,
    S.APPEAL: 18.0,
    S.CLOSED: 690.0,
    S.DISMISSED: 720.0,
}
# Of a hundred cases so many are in this status.
SHARE = {
    S.TRIAGE: 6,
    S.INVESTIGATION: 6,
    S.NOTIFIED: 5,
    S.REVIEW: 5,
    S.APPROVAL: 2,
    S.DECIDED: 6,
    S.APPEAL: 2,
    S.CLOSED: 56,
    S.DISMISSED: 12,
}
ALLEGED = (S.NOTIFIED, S.REVIEW, S.APPROVAL, S.DECIDED, S.APPEAL, S.CLOSED)
ANSWERED = (S.REVIEW, S.APPROVAL, S.DECIDED, S.APPEAL, S.CLOSED)
PROPOSED = (S.APPROVAL, S.DECIDED, S.APPEAL, S.CLOSED)
ISSUED = (S.DECIDED, S.APPEAL, S.CLOSED)


@dataclass(frozen=True)
class Plan:
    """What a case will be, decided before anything is written."""

    status: S
    opened_at: datetime
    number: str


class Rows:
    """Rows that wait to be saved, in the order of what they point at."""

    def __init__(self) -> None:
        self._kept: dict[type[Model], list[Any]] = defaultdict(list)

    def add(self, row: M) -> M:
        self._kept[type(row)].append(row)
        return row

    def save(self) -> None:
        """Insert everything that was added, and begin anew."""
        for model in ORDER:
            model._default_manager.bulk_create(self._kept.pop(model, []))  # noqa: SLF001 - public by docs
        if self._kept:
            raise TypeError(f"Nobody says when to save {', '.join(map(str, self._kept))}.")
