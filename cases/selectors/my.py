"""What a respondent reads about their own case: from the notice on, and of nobody but themselves.

Nothing here reaches a report, a reporter, a note, a moderator or an officer, nor any time before
the notice. Each page is one function with a constant number of queries.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import models as db
from django.db.models import QuerySet

from cases import rules, undoing
from cases.enums import (
    AppealOutcome,
    CaseStatus,
    FindingOutcome,
    SanctionStatus,
)
from cases.governing import RELATED, texts
from cases.models import (
    Allegation,
    Appeal,
    Case,
    Determination,
    Disclosure,
    Finding,
    Notice,
    Respondent,
    Response,
    ResponsePoint,
    Sanction,
)
from cases.selectors import my_parts as parts
from cases.selectors.governing import permits_of
from cases.selectors.my_parts import Follows, Happened, Shown, window_open
from cases.windows import Window, window_of
from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.calendar import working_days_until
from integrity.core.errors import NotFound
from integrity.courses.models import Holiday
from integrity.courses.selectors import Permits, holidays, replacement_of
from notifications.enums import RecipientKind
from notifications.models import Letter
from notifications.selectors import letters_for

LISTED = 200


class Stage(StrEnum):
    """Where a case stands, as its respondent is told."""

    ANSWER = "answer"  # we wait for them
    LATE = "late"  # the time to answer has passed
    REVIEW = "review"
    AGAIN = "again"  # taken up again after it had ended
    DECIDED = "decided"
    APPEAL = "appeal"
    CLOSED = "closed"
    DISMISSED = "dismissed"


_STAGES = {
    CaseStatus.TRIAGE: Stage.AGAIN,
    CaseStatus.INVESTIGATION: Stage.AGAIN,
    CaseStatus.REVIEW: Stage.REVIEW,
    CaseStatus.APPROVAL: Stage.REVIEW,
    CaseStatus.DECIDED: Stage.DECIDED,
    CaseStatus.APPEAL: Stage.APPEAL,
    CaseStatus.CLOSED: Stage.CLOSED,
    CaseStatus.DISMISSED: Stage.DISMISSED,
}


@dataclass(frozen=True)
class MyCaseRow:
    """A line of "My cases"."""

    case: Case
    respondent: Respondent
    notice: Notice
    first_sent_at: datetime
    determination: Determination | None
    stage: Stage
    window: Window

    @property
    def needs_me(self) -> bool:
        """Whether an answer is waited for."""
        return self.stage in (Stage.ANSWER, Stage.LATE)


@dataclass(frozen=True)
class Said:
    """A point of the respondent's answer, and what the decision answers to it ("": nothing yet)."""

    point: ResponsePoint
    answer: str


@dataclass(frozen=True)
class Found:
    """What was found on one allegation."""

    finding: Finding
    said: Said | None
    rests_on: Sequence[Shown] = ()

    @property
    def shown(self) -> bool:
        return self.finding.outcome == FindingOutcome.SHOWN


