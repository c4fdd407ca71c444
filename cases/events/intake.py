"""What comes in: reports, evidence, comparisons, the dialogue with whoever reported."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "report.received",
    fields={"kind", "mode", "evidence", "violation"},
    label=_("Report received"),
    icon="flag",
)
# Who told the clerk is in nothing of it.
audit.register(
    "report.entered",
    fields={"kind", "mode", "evidence", "violation", "received_by"},
    label=_("Report entered for somebody"),
    icon="pencil",
)
audit.register(
    "reports.imported",
    fields={"import", "lines", "left_out", "sha256"},
    label=_("List of reports filed"),
    icon="list",
)
# Why which texts govern (PO4): the basis, the versions, and the codes that were compared.
TEXTS = {"basis", "texts", "codes"}
audit.register(
    "case.filed", fields={"kind", "urgent", *TEXTS}, label=_("Case filed"), icon="folder-lock"
)
audit.register("report.joined", fields={"report"}, label=_("Further report"), icon="flag")
audit.register(
    "evidence.added",
    fields={"label", "kind", "sha256"},
    label=_("Evidence added"),
    icon="file-text",
)
audit.register(
    "evidence.passed",
    fields={"label"},
    label=_("Evidence checked by the virus scanner"),
    icon="file-text",
)
audit.register(
    "evidence.infected",
    fields={"label"},
    label=_("Evidence found harmful, kept from everybody"),
    icon="triangle-alert",
)
audit.register(
    "evidence.viewed",
    fields={"label"},
    label=_("Evidence opened"),
    respondent_may_see=True,
    icon="eye",
)
# Why is with each covered part: it may name whom it protects.
audit.register(
    "evidence.covered",
    fields={"label", "parts"},
    label=_("Parts of the evidence covered"),
    icon="eye-off",
)
audit.register(
    "evidence.uncovered",
    fields={"label", "parts"},
    label=_("Part of the evidence shown again"),
    icon="eye",
)
audit.register(
    "comparison.made",
    fields={"language", "passages"},
    label=_("Two texts compared"),
    icon="git-compare",
)
audit.register(
    "comparison.set_aside",
    fields={"passages", "reason"},
    label=_("Passages of a comparison set aside"),
    icon="git-compare",
)
audit.register(
    "comparison.counted",
    fields={"passages"},
    label=_("Passages of a comparison counted again"),
    icon="git-compare",
)
audit.register(
    "comparison.attached",
    fields={"label"},
    label=_("Comparison attached as evidence"),
    icon="git-compare",
)

audit.register(
    "report.asked", fields={"report", "files"}, label=_("Message to who reported"), icon="mail"
)
audit.register(
    "report.answered",
    fields={"report", "files"},
    label=_("Message from who reported"),
    icon="message-square",
)
audit.register(
    "review.requested",
    fields={"report"},
    label=_("Review of the dismissal asked for"),
    icon="scale",
)
audit.register(
    "review.decided",
    fields={"outcome"},
    label=_("Review of the dismissal decided"),
    icon="scale",
)
