"""What the desk and whoever reported wrote to each other, and reviews that wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from cases import rules, undoing, workflow
from cases.enums import PASSED, FileRole, ReportStatus
from cases.models import (
    Case,
    DismissalReview,
    Evidence,
    EvidenceFile,
    MessageFile,
    Report,
    ReportMessage,
    Respondent,
)
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.audit.models import ActorKind, Event

WAITING = 50
# While a report is in one of these there is somebody to write to, and something to write about.
OPEN_STATUSES = (ReportStatus.SUBMITTED, ReportStatus.LINKED)
# What whoever reported may write without a word of the desk in between.
MAX_IN_A_ROW = 5
# Messages about one report; more would be a chat.
MAX_MESSAGES = 60


def is_open(report: Report) -> bool:
    """Whether messages about it still go either way."""
    if undoing.held(report):
        # Its sender is not to notice before they are told.
        return report.status == ReportStatus.DISMISSED
    return report.status in OPEN_STATUSES and report.closed_at is None


def reachable(report: Report) -> bool:
    """Whether whoever told it may read a message: by account, or by code.

    Of somebody for whom the office wrote it down it is not told whether they have an account.
    """
    return bool(report.reporter_ref or report.receipt_ref or report.informant_sealed)


def in_a_row(messages: Iterable[ReportMessage]) -> int:
    """How many messages of whoever reported came after the desk's last. `messages`: in order."""
    last_first = reversed(list(messages))
    return sum(1 for _row in takewhile(lambda row: row.asked_by_id is None, last_first))


def takes_evidence(case: Case) -> bool:
    """Whether what whoever reported sends becomes evidence: until the notice, as for the desk."""
    step = workflow.TABLE["add_evidence"]
    return case.status in step.sources and not workflow.unmet(step.action, case)


@dataclass(frozen=True)
class SentFile:
    """A file of a message. As evidence it is a `piece`, else a `file` to download.

    `held`: the scanner has not passed it, and nobody opens it.
    """

    kind: str
    icon: str
    file: MessageFile | None = None
    piece: Evidence | None = None
    held: bool = False


@dataclass(frozen=True)
class Said:
    """A message with its files. `by_desk`: the desk wrote it."""

    message: ReportMessage
    files: list[SentFile]

    @property
    def by_desk(self) -> bool:
        return self.message.asked_by_id is not None

    @property
    def unread(self) -> bool:
        """Whether the other side has not seen it yet."""
        return self.message.read_at is None


def with_files() -> QuerySet[ReportMessage]:
    """Messages in order, with what `said` needs: three queries for any number of them."""
    pieces = Evidence.objects.defer("text").prefetch_related(
        Prefetch("files", EvidenceFile.objects.filter(role=FileRole.DERIVATIVE))
    )
    return (
        ReportMessage.objects.select_related("asked_by")
        .prefetch_related("files", Prefetch("evidence", pieces.order_by("position")))
        .order_by("sent_at", "pk")
    )


def said(message: ReportMessage) -> Said:
    """A message read by `with_files`."""
    files = []
    for file in message.files.all():
        held = file.scan not in PASSED
        kind, icon = _words(file.derivative_type)
        files.append(SentFile(kind, icon, file=None if held else file, held=held))
    for piece in message.evidence.all():
        copies = list(piece.files.all())
        kind, icon = _words(copies[0].content_type if copies else "")
        held = any(copy.scan not in PASSED for copy in copies)
        files.append(SentFile(kind, icon, piece=piece, held=held))
    return Said(message, files)


def _words(content_type: str) -> tuple[str, str]:
    if content_type.startswith("image/"):
        return _("Picture"), "image"
    if content_type == "application/pdf":
        return _("PDF document"), "file-text"
    return _("Text file"), "file-text"


@dataclass(frozen=True)
class Talk:
    """What was written about a report, for whoever sent it, and whether they may write now.

    `full`: they have written `MAX_IN_A_ROW` messages in a row. `as_evidence`: what they send now
    becomes evidence. `asked`: the desk wrote last.
    """

    said: Sequence[Said]
    may_write: bool
    full: bool
    as_evidence: bool

    @property
    def asked(self) -> bool:
        return bool(self.said) and self.said[-1].by_desk

    @property
    def unread(self) -> bool:
        """Whether the last thing they wrote waits to be read."""
        return bool(self.said) and not self.said[-1].by_desk and self.said[-1].unread

    def messages(self) -> list[ReportMessage]:
        """The messages alone."""
        return [row.message for row in self.said]


