"""Takes over a text that others have written, as the next version of a document."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit
from integrity.core import clock
from integrity.core.errors import InvalidInput
from integrity.courses.models import Institution
from policies.importer import Imported, Proposals, import_text, propose
from policies.models import Document, Version
from policies.rules import start_of_day
from policies.services.drafts import create_draft
from policies.services.publication import publish as publish_version


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
    for an editor to confirm; with `publish` they stand as proposed. Raises `CannotRead`, and
    `InvalidInput` naming the fields that are wrong.
    """
    try:
        imported = import_text(text)
    except ValidationError as error:
        raise InvalidInput({"body": error.messages}) from error
    with audit.transaction():
        document = _document(slug, kind, title, institution)
        proposals = propose(imported.body, document.kind)
        start = start_of_day(effective, document.owner_zone)
        version = create_draft(
            actor=actor,
            document=document,
            body=imported.body,
            effective_at=start,
            no_refunds=proposals.no_refunds,
            violation_types=proposals.violation_types,
            consequences=proposals.consequences,
        )
        if publish:
            past = start if start < clock.now() else None
            version = publish_version(actor=actor, version=version, posted_at=past)
    return ImportReport(version, imported, proposals)


def _document(slug: str, kind: str, title: str, institution: Institution | None) -> Document:
    document = Document.objects.select_for_update().filter(slug=slug).first()
    if document is None:
        document = Document(slug=slug, kind=kind, title=title, institution=institution)
    elif document.kind != kind:
        raise InvalidInput({"kind": [_("This policy is of another kind. Use another short name.")]})
    elif document.institution_id != (institution.pk if institution else None):
        raise InvalidInput({"institution": [_("This policy belongs to somebody else.")]})
    document.title = " ".join(title.split())
    try:
        document.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from error
    document.save()
    return document
