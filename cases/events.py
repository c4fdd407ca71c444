"""Everything the cases app writes into the history, by stage. `data` never holds anything personal.

Reasons are personal values: they may name people, so they can be erased while the chain verifies.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

# Intake
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
_TEXTS = {"basis", "texts", "codes"}
audit.register(
    "case.filed", fields={"kind", "urgent", *_TEXTS}, label=_("Case filed"), icon="folder-lock"
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

# Who reported, and who may be named (PV1, IN5)
audit.register(
    "identity.asked",
    fields={"report", "purpose"},
    personal={"reason"},
    label=_("Asked to see who reported"),
    icon="lock",
)
audit.register(
    "identity.answered",
    fields={"report", "outcome"},
    personal={"reason"},
    label=_("Request to see who reported answered"),
    icon="users",
)
audit.register("identity.read", fields={"report"}, label=_("Who reported was read"), icon="eye")
audit.register(
    "consent.asked",
    fields={"of", "purpose"},
    label=_("Asked whether somebody may be named"),
    icon="mail",
)
audit.register(
    "consent.answered",
    fields={"of", "purpose", "answer"},
    label=_("Answer whether somebody may be named"),
    icon="message-square",
)
audit.register(
    "consent.withdrawn",
    fields={"of", "purpose"},
    label=_("Consent to be named taken back"),
    icon="undo-2",
)
audit.register(
    "consent.used",
    fields={"of", "purpose"},
    label=_("Name told with consent"),
    icon="user",
)

audit.register(
    "field_keys.rotated",
    fields={"values", "files", "references", "left"},
    label=_("Sealed again with a new key"),
    icon="key-round",
)

# Triage
audit.register("case.claimed", label=_("Case claimed"), icon="user")
audit.register("case.released", label=_("Case given back to the queue"), icon="user")
audit.register("case.watched", label=_("Followed by one more person"), icon="eye")
audit.register("case.unwatched", label=_("Followed by one person less"), icon="eye")
audit.register("case.opened", fields={"reports"}, label=_("Case opened"), icon="folder-lock")
audit.register(
    "respondent.named",
    fields={"respondent"},
    personal={"learner"},
    label=_("Learner named"),
    icon="user",
)
audit.register(
    "case.dismissed",
    fields={"reason"},
    personal={"note"},
    label=_("Case dismissed"),
    respondent_may_see=True,
    icon="x",
)
# Kept by the desk (QU4): no respondent reads it, unlike the dismissal.
audit.register(
    "case.dismissal_noted",
    fields={"detail"},
    label=_("Kept beside the dismissal"),
    icon="pencil",
)
audit.register(
    "case.reopened",
    personal={"reason"},
    label=_("Case taken up again"),
    respondent_may_see=True,
    icon="history",
)
# Which case the other one is stands with the join: whoever reads one may not know of the other.
audit.register(
    "case.merged_away",
    fields={"merge", "reports", "evidence"},
    label=_("Joined with another case, which goes on"),
    icon="git-merge",
)
audit.register(
    "case.merged_in",
    fields={"merge", "reports", "evidence", "respondents"},
    label=_("Reports and evidence of another case came in"),
    icon="git-merge",
)
audit.register(
    "case.unmerged", fields={"merge", "reports"}, label=_("Taken apart again"), icon="undo-2"
)
audit.register(
    "case.split",
    fields={"link", "reports", "evidence"},
    label=_("Reports taken out into a case of their own"),
    icon="split",
)
audit.register(
    "case.linked", fields={"link", "kind"}, label=_("Linked with another case"), icon="link"
)
audit.register(
    "case.unlinked", fields={"link"}, label=_("Link with another case removed"), icon="undo-2"
)
audit.register(
    "report.bad_faith",
    fields={"report"},
    personal={"reason"},
    label=_("Report recorded as made in bad faith"),
    icon="flag",
)
audit.register(
    "report.bad_faith_taken_back",
    fields={"report"},
    personal={"reason"},
    label=_("No longer recorded as made in bad faith"),
    icon="undo-2",
)
audit.register(
    "deadline.paused",
    fields={"due_at"},
    personal={"reason"},
    label=_("The desk's time stands still"),
    icon="clock",
)
audit.register(
    "deadline.resumed",
    fields={"due_at", "with_stage"},
    label=_("The desk's time goes on"),
    icon="clock",
)
audit.register(
    "case.escalated",
    fields={"due_at", "told"},
    label=_("Officers told that the case may become late"),
    icon="circle-alert",
)
audit.register(
    "case.incident_set",
    fields={"at", "day_only", "allegations", *_TEXTS},
    label=_("Said when it happened"),
    icon="calendar",
)
audit.register(
    "case.assigned",
    fields={"back"},
    personal={"to"},
    label=_("Case given by an officer"),
    icon="user",
)
audit.register("case.handed_over", personal={"to"}, label=_("Case handed over"), icon="user")
audit.register("case.left", fields={"had"}, label=_("Left the case"), icon="user")
audit.register("note.added", label=_("Note added"), icon="pencil")
audit.register(
    "note.shared",
    label=_("Note for the learner written"),
    respondent_may_see=True,
    icon="pencil",
)
audit.register(
    "note.read", label=_("Note read by the learner"), respondent_may_see=True, icon="eye"
)
audit.register(
    "conflict.declared", personal={"reason"}, label=_("Conflict of interest declared"), icon="lock"
)
audit.register(
    "conflict.undone",
    personal={"reason", "of"},
    label=_("Declaration of a conflict taken back"),
    icon="lock",
)

# Hearing
audit.register(
    "allegation.added",
    fields={"violation", "version", "completion", "respondent"},
    label=_("Allegation added"),
    icon="list-checks",
)
audit.register(
    "allegation.withdrawn", personal={"reason"}, label=_("Allegation taken back"), icon="x"
)
audit.register(
    "notice.sent",
    fields={"respondent", "due_at", "evidence", "message", "looked_at"},
    label=_("Notice sent, evidence shown"),
    respondent_may_see=True,
    icon="mail",
)
audit.register(
    "response.submitted",
    fields={"respondent", "stances", "files"},
    label=_("The learner answered"),
    respondent_may_see=True,
    icon="message-square",
)
audit.register(
    "response.lapsed",
    fields={"respondent"},
    personal={"reason"},
    label=_("Gone on without an answer"),
    respondent_may_see=True,
    icon="clock",
)

# Decision
audit.register(
    "findings.recorded",
    fields={"respondent", "findings"},
    label=_("Findings recorded"),
    icon="pencil",
)
audit.register(
    "proof.weighed",
    fields={"respondent", "changed"},
    label=_("Findings grid changed"),
    icon="list-checks",
)
# Who took the whole case file away on paper.
audit.register("case.printed", fields={"exhibits"}, label=_("Case file printed"), icon="download")
audit.register(
    "history.opened",
    fields={"respondent", "findings"},
    label=_("Earlier findings opened"),
    icon="lock",
)
audit.register(
    "determination.proposed",
    fields={"respondent", "findings", "sanctions", "digest"},
    label=_("Decision proposed to a second officer"),
    icon="scale",
)
audit.register(
    "determination.sent_back",
    fields={"respondent"},
    personal={"reason"},
    label=_("Proposal sent back"),
    icon="history",
)
audit.register(
    "determination.issued",
    fields={"respondent", "findings", "sanctions", "appeal_until", "second_officer", "digest"},
    label=_("Decision issued"),
    respondent_may_see=True,
    icon="scale",
)
audit.register(
    "sanction.applied",
    fields={"code", "starts_at", "ends_at"},
    label=_("Consequence carried out"),
    respondent_may_see=True,
    icon="scale",
)
audit.register(
    "certificate.withheld",
    fields={"code"},
    label=_("Certificate withheld: the course is not passed any more"),
    respondent_may_see=True,
    icon="scale",
)
audit.register(
    "sanction.reversed",
    fields={"code"},
    personal={"reason"},
    label=_("Consequence reversed"),
    respondent_may_see=True,
    icon="history",
)
audit.register(
    "sanction.ended",
    fields={"code"},
    label=_("Consequence ended"),
    respondent_may_see=True,
    icon="calendar",
)
audit.register(
    "appeal.lodged",
    fields={"respondent", "grounds"},
    label=_("Appeal lodged"),
    respondent_may_see=True,
    icon="scale",
)
audit.register(
    "appeal.decided",
    fields={"respondent", "outcome"},
    label=_("Appeal decided"),
    respondent_may_see=True,
    icon="scale",
)
audit.register(
    "decision.taken_up",
    fields={"respondent"},
    personal={"reason"},
    label=_("Decision looked at again"),
    respondent_may_see=True,
    icon="history",
)
audit.register(
    "respondent.closed",
    fields={"respondent"},
    label=_("Case closed"),
    respondent_may_see=True,
    icon="folder-lock",
)
audit.register(
    "history.exported",
    fields={"format", "audience"},
    label=_("History exported"),
    icon="download",
)

# Beside the process
audit.register(
    "adviser.invited",
    personal={"email"},
    label=_("An adviser was invited"),
    respondent_may_see=True,
    icon="user-plus",
)
audit.register(
    "adviser.accepted",
    personal={"adviser"},
    label=_("An adviser reads along"),
    respondent_may_see=True,
    icon="user-check",
)
audit.register(
    "adviser.declined",
    label=_("An adviser declined"),
    respondent_may_see=True,
    icon="user-x",
)
audit.register(
    "adviser.revoked",
    label=_("The access of an adviser was taken back"),
    respondent_may_see=True,
    icon="user-x",
)
audit.register(
    "statement.requested",
    personal={"person"},
    label=_("Asked for a statement"),
    icon="message-square",
)
audit.register("statement.given", label=_("Statement given"), icon="message-square")
audit.register("statement.withdrawn", label=_("A question was taken back"), icon="undo-2")
audit.register(
    "interim.taken",
    fields={"kind", "ends_at"},
    personal={"reason", "protects"},
    label=_("Interim measure"),
    respondent_may_see=True,
    icon="hand",
)
audit.register(
    "interim.answered",
    label=_("The learner answered an interim measure"),
    respondent_may_see=True,
    icon="message-square",
)
audit.register(
    "interim.lifted",
    fields={"kind"},
    personal={"reason"},
    label=_("Interim measure lifted"),
    respondent_may_see=True,
    icon="undo-2",
)

# What an institution tells the platform (PO5)
audit.register(
    "case_report.sent",
    fields={"kind", "determination"},
    label=_("Case report sent to the platform"),
    icon="mail",
)
audit.register("case_report.read", label=_("Case report read"), icon="eye")

# One account per person (PO9)
audit.register(
    "respondent.account_closed",
    fields={"respondent"},
    personal={"closed", "kept"},
    label=_("The learner closed one of two accounts: the case goes on with the other"),
    icon="user-check",
)

# What is noticed (IN8, IN9, QU7). None of it may be seen by a respondent.
audit.register(
    "report.unacknowledged", fields={"report"}, label=_("A receipt was not delivered"), icon="mail"
)
audit.register("surge.noticed", fields={"reports"}, label=_("Many reports at once"), icon="users")
audit.register(
    "retaliation.marked",
    label=_("For somebody who did not work on an earlier matter"),
    icon="user-x",
)
audit.register(
    "retaliation.settled",
    fields={"outcome"},
    label=_("Looked at what may be an answer to an earlier matter"),
    icon="eye",
)
audit.register(
    "check_in.asked", fields={"days"}, label=_("Whoever reported was asked how they fare")
)
audit.register("check_in.answered", fields={"days"}, label=_("Whoever reported said how they fare"))
