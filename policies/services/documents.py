"""Documents: made, and named anew."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core.errors import InvalidInput, Stale
from integrity.core.text import clean_text
from integrity.courses.models import Course, Institution
from policies import contents
from policies.models import Document

# What cases, pledges and addresses of published texts stand on: fixed with the first version.
FIXED = ("slug", "kind", "institution", "course")
NAMES = ("title", "summary", "needs_pledge")
_LINES = {"title": 200, "summary": 400}


def create_document(
    *,
    actor: audit.Actor,
    slug: str,
    kind: str,
    title: str,
    summary: str = "",
    institution: Institution | None = None,
    course: Course | None = None,
    needs_pledge: bool = False,
) -> Document:
    """A policy without any text yet; without an institution it is the platform's.

    The same again is the same policy. Raises `InvalidInput` naming the fields that are wrong, also
    for a short name that somebody else's policy has.
    """
    given = {
        "slug": slug,
        "kind": kind,
        "title": title,
        "summary": summary,
        "institution": institution,
        "course": course,
        "needs_pledge": needs_pledge,
    }
    with audit.transaction():
        made = Document()
        _set(made, given)
        known = Document.objects.select_for_update(of=("self",)).filter(slug=made.slug).first()
        if known is not None and _said(known) == _said(made):
            return known
        _save(made, actor)
    return made


def change_document(
    *, actor: audit.Actor, document: Document, seen: str | None = None, **fields: Any
) -> Document:
    """Change what a policy is called; what is not given stays.

    `slug`, `kind`, `institution` and `course` stay once there is a version. `seen` is the `digest`
    of the names as the editor knew them: `Stale` when somebody changed them since. Raises
    `InvalidInput` naming the fields that are wrong. Saving what is stored already does nothing.
    """
    unknown = set(fields) - {*FIXED, *NAMES}
    if unknown:
        raise TypeError(f"Not fields of a policy: {sorted(unknown)}")
    with audit.transaction():
        document = (
            Document.objects.select_for_update(of=("self",))
            .select_related("institution", "course")
            .get(pk=document.pk)
        )
        stored = _said(document)
        _set(document, fields)
        said = _said(document)
        if said == stored:
            return document
        moved = [name for name in FIXED if said[name] != stored[name]]
        if moved and document.versions.exists():
            raise InvalidInput(
                {name: [_("This stays: there is a version already.")] for name in moved}
            )
        if seen is not None and seen != contents.digest(stored):
            raise Stale(_("Somebody changed these names after you opened the page."))
        _save(document, actor)
    return document


def digest(document: Document) -> str:
    """What the names of a policy are known by, to tell whether somebody changed them."""
    return contents.digest(_said(document))


def _said(document: Document) -> dict[str, Any]:
    return {
        **{name: getattr(document, name) for name in ("slug", "kind", *NAMES)},
        "institution": document.institution_id,
        "course": document.course_id,
    }


def _set(document: Document, fields: dict[str, Any]) -> None:
    errors: dict[str, list[Any]] = {}
    for name, given in fields.items():
        value = given
        if name in _LINES:
            try:
                value = clean_text(given, max_length=_LINES[name], single_line=True)
            except ValidationError as error:
                errors[name] = error.messages
        setattr(document, name, value)
    if errors:
        raise InvalidInput(errors)


def _save(document: Document, actor: audit.Actor) -> None:
    try:
        document.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    course, institution = document.course, document.institution
    if course is not None and (institution is None or course.institution_id != institution.pk):
        raise InvalidInput({"course": [_("This course belongs to another institution.")]})
    document.save()
    audit.record(
        "policy.document_saved",
        actor=actor,
        subject=("policy", document.slug),
        institution=institution.slug if institution else "",
        data={
            "document": document.slug,
            "kind": document.kind,
            "title": document.title,
            "course": course.slug if course else "",
            "needs_pledge": document.needs_pledge,
        },
    )
