"""From the allegation to the end: hearing, decision, appeal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

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
    "window.moved",
    fields={"respondent", "was", "due_at", "why"},
    label=_("Time to answer started"),
    respondent_may_see=True,
    icon="calendar-clock",
)
audit.register(
    "more_time.asked",
    fields={"respondent", "request"},
    label=_("More time asked for"),
    respondent_may_see=True,
    icon="calendar-clock",
)
audit.register(
    "more_time.given",
    fields={"respondent", "request", "was", "due_at", "unasked"},
    label=_("More time given"),
    respondent_may_see=True,
    icon="calendar-clock",
)
audit.register(
    "more_time.refused",
    fields={"respondent", "request", "due_at"},
    label=_("No more time given"),
    respondent_may_see=True,
    icon="calendar-clock",
)
audit.register(
    "response.awaited_again",
    fields={"respondent"},
    label=_("The answer is waited for again"),
    icon="clock",
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
    fields={"respondent", "findings", "rests_on"},
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
    fields={
        *("respondent", "findings", "sanctions", "appeal_until", "second_officer", "digest"),
        "rests_on",
    },
    label=_("Decision issued"),
    respondent_may_see=True,
    icon="scale",
)
audit.register(
    "decision.annulled",
    fields={"respondent", "sanctions"},
    personal={"reason"},
    label=_("Decision annulled: it counts no more"),
    respondent_may_see=True,
    icon="history",
)
audit.register(
    "advice.given",
    fields={"respondent"},
    label=_("Advice given to the learner"),
    respondent_may_see=True,
    icon="mail",
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
