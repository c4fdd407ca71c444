"""An officer finds that a report was made in bad faith, and may take that back (QU4).

It rests on the report and names nobody: who sent it stays sealed, and nothing follows by itself.
"""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import workflow
from cases.enums import ReportStatus
from cases.models import BadFaith, Case, Report
from cases.services.base import locked_case, record, save, visible_or_404
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import Conflict, IllegalTransition, InvalidInput, NotFound

REASONS_LENGTH = 4_000
REASON_LENGTH = 500


def find(*, actor: User, number: str, report_id: UUID | str, reasons: str) -> BadFaith:
    """Record, with reasons, that a report of this case was made in bad faith; officers only.

    The same officer with the same reasons again is the same record. Raises `NotFound` (also for a
    report of another case), `NotPermitted`, `InvalidInput` at `reasons`, and `Conflict` where it
    stands already.
    """
    said = _said("reasons", reasons, REASONS_LENGTH, _("Give the reasons."))
    with locked_case(number) as case:
        visible_or_404(actor, case)
        workflow.require("bad_faith", actor=actor, case=case)
        report = _report(case, report_id)
        known = BadFaith.objects.filter(report=report).first()
        if known is not None and known.taken_back_at is None:
            if (known.found_by_id, known.reasons) == (actor.pk, said):
                return known
            raise Conflict(_("This is recorded of the report already."))
        row = known or BadFaith(report=report)
        row.reasons = said
        row.found_by = actor
        row.found_at = clock.now()
        row.taken_back_by = None
        row.taken_back_at = None
        row.taken_back_reason = ""
        save(row)
        record(
            "report.bad_faith",
            case,
            actor,
            data={"report": str(report.public_id)},
            personal={"reason": said},
        )
    return row


def take_back(*, actor: User, number: str, report_id: UUID | str, reason: str) -> BadFaith:
    """Take it back, with a reason; officers only. Repeated it changes nothing.

    Raises as `find` does, and `IllegalTransition` where nothing is recorded.
    """
    said = _said("reason", reason, REASON_LENGTH, _("Say why it is taken back."))
    with locked_case(number) as case:
        visible_or_404(actor, case)
        workflow.require("bad_faith", actor=actor, case=case)
        report = _report(case, report_id)
        row = BadFaith.objects.filter(report=report).first()
        if row is None:
            raise IllegalTransition(_("Nothing of this kind is recorded of the report."))
        if row.taken_back_at is not None:
            return row
        row.taken_back_by = actor
        row.taken_back_at = clock.now()
        row.taken_back_reason = said
        save(row)
        record(
            "report.bad_faith_taken_back",
            case,
            actor,
            data={"report": str(report.public_id)},
            personal={"reason": said},
        )
    return row


def _said(name: str, text: str, limit: int, missing: object) -> str:
    problems = Problems()
    said = problems.text(name, text, max_length=limit)
    problems.stop()
    if not said:
        raise InvalidInput({name: [str(missing)]})
    return said


def _report(case: Case, report_id: UUID | str) -> Report:
    report = case.reports.exclude(status=ReportStatus.DRAFT).filter(public_id=report_id).first()
    if report is None:
        raise NotFound
    return report
