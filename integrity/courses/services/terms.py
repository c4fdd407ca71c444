"""What an assignment permits (PO10): said by its teachers, kept as it was said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core.errors import Conflict, InvalidInput, NotPermitted
from integrity.courses import selectors
from integrity.courses.enums import Permission
from integrity.courses.models import Assignment, AssignmentTerms
from integrity.courses.selectors import QUESTIONS
from integrity.courses.validators import written

if TYPE_CHECKING:
    from integrity.accounts.models import User

MAX_NOTE = 2_000


def set_terms(
    *,
    actor: User,
    assignment: Assignment,
    collaboration: str,
    sharing: str,
    tools: str,
    reuse: str,
    note: str = "",
    form_key: str,
) -> AssignmentTerms:
    """Say what an assignment permits from now on; what was said before stays as it was.

    Only for teachers of its course (`NotPermitted`). Each answer is a `Permission`; where one says
    "within limits" the note has to name them (`InvalidInput`). The same answers again, or the same
    `form_key`, change nothing and return the terms in force; another answer under a key that was
    used is a `Conflict`.
    """
    said = {
        "collaboration": collaboration,
        "sharing": sharing,
        "tools": tools,
        "reuse": reuse,
        "note": written("note", note, most=MAX_NOTE, required=False),
    }
    with audit.transaction():
        # One after the other, so that two teachers at once leave a clear order.
        assignment = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        if not selectors.teaches(actor.pk, assignment.course):
            raise NotPermitted(_("Only those who teach this course say what it permits."))
        _check(said)
        known = AssignmentTerms.objects.filter(form_key=form_key).first()
        if known is not None:
            if known.assignment_id != assignment.pk or not _same(known, said):
                raise Conflict
            return known
        standing = selectors.terms_at(assignment)
        if standing is not None and _same(standing, said):
            return standing
        terms = AssignmentTerms(assignment=assignment, set_by=actor, form_key=form_key, **said)
        terms.save()
        audit.record(
            "assignment.terms_set",
            actor=audit.Actor.user(actor.public_id, role="teacher"),
            subject=("assignment", str(assignment.public_id)),
            institution=assignment.course.institution.slug,
            data={
                "course": assignment.course.slug,
                "terms": str(terms.public_id),
                **{name: said[name] for name in QUESTIONS},
            },
        )
    return terms


def _check(said: Mapping[str, str]) -> None:
    errors = {
        name: [_("Choose one of the answers.")]
        for name in QUESTIONS
        if said[name] not in Permission.values
    }
    limited = any(said[name] == Permission.LIMITED for name in QUESTIONS)
    if limited and not said["note"]:
        errors["note"] = [_("Say what the limits are")]
    if errors:
        raise InvalidInput(errors)


def _same(terms: AssignmentTerms, said: Mapping[str, str]) -> bool:
    return all(getattr(terms, name) == value for name, value in said.items())
