"""Everything that changes policies and schemes: drafts, publication, import, the demo's own."""

from policies.services.drafts import ConsequenceDraft, ViolationDraft, create_draft, edit_draft
from policies.services.publication import publish
from policies.services.schemes import import_scheme, publish_scheme

__all__ = [
    "ConsequenceDraft",
    "ViolationDraft",
    "create_draft",
    "edit_draft",
    "import_scheme",
    "publish",
    "publish_scheme",
]
