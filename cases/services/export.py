"""Export of the history: filtered, streamed, in constant memory (AU3).

An export names people by pseudonyms: the same person has the same one in every export, nobody can
work out who it is without the key. Text that people wrote is not in it at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import (
    AdviserAccess,
    Appeal,
    Case,
    Determination,
    Evidence,
    InterimMeasure,
    Meeting,
    Notice,
    Respondent,
    Response,
    Sanction,
)
from cases.selectors.history import View, pseudonym, view_of
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.audit import registry
from integrity.audit import selectors as history
from integrity.audit import services as audit
from integrity.audit.models import Event
from integrity.core import spreadsheets
from integrity.core.errors import InvalidInput, NotFound

AUDIENCES = ("audit", "respondent")
COLUMNS = (
    "sequence",
    "occurred_at",
    "action",
    "actor_kind",
    "actor",
    "actor_role",
    "subject_type",
    "subject_id",
    "case_number",
    "institution",
    "data",
    "previous_hash",
    "hash",
)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What an export holds. `since` is included, `until` is not; None means no bound.

    `respondent` is the public id of whom a respondent's copy is for; empty, the only one.
    """

    case_number: str = ""
    since: datetime | None = None
    until: datetime | None = None
    audience: str = "audit"
    respondent: str = ""


def _row(event: Event, audience: str) -> dict[str, Any]:
    respondent = audience == "respondent"
    return {
        "sequence": event.sequence,
        "occurred_at": event.row().occurred_at,
        "action": event.action,
        "actor_kind": event.actor_kind,
        # To the person concerned other people are roles, nothing more (AU5).
        "actor": event.actor_role if respondent else pseudonym(event),
        "actor_role": event.actor_role,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "case_number": event.case_number,
        "institution": event.institution,
        "data": event.data,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }


def _rows(what: Filter, view: View) -> Iterator[dict[str, Any]]:
    own = what.audience == "respondent"
    visible = set(registry.seen_by_respondents()) if own else None
    others = _of_others(what) if own else frozenset()
    for event in history.iterate(case_number=what.case_number, since=what.since, until=what.until):
        if not view.shows(event) or (visible is not None and event.action not in visible):
            continue
        if others and not others.isdisjoint(_named_in(event)):
            continue
        yield _row(event, what.audience)


def _of_others(what: Filter) -> frozenset[str]:
    """Everything that stands for the other learners of the case: they are not in the copy (AU5)."""
    rows = list(Respondent.objects.filter(case__number=what.case_number).select_related("user"))
    others = [row for row in rows if len(rows) > 1 and str(row.public_id) != what.respondent]
    mine = {row.user_id for row in rows} - {row.user_id for row in others}
    found = {str(row.public_id) for row in others}
    found |= {str(row.user.public_id) for row in others if row.user_id not in mine}
    for rows_of in (
        Notice.objects.all(),
        Response.objects.all(),
        Determination.objects.all(),
        Sanction.objects.all(),
        Appeal.objects.all(),
        InterimMeasure.objects.all(),
        Meeting.objects.all(),
        AdviserAccess.objects.all(),
        Evidence.objects.all(),
    ):
        of_others = rows_of.filter(respondent__in=others) if others else rows_of.none()
        found |= {str(public_id) for public_id in of_others.values_list("public_id", flat=True)}
    return frozenset(found)


def _named_in(event: Event) -> set[str]:
    values = {str(value) for value in event.data.values() if isinstance(value, str)}
    return values | {str(event.actor_id or ""), event.subject_id}


def as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of a CSV file, the head first; `data` is JSON in one cell."""
    return spreadsheets.as_csv(
        COLUMNS,
        (
            [
                json.dumps(row[name], ensure_ascii=False, sort_keys=True)
                if name == "data"
                else row[name]
                for name in COLUMNS
            ]
            for row in rows
        ),
    )


def as_jsonl(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of JSON, one event each."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"


FORMATS: dict[str, Callable[[Iterable[dict[str, Any]]], Iterator[str]]] = {
    "csv": as_csv,
    "jsonl": as_jsonl,
}
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def allowed(*, actor: User | None, format: str, what: Filter) -> View:
    """What an export would hold, without making it. Refuses as `export_history` does."""
    if format not in FORMATS:
        raise InvalidInput({"format": [_("Choose one of the formats.")]})
    if what.audience not in AUDIENCES:
        raise InvalidInput({"audience": [_("Choose for whom the export is.")]})
    if what.audience == "respondent" and not what.case_number:
        raise InvalidInput({"case": [_("A respondent's copy is of one case.")]})
    if what.since and what.until and what.since >= what.until:
        raise InvalidInput({"until": [_("Choose a day after the first one.")]})
    view = view_of(actor)
    if what.case_number:
        cases = Case.objects.all() if actor is None else rules.visible_to(actor)
        if not cases.filter(number=what.case_number).exists():
            raise NotFound
    if what.audience == "respondent":
        _check_respondent(what)
    return view


def _check_respondent(what: Filter) -> None:
    """Of a group case a copy is for one learner: without saying whom, it would tell of others."""
    known = [
        str(public_id)
        for public_id in Respondent.objects.filter(case__number=what.case_number).values_list(
            "public_id", flat=True
        )
    ]
    if what.respondent and what.respondent not in known:
        raise InvalidInput({"respondent": [_("This person is not in this case.")]})
    if not what.respondent and len(known) > 1:
        raise InvalidInput(
            {"respondent": [_("Several learners are in this case. Say for which one the copy is.")]}
        )


def export_history(*, actor: User | None, format: str, what: Filter) -> Iterator[str]:
    """The history as lines of text, ready to be streamed; that it was exported is recorded first.

    `actor` None is the operator at the command line, who sees every institution. An auditor gets
    the institutions in scope, without cases they are in conflict with. `NotFound` for a case that
    does not exist for the actor, `InvalidInput` for an unknown format or audience, or a
    respondent's copy without a case.
    """
    view = allowed(actor=actor, format=format, what=what)
    with audit.transaction():
        audit.record(
            "history.exported",
            actor=(
                audit.Actor.system("operator")
                if actor is None
                else audit.Actor.user(actor.public_id, role=Role.AUDITOR)
            ),
            subject=("history", what.case_number or "all"),
            case_number=what.case_number,
            data={"format": format, "audience": what.audience},
        )
    return FORMATS[format](_rows(what, view))
