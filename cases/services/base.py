"""What every service begins with: one transaction, the case locked and read again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases import rules, workflow
from cases.models import Case, DeadlinePause, Mention, Presence, Respondent, Watcher
from cases.services import indexing, priority
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role, same_person
from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import InvalidInput, NotFound, Stale


@contextmanager
def locked_case(number: str) -> Iterator[Case]:
    """The case, locked until the transaction ends; its status is settled and its revision grows.

    A step that was taken before and is only repeated records no event and leaves the revision as
    it is, so that a colleague's open form does not become stale.

    Raises `NotFound` for an unknown number. Who may do what is asked by the caller, after the lock:
    a conflict declared a moment ago counts.
    """
    with audit.transaction():
        case = Case.objects.select_for_update().filter(number=number).first()
        if case is None:
            raise NotFound
        was_due, was_paused = case.due_at, case.paused_at
        yield case
        if not audit.has_events():
            return
        workflow.settle(case)
        if was_paused is not None and case.paused_at is None:
            _end_pause(case)
        priority.weigh(case)
        if case.due_at is not None and case.due_at != was_due:
            case.escalated_at = None
        case.revision += 1
        save(case)
        indexing.keep(case)


def _end_pause(case: Case) -> None:
    """A pause belongs to a stage: the next one has a time of its own."""
    running = DeadlinePause.objects.filter(case=case, ended_at__isnull=True)
    if running.update(ended_at=clock.now()):
        record("deadline.resumed", case, None, data={"with_stage": True})


def reading_case(actor: User, number: str) -> Case:
    """The case without a lock, for previews. `NotFound` when it does not exist for `actor`."""
    case = Case.objects.select_related("institution", "course").filter(number=number).first()
    if case is None:
        raise NotFound
    visible_or_404(actor, case)
    return case


def visible_or_404(actor: User, case: Case) -> None:
    """`NotFound` unless the actor may know of the case."""
    if rules.access(actor, case) == rules.Access.NONE:
        raise NotFound


def respondent_of(case: Case, public_id: UUID | str) -> Respondent:
    """The respondent of this very case; one of another case is not found (HOSTILE 17)."""
    respondent = case.respondents.select_related("user").filter(public_id=public_id).first()
    if respondent is None:
        raise NotFound
    return respondent


def shut_out(case: Case, user: User) -> None:
    """Take the locked case from somebody who from now on may have nothing to do with it.

    Else it would stay with them for good: nobody could claim it, and they could not give it back.
    """
    if case.assignee_id == user.pk:
        case.assignee = None
        case.assigned_at = None
    Watcher.objects.filter(case=case, user=user).delete()
    Presence.objects.filter(case=case, user=user).delete()
    Mention.objects.filter(note__case=case, user=user).delete()


def check_revision(case: Case, revision: int | None) -> None:
    """`Stale` when the form was opened on an older state of the case; None is not checked."""
    if revision is not None and revision != case.revision:
        raise Stale


def save(obj: models.Model) -> None:
    """Validate and save. A rule of the model that fails becomes `InvalidInput` at its field.

    Related rows were read just now, and the database holds that they exist: they are not asked for
    again, one by one.
    """
    _storable(obj)
    related = {
        field.name
        for field in obj._meta.concrete_fields  # noqa: SLF001 - documented by Django
        if field.is_relation and getattr(obj, field.attname) is not None
    }
    try:
        obj.full_clean(exclude=related, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    obj.save()


def _storable(obj: models.Model) -> None:
    """PostgreSQL stores no NUL and no lone surrogate; whoever sends one is told at the field."""
    for field in obj._meta.concrete_fields:  # noqa: SLF001 - documented by Django
        value = getattr(obj, field.attname)
        if isinstance(value, str) and any(c == "\x00" or 0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise InvalidInput({field.name: [_("This text has characters that cannot be kept.")]})


def role_of(actor: User, case: Case) -> str:
    """In which role somebody acts on the case: the word stored with the event."""
    for role in (Role.OFFICER, Role.MODERATOR, Role.AUDITOR):
        if has_role(actor, role, institution_id=case.institution_id, anywhere=False):
            return str(role)
    if case.respondents.filter(same_person(actor, "user")).exists():
        return "respondent"
    return "learner"


def record(
    action: str,
    case: Case,
    actor: User | None,
    *,
    subject: tuple[str, str] | None = None,
    **kwargs: Any,
) -> None:
    """Record an event of this case; `data` and `personal` as `audit.record` takes them."""
    audit.record(
        action,
        actor=(
            audit.Actor.user(actor.public_id, role=role_of(actor, case))
            if actor is not None
            else audit.Actor.system("deadlines")
        ),
        subject=subject or ("case", case.number),
        case_number=case.number,
        institution=case.institution.slug,
        **kwargs,
    )
