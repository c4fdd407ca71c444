"""What the desk is told at once, and whoever reported is asked later. Nothing of the matter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cases.letters.words import contact, report_matter, site
from cases.models import Case, CheckIn, MoreTime, Report, Surge
from integrity.accounts.models import User
from integrity.core import clock
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient

# Who got one and who did not tells whom a matter is kept from.
ALERTS = (
    *("urgent_report", "acknowledgement_missing", "surge_noticed", "retaliation_noticed"),
    *("case_escalated", "more_time_asked"),
)


def urgent_report(case: Case, people: Iterable[User]) -> int:
    """A report in the case is urgent: once per case and person. Returns to how many it goes.

    With nobody there to tell, the address of the institution's office gets it.
    """
    recipients = [Recipient.user(user) for user in people]
    if not recipients:
        recipients = [Recipient.address(contact(case), language=settings.LANGUAGE_CODE)]
    payload = payloads.UrgentReport(
        case_number=case.number,
        received_at=clock.now(),
        case_url=_case(case),
        contact=contact(case),
    )
    return _alert("urgent_report", case, recipients, payload, about=case.number)


def acknowledgement_missing(case: Case, report: Report, people: Iterable[User]) -> int:
    """The receipt of a report was not delivered: once per report and person."""
    payload = payloads.AcknowledgementMissing(
        case_number=case.number,
        received_at=report.submitted_at,
        case_url=_case(case),
        contact=contact(case),
    )
    recipients = [Recipient.user(user) for user in people]
    return _alert("acknowledgement_missing", case, recipients, payload, about=report.public_id)


def case_escalated(case: Case, people: Iterable[User], *, due: datetime) -> int:
    """The desk's time in this stage ends soon, or ended: once per deadline and person."""
    payload = payloads.CaseEscalated(
        case_number=case.number,
        due_at=due,
        over=clock.now() > due,
        case_url=_case(case),
        contact=contact(case),
    )
    recipients = [Recipient.user(user) for user in people]
    about = f"{case.number}:{due:%Y%m%dT%H%M%S}"
    return _alert("case_escalated", case, recipients, payload, about=about)


def more_time_asked(case: Case, row: MoreTime, people: Iterable[User]) -> int:
    """A learner asks for more time: once per request and person."""
    payload = payloads.MoreTimeAsked(
        case_number=case.number,
        asked_at=row.asked_at,
        respond_by=row.notice.due_at,
        case_url=_case(case),
        contact=contact(case),
    )
    recipients = [Recipient.user(user) for user in people]
    return _alert("more_time_asked", case, recipients, payload, about=row.public_id)


def surge_noticed(case: Case, surge: Surge, people: Iterable[User]) -> int:
    """Unusually many reports about one learner: once per group and person."""
    payload = payloads.SurgeNoticed(
        noticed_at=clock.now(),
        surge_url=site(reverse("desk:surge", args=[surge.public_id])),
        contact=contact(case),
    )
    recipients = [Recipient.user(user) for user in people]
    return _alert("surge_noticed", case, recipients, payload, about=surge.public_id)


def retaliation_noticed(case: Case, mark_id: Any, people: Iterable[User]) -> int:
    """Something waits on the list of possible retaliation: once per mark and person."""
    payload = payloads.RetaliationNoticed(
        noticed_at=clock.now(),
        list_url=site(reverse("desk:retaliation")),
        contact=contact(case),
    )
    recipients = [Recipient.user(user) for user in people]
    return _alert("retaliation_noticed", case, recipients, payload, about=mark_id)


def _case(case: Case) -> str:
    return site(reverse("desk:case", args=[case.number]))


def _alert(
    event: str, case: Case, recipients: Iterable[Recipient], payload: Any, *, about: object
) -> int:
    # No case number on the message: the letters of a case are seen by all who read it, and who of
    # the desk got none might be the one who reported.
    return notifications.queue_many(
        event,
        [
            notifications.Item(
                recipient=recipient, payload=payload, key=f"{event}:{about}:{recipient.ref}"
            )
            for recipient in recipients
        ],
        source=("institution", case.institution.slug),
        institution=case.institution.slug,
    )


def check_in(row: CheckIn) -> OutboxMessage | None:
    """Ask whoever reported how they fare; None where there is nobody to write to."""
    report = row.report
    if not report.reporter_ref or report.reporter_sealed is None or report.closed_at is None:
        return None
    recipient = Recipient.sealed(report.reporter_ref, report.reporter_sealed)
    with translation.override(recipient.language):
        payload = payloads.CheckIn(
            report_reference=report.reference,
            matter=report_matter(report),
            closed_at=report.closed_at,
            answer_url=site(reverse("my:check_in", args=[report.public_id])),
            contact=report.institution.contact_email or settings.DEFAULT_FROM_EMAIL,
        )
    return notifications.queue(
        "check_in",
        recipient=recipient,
        payload=payload,
        key=f"check_in:{row.public_id}",
        institution=report.institution.slug,
    )
