"""What an institution reports to the platform about the cases it decides (PO5).

A report is written in the transaction of the decision, or of what changed it. It names findings and
consequences by code and title, as the letter to the respondent does; the reasons stay with the
institution.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q

from cases import letters, rules
from cases.enums import CaseReportKind, DeterminationStatus
from cases.models import Case, CaseReport, Determination
from cases.services.base import record
from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import NotFound, NotPermitted

# How a finding is told that an appeal took away, or that was annulled.
SET_ASIDE = "set_aside"


def send(
    case: Case, determination: Determination, *, kind: str, actor: User | None
) -> CaseReport | None:
    """Report the determination as it stands now, in the caller's transaction.

    Nothing where the platform decides. The officers of the platform get a letter that says nothing
    of the matter; one with a conflict in the case gets none.
    """
    if not case.institution_decides:
        return None
    report = CaseReport.objects.create(
        case=case,
        determination=determination,
        kind=kind,
        findings=_findings(determination),
        consequences=_consequences(determination),
        sent_at=clock.now(),
    )
    record(
        "case_report.sent",
        case,
        actor,
        subject=("case_report", str(report.public_id)),
        data={"kind": kind, "determination": str(determination.public_id)},
    )
    for officer in _officers(case):
        letters.case_report(case, report, officer)
    return report


def changed(case: Case, determination: Determination, *, actor: User | None) -> None:
    """Report that something of a decision that was reported does not stand any more."""
    send(case, determination, kind=CaseReportKind.CHANGED, actor=actor)


def _findings(determination: Determination) -> list[dict[str, Any]]:
    stands = (
        determination.status != DeterminationStatus.SUPERSEDED and determination.annulled_at is None
    )
    rows = determination.findings.select_related("allegation__violation_type")
    return [
        {
            "code": row.allegation.violation_type.code,
            "title": row.allegation.violation_type.title,
            "outcome": row.outcome if stands else SET_ASIDE,
            "completion": row.completion,
        }
        for row in rows.order_by("allegation__position")
    ]


def _consequences(determination: Determination) -> list[dict[str, Any]]:
    return [
        {"code": row.code, "title": row.consequence.title, "state": row.status}
        for row in determination.sanctions.select_related("consequence").order_by("pk")
    ]


def _officers(case: Case) -> list[User]:
    """The officers of the platform who may know of the case."""
    grants = RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=clock.now()),
        role=Role.OFFICER,
        institution__isnull=True,
        user__is_active=True,
    ).select_related("user")
    return [
        grant.user for grant in grants.order_by("pk") if not rules.in_conflict(grant.user, case)
    ]


def mark_read(*, actor: User, report_id: UUID | str) -> CaseReport:
    """Note who of the platform's desk has read a report. The first one counts; again is the same.

    Raises `NotFound` for who may not see it, `NotPermitted` for an auditor, who changes nothing.
    """
    with audit.transaction():
        report = (
            CaseReport.objects.select_for_update(of=("self",))
            .select_related("case__institution")
            .filter(public_id=report_id)
            .first()
        )
        if (
            report is None
            or not rules.for_the_platform(actor)
            or rules.access(actor, report.case) == rules.Access.NONE
        ):
            raise NotFound
        if not rules.of_the_platforms_desk(actor):
            raise NotPermitted
        if report.read_at is None:
            report.read_by = actor
            report.read_at = clock.now()
            report.save(update_fields=["read_by", "read_at"])
            record(
                "case_report.read",
                report.case,
                actor,
                subject=("case_report", str(report.public_id)),
            )
    return report
