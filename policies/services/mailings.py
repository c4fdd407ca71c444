"""Messages to very many people, in portions: started once, gone on with by whoever comes next.

A portion is one transaction: its messages, the place up to which the audience has been read, and
the figures. A worker that dies leaves whole portions behind, and the next one goes on after them.
Should two ever read the same people, the keys of the messages keep each of them to one.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from django.db import OperationalError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from integrity.accounts.models import RoleGrant, User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.courses.enums import EnrolmentStatus
from integrity.courses.models import Course, Enrolment, Teaching
from notifications import services as notifications
from policies import announcements, office
from policies.enums import MailingKind
from policies.models import Document, Mailing, Version
from policies.pledging import not_pledged

logger = logging.getLogger(__name__)

# People in one transaction. Larger ones save little, and on SQLite others who write wait for them.
PORTION = 500
# Between two portions, so that whoever else wants to write gets a turn on SQLite.
PAUSE = timedelta(milliseconds=20)
# Nobody gets the same reminder twice a day.
BETWEEN_REMINDERS = timedelta(days=1)


def start(
    *,
    actor: User | None,
    kind: str,
    version: Version,
    course: Course | None = None,
    form_key: str,
) -> Mailing:
    """Start a mailing about a published version; workers write its messages.

    A reminder goes to who has not pledged, in `course` or everywhere; the other kinds to everybody
    whom the document concerns, and take no course. The same `form_key` again is the first mailing.
    `actor` is an administrator of the document or, for a reminder in a course, somebody whom
    `office.may_remind` names; None stands for the system. Raises `NotPermitted`, `InvalidInput` for
    a draft or an unknown kind, `Conflict` while another one of the kind is under way.
    """
    with audit.transaction():
        # Two forms at once wait for each other here.
        document = (
            Document.objects.select_for_update(of=("self",))
            .select_related("institution", "course")
            .get(pk=version.document_id)
        )
        version = Version.objects.get(pk=version.pk)
        version.document = document
        _may_start(actor, kind, document, course)
        known = Mailing.objects.filter(form_key=form_key).first()
        if known is not None:
            if (known.kind, known.version_id, known.course_id, known.started_by_id) != (
                kind,
                version.pk,
                course.pk if course else None,
                actor.pk if actor else None,
            ):
                raise Conflict(_("This form was sent before. Please start again."))
            return known
        if kind not in MailingKind.values or (course and kind != MailingKind.PLEDGE_REMINDER):
            raise InvalidInput({"": [_("There is no such message.")]})
        if not version.is_published:
            raise InvalidInput({"": [_("Only a published version can be told of.")]})
        if _open().filter(kind=kind, version=version, course=course).exists():
            raise Conflict(_("This is under way already."))
        if kind == MailingKind.PLEDGE_REMINDER:
            recent = Mailing.objects.filter(
                Q(course=course) | Q(course__isnull=True),
                kind=kind,
                version=version,
                started_at__gt=clock.now() - BETWEEN_REMINDERS,
            )
            if recent.exists():
                raise Conflict(_("They were reminded within the last day. Please wait."))
        mailing = Mailing(
            kind=kind, version=version, course=course, started_by=actor, form_key=form_key
        )
        mailing.total = audience(mailing).count()
        mailing.save()
        _record(
            "policy.mailing_started",
            mailing,
            actor,
            kind=kind,
            course=course.slug if course else "",
            people=mailing.total,
        )
    return mailing


def _may_start(actor: User | None, kind: str, document: Document, course: Course | None) -> None:
    if actor is not None and not _looks_after(actor, kind, document, course):
        raise NotPermitted


def _looks_after(actor: User, kind: str, document: Document, course: Course | None) -> bool:
    if kind == MailingKind.PLEDGE_REMINDER:
        return office.may_remind(actor, document, course)
    return office.manages(actor, document)


def may_handle(user: User, mailing: Mailing) -> bool:
    """Whether the person may see how far a mailing is, and stop it: who could start it can."""
    return _looks_after(user, mailing.kind, mailing.version.document, mailing.course)


def audience(mailing: Mailing) -> QuerySet[Any]:
    """Whom a mailing goes to: enrolments for a reminder of the pledge, else people.

    People have an account that is active and not closed. An institution's document concerns who
    learns, teaches or holds a role there; the terms of a course who learns or teaches in it.
    """
    if mailing.kind == MailingKind.PLEDGE_REMINDER:
        return not_pledged(mailing.version, mailing.course)
    people = User.objects.filter(is_active=True, closed_into__isnull=True)
    document = mailing.version.document
    if document.institution_id is None:
        return people
    if document.course_id is not None:
        place = Q(course=document.course_id)
    else:
        place = Q(course__institution=document.institution_id)
    learns = Enrolment.objects.filter(place, learner=OuterRef("pk")).exclude(
        status=EnrolmentStatus.LEFT
    )
    teaches = Teaching.objects.filter(place, user=OuterRef("pk"))
    concerned = Q(Exists(learns)) | Q(Exists(teaches))
    if document.course_id is None:
        at = clock.now()
        roles = RoleGrant.objects.filter(
            Q(ended_at__isnull=True) | Q(ended_at__gt=at),
            user=OuterRef("pk"),
            institution=document.institution_id,
        )
        concerned |= Q(Exists(roles))
    return people.filter(concerned)


def key_prefix(kind: str, version: Version) -> str:
    """How the key of every message of this kind about the version begins."""
    return f"{kind}:{version.pk}:"


def _key(mailing: Mailing, person: User) -> str:
    """The key of one message. A reminder is one for each mailing, the yearly one for each year."""
    prefix = key_prefix(mailing.kind, mailing.version)
    if mailing.kind == MailingKind.PLEDGE_REMINDER:
        return f"{prefix}{mailing.public_id}:{person.public_id}"
    if mailing.kind == MailingKind.DISSEMINATION:
        return f"{prefix}{mailing.started_at.year}:{person.public_id}"
    return f"{prefix}{person.public_id}"


def was_sent_this_year(version: Version) -> bool:
    """Whether the yearly email about the version reached everybody in the year of its keys."""
    sent = Mailing.objects.filter(
        kind=MailingKind.DISSEMINATION, version=version, finished_at__isnull=False
    )
    # Not `__year`, which asks in the zone of whoever reads.
    year = clock.now().year
    return any(at.year == year for at in sent.values_list("started_at", flat=True))


def advance(mailing_id: int) -> bool:
    """Write the next portion; False when there is none to write.

    One transaction. Another worker's mailing is left alone: on PostgreSQL its row is skipped, on
    SQLite writers take turns. Raises what writing a message raises; nothing of the portion is
    kept then.
    """
    with audit.transaction():
        mailing = (
            _open()
            .filter(pk=mailing_id)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("version__document__institution", "course")
            .first()
        )
        if mailing is None:
            return False
        rows = audience(mailing).filter(pk__gt=mailing.cursor).order_by("pk")
        if mailing.kind == MailingKind.PLEDGE_REMINDER:
            found = list(rows.select_related("learner", "course")[:PORTION])
            people = [(row.learner, row.course) for row in found]
        else:
            found = list(rows[:PORTION])
            people = [(row, None) for row in found]
        payloads = announcements.Payloads(mailing)
        document = mailing.version.document
        written = notifications.queue_many(
            announcements.EVENTS[MailingKind(mailing.kind)],
            [
                notifications.Item(
                    recipient=notifications.Recipient.user(person),
                    payload=payloads.of(course),
                    key=_key(mailing, person),
                )
                for person, course in people
            ],
            source=("mailing", str(mailing.public_id)),
            institution=document.institution.slug if document.institution else "",
        )
        mailing.moved_at = clock.now()
        mailing.seen += len(found)
        mailing.queued += written
        if found:
            mailing.cursor = found[-1].pk
        if len(found) < PORTION:
            mailing.finished_at = mailing.moved_at
            _record(
                "policy.mailing_finished",
                mailing,
                None,
                kind=mailing.kind,
                people=mailing.seen,
                messages=mailing.queued,
            )
        mailing.save()
        return mailing.finished_at is None


def stop(*, actor: User, mailing: Mailing) -> Mailing:
    """Stop a mailing after the portion under way. Messages that are written still go out.

    A stopped one does not go on; a new one skips whoever has the message. Stopping twice is
    stopping once. Raises `NotPermitted`, and `Conflict` when everybody had been written to.
    """
    with audit.transaction():
        mailing = (
            Mailing.objects.select_for_update(of=("self",))
            .select_related("version__document__institution", "course")
            .get(pk=mailing.pk)
        )
        _may_start(actor, mailing.kind, mailing.version.document, mailing.course)
        if mailing.finished_at is not None:
            raise Conflict(_("It was finished already: everybody has been written to."))
        if mailing.stopped_at is None:
            mailing.stopped_at = clock.now()
            mailing.stopped_by = actor
            mailing.save()
            _record(
                "policy.mailing_stopped",
                mailing,
                actor,
                kind=mailing.kind,
                people=mailing.seen,
                messages=mailing.queued,
            )
    return mailing


def run(*, seconds: float = 20.0) -> int:
    """Go on with every open mailing in turn, for at most about `seconds`; returns the portions.

    A mailing that cannot be written is left for the next run and does not hold up the others; its
    page shows that it does not move.
    """
    until = time.monotonic() + seconds
    portions = 0
    waiting = list(_open().order_by("started_at", "pk").values_list("pk", flat=True))
    while waiting:
        for pk in list(waiting):
            if time.monotonic() >= until:
                return portions
            try:
                goes_on = advance(pk)
            except OperationalError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
                # The text of an error may name somebody, so only its class is logged.
                logger.error("A mailing does not move: %s", type(error).__name__)
                goes_on = False
            else:
                portions += 1
            if not goes_on:
                waiting.remove(pk)
            time.sleep(PAUSE.total_seconds())
    return portions


def _open() -> QuerySet[Mailing]:
    return Mailing.objects.filter(finished_at__isnull=True, stopped_at__isnull=True)


def _record(action: str, mailing: Mailing, actor: User | None, **data: Any) -> None:
    document = mailing.version.document
    audit.record(
        action,
        actor=audit.Actor.user(actor.public_id) if actor else audit.Actor.system("mailings"),
        subject=("mailing", str(mailing.public_id)),
        institution=document.institution.slug if document.institution else "",
        data={"document": document.slug, "number": mailing.version.number, **data},
    )
