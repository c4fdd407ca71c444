"""What messages about policies are told: fills in `notifications/payloads/policies.py`."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from integrity.core import clock
from integrity.courses.models import Course
from notifications import payloads, registry, rendering
from notifications.recipients import Recipient
from policies.enums import MailingKind
from policies.models import Mailing, Review, ReviewParticipant, Version
from policies.pledging import grace_until
from policies.reviewing import Standing
from policies.rules import start_of_day

EVENTS = {
    MailingKind.PLEDGE_REMINDER: "pledge_reminder",
    MailingKind.NEW_VERSION: "policy_new_version",
    MailingKind.DISSEMINATION: "policy_yearly",
}


def contact() -> str:
    """Where readers of a message get help."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL


def address(path: str) -> str:
    """The full address of a page, as an email needs it."""
    return f"{settings.SITE_URL}{path}"


class Payloads:
    """The payloads of one mailing; the same one for everybody in the same course."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        self._known: dict[int | None, Any] = {}

    def of(self, course: Course | None) -> Any:
        """The payload for somebody, in `course` where the message is about one."""
        # Who is reminded everywhere may be in many courses: one message for all of them.
        named = course if self.mailing.course_id is not None else None
        key = named.pk if named else None
        if key not in self._known:
            self._known[key] = self._made(named)
        return self._known[key]

    def _made(self, course: Course | None) -> Any:
        version = self.mailing.version
        if self.mailing.kind == MailingKind.PLEDGE_REMINDER:
            return pledge_reminder(version, course)
        if self.mailing.kind == MailingKind.NEW_VERSION:
            return new_version(version)
        return yearly(version)


def sample(mailing: Mailing) -> tuple[str, str]:
    """Subject and text of a mailing's email as its starter would get it, before it leaves: in the
    language and zone of whoever asks, to nobody by name."""
    reader = Recipient.address(contact(), language=translation.get_language() or "en")
    reader = replace(reader, name=gettext("(name)"), time_zone=timezone.get_current_timezone_name())
    event = registry.get(EVENTS[MailingKind(mailing.kind)])
    payload = Payloads(mailing).of(mailing.course)
    shown = rendering.render(event, payload, recipient=reader, letter=False, at=clock.now())
    return shown.subject, shown.text


def new_version(version: Version) -> payloads.PolicyNewVersion:
    """What is new, from when it holds, and until when to pledge where that is asked for."""
    document = version.document
    before = (
        document.versions.filter(published_at__isnull=False, number__lt=version.number)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    at = clock.now()
    until = grace_until(version) if document.needs_pledge and before else None
    compare = reverse("policies:compare", args=[document.slug])
    return payloads.PolicyNewVersion(
        policy_title=document.title,
        number=version.number,
        effective_at=version.effective_at,
        in_force=version.effective_at <= at,
        change_summary=version.change_summary,
        policy_url=address(version.get_absolute_url()),
        compare_url=address(f"{compare}?from={before}&to={version.number}") if before else "",
        pledge_until=until if until is not None and until > at else None,
        contact=contact(),
    )


def pledge_reminder(version: Version, course: Course | None) -> payloads.PledgeReminder:
    """To what to pledge, and where."""
    before = version.document.versions.filter(published_at__isnull=False, number__lt=version.number)
    # Days are given to who pledged to an earlier version; to the first one nobody has.
    until = grace_until(version) if before.exists() else None
    return payloads.PledgeReminder(
        policy_title=version.document.title,
        course_title=course.title if course else "",
        pledge_url=address("/pledges/"),
        pledge_until=until if until is not None and until > clock.now() else None,
        contact=contact(),
    )


def yearly(version: Version) -> payloads.PolicyYearly:
    """Where the policy is, once a year."""
    return payloads.PolicyYearly(
        policy_title=version.document.title,
        summary=version.document.summary,
        effective_at=version.effective_at,
        policy_url=address(version.document.get_absolute_url()),
        contact=contact(),
    )


def review_due(standing: Standing) -> payloads.PolicyReviewDue:
    """What of the yearly work is due: the review, telling everybody, or both."""
    document = standing.document
    due = standing.due_on if standing.review_soon else None
    return payloads.PolicyReviewDue(
        policy_title=document.title,
        review_due=start_of_day(due, document.owner_zone) if due else None,
        overdue=standing.review_overdue,
        missing=standing.sentences if standing.telling_overdue else (),
        overview_url=reverse("policy_reviews:overview"),
        contact=contact(),
    )


def review_invited(review: Review, participant: ReviewParticipant) -> payloads.PolicyReviewInvited:
    """When and where the meeting is, and for whom the invited person speaks."""
    if review.meeting_at is None:
        raise ValueError("A review without a meeting invites nobody.")
    return payloads.PolicyReviewInvited(
        policy_title=review.document.title,
        capacity=participant.capacity,
        meeting_at=review.meeting_at,
        meeting_place=review.meeting_place,
        review_url=reverse("policies:review", args=[review.document.slug]),
        contact=contact(),
    )
