"""A case that ends because the matter is dealt with in another one: which one that is (QU2, QU4).

The two are linked, so that each leads to the other for who may see it. The event names the link and
not the case: whoever reads the one may not know of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import rules, undoing
from cases.enums import CaseLinkKind, CaseStatus, DismissalReason
from cases.models import Case, CaseLink
from cases.services import linking
from cases.services.base import locked_case, record, save
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.audit.models import Event
from integrity.core import clock
from integrity.core.errors import InvalidInput

FIELD = "duplicate_of"
ACTION = "case.dismissed_duplicate"
MISSING = _("Enter the number of the case in which the matter is dealt with.")
UNKNOWN = _("There is no case with this number.")


@contextmanager
def locked_beside(number: str, other: str) -> Iterator[Case]:
    """As `locked_case(number)`, with the row of `other` held too where there is one.

    In the order of their keys, so that two people who name each other's case wait for each other.
    """
    with audit.transaction():
        list(Case.objects.select_for_update().filter(number__in=(number, other)).order_by("pk"))
        with locked_case(number) as case:
            yield case


def the_other(actor: User, case: Case, number: str) -> Case:
    """The case of this number, where the actor may know of it and the matter can be dealt with in
    it. Raises `InvalidInput` at `duplicate_of`; a case kept from the actor looks like none at all.
    """
    if not number:
        raise InvalidInput({FIELD: [MISSING]})
    if number == case.number:
        raise InvalidInput({FIELD: [_("This is the number of this very case.")]})
    there = Case.objects.filter(number=number).first()
    if there is None or rules.access(actor, there) == rules.Access.NONE:
        raise InvalidInput({FIELD: [UNKNOWN]})
    if (there.status, there.dismissal_reason) == (CaseStatus.DISMISSED, DismissalReason.DUPLICATE):
        raise InvalidInput(
            {FIELD: [_("That case ended for another one too. Enter the one that goes on.")]}
        )
    return there


def keep(case: Case, there: Case, actor: User) -> None:
    """Link the two, unless they are, and write which of its links the locked case ended for."""
    one, two = sorted((case, there), key=lambda row: row.pk)
    row = CaseLink.objects.filter(one=one, other=two, removed_at__isnull=True).first()
    if row is None:
        row = linking.between(one, two, kind=CaseLinkKind.RELATED, note="", actor=actor)
    record(ACTION, case, actor, data={"link": str(row.public_id)})


def link_of(case: Case) -> CaseLink | None:
    """The link with the case it ended for, as long as it stands: two queries.

    None, and no query, for a case that did not end for another one.
    """
    if (case.status, case.dismissal_reason) != (CaseStatus.DISMISSED, DismissalReason.DUPLICATE):
        return None
    told = Event.objects.filter(case_number=case.number, action=ACTION).order_by("-sequence")
    last = told.first()
    # An earlier dismissal may have been for another case.
    if last is None or case.closed_at is None or last.occurred_at < case.closed_at:
        return None
    return (
        CaseLink.objects.filter(
            Q(one=case) | Q(other=case), public_id=last.data["link"], removed_at__isnull=True
        )
        .select_related("one", "other")
        .first()
    )


def take_back(case: Case, actor: User) -> None:
    """Remove the link of a dismissal that is undone while it is held; an older link stays.

    Taken up later, the two still belong to the same matter. Called before the case changes.
    """
    row = link_of(case)
    if row is None or case.closed_at is None or row.added_at < case.closed_at:
        return
    if case.closed_at <= clock.now() - undoing.WITHIN:
        return
    row.removed_by = actor
    row.removed_at = clock.now()
    save(row)
    for end in (row.one, row.other):
        record("case.unlinked", end, actor, data={"link": str(row.public_id)})