def talk_of(report: Report) -> Talk:
    """What was written about a report that was sent: at most five queries."""
    rows = [said(row) for row in with_files().filter(report=report)]
    open_ = is_open(report) and len(rows) < MAX_MESSAGES
    full = open_ and in_a_row(row.message for row in rows) >= MAX_IN_A_ROW
    return Talk(
        said=rows,
        may_write=open_ and not full,
        full=full,
        as_evidence=open_ and report.case is not None and takes_evidence(report.case),
    )


def unread_in(case: Any) -> Subquery:
    """For a line of the queue: how many messages the desk has not read; NULL for none."""
    rows = ReportMessage.objects.filter(
        report__case=case, asked_by__isnull=True, read_at__isnull=True
    )
    counted = rows.order_by().values("report__case").annotate(n=Count("pk"))
    return Subquery(counted.values("n"))


def last_step_of_desk(number: Any) -> QuerySet[Event, Any]:
    """For a subquery: when somebody of the desk last did something on the case `number`."""
    return (
        Event.objects.filter(
            case_number=number,
            actor_kind=ActorKind.USER,
            actor_role__in=[str(role) for role in (*STAFF_OF_CASES, Role.OFFICER)],
        )
        .order_by("-sequence")
        .values("occurred_at")[:1]
    )


def news(user: User) -> Q:
    """True for cases with an answer from whoever reported that came after the desk's last step.

    Of cases that are with the user, or in which the user asked.
    """
    answers = (
        ReportMessage.objects.filter(asked_by__isnull=True)
        .annotate(desk_at=Subquery(last_step_of_desk(OuterRef("report__case__number"))))
        .filter(sent_at__gt=F("desk_at"))
    )
    asked = ReportMessage.objects.filter(report__case=OuterRef("pk"), asked_by=user)
    return Q(pk__in=answers.values("report__case")) & (Q(assignee=user) | Q(Exists(asked)))


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review that waits, as a line. `may`: yes, involved or no, as for an appeal."""

    review: DismissalReview
    title: str
    number: str
    reason: str
    at: datetime
    may: str


def _had_a_hand(user: User) -> Q:
    decided = Respondent.objects.filter(rules.involvement(user), case=OuterRef("case"))
    return (
        Q(dismissed_by=user)
        | Q(case__dismissed_by=user)
        | Q(case__assignee=user)
        | Q(Exists(decided))
        | Q(case__in=Case.objects.filter(rules.wrote_in_confidence(user)).values("pk"))
    )


def waiting_reviews(user: User) -> list[ReviewRow]:
    """Reviews of dismissals that wait, in cases the user may read, the oldest first: one query."""
    found = (
        DismissalReview.objects.filter(outcome="", case__in=rules.readable_by(user).values("pk"))
        .select_related("case", "report")
        .defer("text", "report__account", "report__quoted_text")
        .annotate(hand=Exists(DismissalReview.objects.filter(_had_a_hand(user), pk=OuterRef("pk"))))
        .order_by("asked_at", "pk")[:WAITING]
    )
    return [_row(review, user) for review in found]


def _row(review: DismissalReview, user: User) -> ReviewRow:
    case: Case = review.case
    involved: bool = review.hand  # type: ignore[attr-defined]
    may = "involved" if involved else "yes"
    return ReviewRow(
        review=review,
        title=case.title,
        number=case.number,
        reason=case.get_dismissal_reason_display(),
        at=review.asked_at,
        may=may if rules.is_officer(user, case) else "no",
    )


def reviews_waiting(user: User) -> QuerySet[DismissalReview]:
    """The reviews that wait and that the user may decide."""
    cases = rules.officer_cases(user)
    waiting = DismissalReview.objects.filter(outcome="", case__in=cases.values("pk"))
    return waiting.exclude(_had_a_hand(user))
