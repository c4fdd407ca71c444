"""What policies write into the history. Nothing personal: texts are named by slug and number."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

# sha256: of the text; sha256_whole: of all that the version says (policies.contents).
_TEXT = {"document", "number", "effective_at", "sha256", "sha256_whole"}

audit.register(
    "policy.version_created", fields=_TEXT, label=_("Draft of a policy made"), icon="file-text"
)
audit.register(
    "policy.imported",
    fields=_TEXT
    | {"source_sha256", "source_lines", "dropped_lines"}
    | {"violation_types", "consequences", "unclear"},
    label=_("Text of a policy taken over from a file"),
    icon="file-text",
)
audit.register(
    "policy.draft_changed", fields=_TEXT, label=_("Draft of a policy changed"), icon="pencil"
)
audit.register(
    "policy.draft_deleted", fields=_TEXT, label=_("Draft of a policy deleted"), icon="trash-2"
)
audit.register(
    "policy.document_saved",
    fields={"document", "kind", "title", "course", "needs_pledge"},
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
_MAILING = {"document", "number", "kind", "people", "messages", "course"}
audit.register(
    "policy.mailing_started",
    fields=_MAILING,
    label=_("Message to many people started"),
    icon="send",
)
audit.register(
    "policy.mailing_finished", fields=_MAILING, label=_("Message to many people finished")
)
audit.register("policy.mailing_stopped", fields=_MAILING, label=_("Message to many people stopped"))
_QUESTION = {"document", "number", "clause"}
audit.register(
    "policy.question_asked",
    fields=_QUESTION,
    label=_("Question about a policy asked"),
    icon="circle-help",
)
audit.register(
    "policy.question_answered",
    fields=_QUESTION,
    label=_("Question about a policy answered"),
    icon="message-square",
)
# Pledges
audit.register(
    "pledge.made",
    fields={"course", "document", "number"},
    label=_("Pledge made"),
    icon="file-check",
)
audit.register(
    "pledge.list_exported",
    fields={"document", "number", "course", "state"},
    label=_("List of pledges exported"),
    icon="download",
)
_REVIEW = {"document", "due_on", "meeting_at", "capacity", "took_part", "input", "inputs"}
_GROUPS = {"learners", "instructors", "administrators"}
for _name, _label, _icon in (
    ("opened", _("Review of a policy opened"), "calendar"),
    ("meeting", _("Meeting of a review set"), "calendar"),
    ("invited", _("Somebody invited to a review"), "user-plus"),
    ("recorded", _("Record of a review changed"), "pencil"),
    ("input", _("Input to a review sent"), "message-square"),
    ("replied", _("Input to a review answered"), "message-square"),
    ("closed", _("Review of a policy closed"), "check"),
):
    audit.register(
        f"policy.review_{_name}",
        fields=_REVIEW | _GROUPS,
        personal={"person"},
        label=_label,
        icon=_icon,
    )
audit.register(
    "policy.disseminated",
    fields={"document", "number", "medium", "day"},
    label=_("Policy brought before everybody"),
    icon="send",
)
