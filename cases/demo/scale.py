"""Many cases to measure with, written in bulk: rows and a history that verifies."""

from __future__ import annotations

import gc
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import F

from cases.demo.scale_case import Told
from cases.demo.scale_history import History
from cases.demo.scale_rows import SHARE, SPREAD, STAGE, Plan, Rows
from cases.demo.scale_world import stock
from cases.enums import CaseStatus
from cases.models import Case, CaseNumber, Determination
from cases.services.determination import fingerprint
from integrity.audit import services as audit
from integrity.core import clock

# Cases in one transaction.
CHUNK = 1_000
MOST = 5_000_000


def default_learners(cases: int) -> int:
    """Somebody is in two or three cases on average, as it happens where cases are recorded."""
    return max(20, cases // 2)


def build(*, cases: int, learners: int, seed: int) -> dict[str, Any]:
    """Write `cases` cases about `learners` people; returns counts and how long it took.

    The same `seed` in the same database gives the same cases, at fixed distances from now. Their
    history is written oldest first, a chunk of cases in each transaction; after an interruption
    the database is to be thrown away.
    """
    begun = time.monotonic()
    known = Case.objects.count()
    rng = random.Random(f"{seed}:{known}")  # noqa: S311 - nothing here is a secret
    with audit.transaction():
        made_from = stock(rng, learners=learners, cases=cases)
    # They stay to the end: looking through them for what can go would find nothing, every time.
    gc.freeze()
    history, rows = History(), Rows()
    statuses: Counter[str] = Counter()
    events = 0
    for chunk, following in _chunks(_plans(rng, cases)):
        with audit.transaction():
            for plan in chunk:
                Told(rng, made_from, rows, history, plan).tell()
                statuses[plan.status] += 1
            rows.save()
            _sign_proposals([plan.number for plan in chunk])
            events += history.write(before=following)
    _analyse()
    seconds = time.monotonic() - begun
    return {
        "cases": cases,
        "learners": learners,
        "events": events,
        "statuses": {status: statuses[status] for status in CaseStatus.values},
        "seconds": round(seconds, 2),
        "cases_per_second": round(cases / seconds, 1),
    }


def _plans(rng: random.Random, cases: int) -> list[Plan]:
    """Cases in the order of their first report, numbered year by year."""
    now = clock.now()
    statuses = rng.choices(list(SHARE), list(SHARE.values()), k=cases)
    drafts = sorted(
        (now - timedelta(days=STAGE[status] + 0.3 + rng.random() * SPREAD[status]), position)
        for position, status in enumerate(statuses)
    )
    plans = []
    for year, group in groupby(drafts, key=lambda draft: draft[0].year):
        first = _reserve(year, sum(1 for at, _position in drafts if at.year == year))
        plans += [
            Plan(statuses[position], at, f"IC-{year}-{first + place:06d}")
            for place, (at, position) in enumerate(group)
        ]
    return plans


def _reserve(year: int, count: int) -> int:
    """The first of `count` case numbers of the year that nobody else gets."""
    with audit.transaction():
        counter, _created = CaseNumber.objects.select_for_update().get_or_create(year=year)
        first = counter.last + 1
        CaseNumber.objects.filter(pk=counter.pk).update(last=F("last") + count)
    return first


def _chunks(plans: Sequence[Plan]) -> Iterator[tuple[Sequence[Plan], datetime | None]]:
    """Chunks of plans, each with when the next one begins (None: no more)."""
    for start in range(0, len(plans), CHUNK):
        rest = plans[start + CHUNK :]
        yield plans[start : start + CHUNK], rest[0].opened_at if rest else None


def _sign_proposals(numbers: Sequence[str]) -> None:
    """What waits for a second officer carries the fingerprint they will be asked to confirm."""
    waiting = Determination.objects.filter(
        status="proposed", respondent__case__number__in=numbers
    ).prefetch_related("findings", "answers", "sanctions")
    for determination in waiting:
        determination.digest = fingerprint(determination)
    Determination.objects.bulk_update(waiting, ["digest"])


def _analyse() -> None:
    """Let the database know what it holds now, as it would by itself after some minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
