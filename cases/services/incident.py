"""The desk says when it happened, and the texts that govern follow from it (PO4).

Only until the first notice: what a learner was told stays the text they answer to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from cases import governing, workflow
from cases.models import Allegation, Case
from cases.services.answers import latest
from cases.services.base import check_revision, locked_case, record, save, visible_or_404
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.audit.models import Event
from integrity.core.errors import IllegalTransition, NotFound
from policies.governing import Governing
from policies.models import ViolationType

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class Change:
    """What saying when it happened leads to.

    `moved` are allegations with the type of the same code in the texts that would govern; `same`
    says that nothing would change at all.
    """

    case: Case
    found: Governing
    codes: tuple[str, ...]
    moved: tuple[tuple[Allegation, ViolationType], ...]
    incident_at: datetime
    day_only: bool
    same: bool


def preview(
    *, actor: User, number: str, day: date | None = None, at: datetime | None = None
) -> Change:
    """What `set_incident` would do now, changing nothing. Refuses what it refuses."""
    case = Case.objects.select_related("institution", "course__institution", "course__programme")
    found = case.filter(number=number).first()
    if found is None:
        raise NotFound
    return _change(found, actor, day, at)


def set_incident(
    *,
    actor: User,
    number: str,
    day: date | None = None,
    at: datetime | None = None,
    revision: int | None = None,
) -> Case:
    """Set the day, or the instant, of the incident; the governing texts are chosen anew.

    Exactly one of `day` and `at`; it lies before the report came, a bare day wherever on earth the
    reporter was. Allegations move to the type of the same code in the texts that govern then. The
    same again changes nothing and records no event.

    Raises `InvalidInput`; `IllegalTransition` after the first notice, and where the texts name none
    of the same code for something that is alleged; `Stale`, `NotPermitted`, `NotFound`.
    """
    with locked_case(number) as case:
        change = _change(case, actor, day, at)
        if change.same:
            return case
        check_revision(case, revision)
        case.incident_at = change.incident_at
        case.incident_day_only = change.day_only
        governing.put(case, change.found)
        for allegation, violation in change.moved:
            allegation.violation_type = violation
            save(allegation)
        _reports(case, change)
        record(
            "case.incident_set",
            case,
            actor,
            data={
                "at": change.incident_at.isoformat(),
                "day_only": change.day_only,
                "allegations": [str(row.public_id) for row, _violation in change.moved],
                **governing.told(change.found, change.codes),
            },
        )
    return case


def _change(case: Case, actor: User, day: date | None, at: datetime | None) -> Change:
    visible_or_404(actor, case)
    workflow.require("set_incident", actor=actor, case=case)
    incident_at = _checked(case, day, at)
    alleged = list(
        case.allegations.filter(withdrawn_at__isnull=True)
        .select_related("violation_type")
        .order_by("position")
    )
    codes = tuple(sorted({row.violation_type.code for row in alleged} | reported_codes(case)))
    found = governing.governing_texts(
        case.kind,
        institution=case.institution,
        course=case.course,
        incident_at=incident_at,
        day_only=day is not None,
        received=case.opened_at,
        codes=codes,
        sole=case.institution_decides,
    )
    moved = _moved(alleged, found)
    before = (
        *(case.incident_at, case.incident_day_only, case.governing_basis),
        *(case.policy_version_id, case.supplement_id, case.course_terms_id),
    )
    after = Case(incident_at=incident_at, incident_day_only=day is not None, course=case.course)
    governing.put(after, found)
    return Change(
        case=case,
        found=found,
        codes=codes,
        moved=moved,
        incident_at=incident_at,
        day_only=day is not None,
        same=before
        == (
            *(after.incident_at, after.incident_day_only, after.governing_basis),
            *(after.policy_version_id, after.supplement_id, after.course_terms_id),
        ),
    )


def _checked(case: Case, day: date | None, at: datetime | None) -> datetime:
    problems = Problems()
    if (day is None) == (at is None):
        problems.add("day", _("Say on which day it happened."))
        problems.stop()
    moment = governing.kept_day(day) if day is not None else at
    if moment is None:
        raise AssertionError("One of the two was given.")
    if moment < governing.kept_day(EARLIEST):
        problems.add("day", _("Enter a day like 2026-11-20, after the year 1999."))
    elif moment > latest(day_only=day is not None, at=case.opened_at):
        problems.add("day", _("It happened before it was reported. Enter an earlier time."))
    problems.stop()
    return moment


def reported_codes(case: Case) -> set[str]:
    """The codes that were reported, also where no governing text names them."""
    codes = set(
        case.reports.exclude(violation_type=None).values_list("violation_type__code", flat=True)
    )
    filed = Event.objects.filter(case_number=case.number, action="case.filed").first()
    return codes | set(filed.data.get("codes", ()) if filed is not None else ())


def _moved(
    alleged: Iterable[Allegation], found: Governing
) -> tuple[tuple[Allegation, ViolationType], ...]:
    rows = {row.code: row for row in found.texts.violation_types()} if alleged else {}
    lost = [row.violation_type.title for row in alleged if row.violation_type.code not in rows]
    if lost:
        raise IllegalTransition(
            _(
                "The texts that would govern then do not name what is alleged: %(titles)s. "
                "Take these allegations back first."
            )
            % {"titles": ", ".join(lost)}
        )
    return tuple(
        (allegation, rows[allegation.violation_type.code])
        for allegation in alleged
        if rows[allegation.violation_type.code].pk != allegation.violation_type_id
    )


def _reports(case: Case, change: Change) -> None:
    """Reports name what they are about in the words of the governing texts, where these have it."""
    rows = {row.code: row for row in change.found.texts.violation_types()}
    for report in case.reports.exclude(violation_type=None).select_related("violation_type"):
        violation = report.violation_type
        row = rows.get(violation.code) if violation is not None else None
        if row is not None and row != violation:
            report.violation_type = row
            report.save(update_fields=["violation_type"])
