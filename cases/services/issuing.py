"""Issuing a decision: letter, effects and events in the caller's transaction, all or nothing."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from cases import letters, sanctions, workflow
from cases.enums import CaseReportKind, DeterminationStatus, FindingOutcome, SanctionStatus
from cases.models import Case, Determination, Respondent, Sanction
from cases.services import case_reports
from cases.services.base import record, save
from cases.services.interim import end_all
from cases.services.sanction import take_back_all
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.calendar import add_working_days
from integrity.courses.selectors import holidays


def appeal_until(case: Case) -> datetime:
    """The end of the window to appeal against a decision issued now."""
    return add_working_days(
        clock.now(),
        letters.terms(case).appeal_working_days,
        zone=case.institution.time_zone,
        holidays=holidays(case.institution),
    )


def issue(
    case: Case,
    respondent: Respondent,
    determination: Determination,
    *,
    decided_by: User,
    step: workflow.Step,
) -> None:
    """Carry out the consequences, write the letter, move the respondent on, record it."""
    at = clock.now()
    shown = determination.findings.filter(outcome=FindingOutcome.SHOWN).exists()
    until = appeal_until(case) if shown else None
    _replace(case, respondent, determination, decided_by=decided_by)
    rows = list(determination.sanctions.select_related("consequence").order_by("pk"))
    for row in rows:
        begin(row, at=at)
    letter = letters.decision(case, determination, appeal_until=until)
    determination.status = DeterminationStatus.ISSUED
    determination.decided_by = decided_by
    determination.decided_at = at
    determination.appeal_until = until
    determination.letter = letter
    save(determination)
    workflow.take(step, [respondent])
    end_all(case, [respondent], actor=decided_by)
    record(
        "determination.issued",
        case,
        decided_by,
        subject=("determination", str(determination.public_id)),
        data={
            "respondent": str(respondent.public_id),
            "findings": {
                f.allegation.violation_type.code: f.outcome
                for f in determination.findings.select_related("allegation__violation_type")
            },
            "rests_on": {
                f.allegation.violation_type.code: [piece.label for piece in f.rests_on]
                for f in determination.findings.select_related("allegation__violation_type")
                if f.outcome == FindingOutcome.SHOWN
            },
            "sanctions": [row.code for row in rows],
            "appeal_until": until.isoformat() if until else "",
            "second_officer": determination.needs_second,
            "digest": determination.digest,
        },
    )
    for row in rows:
        _carry_out(case, row, decided_by, until)
    case_reports.send(case, determination, kind=CaseReportKind.DETERMINED, actor=decided_by)


def _replace(
    case: Case, respondent: Respondent, determination: Determination, *, decided_by: User
) -> None:
    """A decision that this one replaces stands no longer; what it caused is undone first."""
    earlier = respondent.determinations.filter(status=DeterminationStatus.ISSUED)
    for old in earlier.exclude(pk=determination.pk):
        take_back_all(
            case, old, actor=decided_by, reason=gettext("A new decision takes its place.")
        )
        old.status = DeterminationStatus.SUPERSEDED
        save(old)


def begin(row: Sanction, *, at: datetime) -> None:
    """Set the period of a sanction that starts now."""
    row.starts_at = at
    row.ends_at = sanctions.handler(row.code).ends_at(row.params, at)
    row.status = SanctionStatus.ACTIVE
    save(row)


def _carry_out(case: Case, row: Sanction, decided_by: User, until: datetime | None) -> None:
    withheld_before = letters.certificate_state(row.respondent)
    sanctions.handler(row.code).apply(row)
    record(
        "sanction.applied",
        case,
        decided_by,
        subject=("sanction", str(row.public_id)),
        data={
            "code": row.code,
            "starts_at": row.starts_at.isoformat() if row.starts_at else "",
            "ends_at": row.ends_at.isoformat() if row.ends_at else "",
        },
    )
    state = letters.certificate_state(row.respondent)
    if state == "withheld" and withheld_before == "issued" and until is not None:
        letters.certificate_gone(case, row, appeal_until=until)
        record(
            "certificate.withheld",
            case,
            decided_by,
            subject=("sanction", str(row.public_id)),
            data={"code": row.code},
        )
