"""Who has a case: given by an officer, handed over by whoever has it, given back (QU3)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import letters, rules
from cases.enums import OPEN_STATUSES
from cases.models import Case, Note, Watcher
from cases.services import notes
from cases.services.base import locked_case, record, visible_or_404
from cases.services.clean import Problems
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core import clock
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotPermitted,
    Text,
)

NOTE_LENGTH = notes.BODY_LENGTH
# One message for every reason, a role that is missing among them: that somebody is kept from the
# case is told to officers alone (QU5), and what keeps them from it to nobody here.
NOT_FREE = _("This colleague cannot have the case. Choose somebody else.")
BLOCKED = _("Something keeps this colleague from the case. Choose somebody else.")
NO_ROLE = _("This colleague does not work on cases here. Choose somebody else.")
TAKEN = _("Somebody else has the case by now. Look at it again before you give it to anybody.")


def assign(
    *,
    actor: User,
    number: str,
    to: User | None,
    note: str = "",
    form_key: str,
    was: User | UUID | str | None = "",
) -> Case:
    """An officer gives the case to a colleague, whoever has it now; `to` None: back to the queue.

    `was` is whom the officer saw it with (a user, a public id, None for nobody): `Conflict` when
    somebody else took it meanwhile; "" does not ask. A note goes to the notes of the desk, and the
    colleague gets a letter that names the case number and nothing else. Whoever has it already is
    no change, so that the same form can be sent twice. Raises `InvalidInput` at `to` for whoever
    may not have it (an officer is told that there is a block, nobody which), `IllegalTransition`
    for a case that has ended, `NotPermitted`, `NotFound`.
    """
    text = _clean(note)
    with locked_case(number) as case:
        _staff(actor, case)
        if not rules.oversees(actor, case):
            raise NotPermitted
        return _give(case, actor, to, text, form_key=form_key, action="case.assigned", was=was)


def hand_over(*, actor: User, number: str, to: User, note: str = "", form_key: str) -> Case:
    """Whoever has the case gives it to a colleague, with a note for them.

    As `assign`; `Conflict` when it was taken from the actor meanwhile, `NotPermitted` for a case
    that was never theirs.
    """
    text = _clean(note)
    with locked_case(number) as case:
        _staff(actor, case)
        if case.assignee_id == to.pk and case.assignee_id != actor.pk and _sent(case, form_key):
            return case
        if case.assignee_id != actor.pk:
            raise Conflict(TAKEN) if case.assignee_id is not None else NotPermitted
        return _give(case, actor, to, text, form_key=form_key, action="case.handed_over")


def leave(*, actor: User, number: str) -> Case:
    """Have nothing more to do with the case: give it back if one has it, and stop following it.

    Repeating it changes nothing.
    """
    with locked_case(number) as case:
        _staff(actor, case)
        had = case.assignee_id == actor.pk
        if had:
            case.assignee = None
            case.assigned_at = None
        followed = Watcher.objects.filter(case=case, user=actor).delete()[0]
        if had or followed:
            record("case.left", case, actor, data={"had": had})
    return case


def _staff(actor: User, case: Case) -> None:
    visible_or_404(actor, case)
    if not has_role(actor, *STAFF_OF_CASES, institution_id=case.institution_id, anywhere=False):
        raise NotPermitted


def _clean(note: str) -> str:
    problems = Problems()
    text = problems.text("note", note, max_length=NOTE_LENGTH)
    problems.stop()
    return text


def _sent(case: Case, form_key: str) -> bool:
    return Note.objects.filter(case=case, form_key=_note_key(form_key)).exists()


def _note_key(form_key: str) -> str:
    return f"to:{form_key}"[:64]


def _give(
    case: Case,
    actor: User,
    to: User | None,
    note: str,
    *,
    form_key: str,
    action: str,
    was: User | UUID | str | None = "",
) -> Case:
    if case.assignee_id == (to.pk if to is not None else None):
        return case
    if case.status not in OPEN_STATUSES:
        raise IllegalTransition(_("The case has ended. Nobody needs to have it."))
    if was != "" and _public(was) != _public(case.assignee):
        raise Conflict(TAKEN)
    if to is not None and to.pk not in {user.pk for user in rules.may_have(case)}:
        raise InvalidInput({"to": [_why_not(case, actor, to)]})
    case.assignee = to
    case.assigned_at = clock.now() if to is not None else None
    record(
        action,
        case,
        actor,
        data={"back": to is None} if action == "case.assigned" else None,
        personal={"to": str(to.public_id)} if to is not None else {},
    )
    if note and not _sent(case, form_key):
        notes.write(case, actor, note, form_key=_note_key(form_key))
    if to is not None and to.pk != actor.pk:
        letters.case_assigned(case, to, at=case.assigned_at or clock.now())
    return case


def _why_not(case: Case, actor: User, to: User) -> Text:
    if not rules.oversees(actor, case):
        return NOT_FREE
    return BLOCKED if to.pk in {user.pk for user in rules.working_at(case)} else NO_ROLE


def _public(whom: User | UUID | str | None) -> str:
    if whom is None:
        return ""
    return str(whom.public_id if isinstance(whom, User) else whom)


def offered(case: Case, *, actor: User) -> list[User]:
    """The colleagues a page offers for this case: who works there and does not have it.

    Whether they may have it is asked when it is sent: a gap in the list would tell who reported.
    """
    return [user for user in rules.working_at(case) if user.pk not in (case.assignee_id, actor.pk)]


def may_assign(actor: User, case: Case) -> bool:
    """Whether the actor may give the case to somebody: officers, and whoever has it."""
    if case.status not in OPEN_STATUSES:
        return False
    return rules.oversees(actor, case) or case.assignee_id == actor.pk
