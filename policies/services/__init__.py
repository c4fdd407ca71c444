"""Everything that changes policies and schemes: drafts, publication, import, the demo's own."""

from policies.parts import ConsequenceDraft, ViolationDraft
from policies.services.drafts import create_draft, delete_draft, edit_draft
from policies.services.imports import ImportReport, import_policy
from policies.services.publication import publish
from policies.services.schemes import import_scheme, publish_scheme

__all__ = [
    "ConsequenceDraft",
    "ImportReport",
    "ViolationDraft",
    "create_draft",
    "delete_draft",
    "edit_draft",
    "import_policy",
    "import_scheme",
    "publish",
    "publish_scheme",
]
