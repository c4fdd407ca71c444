"""Everything that changes policies and schemes: drafts, publication, import, the demo's own."""

from policies.parts import ConsequenceDraft, ViolationDraft
from policies.services.documents import change_document, create_document
from policies.services.drafts import create_draft, delete_draft, edit_draft, start_next
from policies.services.imports import AlreadyImported, ImportReport, import_policy
from policies.services.publication import publish
from policies.services.schemes import import_scheme, publish_scheme

__all__ = [
    "AlreadyImported",
    "ConsequenceDraft",
    "ImportReport",
    "ViolationDraft",
    "change_document",
    "create_document",
    "create_draft",
    "delete_draft",
    "edit_draft",
    "import_policy",
    "import_scheme",
    "publish",
    "publish_scheme",
    "start_next",
]
