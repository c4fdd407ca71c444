"""Drafts of policy versions: made, and edited until they are published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput, NotFound, Stale
from integrity.core.text import clean_text
from policies import contents
from policies.enums import TAKES_AWAY, VersionStatus
from policies.models import Consequence, Document, Version, ViolationType
from policies.models.version import BODY_LIMIT
from policies.parts import ConsequenceDraft, ViolationDraft
from policies.rendering import render
from policies.rules import start_of_day

EDITABLE = frozenset((*contents.FIELDS[contents.TEXT], *contents.FIELDS[contents.TERMS])) - {"body"}
# What a new version gives people to prepare, unless somebody says otherwise.
NOTICE_DAYS = 30

# What a new version takes over from the one before.
COPIED = EDITABLE - {"effective_at", "change_summary"}
# What a text of an institution says only when somebody sets it; else the platform's holds (PO5).
LEFT_OPEN: dict[str, Any] = {
    "response_working_days": None,
    "extension_working_days": None,
    "appeal_working_days": None,
    "clock_starts": "",
    "standard_of_proof": "",
    "appeal_grounds": [],
}


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


def start_next(*, actor: audit.Actor, document: Document, after: int) -> Version:
    """The version that follows number `after` (0: the first), as a draft that is a copy of it.

    Asked again it is the same one, and so is the draft that somebody else is working on. It takes
    effect a month from now, but never before what is published already; the first version has no
    text but its title, and an institution's leaves to the platform what nobody set. Raises
    `Conflict` where there is no version `after`.
    """
    with audit.transaction():
        document = Document.objects.select_for_update().get(pk=document.pk)
        versions = list(document.versions.order_by("number"))
        newer = next((item for item in versions if item.number > after), None)
        if newer is not None:
            return newer
        before = versions[-1] if versions else None
        if (before.number if before else 0) != after:
            raise Conflict(_("There is no such version. Please go back and look again."))
        if before is not None and not before.is_published:
            return before
        zone = document.owner_zone
        day = (clock.now() + timedelta(days=NOTICE_DAYS)).astimezone(ZoneInfo(zone)).date()
        starts = start_of_day(day, zone)
        if before is not None and before.effective_at > clock.now():
            # Of two that take effect at the same instant the later one counts: it replaces it.
            starts = before.effective_at
        return create_draft(
            actor=actor,
            document=document,
            body=before.body if before else f"# {document.title}",
            effective_at=starts,
            **(LEFT_OPEN if before is None and document.institution_id is not None else {}),
        )


def edit_draft(
    *,
    actor: audit.Actor,
    version: Version,
    body: str | None = None,
    violation_types: Sequence[ViolationDraft] | None = None,
    consequences: Sequence[ConsequenceDraft] | None = None,
    seen: Mapping[str, str] | None = None,
    **fields: Any,
) -> Version:
    """Change a draft; what is not given stays, and clauses are found again under a new number.

    `seen` are the digests (`policies.contents`) of the parts as the editor knew them. Raises
    `Stale` when somebody changed one of them since, `Conflict` for a published version,
    `NotFound` for one that was deleted meanwhile, `InvalidInput` naming the fields that are wrong.
    Saving what is stored already does nothing.
    """
    _only_editable(fields)
    with audit.transaction():
        stored_version = Version.objects.select_for_update().filter(pk=version.pk).first()
        if stored_version is None:
            raise NotFound
        version = stored_version
        if version.status != VersionStatus.DRAFT:
            raise Conflict(_("A published version never changes. Please start a new version."))
        stored = contents.digests(version)
        if body is not None:
            body = _body(body)
            if body != version.body:
                if violation_types is None:
                    violation_types = _types_of(version, body)
                if consequences is None:
                    consequences = _consequences_of(version, body)
            version.body = body
        for name, value in fields.items():
            setattr(version, name, value)
        _clean(version)
        version.save()
        if violation_types is not None:
            version.violation_types.all().delete()
        if consequences is not None:
            version.consequences.all().delete()
        _write_parts(version, None, violation_types or (), consequences or ())
        if contents.digests(version) == stored:
            return version
        if contents.others(seen or {}, stored):
            raise Stale(_("Somebody changed this draft after you opened the page."))
        audit.record("policy.draft_changed", **event(version, actor))
    return version


def delete_draft(*, actor: audit.Actor, version: Version, seen: str | None = None) -> None:
    """Delete a draft and what it names.

    `seen` is the digest of all of it as somebody looked at it: `Stale` when it was changed since.
    Deleting it twice, also at the same time, is deleting it once. Raises `Conflict` for a published
    version.
    """
    with audit.transaction():
        stored = Version.objects.select_for_update(of=("self",)).filter(pk=version.pk).first()
        if stored is None:
            return
        version = stored
        if version.status != VersionStatus.DRAFT:
            raise Conflict(_("A published version never changes. Please start a new version."))
        if seen is not None and seen != contents.whole(version):
            raise Stale(_("Somebody changed this draft after you opened the page."))
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
            "sha256_whole": contents.whole(version),
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


def _types_of(version: Version | None, body: str | None = None) -> list[ViolationDraft]:
    """As in the version; the clause is found again, for numbers may have moved."""
    if version is None:
        return []
    moved = _moved(version, body)
    return [
        ViolationDraft(
            code=row.code,
            kind=row.kind,
            title=row.title,
            description=row.description,
            urgent=row.urgent,
            elements=tuple(row.elements),
            **moved(row.clause),
        )
        for row in version.violation_types.all()
    ]


def _consequences_of(version: Version | None, body: str | None = None) -> list[ConsequenceDraft]:
    if version is None:
        return []
    moved = _moved(version, body)
    return [
        ConsequenceDraft(
            code=row.code,
            title=row.title,
            description=row.description,
            takes_away=row.takes_away,
            **moved(row.clause),
        )
        for row in version.consequences.all()
    ]


def _moved(version: Version, body: str | None) -> Callable[[str], dict[str, str]]:
    """Where a clause of the version is found in a new text: under its title.

    With `body`, that text: a clause whose title is gone keeps its number while there is one.
    """
    title = version.document.title
    old = render(version.body, title).numbers()
    titles = {number: name for name, number in old.items()}
    if body is None:
        return lambda clause: {"under": titles.get(clause, "")}
    new = render(body, title)
    numbers, known = new.numbers(), new.known()

    def find(clause: str) -> dict[str, str]:
        number = numbers.get(titles.get(clause, ""), clause)
        return {"clause": number if number in known else ""}

    return find
