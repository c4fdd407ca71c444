"""Takes over a text that others have written, as the next version of a document."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import Conflict, InvalidInput
from integrity.courses.models import Institution
from policies.importer import Imported, Proposals, import_text, propose
from policies.models import Document, Version
from policies.rules import start_of_day
from policies.services.documents import change_document, create_document
from policies.services.drafts import LEFT_OPEN, create_draft, digest, event
from policies.services.publication import publish as publish_version


class AlreadyImported(Conflict):
    """The newest version has the same text from the same instant on. Nothing was changed."""


@dataclass(frozen=True)
class ImportReport:
    """What an import made, what it dropped and what it proposes."""

    version: Version
    imported: Imported
    proposals: Proposals

    def as_json(self) -> dict[str, Any]:
        """The form that `manage.py import_policy` prints."""
        version, proposals = self.version, self.proposals
        dropped = [asdict(item) for item in self.imported.dropped]
        source = self.imported.source_lines
        return {
            "document": version.document.slug,
            "title": version.document.title,
            "version": version.number,
            "status": version.status,
            "effective_at": version.effective_at.isoformat(),
            "url": version.get_absolute_url(),
            "layout": self.imported.layout,
            "lines": {"source": source, "kept": source - len(dropped), "dropped": len(dropped)},
            "dropped": dropped,
            "notes": [asdict(item) for item in self.imported.notes],
            "violation_types": [
                {
                    "code": row.code,
                    "kind": row.kind,
                    "title": row.title,
                    "clause": row.clause,
                    "description": row.description,
                }
                for row in version.violation_types.all()
            ],
            "consequences": [
                {
                    "code": row.code,
                    "title": row.title,
                    "clause": row.clause,
                    "takes_away": row.takes_away,
                    "description": row.description,
                }
                for row in version.consequences.all()
            ],
            "unclear": proposals.unclear,
            "to_confirm": _to_confirm(self),
            "no_refunds": version.no_refunds,
            "last_updated": proposals.last_updated or self.imported.dated,
        }


def import_policy(
    *,
    actor: audit.Actor,
    text: str,
    slug: str,
    kind: str,
    title: str,
    effective: date,
    institution: Institution | None = None,
    publish: bool = False,
) -> ImportReport:
    """Make `text` the next version of the document `slug`; the document is made when it is new.

    It takes effect at 00:00 of `effective` in the owner's zone (PO4), also in the past: the text
    was in force elsewhere. What it names as violations and consequences becomes part of the draft,
    for an editor to confirm; with `publish` they stand as proposed. The history keeps which ones
    were proposed. Raises `CannotRead`, `AlreadyImported` where the newest version has this text
    from this instant on, and `InvalidInput` naming the fields that are wrong.
    """
    try:
        imported = import_text(text)
    except ValidationError as error:
        raise InvalidInput({"body": error.messages}) from error
    with audit.transaction():
        document = _document(actor, slug, kind, title, institution)
        proposals = propose(imported.body, document.kind, document.title)
        start = start_of_day(effective, document.owner_zone)
        newest = document.versions.order_by("-number").first()
        if newest is not None and (newest.body, newest.effective_at) == (imported.body, start):
            raise AlreadyImported(_already(newest))
        open_terms = LEFT_OPEN if newest is None and institution is not None else {}
        version = create_draft(
            actor=actor,
            document=document,
            body=imported.body,
            effective_at=start,
            no_refunds=proposals.no_refunds,
            violation_types=proposals.violation_types,
            consequences=proposals.consequences,
            **open_terms,
        )
        _record(actor, text, version, imported, proposals)
        if publish:
            past = start if start < clock.now() else None
            version = publish_version(actor=actor, version=version, posted_at=past)
    return ImportReport(version, imported, proposals)


def _record(
    actor: audit.Actor, text: str, version: Version, imported: Imported, proposals: Proposals
) -> None:
    said = event(version, actor)
    said["data"] |= {
        "source_sha256": digest(text),
        "source_lines": imported.source_lines,
        "dropped_lines": [item.line for item in imported.dropped],
        "violation_types": [item.code for item in proposals.violation_types],
        "consequences": [item.code for item in proposals.consequences],
        "unclear": len(proposals.unclear),
    }
    audit.record("policy.imported", **said)


def _to_confirm(report: ImportReport) -> list[str]:
    """What an editor still has to look at, in words."""
    proposals = report.proposals
    found = [
        *(
            gettext("Violation type proposed: %(title)s (%(code)s)")
            % {"title": item.title, "code": item.code}
            for item in proposals.violation_types
        ),
        *(
            gettext("Consequence proposed: %(title)s (%(code)s)")
            % {"title": item.title, "code": item.code}
            for item in proposals.consequences
        ),
        *(
            gettext("No consequence of the catalogue fits: %(text)s") % {"text": text}
            for text in proposals.unclear
        ),
    ]
    if not proposals.violation_types:
        found.append(gettext("No violation type was found."))
    if not (proposals.consequences or proposals.unclear):
        found.append(gettext("No consequence was found."))
    return found


def _already(version: Version) -> str:
    if version.is_published:
        return gettext(
            "Version %(number)s has this text and takes effect at the same instant. "
            "Nothing was changed."
        ) % {"number": version.number}
    return gettext(
        "Version %(number)s has this text and takes effect at the same instant; it is a draft. "
        "Nothing was changed. To publish it, use the page of the draft."
    ) % {"number": version.number}


def _document(
    actor: audit.Actor, slug: str, kind: str, title: str, institution: Institution | None
) -> Document:
    document = Document.objects.select_for_update(of=("self",)).filter(slug=slug).first()
    if document is None:
        return create_document(
            actor=actor, slug=slug, kind=kind, title=title, institution=institution
        )
    if document.kind != kind:
        raise InvalidInput({"kind": [_("This policy is of another kind. Use another short name.")]})
    if document.institution_id != (institution.pk if institution else None):
        raise InvalidInput({"institution": [_("This policy belongs to somebody else.")]})
    return change_document(actor=actor, document=document, title=title)