@dataclass(frozen=True)
class MyCase:
    """Everything on the respondent's page."""

    case: Case
    respondent: Respondent
    stage: Stage
    notice: Notice
    # The time to answer it (`cases.windows`); `notice.due_at` is its end, kept or not.
    window: Window
    working_days: int
    response: Response | None
    said: Sequence[Said]
    allegations: Sequence[Allegation]
    evidence: Sequence[Shown]
    own_evidence: Sequence[Shown]
    determination: Determination | None
    findings: Sequence[Found]
    follows: Sequence[Follows]
    appeals: Sequence[Appeal]
    letters: Sequence[Letter]
    history: Sequence[Happened]
    # Of the assignment, at the incident (PO10).
    permits: Permits | None
    # The text that a decision put in place of what the respondent posted, or None.
    edited: str | None

    @property
    def answers(self) -> list[Said]:
        """The points that the decision answers."""
        return [row for row in self.said if row.answer]

    @property
    def ended(self) -> bool:
        """Whether nothing is asked any more: decided or closed."""
        return self.determination is not None or self.stage in (Stage.CLOSED, Stage.DISMISSED)

    @property
    def can_answer(self) -> bool:
        waits = self.stage == Stage.ANSWER and self.respondent.status == CaseStatus.NOTIFIED
        return waits or self.can_answer_decision

    @property
    def can_answer_decision(self) -> bool:
        """Whether what stands was settled in one letter and can be answered still (PR5)."""
        return (
            self.stage == Stage.DECIDED
            and self.determination is not None
            and self.determination.summary
            and self.determination.annulled_at is None
            and self.notice.letter_id == self.determination.letter_id
            and self.response is None
            and self.appeal is None
            and self.window.open
        )

    @property
    def violation_found(self) -> bool:
        return not self.annulled and any(found.shown for found in self.findings)

    @property
    def annulled(self) -> bool:
        """Whether the decision counts no more (PR6)."""
        return self.determination is not None and self.determination.annulled_at is not None

    @property
    def appeal(self) -> Appeal | None:
        """The appeal against the decision that stands; where none stands any more, the last one."""
        if self.determination is None:
            return next(iter(self.appeals), None)
        standing = self.determination.pk
        return next((row for row in self.appeals if row.determination_id == standing), None)

    @property
    def earlier_appeals(self) -> list[Appeal]:
        """Appeals against decisions that were replaced, the newest first."""
        return [row for row in self.appeals if row != self.appeal]

    @property
    def undone(self) -> bool:
        """Whether an appeal took the decision away, and no new one has been made."""
        return (
            self.determination is None
            and self.appeal is not None
            and self.appeal.outcome in (AppealOutcome.OVERTURNED, AppealOutcome.SENT_BACK)
        )

    @property
    def in_force(self) -> list[Follows]:
        """What follows and is in effect now."""
        return [row for row in self.follows if row.state == "active"]

    @property
    def can_appeal(self) -> bool:
        """Whether the window to appeal is open, to the second."""
        return (
            self.stage == Stage.DECIDED
            and self.appeal is None
            and self.determination is not None
            and self.determination.annulled_at is None
            and self.determination.appeal_until is not None
            and window_open(self.determination.appeal_until)
        )

    @property
    def appeal_over(self) -> bool:
        """Whether the time to appeal has passed, or the case was closed when it had."""
        return (
            self.determination is not None
            and self.determination.appeal_until is not None
            and (self.stage == Stage.CLOSED or not window_open(self.determination.appeal_until))
        )


def stage_of(respondent: Respondent, window: Window) -> Stage:
    """The stage in the respondent's words; a window counts by its time.

    A dismissal is none of theirs before its letter leaves.
    """
    status = undoing.told_stage(respondent)
    if status == CaseStatus.NOTIFIED:
        return Stage.ANSWER if window.open else Stage.LATE
    return _STAGES[CaseStatus(status)]


def my_cases(user: User) -> list[MyCaseRow]:
    """The user's cases: those that wait for them first, by deadline, then the newest."""
    rows = []
    parts_in_them = list(
        _own(user)
        .select_related(
            *("case__course", "case__assignment", "case__post", "case__institution"),
            *(f"case__{name}" for name in RELATED),
        )
        .prefetch_related(parts.NOTICES, parts.ISSUED)
        .order_by("-pk")[:LISTED]
    )
    free: dict[int, set[date]] = {}
    places = {respondent.case.institution_id for respondent in parts_in_them}
    for holiday in Holiday.objects.filter(institution__in=places):
        free.setdefault(holiday.institution_id, set()).add(holiday.day)
    for respondent in parts_in_them:
        notice = respondent.all_notices[0]
        window = _window(respondent.case, notice, free.get(respondent.case.institution_id, ()))
        rows.append(
            MyCaseRow(
                respondent.case,
                respondent,
                notice,
                respondent.all_notices[-1].sent_at,
                next(iter(respondent.issued), None),
                stage_of(respondent, window),
                window,
            )
        )
    rows.sort(key=lambda row: row.notice.sent_at, reverse=True)
    rows.sort(key=lambda row: (not row.needs_me, row.notice.due_at if row.needs_me else 0))
    return rows


def my_case(user: User, number: str) -> MyCase:
    """The page of one case. Raises `NotFound` before the notice, and for everybody else.

    Whoever closed an account that was named in the same case has two parts in it: the one in which
    we wait for an answer is shown first, then the one in which an appeal is open.
    """
    parts_in_it = _own(user).filter(case__number=number)
    if user.former_ids:
        waits = db.Case(
            db.When(status=CaseStatus.NOTIFIED, then=0),
            db.When(status=CaseStatus.DECIDED, then=1),
            default=2,
        )
        parts_in_it = parts_in_it.order_by(waits, "pk")
    return read_case(
        parts_in_it,
        letters_for(user).filter(case_number=number, recipient_kind=RecipientKind.NAMED),
    )


