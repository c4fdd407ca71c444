"""Letters about names: that one was opened, whether one may be told, and one that is told."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cases.letters.queueing import queue_for
from cases.letters.words import case_url, contact, matter, report_matter, site
from cases.models import Consent, Respondent, Reveal
from notifications import payloads
from notifications import services as notifications
from notifications.models import OutboxMessage
from notifications.recipients import Recipient


def identity_opened(reveal: Reveal) -> OutboxMessage | None:
    """To whoever reported: their name was opened, when and for what, never by whom."""
    report = reveal.report
    if not report.reporter_ref or report.reporter_sealed is None or reveal.first_read_at is None:
        return None
    recipient = Recipient.sealed(report.reporter_ref, report.reporter_sealed)
    with translation.override(recipient.language):
        payload = payloads.ReportUnsealed(
            report_reference=report.reference,
            matter=report_matter(report),
            opened_at=reveal.first_read_at,
            purpose=reveal.purpose,  # type: ignore[arg-type]
            report_url=site(reverse("my:report", args=[report.public_id])),
            contact=report.institution.contact_email or settings.DEFAULT_FROM_EMAIL,
        )
    return notifications.queue(
        "report_unsealed",
        recipient=recipient,
        payload=payload,
        key=f"report_unsealed:{report.public_id}:{reveal.public_id}",
        institution=report.institution.slug,
    )


def consent_asked(consent: Consent, recipient: Recipient, *, kind: str) -> OutboxMessage:
    """To somebody who may be named: what would be told, to whom and why. The email says nothing.

    Only a respondent, who knows of the case, finds its number on it.
    """
    case = consent.case
    with translation.override(recipient.language):
        payload = payloads.ConsentAsked(
            of=kind,  # type: ignore[arg-type]
            purpose=consent.purpose,  # type: ignore[arg-type]
            to_whom=consent.to_whom,
            reason=consent.reason,
            matter=report_matter(consent.report) if consent.report is not None else "",
            consent_url=site(reverse("my:consent", args=[consent.public_id])),
            contact=contact(case),
        )
    return notifications.queue(
        "consent_asked",
        recipient=recipient,
        payload=payload,
        key=f"consent_asked:{consent.public_id}",
        case_number=case.number if consent.respondent is not None else "",
        institution=case.institution.slug,
    )


def identity_told(consent: Consent, learner: Respondent, *, name: str, kind: str) -> OutboxMessage:
    """To a respondent: the name of somebody who agreed to be named to them."""
    with translation.override(learner.person.language):
        payload = payloads.IdentityTold(
            case_number=consent.case.number,
            matter=matter(consent.case),
            of=kind,  # type: ignore[arg-type]
            name=name,
            case_url=case_url(consent.case),
            contact=contact(consent.case),
        )
    return queue_for(
        "identity_told",
        consent.case,
        learner,
        payload,
        key=f"identity_told:{consent.public_id}",
    )
