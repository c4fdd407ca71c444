"""The demo's own policies and schemes, from the files in `policies/demo/`."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from typing import Any

from integrity.audit import services as audit
from integrity.courses.models import Institution
from policies.enums import VersionStatus
from policies.models import Document
from policies.parts import ConsequenceDraft, ViolationDraft
from policies.rules import start_of_day
from policies.schemes import parse_text
from policies.services.drafts import create_draft
from policies.services.publication import publish
from policies.services.schemes import import_scheme

_TERMS = (
    "response_working_days",
    "extension_working_days",
    "appeal_working_days",
    "clock_starts",
    "standard_of_proof",
    "appeal_grounds",
    "pledge",
    "pledge_grace_days",
)
NO_REFUNDS = (
    "We do not pay money back for a course, a programme or a certificate because of a step taken"
    " under this code."
)


def load_demo_policies(actor: audit.Actor) -> list[Document]:
    """Create and publish the demo's policies and schemes where they are missing.

    Safe to repeat: a document that has a version, and a scheme whose file is stored, stay as they
    are. Institutions that a policy names are created when they are not there. Returns the documents
    in the order honor code, code of conduct, supplement.
    """
    manifest = json.loads(read("manifest.json"))
    with audit.transaction():
        documents = [_document(actor, entry) for entry in manifest["documents"]]
        for name in manifest["schemes"]:
            file, data = parse_text(read(name))
            import_scheme(actor=actor, data=data, file=file)
    return documents


def read(name: str) -> str:
    """A file of the demo."""
    return resources.files("policies.demo").joinpath(name).read_text(encoding="utf-8")


def _document(actor: audit.Actor, entry: dict[str, Any]) -> Document:
    owner = entry.get("institution")
    institution = None
    if owner:
        institution, _created = Institution.objects.get_or_create(
            slug=owner["slug"],
            defaults={"name": owner["name"], "time_zone": owner["time_zone"]},
        )
    document, _created = Document.objects.get_or_create(
        slug=entry["slug"],
        defaults={
            "kind": entry["kind"],
            "title": entry["title"],
            "summary": entry["summary"],
            "institution": institution,
            "needs_pledge": entry.get("needs_pledge", False),
        },
    )
    if document.versions.filter(status=VersionStatus.PUBLISHED).exists():
        return document
    for item in entry["versions"]:
        _version(actor, document, item)
    return document


def _version(actor: audit.Actor, document: Document, item: dict[str, Any]) -> None:
    parts = json.loads(read(item["violation_types"]))
    left_out = set(item["without"])
    zone = document.owner_zone
    version = create_draft(
        actor=actor,
        document=document,
        body=read(item["file"]),
        effective_at=start_of_day(date.fromisoformat(item["effective"]), zone),
        change_summary=item["change_summary"],
        no_refunds="" if document.institution_id else NO_REFUNDS,
        violation_types=[
            ViolationDraft(**kind)
            for kind in parts["violation_types"]
            if kind["code"] not in left_out
        ],
        consequences=[
            ConsequenceDraft(**consequence)
            for consequence in parts["consequences"]
            if consequence["code"] not in left_out
        ],
        **{name: item[name] for name in _TERMS if name in item},
    )
    publish(
        actor=actor,
        version=version,
        posted_at=start_of_day(date.fromisoformat(item["posted"]), zone),
    )
