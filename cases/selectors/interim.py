"""Interim measures: the respondent's page, and the desk's list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cases.models import InterimMeasure, Respondent
from cases.selectors.case_head import Head, head
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.core import clock
from integrity.core.errors import NotFound


@dataclass(frozen=True)
class Measures:
    """The desk's list of one case."""

    head: Head
    rows: Sequence[InterimMeasure]


def standing(user: User) -> list[InterimMeasure]:
    """What holds for the user now, in any case, the newest first: one query."""
    rows = InterimMeasure.objects.filter(
        same_person(user, "respondent__user"), lifted_at__isnull=True, ends_at__gt=clock.now()
    )
    return list(rows.select_related("case", "protects").order_by("-starts_at", "-pk"))


def of_respondent(respondent: Respondent) -> list[InterimMeasure]:
    """Everything that holds or held for one respondent, the newest first: one query."""
    rows = respondent.interim_measures.select_related("protects")
    return list(rows.order_by("-starts_at", "-pk"))


def my_measure(user: User, public_id: UUID) -> InterimMeasure:
    """A measure that holds or held for the user. Raises `NotFound` for everybody else's."""
    measure = (
        InterimMeasure.objects.filter(same_person(user, "respondent__user"), public_id=public_id)
        .select_related(
            "protects", "respondent", "case__institution", "case__course", "case__assignment",
            "case__post",
        )
        .first()
    )  # fmt: skip
    if measure is None:
        raise NotFound
    return measure


def measures_page(user: User, number: str) -> Measures:
    """What was taken in a case, the newest first: three queries."""
    top = head(user, number)
    rows = top.case.interim_measures.select_related(
        "respondent__user", "protects", "taken_by", "lifted_by"
    )
    return Measures(top, list(rows.order_by("-starts_at", "-pk")))


def measure_of(top: Head, public_id: UUID) -> InterimMeasure:
    """One measure of this very case (HOSTILE 17): one query."""
    measure = (
        top.case.interim_measures.filter(public_id=public_id)
        .select_related("respondent__user", "protects")
        .first()
    )
    if measure is None:
        raise NotFound
    return measure
