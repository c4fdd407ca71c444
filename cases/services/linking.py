"""Cases that belong together stay apart and know of each other (QU2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import rules, workflow
from cases.enums import CaseLinkKind
from cases.models import Case, CaseLink
from cases.services.base import locked_case, record, save, visible_or_404
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound

NOTE_LENGTH = 300


@contextmanager
def _near_and_far(number: str, other: str) -> Iterator[tuple[Case, Case]]:
    """The case worked on, locked as ever, and the one at the other end, which stays as it is.

    Both rows are held, in the order of their keys, so that two people cannot link them twice; only
    the near one gets a new revision: a form open at the far one is as good as before.
    """
    with audit.transaction():
        rows = Case.objects.select_for_update().filter(number__in=(number, other)).order_by("pk")
        held = {case.number: case for case in rows}
        if other not in held:
            raise NotFound
        with locked_case(number) as here:
            yield here, held[other]


def link(*, actor: User, number: str, other: str, kind: str, note: str = "") -> CaseLink:
    """Link two cases, once. The actor works on `number` and may read `other`.

    The same link again is the first one, another kind a `Conflict`. A number that is not there, or
    whose case does not exist for the actor, is an `InvalidInput` at `other`: the two look alike.
    So is, in other words, a case the actor knows of and may not read.
    """
    problems = Problems()
    said = problems.text("note", note, max_length=NOTE_LENGTH, single_line=True)
    if kind not in CaseLinkKind.values:
        problems.add("kind", _("Choose how they belong together."))
    if other == number:
        problems.add("other", _("This is the number of this very case."))
    problems.stop()
    unknown = InvalidInput({"other": [_("There is no case with this number.")]})
    if not Case.objects.filter(number=other).exists():
        raise unknown
    with _near_and_far(number, other) as (here, there):
        visible_or_404(actor, here)
        seen = rules.access(actor, there)
        if seen == rules.Access.NONE:
            raise unknown
        workflow.require("link", actor=actor, case=here)
        if seen < rules.Access.READ:
            raise InvalidInput(
                {"other": [_("You cannot read that case. Somebody who can has to link the two.")]}
            )
        one, two = sorted((here, there), key=lambda case: case.pk)
        known = CaseLink.objects.filter(one=one, other=two, removed_at__isnull=True).first()
        if known is not None:
            if (known.kind, known.note) == (kind, said):
                return known
            raise Conflict(_("The two are linked already. Remove that link first."))
        return between(one, two, kind=kind, note=said, actor=actor)


def between(one: Case, two: Case, *, kind: str, note: str, actor: User) -> CaseLink:
    """Write the link of two locked cases and its event in each, for services that were allowed."""
    one, two = sorted((one, two), key=lambda case: case.pk)
    row = CaseLink(one=one, other=two, kind=kind, note=note, added_by=actor, added_at=clock.now())
    save(row)
    for case in (one, two):
        record("case.linked", case, actor, data={"link": str(row.public_id), "kind": kind})
    return row


def unlink(*, actor: User, number: str, link_id: UUID | str) -> CaseLink:
    """Remove a link of this case; it stays on record. Repeated it changes nothing.

    Raises `NotFound` for a link of other cases (HOSTILE 17), and where either case does not exist
    for the actor.
    """
    pair = (
        CaseLink.objects.filter(public_id=link_id)
        .values_list("one__number", "other__number")
        .first()
    )
    if pair is None or number not in pair:
        raise NotFound
    other = pair[0] if pair[1] == number else pair[1]
    with _near_and_far(number, other) as (here, there):
        visible_or_404(actor, here)
        visible_or_404(actor, there)
        workflow.require("link", actor=actor, case=here)
        row = CaseLink.objects.get(public_id=link_id)
        if row.removed_at is not None:
            return row
        row.removed_by = actor
        row.removed_at = clock.now()
        save(row)
        for case in (here, there):
            record("case.unlinked", case, actor, data={"link": str(row.public_id)})
    return row
