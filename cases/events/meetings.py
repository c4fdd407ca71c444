"""Meetings with a respondent, and what was said there (PR3)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from integrity.audit import services as audit

audit.register(
    "meeting.offered",
    fields={"respondent", "times"},
    label=_("Times for a meeting offered"),
    respondent_may_see=True,
    icon="calendar",
)
audit.register(
    "meeting.agreed",
    fields={"respondent", "starts_at"},
    label=_("The learner chose a time for a meeting"),
    respondent_may_see=True,
    icon="calendar-clock",
)
audit.register(
    "meeting.declined",
    fields={"respondent", "sequence"},
    label=_("The learner asked for another time"),
    respondent_may_see=True,
    icon="calendar",
)
audit.register(
    "meeting.changed",
    fields={"respondent", "sequence", "times"},
    label=_("Meeting changed"),
    respondent_may_see=True,
    icon="calendar",
)
audit.register(
    "meeting.called_off",
    fields={"respondent", "sequence"},
    personal={"reason"},
    label=_("Meeting called off"),
    respondent_may_see=True,
    icon="x",
)
audit.register(
    "meeting.recorded",
    fields={"respondent", "status", "came", "missing"},
    label=_("Who came to a meeting was written down"),
    respondent_may_see=True,
    icon="users",
)
audit.register(
    "minutes.written",
    fields={"respondent", "meeting", "number"},
    label=_("Minutes of a meeting written"),
    respondent_may_see=True,
    icon="file-text",
)
audit.register(
    "minutes.answered",
    fields={"respondent", "meeting", "number", "answer"},
    label=_("The learner said whether the minutes are right"),
    respondent_may_see=True,
    icon="message-square",
)
