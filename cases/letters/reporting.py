"""What whoever reported is asked and told meanwhile."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cases.letters.words import report_matter, site
from cases.models import Case, DismissalReview, Report, ReportMessage
from integrity.accounts.models import User
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient


def report_question(message: ReportMessage, *, files: int = 0) -> OutboxMessage | None:
    """The desk writes to whoever reported; None where there is nobody to write to."""
    report = message.report
    recipient = _recipient(report)
    if recipient is None:
        return None
    with translation.override(recipient.language):
        payload = payloads.ReportQuestion(
            report_reference=report.reference,
            matter=report_matter(report),
            asked_at=message.sent_at,
            question=message.body,
            files=files,
            answer_url=_page(report),
            contact=_contact(report),
        )
    return notifications.queue(
        "report_question",
        recipient=recipient,
        payload=payload,
        key=f"report_question:{report.public_id}:{message.public_id}",
        institution=report.institution.slug,
    )


def message_arrived(message: ReportMessage, case: Case, reader: User) -> OutboxMessage:
    """To whoever has the case: whoever reported has written."""
    payload = payloads.MessageArrived(
        case_number=case.number,
        answered_at=message.sent_at,
        case_url=site(reverse("desk:case", args=[case.number])),
        contact=_contact(message.report),
    )
    return notifications.queue(
        "message_arrived",
        recipient=Recipient.user(reader),
        payload=payload,
        key=f"message_arrived:{message.public_id}",
        case_number=case.number,
        institution=case.institution.slug,
    )


def review_decided(review: DismissalReview) -> OutboxMessage | None:
    """What came of a review of a dismissal; None where there is nobody to write to."""
    report = review.report
    recipient = _recipient(report)
    if recipient is None or review.decided_at is None:
        return None
    with translation.override(recipient.language):
        payload = payloads.ReviewDecided(
            report_reference=report.reference,
            matter=report_matter(report),
            decided_at=review.decided_at,
            outcome=review.outcome,  # type: ignore[arg-type]
            reasons=review.reasons,
            follow_url=_page(report),
            contact=_contact(report),
        )
    return notifications.queue(
        "review_decided",
        recipient=recipient,
        payload=payload,
        key=f"review_decided:{report.public_id}",
        institution=report.institution.slug,
    )


def _recipient(report: Report) -> Recipient | None:
    if not report.reporter_ref or report.reporter_sealed is None:
        return None
    return Recipient.sealed(report.reporter_ref, report.reporter_sealed)


def _page(report: Report) -> str:
    return site(reverse("my:report", args=[report.public_id]))


def _contact(report: Report) -> str:
    return report.institution.contact_email or settings.DEFAULT_FROM_EMAIL
