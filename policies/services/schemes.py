"""Schemes come in as files and hold from the instant they name."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict
from integrity.courses.models import Institution
from policies import selectors
from policies.enums import VersionStatus
from policies.models import Document, Scheme, SchemeVersion, Version
from policies.rules import start_of_day
from policies.schemes import Problem, SchemeError, SchemeFile, parse


def import_scheme(
    *, actor: audit.Actor, data: Any, file: SchemeFile | None = None
) -> tuple[SchemeVersion, bool]:
    """Store `data` as the next version of its scheme; published unless the file says `draft`.

    A file equal to the newest version changes nothing. Returns the version and whether it is new.
    Raises `SchemeError` naming place and reason, also for an institution or a policy that is not
    here. `file` is `data` as already read, so that problems keep their lines.
    """
    file = file or parse(data)
    institution, start, policy = resolve(file)
    with audit.transaction():
        scheme, _created = Scheme.objects.select_for_update().get_or_create(
            slug=file.slug,
            defaults={"kind": file.kind, "title": file.title, "institution": institution},
        )
        if scheme.kind != file.kind:
            raise SchemeError(
                [Problem("kind", f'the scheme "{file.slug}" is a {scheme.kind}; use another slug')]
            )
        if scheme.institution != institution:
            raise SchemeError([Problem("institution", "the scheme belongs to somebody else")])
        newest = scheme.versions.order_by("-number").first()
        if newest is not None and newest.data == data:
            return newest, False
        version = SchemeVersion.objects.create(
            scheme=scheme,
            number=(scheme.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
            data=data,
            policy_version=policy,
            effective_at=start,
            note=file.note,
        )
        audit.record("scheme.version_created", **_event(version, actor))
        if file.status == VersionStatus.PUBLISHED:
            version = publish_scheme(actor=actor, version=version)
    return version, True


def publish_scheme(*, actor: audit.Actor, version: SchemeVersion) -> SchemeVersion:
    """Publish a draft of a scheme. Raises `Conflict` when it is published, or one that is newer."""
    with audit.transaction():
        version = (
            SchemeVersion.objects.select_for_update(of=("self",))
            .select_related("scheme__institution", "policy_version__document")
            .get(pk=version.pk)
        )
        if version.status != VersionStatus.DRAFT:
            raise Conflict(_("This version of the scheme is published already."))
        parse(version.data)
        before = (
            version.scheme.versions.filter(status=VersionStatus.PUBLISHED)
            .order_by("-effective_at", "-number")
            .first()
        )
        if before is not None and before.number > version.number:
            raise Conflict(_("A later version of the scheme is published already."))
        if before is not None and version.effective_at < before.effective_at:
            reason = f"version {before.number} takes effect on {before.effective_at.isoformat()}"
            raise SchemeError([Problem("effective", f"is too early: {reason}")])
        version.status = VersionStatus.PUBLISHED
        version.published_at = clock.now()
        version.scheme.title = parse(version.data).title
        version.scheme.save(update_fields=["title"])
        version.save()
        said = _event(version, actor)
        policy = version.policy_version
        said["data"]["policy"] = f"{policy.document.slug}/v{policy.number}" if policy else ""
        audit.record("scheme.published", **said)
    return version


def resolve(file: SchemeFile) -> tuple[Institution | None, datetime, Version | None]:
    """The institution, instant and policy that the file names. Raises `SchemeError`."""
    institution = _institution(file)
    start = _start(file, institution)
    return institution, start, _policy(file, start)


def _institution(file: SchemeFile) -> Institution | None:
    if not file.institution:
        return None
    found = Institution.objects.filter(slug=file.institution).first()
    if found is None:
        raise SchemeError([Problem("institution", f'there is no institution "{file.institution}"')])
    return found


def _start(file: SchemeFile, institution: Institution | None) -> datetime:
    """The instant the file names: an ISO time with its offset, or a day in the owner's zone."""
    if not file.effective:
        return clock.now()
    zone = institution.time_zone if institution else "UTC"
    try:
        if len(file.effective) == 10:
            return start_of_day(date.fromisoformat(file.effective), zone)
        start = datetime.fromisoformat(file.effective)
    except ValueError as error:
        raise SchemeError([Problem("effective", "must be a day such as 2026-09-01")]) from error
    if start.tzinfo is None:
        raise SchemeError([Problem("effective", "a time needs its offset, such as +00:00")])
    return start


def _policy(file: SchemeFile, start: datetime) -> Version | None:
    """The version of the named policy that governs `start`, or the first one after it."""
    if not file.policy:
        return None
    document = Document.objects.filter(slug=file.policy).first()
    if document is None:
        raise SchemeError([Problem("policy", f'there is no policy "{file.policy}"')])
    found = selectors.governing_version(document, start) or (
        selectors.published().filter(document=document).order_by("effective_at", "number").first()
    )
    if found is None:
        raise SchemeError([Problem("policy", f'"{file.policy}" has no published version')])
    return found


def _event(version: SchemeVersion, actor: audit.Actor) -> dict[str, Any]:
    text = json.dumps(version.data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    institution = version.scheme.institution
    return {
        "actor": actor,
        "subject": ("scheme", f"{version.scheme.slug}/v{version.number}"),
        "institution": institution.slug if institution else "",
        "data": {
            "scheme": version.scheme.slug,
            "number": version.number,
            "effective_at": version.effective_at.isoformat(),
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
        },
    }