def read_case(respondents: QuerySet[Respondent], letters_to_them: QuerySet[Letter]) -> MyCase:
    """The page of the one respondent in `respondents`. Raises `NotFound` when there is none."""
    respondent = (
        respondents.select_related(
            "case__course",
            "case__assignment",
            "case__submission",
            "case__post",
            "case__institution",
            *(f"case__{name}" for name in RELATED),
        )
        .prefetch_related(
            parts.NOTICES,
            parts.ISSUED,
            parts.POINTS,
            parts.ALLEGATIONS,
            parts.DISCLOSURES,
            parts.SANCTIONS,
            parts.APPEALS,
        )
        .first()
    )
    if respondent is None:
        raise NotFound
    case = respondent.case
    notice = respondent.all_notices[0]
    determination = next(iter(respondent.issued), None)
    window = _window(case, notice, holidays(case.institution))
    stage = stage_of(respondent, window)
    response = _response(respondent, notice, stage)
    answers = (
        {row.point_id: row.text for row in determination.answers.all()} if determination else {}
    )
    said = [Said(point, answers.get(point.pk, "")) for point in _points(response)]
    by_allegation = {row.point.allegation_id: row for row in said if row.point.allegation_id}
    hidden = rules.hidden_from(respondent)
    shown = [parts.shown(row, hidden) for row in respondent.all_disclosures]
    by_piece = {row.evidence.pk: row for row in shown}
    follows = [Follows(row, _state(row)) for row in respondent.all_sanctions]
    letters = list(letters_to_them.defer("content_sealed").order_by("-created_at", "-pk"))
    return MyCase(
        case=case,
        respondent=respondent,
        stage=stage,
        notice=notice,
        window=window,
        working_days=working_days_until(
            window.now, window.due_at, zone=window.zone, holidays=window.free
        ),
        response=response,
        said=said,
        allegations=respondent.standing_allegations,
        evidence=[row for row in shown if row.evidence.respondent_id != respondent.pk],
        own_evidence=[row for row in shown if row.evidence.respondent_id == respondent.pk],
        determination=determination,
        findings=[
            Found(
                finding,
                by_allegation.get(finding.allegation_id),
                [
                    by_piece[row.evidence_id]
                    for row in finding.supports.all()
                    if row.evidence_id in by_piece
                ],
            )
            for finding in (determination.findings.all() if determination else ())
        ],
        follows=follows,
        appeals=respondent.all_appeals,
        letters=letters,
        history=parts.history(respondent, letters, shown, determination, follows),
        permits=permits_of(case),
        edited=_edited(respondent),
    )


def known_to(user: User, number: str) -> bool:
    """Whether the case has a page for this respondent: from the notice on."""
    return _own(user).filter(case__number=number).exists()


def my_evidence(user: User, number: str, public_id: UUID) -> tuple[Respondent, Shown]:
    """One piece of evidence the user was shown in this very case. Raises `NotFound`."""
    row = (
        Disclosure.objects.filter(
            respondent__in=_own(user),
            respondent__case__number=number,
            evidence__public_id=public_id,
        )
        .select_related(
            "evidence__submission", "respondent__case__assignment", "respondent__case__course"
        )
        .prefetch_related(*parts.COPIES)
        .first()
    )
    if row is None:
        raise NotFound
    return row.respondent, parts.shown(row, rules.hidden_from(row.respondent))


def _window(case: Case, notice: Notice, free: Collection[date]) -> Window:
    """The window of a notice that was fetched with `NOTICES`, whose end it gets."""
    found = window_of(
        notice,
        notice.asked,  # type: ignore[attr-defined]
        terms=texts(case).terms,
        zone=case.institution.time_zone,
        free=free,
    )
    notice.due_at = found.due_at
    return found


def _edited(respondent: Respondent) -> str | None:
    post = respondent.case.post
    own = post is not None and post.author_id == respondent.person.pk
    return replacement_of(post) if post is not None and own else None


def _own(user: User) -> QuerySet[Respondent]:
    return Respondent.objects.filter(pk__in=rules.respondent_cases(user).values("pk"))


def _response(respondent: Respondent, notice: Notice, stage: Stage) -> Response | None:
    """The answer to the newest notice; while that one waits for its own, an earlier one is past."""
    rows: list[Response] = respondent.all_responses  # type: ignore[attr-defined]
    for row in rows:
        if row.notice_id == notice.pk:
            return row
    return None if stage in (Stage.ANSWER, Stage.LATE) else next(iter(rows), None)


def _points(response: Response | None) -> list[ResponsePoint]:
    return list(response.points.all()) if response else []


def _state(sanction: Sanction) -> str:
    if sanction.status == SanctionStatus.REVERSED:
        return "reversed"
    if sanction.ends_at is not None and sanction.ends_at <= clock.now():
        return "ended"
    return "ended" if sanction.status == SanctionStatus.ENDED else "active"
