"""A matter that ends without a decision."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cases.enums import CaseReportKind
from cases.letters.queueing import queue_for
from cases.letters.words import contact, matter, report_matter, site
from cases.models import (
    Advice,
    Case,
    CaseReport,
    Report,
    Respondent,
)
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from notifications import payloads
from notifications import services as notifications
from notifications.enums import State
from notifications.models import OutboxMessage
from notifications.recipients import Recipient


def case_dismissed(
    case: Case, respondent: Respondent, *, reason: Any, hold: timedelta = timedelta(0)
) -> OutboxMessage:
    """To a respondent who had been notified: it ends without a decision."""
    with translation.override(respondent.person.language):
        payload = payloads.CaseDismissed(
            case_number=case.number,
            matter=matter(case),
            dismissed_at=clock.now(),
            reason=str(reason),
            contact=contact(case),
        )
    return queue_for(
        "case_dismissed",
        case,
        respondent,
        payload,
        key=f"case_dismissed:{respondent.public_id}:{case.revision}",
        hold=hold,
    )


def take_back_dismissal(case: Case) -> int:
    """Take back what the last dismissal wrote, as far as it is held; returns how many messages."""
    begins = [f"report_closed:{name}:" for name in case.reports.values_list("public_id", flat=True)]
    begins += [
        f"case_dismissed:{name}:" for name in case.respondents.values_list("public_id", flat=True)
    ]
    count = _take_back_advice(case)
    for begin in begins:
        waiting = OutboxMessage.objects.filter(key__startswith=begin, state=State.QUEUED)
        for key in waiting.values_list("key", flat=True):
            count += notifications.take_back(key)
    return count


def _take_back_advice(case: Case) -> int:
    """Take back advice that is held: nobody has read it, and it goes with its letter."""
    count = 0
    for row in Advice.objects.filter(respondent__case=case).select_related("letter__message"):
        key = row.letter.message.key
        try:
            with audit.transaction():
                row.delete()
                if not notifications.take_back(key):
                    # It was sent meanwhile, and stands.
                    raise _SentAlready
        except _SentAlready:
            continue
        count += 1
    return count


class _SentAlready(Exception):
    """Leaves the savepoint, so that the advice stays."""


def case_report(case: Case, report: CaseReport, officer: User) -> OutboxMessage:
    """To an officer of the platform: there is a case report, and where. Nothing of the matter."""
    with translation.override(officer.language):
        payload = payloads.CaseReported(
            case_number=case.number,
            institution=str(case.institution),
            sent_at=report.sent_at,
            changed=report.kind == CaseReportKind.CHANGED,
            report_url=site(reverse("desk:case_report", args=[report.public_id])),
            # Who knows more about it is where it was decided.
            contact=contact(case),
        )
    recipient = Recipient.user(officer)
    return notifications.queue(
        "case_report",
        recipient=recipient,
        payload=payload,
        key=f"case_report:{report.public_id}:{recipient.ref}",
        case_number=case.number,
        institution=case.institution.slug,
    )


def report_closed(report: Report, *, until: datetime | None = None) -> payloads.ReportClosed:
    """To a reporter, in their language: one of three words, never the details (IN8).

    `until` is set for a dismissal they may ask somebody else to look at.
    """
    blob = report.reporter_sealed
    language = Recipient.sealed(report.reporter_ref, blob).language if blob is not None else "en"
    with translation.override(language):
        return payloads.ReportClosed(
            report_reference=report.reference,
            matter=report_matter(report),
            outcome=report.outcome,  # type: ignore[arg-type]
            contact=report.institution.contact_email or settings.DEFAULT_FROM_EMAIL,
            review_until=until,
            review_url=site(reverse("my:review", args=[report.public_id])) if until else "",
        )
