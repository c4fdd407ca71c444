"""What every page of one case begins with: the case, how much of it is seen, whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from cases import rules
from cases.enums import CaseStatus as S
from cases.enums import MeetingStatus
from cases.governing import RELATED
from cases.models import (
    Allegation,
    Case,
    CaseLink,
    CaseMerge,
    Evidence,
    InterimMeasure,
    Meeting,
    Note,
    Presence,
    Respondent,
    StatementRequest,
    Watcher,
)
from cases.selectors.precedence import decider
from cases.selectors.queue_rows import heading_of, subcount
from cases.selectors.timeline import told
from cases.selectors.words import Days, Due, Text, day, due, joined
from cases.services.presence import HERE
from cases.services.priority import with_stakes
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import NotFound, NotPermitted
from notifications.models import Letter

# The way of a case as the desk sees it; an appeal and a dismissal leave it.
STAGES = (
    S.TRIAGE,
    S.INVESTIGATION,
    S.NOTIFIED,
    S.REVIEW,
    S.APPROVAL,
    S.DECIDED,
    S.CLOSED,
)

# What goes on beside the process: asked and not answered yet, taken and in force, arranged.
BESIDE = ("statements", "waiting", "measures", "standing", "meetings", "arranged")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the track: "done", "current" or "todo"."""

    state: str
    label: Text


@dataclass(frozen=True)
class Head:
    """The head of a case. `respondents` and their names are empty where names stay hidden.

    `officer`: an officer in whose scope it is. `decides` and `judges`: whether the reader may say
    what was found, and determine it as an officer; elsewhere than in an institution's own cases
    the same as being of the desk, and being an officer.
    """

    case: Case
    access: rules.Access
    officer: bool
    decides: bool
    judges: bool
    watching: bool
    heading: str
    alleged: bool
    respondents: list[Respondent]
    respondent_count: int
    names: str
    names_hidden: bool
    stages: list[Stage]
    due: Due | None
    due_day: str
    since: str
    counts: dict[str, int]
    # Whether it was the reader who dismissed the case.
    dismissed_here: bool = False
    # Whether the reader wrote down a report in confidence here.
    knows_who: bool = False
    # Whether it is linked with other cases, was joined with one, and whether nobody else reads it:
    # most cases are neither, and need not be asked.
    linked: bool = False
    joined: bool = False
    alone: bool = False

    @property
    def works(self) -> bool:
        """Whether the reader may act on the case."""
        return self.access >= rules.Access.WORK

    @property
    def decider(self) -> str:
        """Who decides, where that is not the platform; nothing elsewhere."""
        return decider(self.case)


def head(user: User, number: str, *, need: rules.Access = rules.Access.READ) -> Head:
    """The head of a case: two queries.

    Raises `NotFound` for a case the user may not know of, and `NotPermitted` for one they know of
    without `need`.
    """
    case, access = entered(user, number, need=need)
    reads = access >= rules.Access.READ
    respondents = list(case.respondents.select_related("user").order_by("pk")) if reads else []
    return head_of(user, case, access, respondents)


def entered(
    user: User, number: str, *, need: rules.Access = rules.Access.READ
) -> tuple[Case, rules.Access]:
    """The row of a case with what `head_of` needs, and how much of it is seen: one query.

    Raises as `head` does.
    """
    case = _case(user, number)
    watching: bool = case.watched  # type: ignore[attr-defined]
    access = rules.level(user, case, watching=watching)
    if access == rules.Access.NONE:
        raise NotFound
    if access < need:
        raise NotPermitted
    return case, access


