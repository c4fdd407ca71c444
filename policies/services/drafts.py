"""Drafts of policy versions: made, and edited until they are published."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core.errors import Conflict, InvalidInput
from integrity.core.text import clean_text
from policies.enums import TAKES_AWAY, VersionStatus
from policies.models import Consequence, Document, Version, ViolationType
from policies.models.version import BODY_LIMIT
from policies.parts import ConsequenceDraft, ViolationDraft
from policies.rendering import render

EDITABLE = frozenset(
    {
        "effective_at",
        "change_summary",
        "language",
        "no_refunds",
        "response_working_days",
        "extension_working_days",
        "appeal_working_days",
        "standard_of_proof",
        "appeal_grounds",
    }
)


# What a new version takes over from the one before.
COPIED = EDITABLE - {"effective_at", "change_summary"}


def create_draft(
    *,
    actor: audit.Actor,
    document: Document,
    body: str,
    effective_at: datetime,
    violation_types: Sequence[ViolationDraft] | None = None,
    consequences: Sequence[ConsequenceDraft] | None = None,
    **fields: Any,
) -> Version:
    """The next version of `document`, as a draft.

    It starts as a copy: what is not given of `EDITABLE`, of violation types and of consequences is
    taken from the version before, but for the text and the summary of changes. Raises
    `InvalidInput` naming the fields that are wrong.
    """
    _only_editable(fields)
    with audit.transaction():
        # Two drafts at once get different numbers.
        document = Document.objects.select_for_update().get(pk=document.pk)
        last = document.versions.aggregate(last=Max("number"))["last"] or 0
        before = document.versions.filter(number=last).first()
        copied = {name: getattr(before, name) for name in COPIED} if before else {}
        version = Version(
            document=document,
            number=last + 1,
            body=_body(body),
            effective_at=effective_at,
            **(copied | fields),
        )
        _clean(version)
        version.save()
        _write_parts(version, before, violation_types, consequences)
        audit.record("policy.version_created", **event(version, actor))
    return version


def edit_draft(
    *,
    actor: audit.Actor,
    version: Version,
    body: str | None = None,
    violation_types: Sequence[ViolationDraft] | None = None,
    consequences: Sequence[ConsequenceDraft] | None = None,
    **fields: Any,
) -> Version:
    """Change a draft; what is not given stays.

    Raises `Conflict` for a published version, `InvalidInput` naming the fields that are wrong.
    """
    _only_editable(fields)
    with audit.transaction():
        version = Version.objects.select_for_update().get(pk=version.pk)
        if version.status != VersionStatus.DRAFT:
            raise Conflict(_("A published version never changes. Please start a new version."))
        if body is not None:
            version.body = _body(body)
        for name, value in fields.items():
            setattr(version, name, value)
        _clean(version)
        version.save()
        if violation_types is not None:
            version.violation_types.all().delete()
        if consequences is not None:
            version.consequences.all().delete()
        _write_parts(version, None, violation_types or (), consequences or ())
        audit.record("policy.draft_changed", **event(version, actor))
    return version


def delete_draft(*, actor: audit.Actor, version: Version) -> None:
    """Delete a draft and what it names. Raises `Conflict` for a published version."""
    with audit.transaction():
        version = Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
        if version.status != VersionStatus.DRAFT:
            raise Conflict(_("A published version never changes. Please start a new version."))
        said = event(version, actor)
        version.delete()
        audit.record("policy.draft_deleted", **said)


def digest(body: str) -> str:
    """SHA-256 of a text, as the history names it."""
    return hashlib.sha256(body.encode()).hexdigest()


def event(version: Version, actor: audit.Actor) -> dict[str, Any]:
    """What every event about a version says."""
    institution = version.document.institution
    return {
        "actor": actor,
        "subject": ("policy", f"{version.document.slug}/v{version.number}"),
        "institution": institution.slug if institution else "",
        "data": {
            "document": version.document.slug,
            "number": version.number,
            "effective_at": version.effective_at.isoformat(),
            "sha256": digest(version.body),
        },
    }


def _only_editable(fields: dict[str, Any]) -> None:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise TypeError(f"Not fields of a draft: {sorted(unknown)}")


def _body(body: str) -> str:
    try:
        return clean_text(body, max_length=BODY_LIMIT)
    except ValidationError as error:
        raise InvalidInput({"body": error.messages}) from error


def _clean(version: Version) -> None:
    errors: dict[str, list[Any]] = {}
    try:
        version.full_clean(validate_constraints=False)
    except ValidationError as error:
        errors = dict(error.message_dict)
    if "effective_at" not in errors and version.effective_at.tzinfo is None:
        errors.setdefault("effective_at", []).append(_("Please give the time zone as well."))
    if version.document.institution_id is None:
        for name in ("response_working_days", "extension_working_days", "appeal_working_days"):
            if getattr(version, name) is None:
                errors.setdefault(name, []).append(_("The platform's policy has to say this."))
    if errors:
        raise InvalidInput(errors)


def _write_parts(
    version: Version,
    before: Version | None,
    violation_types: Sequence[ViolationDraft] | None,
    consequences: Sequence[ConsequenceDraft] | None,
) -> None:
    numbers = render(version.body, version.document.title).numbers()
    problems: list[str] = []
    types: list[ViolationType] = []
    for item in violation_types if violation_types is not None else _types_of(before):
        clause = item.clause or numbers.get(item.title.casefold(), "")
        clause = clause or numbers.get(item.under.casefold(), "")
        types.append(
            ViolationType(
                version=version,
                code=item.code,
                kind=item.kind,
                title=item.title,
                description=item.description,
                clause=clause,
                urgent=item.urgent,
                elements=list(item.elements),
                position=len(types) + 1,
            )
        )
    rows: list[Consequence] = []
    for entry in consequences if consequences is not None else _consequences_of(before):
        taken = TAKES_AWAY.get(entry.code, "") if entry.takes_away is None else entry.takes_away
        rows.append(
            Consequence(
                version=version,
                code=entry.code,
                title=entry.title,
                description=entry.description,
                clause=entry.clause or numbers.get(entry.under.casefold(), ""),
                takes_away=taken,
                position=len(rows) + 1,
            )
        )
    for row in (*types, *rows):
        try:
            row.full_clean(exclude=["version"], validate_constraints=False, validate_unique=False)
        except ValidationError as error:
            problems += [f"{row.code}: {text}" for text in error.messages]
    for name, listed in (("violation_types", types), ("consequences", rows)):
        codes = [row.code for row in listed]
        problems += [
            f"{name}: {code} twice" for code in sorted(set(codes)) if codes.count(code) > 1
        ]
    if problems:
        raise InvalidInput({"": problems})
    ViolationType.objects.bulk_create(types)
    Consequence.objects.bulk_create(rows)


def _types_of(version: Version | None) -> list[ViolationDraft]:
    """As in the version before; the clause is found again, for numbers may have moved."""
    if version is None:
        return []
    titles = _titles(version)
    return [
        ViolationDraft(
            code=row.code,
            kind=row.kind,
            title=row.title,
            description=row.description,
            under=titles.get(row.clause, ""),
            urgent=row.urgent,
            elements=tuple(row.elements),
        )
        for row in version.violation_types.all()
    ]


def _consequences_of(version: Version | None) -> list[ConsequenceDraft]:
    if version is None:
        return []
    titles = _titles(version)
    return [
        ConsequenceDraft(
            code=row.code,
            title=row.title,
            description=row.description,
            under=titles.get(row.clause, ""),
            takes_away=row.takes_away,
        )
        for row in version.consequences.all()
    ]


def _titles(version: Version) -> dict[str, str]:
    """Number of a part or clause -> its title, to find it again under another number."""
    numbers = render(version.body, version.document.title).numbers()
    return {number: title for title, number in numbers.items()}
