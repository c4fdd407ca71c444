"""What a case to measure with is made of: its plan, and rows in the order of saving."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Model

from cases.enums import CaseStatus as S
from cases.models import (
    Allegation,
    Appeal,
    Case,
    CaseWords,
    DeadlinePause,
    Determination,
    Disclosure,
    Evidence,
    Finding,
    FindingSupport,
    Notice,
    PointAnswer,
    Report,
    Respondent,
    Response,
    ResponsePoint,
    Sanction,
)
from integrity.core.copying import copy
from integrity.courses.models import Effect, Post, Submission
from notifications.models import Letter, OutboxMessage

M = TypeVar("M", bound=Model)

# In this order rows are saved: what others point at comes first.
ORDER: tuple[type[Model], ...] = (
    Submission,
    Post,
    Case,
    CaseWords,
    DeadlinePause,
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
    FindingSupport,
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
# The desk's own time may stand still in these.
PAUSED = (S.INVESTIGATION, S.REVIEW)
ISSUED = (S.DECIDED, S.APPEAL, S.CLOSED)


@dataclass(frozen=True)
class Plan:
    """What a case will be, decided before anything is written."""

    status: S
    opened_at: datetime
    number: str


def insert(model: type[M], rows: Sequence[M]) -> None:
    """Save new rows as they are, all at once; afterwards each has its key."""
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)  # noqa: SLF001 - public by docs
        return
    if not rows:
        return
    meta = model._meta  # noqa: SLF001 - public by docs
    if isinstance(meta.pk, AutoField):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [meta.db_table, meta.pk.column, len(rows)],
            )
            keys = [key for (key,) in cursor.fetchall()]
        for row, key in zip(rows, keys, strict=True):
            row.pk = key
    fields = meta.concrete_fields
    # What a row points at may have got its key only now.
    pointing = [field for field in fields if field.is_relation]
    for row in rows:
        values, related = row.__dict__, row._state.fields_cache  # noqa: SLF001
        for field in pointing:
            if values[field.attname] is None and related.get(field.name) is not None:
                values[field.attname] = related[field.name].pk
        row._state.adding = False  # noqa: SLF001
    names = [field.attname for field in fields]
    copy(
        meta.db_table,
        [str(field.column) for field in fields],
        (map(row.__dict__.__getitem__, names) for row in rows),
    )


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
            insert(model, self._kept.pop(model, []))
        if self._kept:
            raise TypeError(f"Nobody says when to save {', '.join(map(str, self._kept))}.")
