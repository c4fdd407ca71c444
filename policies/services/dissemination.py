"""Bringing a policy before everybody once a year, by email and by other media (PO7)."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from policies import office, reviewing
from policies.enums import MailingKind, Medium
from policies.models import Dissemination, Document, Version
from policies.rules import start_of_day
from policies.selectors import governing_version
from policies.services import mailings

# What an earlier system recorded is taken over; a typing error of a century is not.
OLDEST = timedelta(days=3 * 366)


def record_medium(
    *, actor: User, document: Document, medium: str, day: date, note: str, form_key: str
) -> Dissemination:
    """Record that the policy was brought before users by another medium than email.

    It belongs to the version in force at the end of that day. The same `form_key` is the first
    record. Raises `NotPermitted`, and `InvalidInput` for email (it is shown by its own messages), a
    day that has not come or lies more than three years back, a day without a version in force, and
    an empty note: it says where, and is the only proof there is.
    """
    _allowed(actor, document)
    today = reviewing.today_of(document)
    with audit.transaction():
        known = _known(form_key, document, medium)
        if known is not None:
            return known
        if medium not in Medium.values or medium == Medium.EMAIL:
            raise InvalidInput({"medium": [_("Choose how it was brought before users.")]})
        if not note.strip():
            raise InvalidInput({"note": [_("Say where it was, and about how many it reached.")]})
        if not today - OLDEST <= day <= today:
            raise InvalidInput({"day": [_("Choose a day that has been, of the last three years.")]})
        version = _in_force(document, day)
        if version is None:
            raise InvalidInput({"day": [_("No version of this policy was in force that day.")]})
        row = Dissemination.objects.create(
            version=version,
            medium=medium,
            day=day,
            note=note.strip(),
            recorded_by=actor,
            form_key=form_key,
        )
        _record(row, actor)
    return row


def start_email(*, actor: User, document: Document, form_key: str) -> Dissemination:
    """Send the version in force to everybody whom it concerns; record and mailing are one step.

    The same `form_key` is the first record. Raises `NotPermitted`, and `Conflict` where no version
    is in force, another mailing of it is under way, or it was sent to everybody this year: whoever
    has it would get no second one, and the record would say of this day what is not true of it.
    """
    _allowed(actor, document)
    with audit.transaction():
        known = _known(form_key, document, Medium.EMAIL)
        if known is not None:
            return known
        today = reviewing.today_of(document)
        version = governing_version(document)
        if version is None:
            raise Conflict(_("No version of this policy is in force yet."))
        if mailings.was_sent_this_year(version):
            raise Conflict(_("It was sent to everybody this year already."))
        mailing = mailings.start(
            actor=actor, kind=MailingKind.DISSEMINATION, version=version, form_key=form_key
        )
        row = Dissemination.objects.create(
            version=version,
            medium=Medium.EMAIL,
            day=today,
            mailing=mailing,
            recorded_by=actor,
            form_key=form_key,
        )
        _record(row, actor)
    return row


def _allowed(actor: User, document: Document) -> None:
    if not office.manages(actor, document):
        raise NotPermitted


def _known(form_key: str, document: Document, medium: str) -> Dissemination | None:
    # Two of the same form at once wait for each other here.
    Document.objects.select_for_update().get(pk=document.pk)
    known = (
        Dissemination.objects.select_related("version", "mailing").filter(form_key=form_key).first()
    )
    if known is not None and (known.version.document_id, known.medium) != (document.pk, medium):
        raise Conflict(_("This form was sent before. Please start again."))
    return known


def _in_force(document: Document, day: date) -> Version | None:
    """The version that governs at the end of the day, in the zone of its owner."""
    end = start_of_day(day + timedelta(days=1), document.owner_zone)
    return governing_version(document, end - timedelta(microseconds=1))


def _record(row: Dissemination, actor: User) -> None:
    document = row.version.document
    audit.record(
        "policy.disseminated",
        actor=audit.Actor.user(actor.public_id, role="administrator"),
        subject=("dissemination", str(row.public_id)),
        institution=document.institution.slug if document.institution else "",
        data={
            "document": document.slug,
            "number": row.version.number,
            "medium": row.medium,
            "day": row.day.isoformat(),
        },
    )
