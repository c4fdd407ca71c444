"""What goes on beside the process: an adviser invited, a question asked, a measure until then."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cases.letters.queueing import queue_for
from cases.letters.words import contact, matter, site
from cases.models import AdviserAccess, Case, InterimMeasure, StatementRequest
from integrity.accounts.selectors import find_by_email
from integrity.core import clock
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient


def adviser_invited(case: Case, access: AdviserAccess) -> OutboxMessage:
    """To the address that was invited, whether it has an account or not: an email and no letter.

    It says nothing of the case, the institution or whoever asks: whoever else reads that mailbox
    learns only that somebody wants help.
    """
    known = find_by_email(access.email)
    language = access.respondent.person.language
    return notifications.queue(
        "adviser_invited",
        recipient=Recipient.user(known)
        if known is not None
        else Recipient.address(access.email, language=language),
        payload=payloads.AdviserInvited(
            advising_url=site(reverse("advising:list")),
            contact=parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL,
        ),
        key=f"adviser_invited:{access.public_id}",
        case_number=case.number,
        institution=case.institution.slug,
    )


def statement_requested(case: Case, request: StatementRequest) -> OutboxMessage:
    """To whoever is asked: the question and the course. No number of a case stands on it."""
    with translation.override(request.person.language):
        payload = payloads.StatementRequested(
            question=request.question,
            course=case.course.title if case.course is not None else "",
            statement_url=site(reverse("my:statement", args=[request.public_id])),
            contact=contact(case),
        )
    return notifications.queue(
        "statement_requested",
        recipient=Recipient.user(request.person),
        payload=payload,
        key=f"statement_requested:{request.public_id}",
        institution=case.institution.slug,
    )


def measure_url(measure: InterimMeasure) -> str:
    """Where the respondent reads a measure and answers it, also before any notice."""
    return site(reverse("my:measure", args=[measure.public_id]))


def interim_payload(case: Case, measure: InterimMeasure) -> payloads.InterimMeasure:
    """What the letter about a measure says; the measure need not be saved."""
    with translation.override(measure.respondent.person.language):
        return payloads.InterimMeasure(
            case_number=case.number,
            matter=matter(case),
            kind=measure.kind,  # type: ignore[arg-type]
            protects=measure.protects.display_name if measure.protects is not None else "",
            reason=measure.reason,
            starts_at=measure.starts_at,
            ends_at=measure.ends_at,
            measure_url=measure_url(measure),
            contact=contact(case),
        )


def interim_measure(case: Case, measure: InterimMeasure) -> OutboxMessage:
    """To the respondent: what holds, why, until when, and how to answer. It decides nothing."""
    return queue_for(
        "interim_measure",
        case,
        measure.respondent,
        interim_payload(case, measure),
        key=f"interim_measure:{measure.public_id}",
    )


def interim_lifted(case: Case, measure: InterimMeasure) -> OutboxMessage:
    """To the respondent: it ended before its time; without a reason, because the matter did."""
    with translation.override(measure.respondent.person.language):
        payload = payloads.InterimLifted(
            case_number=case.number,
            matter=matter(case),
            kind=measure.kind,  # type: ignore[arg-type]
            reason=measure.lift_reason,
            lifted_at=measure.lifted_at or clock.now(),
            measure_url=measure_url(measure),
            contact=contact(case),
        )
    return queue_for(
        "interim_lifted",
        case,
        measure.respondent,
        payload,
        key=f"interim_lifted:{measure.public_id}",
    )
