"""How the desk works: triage, joining and splitting, pauses, who has a case, notes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cases.events.intake import TEXTS
from integrity.audit import services as audit

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
# Which one stands with the link: whoever reads this case may not know of that one.
audit.register(
    "case.dismissed_duplicate",
    fields={"link"},
    label=_("Dealt with in another case"),
    icon="link",
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
    fields={"at", "day_only", "allegations", *TEXTS},
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
