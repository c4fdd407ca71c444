"""What policies write into the history. Nothing personal: texts are named by slug and number."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

_TEXT = {"document", "number", "effective_at", "sha256"}

audit.register(
    "policy.version_created", fields=_TEXT, label=_("Draft of a policy made"), icon="file-text"
)
audit.register(
    "policy.draft_changed", fields=_TEXT, label=_("Draft of a policy changed"), icon="pencil"
)
audit.register(
    "policy.draft_deleted", fields=_TEXT, label=_("Draft of a policy deleted"), icon="trash-2"
)
audit.register(
    "policy.document_saved",
    fields={"document", "kind", "title"},
    label=_("Name of a policy changed"),
    icon="pencil",
)
audit.register(
    "policy.published",
    fields=_TEXT | {"posted_at", "violation_types", "consequences"},
    label=_("Policy published"),
    icon="file-text",
)
audit.register(
    "scheme.version_created",
    fields={"scheme", "number", "effective_at", "sha256"},
    label=_("Draft of a scheme made"),
    icon="scale",
)
audit.register(
    "scheme.published",
    fields={"scheme", "number", "effective_at", "sha256", "policy"},
    label=_("Scheme published"),
    icon="scale",
)
