"""The cases of somebody who leaves, given to colleagues in one go (QU3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases import rules
from cases.services import assigning
from integrity.accounts.models import User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core.errors import (
    Conflict,
    IllegalTransition,
    InvalidInput,
    NotFound,
    NotPermitted,
    Text,
)

# More in one go would keep the page waiting for too long.
AT_ONCE = 200


@dataclass
class Moved:
    """What became of the cases: with whom each is now, and why others stayed."""

    moved: dict[str, User] = field(default_factory=dict)
    stayed: dict[str, Text] = field(default_factory=dict)


def move(
    *,
    actor: User,
    leaver: User,
    numbers: Sequence[str],
    to: Sequence[UUID | str],
    note: str = "",
    form_key: str,
) -> Moved:
    """Give cases of `leaver` to colleagues in turn, each case for itself.

    Whoever may not have a case is passed over in favour of the next; a case that none of them may
    have stays, and so does one that somebody else took meanwhile: both are told, nothing else is
    undone by it. The same form again moves nothing more. Raises `InvalidInput` at `to` and
    `numbers`.
    """
    people = _people(leaver, to)
    if not numbers:
        raise InvalidInput({"numbers": [_("Tick at least one case.")]})
    if len(numbers) > AT_ONCE:
        raise InvalidInput(
            {"numbers": [_("Move at most %(count)s cases at once.") % {"count": AT_ONCE}]}
        )
    result = Moved()
    turn = 0
    for number in dict.fromkeys(numbers):
        order = people[turn % len(people) :] + people[: turn % len(people)]
        taken = _one(actor, number, leaver, order, note, form_key, result)
        if taken is not None:
            result.moved[number] = taken
            turn = people.index(taken) + 1
    return result


def _people(leaver: User, to: Sequence[UUID | str]) -> list[User]:
    wanted = list(dict.fromkeys(str(public_id) for public_id in to))
    found = {
        str(user.public_id): user
        for user in User.objects.filter(
            public_id__in=wanted, is_active=True, grants__role__in=STAFF_OF_CASES
        ).exclude(pk=leaver.pk)
    }
    people = [found[public_id] for public_id in wanted if public_id in found]
    if not people or len(people) != len(wanted):
        raise InvalidInput({"to": [_("Choose at least one colleague.")]})
    return people


def _one(
    actor: User,
    number: str,
    leaver: User,
    order: Sequence[User],
    note: str,
    form_key: str,
    result: Moved,
) -> User | None:
    """Give one case to the first who may have it; why not, in `result`, else."""
    case = rules.overseen(actor).filter(number=number).first()
    already = {user.pk: user for user in order}
    if case is not None and case.assignee_id in already:
        return already[case.assignee_id]
    for person in order:
        try:
            assigning.assign(
                actor=actor,
                number=number,
                to=person,
                note=note,
                form_key=f"{number}:{form_key}",
                was=leaver,
            )
        except InvalidInput as error:
            if "to" not in error.fields:
                raise
            continue
        except (Conflict, IllegalTransition) as error:
            result.stayed[number] = error.message
            return None
        except (NotFound, NotPermitted):
            result.stayed[number] = _("You cannot give this case to anybody.")
            return None
        return person
    result.stayed[number] = _("None of the people you chose can have it.")
    return None
