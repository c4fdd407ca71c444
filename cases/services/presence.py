"""Who has a case open now, so that nobody works on it unknowingly (QU3)."""

from __future__ import annotations

from datetime import timedelta

from cases import rules
from cases.models import Case, Presence
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES, has_role
from integrity.core import clock
from integrity.core.errors import NotFound

# A page says every `EVERY` that it is still open; two that get lost are forgiven.
EVERY = timedelta(seconds=20)
HERE = timedelta(seconds=60)


def counts(actor: User, case: Case) -> bool:
    """Whether the actor is of the desk of this case; no query where their roles are known."""
    return has_role(actor, *STAFF_OF_CASES, institution_id=case.institution_id, anywhere=False)


def arrive(*, actor: User, case: Case, writing: bool = False) -> None:
    """A page of this case was shown to the actor, who may read it; the caller has made sure.

    No lock on the case, and no event: being there changes nothing. Whoever is only an auditor here
    writes nothing by reading (HOSTILE 27) and is not counted.
    """
    if not counts(actor, case):
        return
    row = {"seen_at": clock.now(), "writing": writing}
    if not Presence.objects.filter(case_id=case.pk, user=actor).update(**row):
        new = Presence(case_id=case.pk, user=actor, **row)
        Presence.objects.bulk_create([new], ignore_conflicts=True)


def stay(*, actor: User, number: str, writing: bool) -> Case:
    """The page of the case is still open. `NotFound` for whoever may not read the case (any more):
    they are not counted, and they are told nothing."""
    case = Case.objects.filter(number=number).first()
    if case is None or rules.access(actor, case) < rules.Access.READ:
        raise NotFound
    arrive(actor=actor, case=case, writing=writing)
    return case


def sweep() -> int:
    """Forget who was where long ago; returns how many rows went."""
    old = clock.now() - timedelta(hours=1)
    return Presence.objects.filter(seen_at__lt=old).delete()[0]
