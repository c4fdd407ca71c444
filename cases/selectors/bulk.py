"""What became of several cases dealt with at once, for whoever did it; and the page that asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from cases import rules, undoing
from cases.enums import BulkKind, BulkOutcome
from cases.models import BulkAction
from cases.selectors.queue_rows import Row, row_of, with_line
from cases.selectors.words import Days
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core import clock

MOST = 100


@dataclass(frozen=True, slots=True)
class Left:
    """A case to which it was not done, or not undone, and why."""

    number: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words; `undo_url` is "" when that is over. Only cases the reader sees."""

    said: str
    left: list[Left]
    undo_url: str
    undone: bool


def done(user: User, public_id: UUID | str) -> Done | None:
    """What became of the reader's own action; None for anybody else's and for none at all."""
    try:
        action = BulkAction.objects.filter(public_id=public_id, actor=user).first()
    except (ValidationError, ValueError):
        return None
    if action is None:
        return None
    items = list(
        action.items.filter(case__in=rules.visible_to(user)).select_related("case").order_by("pk")
    )
    undone = action.undone_at is not None
    wanted = BulkOutcome.UNDONE if undone else BulkOutcome.DONE
    count = sum(1 for item in items if item.outcome == wanted)
    latest = max((item.done_at for item in items if item.outcome == wanted), default=action.done_at)
    open_still = clock.now() <= latest + undoing.WITHIN
    return Done(
        said=_said(action.kind, count, undone=undone),
        left=[
            Left(item.case.number, reverse("desk:case", args=[item.case.number]), item.refused)
            for item in items
            if item.refused
        ],
        undo_url=reverse("desk:bulk_undo", args=[action.public_id])
        if count and open_still and not undone
        else "",
        undone=undone,
    )


def _said(kind: str, count: int, *, undone: bool) -> str:
    if undone:
        words = ngettext("Undone for %(count)s case", "Undone for %(count)s cases", count)
    elif kind == BulkKind.ASSIGN:
        words = ngettext("%(count)s case is assigned", "%(count)s cases are assigned", count)
    elif kind == BulkKind.DISMISS:
        words = ngettext("%(count)s case is dismissed", "%(count)s cases are dismissed", count)
    else:
        words = ngettext("%(count)s case is joined", "%(count)s cases are joined", count)
    return words % {"count": count}


def chosen(user: User, numbers: Sequence[str]) -> list[Row]:
    """The lines of the ticked cases that the reader may know of, as the queue shows them."""
    found = {
        case.number: case
        for case in with_line(
            rules.visible_to(user).filter(number__in=list(numbers)[: MOST + 1]), user
        )
    }
    days = Days.of_reader()
    return [
        row_of(found[number], user, days) for number in dict.fromkeys(numbers) if number in found
    ]


def colleagues(user: User, numbers: Sequence[str]) -> list[User]:
    """Who works on cases where one of these belongs that the reader may give away, by name.

    An officer gives any case, a moderator their own. Of each colleague and case it is asked later;
    a conflict leaves nobody out here: that would tell of it.
    """
    at = clock.now()
    own = Q(assignee=user) | Q(pk__in=rules.overseen(user).values("pk"))
    places = rules.visible_to(user).filter(own, number__in=numbers).values("institution")
    if not places.exists():
        return []
    grants = RoleGrant.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        Q(institution__isnull=True) | Q(institution__in=places),
        role__in=STAFF_OF_CASES,
    )
    people = User.objects.filter(is_active=True, pk__in=grants.values("user")).exclude(pk=user.pk)
    return sorted(people, key=lambda person: (person.display_name.casefold(), person.pk))
