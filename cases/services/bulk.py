"""One thing done to several cases at once, and undone as one (QU1; decision 0028).

Each case is done whole or left alone, in a transaction of its own, under the rules that hold for it
by itself. A number that is not there or not for the actor to know of leaves no trace in the answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import rules, undoing
from cases.enums import DISMISSAL_CHOICES, BulkKind, BulkOutcome, CaseStatus, DismissalReason
from cases.models import BulkAction, BulkItem, Case, CaseMerge, InterimMeasure
from cases.services import assigning, duplicates, merging, triage
from cases.services.base import locked_case, record, visible_or_404
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    DomainError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    WindowClosed,
)

MOST = 100
OVER = _("The time to undo this with one click has passed.")
URGENT = _("It is urgent. Read it, and dismiss it on its own page.")
CHANGED = _("It was changed since and stays as it is.")

Doer = Callable[[Case], None]


def run(
    *, actor: User, kind: str, numbers: Sequence[str], form_key: str, **params: Any
) -> BulkAction:
    """Do `kind` to the cases with these numbers, at most a hundred, and keep what became of each.

    `params`: `to` (a user) and `note` for "assign"; `reason`, `note`, `detail` and `duplicate_of`
    (a number) for "dismiss"; `into` (a number) for "merge". The same form again does what a broken
    run left, and nothing twice; once it was undone it does nothing. Urgent cases are not dismissed.
    Raises `NotPermitted`, `InvalidInput`, and `Conflict` for a key that was sent with other
    content.
    """
    if kind not in BulkKind.values or not has_role(actor, *STAFF_OF_CASES):
        raise NotPermitted
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise InvalidInput({"cases": [_("Choose at least one case.")]})
    if len(wanted) > MOST:
        raise InvalidInput(
            {"cases": [_("Choose at most %(most)s cases at once.") % {"most": MOST}]}
        )
    do = _DOERS[kind](actor, form_key, params)
    digest = _digest(kind, wanted, params)
    action, created = BulkAction.objects.get_or_create(
        form_key=form_key,
        defaults={"actor": actor, "kind": kind, "digest": digest, "done_at": clock.now()},
    )
    if not created and (action.actor_id, action.digest) != (actor.pk, digest):
        raise Conflict(_("This form was sent before with other content."))
    if action.undone_at is not None:
        return action
    beside = str(params.get(duplicates.FIELD) or "")
    known = set(action.items.values_list("case__number", flat=True))
    seen = rules.visible_to(actor).filter(number__in=wanted)
    numbers_seen = set(seen.values_list("number", flat=True)) - known
    for number in wanted:
        if number in numbers_seen:
            _one(action, number, do, beside)
    if created or numbers_seen:
        BulkAction.objects.filter(pk=action.pk).update(done_at=clock.now())
        action.refresh_from_db()
    return action


def _digest(kind: str, numbers: Sequence[str], params: dict[str, Any]) -> str:
    """What was asked, whatever the order of the cases."""
    told = {
        name: str(value.public_id) if isinstance(value, User) else str(value or "")
        for name, value in params.items()
    }
    asked = [kind, sorted(numbers), sorted((name, value) for name, value in told.items() if value)]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _one(action: BulkAction, number: str, do: Doer, beside: str) -> None:
    try:
        with audit.transaction():
            # Sent twice at the same time, or undone meanwhile: whoever comes second does nothing.
            now = BulkAction.objects.select_for_update().get(pk=action.pk)
            if now.undone_at is not None or now.items.filter(case__number=number).exists():
                return
            # Joining locks two cases in their order: it must not begin with one of them.
            merging_two = action.kind == BulkKind.MERGE
            case = Case.objects.get(number=number) if merging_two else _locked(number, beside)
            before = case.assignee_id
            do(case)
            is_now = Case.objects.get(pk=case.pk)
            _keep(
                action,
                case,
                BulkOutcome.DONE,
                before_id=before,
                given_id=is_now.assignee_id,
                revision=is_now.revision,
                done_at=clock.now(),
            )
    except NotFound:
        # It came to be hidden from the actor just now.
        return
    except DomainError as error:
        refused = Case.objects.get(number=number)
        _keep(action, refused, BulkOutcome.REFUSED, refused=_words(error)[:300])


def _locked(number: str, beside: str = "") -> Case:
    """The case, locked, and with it the one `beside` it, in the order of their keys."""
    rows = Case.objects.select_for_update().filter(number__in=(number, beside)).order_by("pk")
    found = {case.number: case for case in rows}
    if number not in found:
        raise NotFound
    return found[number]


def _keep(action: BulkAction, case: Case, outcome: str, **fields: Any) -> None:
    BulkItem.objects.get_or_create(
        action=action, case=case, defaults={"outcome": outcome, **fields}
    )


def _words(error: DomainError) -> str:
    if isinstance(error, InvalidInput):
        return " ".join(str(text) for texts in error.fields.values() for text in texts)
    return str(error.message)


def _assign(actor: User, form_key: str, params: dict[str, Any]) -> Doer:
    to, note = params.get("to"), str(params.get("note") or "")
    if not isinstance(to, User):
        raise InvalidInput({"to": [_("Choose who is to have the cases.")]})

    def do(case: Case) -> None:
        if case.assignee_id == to.pk:
            raise Conflict(_("It is with this person already."))
        if to.pk == actor.pk:
            triage.claim(actor=actor, number=case.number)
            return
        give = assigning.hand_over if case.assignee_id == actor.pk else assigning.assign
        key = hashlib.sha256(f"{form_key}:{case.number}".encode()).hexdigest()
        give(actor=actor, number=case.number, to=to, note=note, form_key=key)

    return do


def _dismiss(actor: User, form_key: str, params: dict[str, Any]) -> Doer:
    reason = str(params.get("reason") or "")
    if reason not in dict(DISMISSAL_CHOICES):
        raise InvalidInput({"reason": [_("Choose a reason.")]})
    said = {name: str(params.get(name) or "") for name in ("note", "detail", duplicates.FIELD)}
    if reason == DismissalReason.DUPLICATE:
        wanted = said[duplicates.FIELD]
        if not wanted:
            raise InvalidInput({duplicates.FIELD: [duplicates.MISSING]})
        if not rules.visible_to(actor).filter(number=wanted).exists():
            raise InvalidInput({duplicates.FIELD: [duplicates.UNKNOWN]})

    def do(case: Case) -> None:
        visible_or_404(actor, case)
        if case.status == CaseStatus.DISMISSED:
            raise IllegalTransition(_("It is dismissed already."))
        if case.urgent:
            # Among many it could go unread (QU7).
            raise IllegalTransition(URGENT)
        if case.status not in (CaseStatus.TRIAGE, CaseStatus.INVESTIGATION):
            raise IllegalTransition(_("Somebody had the notice. Dismiss it on its own page."))
        if InterimMeasure.objects.filter(
            case=case, lifted_at__isnull=True, ends_at__gt=clock.now()
        ).exists():
            raise IllegalTransition(
                _("An interim measure stands in it. Dismiss it on its own page.")
            )
        triage.dismiss(
            actor=actor,
            number=case.number,
            reason=reason,
            note=said["note"],
            detail=said["detail"],
            duplicate_of=said[duplicates.FIELD],
        )

    return do


def _merge(actor: User, form_key: str, params: dict[str, Any]) -> Doer:
    into = str(params.get("into") or "")
    if not rules.visible_to(actor).filter(number=into).exists():
        raise InvalidInput({"into": [_("Choose the case that goes on.")]})

    def do(case: Case) -> None:
        if case.number == into:
            raise IllegalTransition(_("The others go into it."))
        merging.merge(actor=actor, source=case.number, target=into)

    return do


_DOERS: dict[str, Callable[[User, str, dict[str, Any]], Doer]] = {
    BulkKind.ASSIGN: _assign,
    BulkKind.DISMISS: _dismiss,
    BulkKind.MERGE: _merge,
}


def undo(*, actor: User, public_id: UUID | str) -> BulkAction:
    """Undo it, by whoever did it: everything that nobody changed since, each case for
    `undoing.WITHIN` from when it was done to it.

    Cases go back to whom they were with, dismissed ones to triage (their letters are taken back),
    joined ones apart. What was changed since stays, and its item says so. Repeated it does what a
    broken run left and nothing twice. Raises `NotFound` for somebody else's, and `WindowClosed`.
    """
    with audit.transaction():
        found = BulkAction.objects.select_for_update().filter(public_id=public_id, actor=actor)
        action = found.first()
        if action is None:
            raise NotFound
        done = action.items.filter(outcome=BulkOutcome.DONE)
        if action.undone_at is None:
            times = list(done.values_list("done_at", flat=True))
            if clock.now() > max(times, default=action.done_at) + undoing.WITHIN:
                raise WindowClosed(OVER)
            action.undone_at = clock.now()
            action.save(update_fields=["undone_at"])
    for key in list(done.filter(refused="").order_by("-pk").values_list("pk", flat=True)):
        _take_back(actor, action.kind, key)
    return action


def _take_back(actor: User, kind: str, key: int) -> None:
    try:
        with audit.transaction():
            item = (
                BulkItem.objects.select_for_update(of=("self",))
                .select_related("case", "before")
                .filter(pk=key, outcome=BulkOutcome.DONE, refused="")
                .first()
            )
            if item is None:
                return
            if clock.now() > item.done_at + undoing.WITHIN:
                raise WindowClosed(OVER)
            _UNDOERS[kind](actor, item)
            BulkItem.objects.filter(pk=key).update(outcome=BulkOutcome.UNDONE)
    except DomainError as error:
        hidden = isinstance(error, NotFound | NotPermitted)
        why = str(CHANGED) if hidden else _words(error)
        BulkItem.objects.filter(pk=key).update(refused=why[:300])


def _unassign(actor: User, item: BulkItem) -> None:
    with locked_case(item.case.number) as case:
        visible_or_404(actor, case)
        if (case.assignee_id, case.revision) != (item.given_id, item.revision):
            raise Conflict(CHANGED)
        before = item.before
        if before is not None and before.pk not in {user.pk for user in rules.may_have(case)}:
            raise Conflict(_("Whoever had it before cannot have it any more."))
        case.assignee = before
        case.assigned_at = clock.now() if before is not None else None
        record(
            "case.assigned",
            case,
            actor,
            data={"back": before is None},
            personal={"to": str(before.public_id)} if before is not None else {},
        )


def _reopen(actor: User, item: BulkItem) -> None:
    case = _locked(item.case.number)
    visible_or_404(actor, case)
    ours = case.status == CaseStatus.DISMISSED and case.dismissed_by_id == actor.pk
    if not ours or case.closed_at is None or case.closed_at > item.done_at:
        raise Conflict(CHANGED)
    triage.reopen(actor=actor, number=case.number, reason=str(_("Undone at once.")))


def _part(actor: User, item: BulkItem) -> None:
    row = CaseMerge.objects.filter(
        source=item.case, merged_by=actor, merged_at__lte=item.done_at, undone_at__isnull=True
    ).first()
    if row is None:
        raise Conflict(CHANGED)
    merging.undo_merge(actor=actor, merge_id=row.public_id)


_UNDOERS: dict[str, Callable[[User, BulkItem], None]] = {
    BulkKind.ASSIGN: _unassign,
    BulkKind.DISMISS: _reopen,
    BulkKind.MERGE: _part,
}
