"""Advisers: whom a respondent asked, and what whoever helps reads along.

An adviser reads as much of what the respondent was shown and said, and of what was decided, as they
allow: nothing of reports, other respondents or the people of the desk, and no letters, which are
written to one reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Exists, OuterRef

from cases import rules, workflow
from cases.models import AdviserAccess, Case, Disclosure, Respondent
from cases.selectors import my_parts as parts
from cases.selectors.my import MyCase, read_case
from cases.selectors.my_parts import Shown
from cases.services.adviser import AT_ONCE
from integrity.accounts.models import User
from integrity.core.errors import NotFound
from notifications.models import Letter


@dataclass(frozen=True)
class Advisers:
    """Whom a respondent asked: those who wait or read along first, then those that ended."""

    respondent: Respondent
    live: Sequence[AdviserAccess]
    ended: Sequence[AdviserAccess]
    open: bool

    @property
    def case(self) -> Case:
        return self.respondent.case

    @property
    def may_invite(self) -> bool:
        """Whether one more can be asked now."""
        return self.open and len(self.live) < AT_ONCE


@dataclass(frozen=True)
class Advising:
    """What the page of an adviser lists. An invitation comes with whether it can be accepted."""

    invitations: Sequence[tuple[AdviserAccess, bool]]
    accesses: Sequence[AdviserAccess]

    def __bool__(self) -> bool:
        return bool(self.invitations or self.accesses)


def my_advisers(user: User, number: str) -> Advisers:
    """The respondent's list: two queries. Raises `NotFound` as their case page does."""
    respondent = (
        Respondent.objects.filter(
            pk__in=rules.respondent_cases(user).values("pk"), case__number=number
        )
        .select_related("case__institution", "case__course", "case__assignment", "case__post")
        .first()
    )
    if respondent is None:
        raise NotFound
    rows = list(respondent.advisers.select_related("adviser").order_by("-invited_at", "-pk"))
    return Advisers(
        respondent=respondent,
        live=[row for row in rows if row.revoked_at is None],
        ended=[row for row in rows if row.revoked_at is not None],
        open=respondent.status in workflow.TABLE["invite_adviser"].sources,
    )


def invitations(user: User) -> list[tuple[AdviserAccess, bool]]:
    """The invitations that wait for the user, and whether they can accept: two queries."""
    part = Case.objects.filter(rules.part_in_it(user), pk=OuterRef("respondent__case"))
    rows = (
        rules.invitations(user)
        .select_related("respondent__user", "respondent__case")
        .annotate(part=Exists(part))
        .order_by("invited_at", "pk")
    )
    return [
        (row, not row.part and not rules.checks_cases_of(user, row.respondent.case)) for row in rows
    ]


def advising(user: User) -> Advising:
    """Everything somebody helps with, or is asked to: a constant number of queries."""
    accesses = (
        rules.advised(user)
        .select_related(
            "respondent__user",
            "respondent__case__course",
            "respondent__case__assignment",
            "respondent__case__post",
        )
        .order_by("-accepted_at", "-pk")
    )
    return Advising(invitations(user), list(accesses))


def advised_access(user: User, access_id: UUID) -> AdviserAccess:
    """With what somebody reads along. `NotFound` for every access that is not theirs now."""
    access = (
        rules.advised(user).filter(public_id=access_id).select_related("respondent__user").first()
    )
    if access is None:
        raise NotFound
    return access


def advised_case(user: User, access_id: UUID) -> tuple[AdviserAccess, MyCase]:
    """The case as an adviser reads it. `NotFound` for every access that is not theirs now.

    Only what the access reaches is in it: without `reads_evidence` where the case stands and until
    when, with `may_write` also what is asked.
    """
    access = advised_access(user, access_id)
    page = read_case(Respondent.objects.filter(pk=access.respondent_id), Letter.objects.none())
    return access, page if access.reads_evidence else _cut(page, asked=access.may_write)


def _cut(page: MyCase, *, asked: bool) -> MyCase:
    return replace(
        page,
        said=(),
        allegations=page.allegations if asked else (),
        evidence=(),
        own_evidence=(),
        findings=(),
        follows=(),
        history=(),
        permits=None,
        edited=None,
    )


def advised_draft(user: User, access_id: UUID) -> tuple[AdviserAccess, MyCase]:
    """The same for who may write on what is not sent yet. Raises `NotFound` for everybody else."""
    access, page = advised_case(user, access_id)
    if not access.may_write:
        raise NotFound
    return access, page


def advised_notes(user: User, access_id: UUID) -> AdviserAccess:
    """With what somebody reads what the desk wrote to the respondent. Raises `NotFound`."""
    access = advised_access(user, access_id)
    if not access.reads_evidence:
        raise NotFound
    return access


def advised_evidence(user: User, access_id: UUID, public_id: UUID) -> tuple[AdviserAccess, Shown]:
    """One piece of evidence the respondent was shown, for their adviser. Raises `NotFound`."""
    access = (
        rules.advised_reading(user)
        .filter(public_id=access_id)
        .select_related("respondent__user", "respondent__case")
        .first()
    )
    if access is None:
        raise NotFound
    row = (
        Disclosure.objects.filter(respondent=access.respondent_id, evidence__public_id=public_id)
        .select_related("evidence__submission")
        .prefetch_related(*parts.COPIES)
        .first()
    )
    if row is None:
        raise NotFound
    return access, parts.shown(row, rules.hidden_from(access.respondent))
