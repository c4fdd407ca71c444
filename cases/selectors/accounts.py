"""Likely second accounts: the list and a pair at the desk, and what its own person sees (PO9)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.models import AdviserAccess, Report, Respondent
from cases.selectors.words import Text
from integrity.accounts.enums import MatchStatus, Role
from integrity.accounts.models import AccountMatch, Restriction, User
from integrity.accounts.rules import STAFF_OF_CASES, has_role, scope
from integrity.core.errors import NotFound
from integrity.courses.models import (
    Certificate,
    DirectMessage,
    Enrolment,
    HeldRole,
    Post,
    Submission,
    Teaching,
)
from notifications.selectors import letters_for
from policies.models import Pledge

PAGE_SIZE = 50
# One status is one view: the index of the list serves each.
VIEWS = tuple(MatchStatus.values)
# What the person may be shown of a pair at all: nothing before they are asked.
SHOWN = (MatchStatus.ASKED, MatchStatus.DENIED, MatchStatus.CLOSED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = re.compile(r"(\d{1,17})-(\d{1,18})")

REASONS: dict[str, Text] = {
    "email": _("The two addresses lead to the same mailbox"),
    "name": _("The two names are the same, apart from accents, order and marks"),
    "institution": _("Both take part in courses of the same institution"),
}


def pairs_for(user: User, *roles: str) -> QuerySet[AccountMatch]:
    """The pairs somebody of the desk may see, or with one of `roles` may deal with.

    None in which they are one of the two. For one institution: pairs of which both accounts take
    part in its courses.
    """
    roles = roles or STAFF_OF_CASES
    if not has_role(user, *roles):
        return AccountMatch.objects.none()
    rows = AccountMatch.objects.select_related("older", "newer").exclude(
        Q(older__in=_self(user)) | Q(newer__in=_self(user))
    )
    where = scope(user, *roles)
    if where is None:
        return rows
    return rows.filter(_belongs("older", where), _belongs("newer", where))


def _self(user: User) -> QuerySet[User]:
    return User.objects.filter(Q(pk=user.pk) | Q(closed_into=user.pk)).values("pk")  # type: ignore[return-value]


def _belongs(side: str, institutions: Collection[int]) -> Q:
    here = {"course__institution__in": institutions}
    who = OuterRef(side)
    return (
        Q(Exists(Enrolment.objects.filter(learner=who, **here)))
        | Q(Exists(HeldRole.objects.filter(user=who, **here)))
        | Q(Exists(Teaching.objects.filter(user=who, **here)))
    )


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair as a line."""

    url: str
    names: tuple[str, str]
    reasons: list[Text]
    status: str
    word: Text
    found_at: datetime
    asked_at: datetime | None


@dataclass(frozen=True)
class PairsPage:
    """A page of pairs; `next` is the key of the following one ("" at the end)."""

    view: str
    rows: list[PairRow]
    next: str


