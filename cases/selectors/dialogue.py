"""What whoever reported said meanwhile: answers nobody has acted on, and reviews that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from cases import rules
from cases.models import Case, DismissalReview, ReportMessage, Respondent
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.audit.models import ActorKind, Event

WAITING = 50


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
    )


def waiting_reviews(user: User) -> list[ReviewRow]:
    """Reviews of dismissals that wait, in cases the user may read, the oldest first: one query."""
    found = (
        DismissalReview.objects.filter(outcome="", case__in=rules.readable_by(user).values("pk"))
        .select_related("case", "report")
        .defer("text", "case__search_text", "report__account", "report__quoted_text")
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


def reviews_for(user: User) -> int:
    """How many reviews wait that the user may decide: one query."""
    cases = rules.officer_cases(user)
    waiting = DismissalReview.objects.filter(outcome="", case__in=cases.values("pk"))
    return waiting.exclude(_had_a_hand(user)).count()