def head_of(user: User, case: Case, access: rules.Access, respondents: list[Respondent]) -> Head:
    """The head of a case somebody `entered`; no query. `respondents` with their users."""
    hidden = rules.names_hidden(case)
    days = Days.of_reader()
    return Head(
        case=case,
        access=access,
        officer=rules.oversees(user, case),
        decides=rules.decides(user, case),
        judges=rules.is_officer(user, case),
        watching=bool(case.watched),  # type: ignore[attr-defined]
        heading=heading_of(case),
        alleged=bool(case.alleged),  # type: ignore[attr-defined]
        respondents=respondents,
        respondent_count=len(respondents),
        names="" if hidden else joined([row.user.display_name for row in respondents]),
        names_hidden=hidden,
        stages=_stages(case.status),
        due=due(case.due_at, days),
        due_day=day(case.due_at, days),
        since=day(case.assigned_at, days),
        counts={
            name: getattr(case, f"{name}_count") or 0
            for name in ("evidence", "letters", "notes", "events", *BESIDE)
        },
        dismissed_here=case.status == S.DISMISSED and case.dismissed_by_id == user.pk,
        knows_who=bool(case.knows_who),  # type: ignore[attr-defined]
        linked=bool(case.linked),  # type: ignore[attr-defined]
        joined=bool(case.joined),  # type: ignore[attr-defined]
        alone=not case.accompanied,  # type: ignore[attr-defined]
    )


def _case(user: User, number: str) -> Case:
    case_pk = OuterRef("pk")
    alleged = Allegation.objects.filter(case=case_pk, withdrawn_at__isnull=True)
    asked = StatementRequest.objects.filter(case=case_pk, withdrawn_at__isnull=True)
    case = (
        with_stakes(rules.visible_to(user))
        .filter(number=number)
        .select_related(
            "institution",
            "course",
            "assignment",
            "submission",
            "post",
            "assignee",
            *RELATED,
        )
        .defer(
            "assignment__instructions",
            "submission__text",
            *(f"{name.partition('__')[0]}__body" for name in RELATED),
        )
        .annotate(
            has_officer=Exists(rules.own_officers()),
            watched=Exists(Watcher.objects.filter(case=case_pk, user=user)),
            knows_who=rules.wrote_in_confidence(user),
            linked=Exists(
                CaseLink.objects.filter(Q(one=case_pk) | Q(other=case_pk), removed_at__isnull=True)
            ),
            joined=Exists(
                CaseMerge.objects.filter(
                    Q(source=case_pk) | Q(target=case_pk), undone_at__isnull=True
                )
            ),
            accompanied=Exists(
                Presence.objects.filter(case=case_pk, seen_at__gt=clock.now() - HERE).exclude(
                    user=user
                )
            ),
            alleged=Subquery(alleged.order_by("position").values("violation_type__title")[:1]),
            alleged_count=subcount(alleged),
            evidence_count=subcount(Evidence.objects.filter(case=case_pk)),
            notes_count=subcount(Note.objects.filter(case=case_pk)),
            letters_count=_by_number(Letter.objects.all()),
            events_count=_by_number(told()),
            statements_count=subcount(asked),
            waiting_count=subcount(asked.filter(given_at__isnull=True)),
            measures_count=subcount(InterimMeasure.objects.filter(case=case_pk)),
            standing_count=subcount(
                InterimMeasure.objects.filter(
                    case=case_pk, lifted_at__isnull=True, ends_at__gt=clock.now()
                )
            ),
            meetings_count=subcount(Meeting.objects.filter(case=case_pk)),
            arranged_count=subcount(
                Meeting.objects.filter(
                    case=case_pk, status=MeetingStatus.AGREED, starts_at__gt=clock.now()
                )
            ),
        )
        .first()
    )
    if case is None:
        raise NotFound
    return case


def _by_number(rows: QuerySet[Any]) -> Subquery:
    """How many of `rows` carry the outer case's number."""
    return Subquery(
        rows.filter(case_number=OuterRef("number"))
        .order_by()
        .values("case_number")
        .annotate(n=Count("pk"))
        .values("n")
    )


def _stages(status: str) -> list[Stage]:
    if status not in STAGES:
        return []
    place = STAGES.index(S(status))
    # A closed case has nothing ahead: its last stage is done as well.
    return [
        Stage(
            "done" if n < place or status == S.CLOSED else "current" if n == place else "todo",
            S(name).label,
        )
        for n, name in enumerate(STAGES)
    ]