def pairs_page(user: User, *, view: str = "", after: str = "") -> PairsPage:
    """Pairs in one state, the newest first: one query, from any depth.

    An unknown view is the first, an unreadable key the first page.
    """
    view = view if view in VIEWS else MatchStatus.FOUND.value
    rows = pairs_for(user).filter(status=view).order_by("-found_at", "-pk")
    key = _KEY.fullmatch(after)
    if key is not None:
        at = _EPOCH + timedelta(microseconds=int(key[1]))
        rows = rows.filter(Q(found_at__lt=at) | Q(found_at=at, pk__lt=int(key[2])))
    found = list(rows[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return PairsPage(
        view=view,
        rows=[
            PairRow(
                url=reverse("desk:account_pair", args=[row.public_id]),
                names=(row.older.display_name, row.newer.display_name),
                reasons=words(row),
                status=row.status,
                word=MatchStatus(row.status).label,
                found_at=row.found_at,
                asked_at=row.asked_at,
            )
            for row in found
        ],
        next=f"{(found[-1].found_at - _EPOCH) // timedelta(microseconds=1)}-{found[-1].pk}"
        if more
        else "",
    )


def words(match: AccountMatch) -> list[Text]:
    """What the two share, in words."""
    return [text for code, text in REASONS.items() if code in match.reasons]


@dataclass(frozen=True)
class Account:
    """One account of a pair. Cases are those the reader may know of, as a number only."""

    user: User
    cases: int
    courses: int
    staff: bool


@dataclass(frozen=True)
class Pair:
    """Everything on the page of a pair."""

    match: AccountMatch
    reasons: list[Text]
    accounts: list[Account]
    answers: list[tuple[User, datetime, str]]
    officer: bool

    @property
    def open(self) -> bool:
        return self.match.status in (MatchStatus.FOUND, MatchStatus.ASKED, MatchStatus.DENIED)


def pair_page(user: User, public_id: UUID) -> Pair:
    """A pair the reader may see: a constant number of queries. Raises `NotFound`."""
    match = pairs_for(user).filter(public_id=public_id).select_related("settled_by").first()
    if match is None:
        raise NotFound
    where = scope(user, *STAFF_OF_CASES)
    accounts = []
    for account in (match.older, match.newer):
        cases = rules.visible_to(user).filter(
            Exists(Respondent.objects.filter(case=OuterRef("pk"), user=account))
        )
        courses = Enrolment.objects.filter(learner=account)
        if where is not None:
            courses = courses.filter(course__institution__in=where)
        accounts.append(
            Account(account, cases.count(), courses.count(), bool(account.role_grants()))
        )
    answers = []
    if match.answered_at is not None:
        older_first = bool(match.answered_by_older)
        first, second = (match.older, match.newer) if older_first else (match.newer, match.older)
        answers.append((first, match.answered_at, match.answer))
        if match.other_answered_at is not None:
            answers.append((second, match.other_answered_at, match.other_answer))
    return Pair(
        match=match,
        reasons=words(match),
        accounts=accounts,
        answers=answers,
        officer=pairs_for(user, Role.OFFICER).filter(pk=match.pk).exists(),
    )


# The person


def own_pairs(user: User) -> QuerySet[AccountMatch]:
    """The pairs the user was asked about, also when there is nothing to ask any more."""
    rows = AccountMatch.objects.select_related("older", "newer")
    return rows.filter(Q(older=user) | Q(newer=user), status__in=SHOWN)


def own_pair(user: User, public_id: UUID) -> AccountMatch:
    """A pair the user was asked about. Raises `NotFound`."""
    match = own_pairs(user).filter(public_id=public_id).first()
    if match is None:
        raise NotFound
    return match


@dataclass(frozen=True, slots=True)
class Carried:
    """So many of one kind will be found in the kept account."""

    label: Text
    number: int


def what_is_carried(account: User) -> list[Carried]:
    """What the account has, counted in words for its own person: a constant number of queries."""
    letters = letters_for(account)
    reports = Report.objects.filter(reporter_ref__in=rules.reporter_refs(account))
    messages = DirectMessage.objects.filter(Q(sender=account) | Q(recipient=account))
    told = Respondent.objects.filter(user=account, notices__isnull=False).distinct()
    counted: list[tuple[Text, QuerySet[Any]]] = [
        (_("Courses"), Enrolment.objects.filter(learner=account)),
        (_("Work handed in"), Submission.objects.filter(learner=account)),
        (_("Certificates"), Certificate.objects.filter(enrolment__learner=account)),
        (_("Pledges"), Pledge.objects.filter(learner=account)),
        (_("Posts"), Post.objects.filter(author=account)),
        (_("Direct messages"), messages),
        (_("Roles in courses"), HeldRole.objects.filter(user=account)),
        (_("Courses you teach"), Teaching.objects.filter(user=account)),
        (_("Cases about you"), told),
        (_("Cases in which you advise somebody"), AdviserAccess.objects.filter(adviser=account)),
        (_("Restrictions, such as a suspension"), Restriction.objects.filter(user=account)),
        (_("Reports you sent"), reports),
        (_("Letters to you"), letters),
    ]
    return [Carried(label, number) for label, rows in counted if (number := rows.count())]
