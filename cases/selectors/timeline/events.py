"""The events of a case with the words that belong to them: one query for a page of any case.

The history is the one stream of a case: every letter, note, answer and piece of evidence has its
event there. What was written is read beside it, by the identifier the event names.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)

from cases import models as rows
from cases.enums import CaseStatus
from cases.models import Evidence, Minutes, Note, ResponsePoint
from cases.selectors.timeline.kinds import KINDS
from integrity.accounts.models import User
from integrity.audit import chain
from integrity.audit.chain import ACTOR
from integrity.audit.models import ActorKind, Event, EventValue
from integrity.core.uuids import FromWords

SHOWN = 30
PAGE = 50
# Steps of the post that say nothing a person at the desk acts on; failures are shown. And marks,
# which stand at the top of the case for those who may know of them: a line would tell everybody.
_QUIET = frozenset({"letter.queued", "message.sent", "retaliation.marked", "retaliation.settled"})
_OFFICERS_ONLY = frozenset({"conflict.declared", "conflict.undone"})
# What is written to a reporter would tell when there was one to write to.
TO_REPORTERS = frozenset({"report_received", "report_closed", "report_question", "review_decided"})
# Who acts on a case in these words is in it, and is not named where the head names nobody.
_IN_IT = ("respondent", "learner", "witness")
# Which personal value of an event is a text worth reading in the timeline.
_QUOTED = ("reason", "note")


def told(*, officer: bool = False) -> QuerySet[Event]:
    """The events worth a line. Who is shut out by a conflict is for officers only (QU5)."""
    return Event.objects.exclude(action__in=_QUIET if officer else _QUIET | _OFFICERS_ONLY)


def _unnamed(number: str) -> Q:
    """The events of people who are not named, as `case_head` hides them: in triage, and where the
    case was joined with another."""
    hidden = Q(status=CaseStatus.TRIAGE) | Q(merged_into__isnull=False)
    return Q(Exists(rows.Case.objects.filter(hidden, number=number)), actor_role__in=_IN_IT)


def events_of(
    number: str,
    *,
    officer: bool,
    before: int | None = None,
    kind: str = "",
    by: UUID | None = None,
) -> QuerySet[Event]:
    """The events of a case that the desk reads, newest first.

    `kind` is one of `KINDS`, any other word stands for all; `by`: only what this person did.
    """
    events = told(officer=officer).filter(case_number=number)
    if before is not None:
        events = events.filter(sequence__lt=before)
    if kind in KINDS:
        events = events.filter(KINDS[kind][1])
    values = EventValue.objects.filter(event=OuterRef("pk"))
    if by is not None:
        theirs = values.filter(name=ACTOR, lookup=chain.lookup(str(by)))
        events = events.filter(Exists(theirs), ~_unnamed(number), actor_kind=ActorKind.USER)
    about = Case(
        When(
            subject_type__in=("note", "response", "evidence", "minutes"),
            # Only what is an identifier can be read as one.
            subject_id__regex=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            then=FromWords(F("subject_id")),
        ),
        default=None,
        output_field=UUIDField(),
    )
    person = FromWords(OuterRef("who"))
    names = User.objects.filter(public_id=person).values("display_name")
    points = ResponsePoint.objects.filter(response__public_id=OuterRef("about")).exclude(text="")
    return (
        events.alias(about=about)
        .annotate(
            who=Subquery(values.filter(name=ACTOR).values("value")[:1]),
            name=Case(
                When(_unnamed(number), then=Value(None)),
                default=Subquery(names[:1]),
                output_field=CharField(),
            ),
            quote=Subquery(values.filter(name__in=_QUOTED).values("value")[:1]),
            note=Subquery(Note.objects.filter(public_id=OuterRef("about")).values("body")[:1]),
            said=Subquery(Minutes.objects.filter(public_id=OuterRef("about")).values("text")[:1]),
            answer=Subquery(points.order_by("position").values("text")[:1]),
            title=Subquery(
                Evidence.objects.filter(public_id=OuterRef("about")).values("title")[:1]
            ),
        )
        .order_by("-sequence")
    )


def people_in(number: str, *, officer: bool) -> list[tuple[str, str]]:
    """Who did something in a case, as the reader may know it: public id and name, one query.

    Whoever reported acts sealed and is never among them; nor is whoever the case does not name.
    """
    acted = EventValue.objects.filter(
        name=ACTOR,
        event__in=told(officer=officer).filter(
            ~_unnamed(number), case_number=number, actor_kind=ActorKind.USER
        ),
    ).annotate(person=FromWords(F("value")))
    people = User.objects.filter(public_id__in=acted.values("person")).order_by("display_name")
    return [(str(key), name) for key, name in people.values_list("public_id", "display_name")]
