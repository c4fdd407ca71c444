"""Beside the process: advisers, statements, measures, institutions, what is noticed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "adviser.invited",
    fields={"reads_evidence", "may_write", "comes_along"},
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
    "adviser.changed",
    fields={"reads_evidence", "may_write", "comes_along"},
    label=_("What an adviser may do was changed"),
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
