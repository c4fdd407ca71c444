"""Every status as a word, a shape and a tone. The shapes are symbols of `static/icons/sprite.svg`.

One shape belongs to one kind of state: the ring fills as a case goes on, a diamond is an appeal, a
triangle is time, a cross is something that did not work. Red (`stop`) is for broken or late things,
never for people.
"""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text = str | Promise

TONES = ("quiet", "open", "wait", "stop", "good", "appeal")


class Status(NamedTuple):
    """What a status looks like."""

    shape: str
    tone: str
    word: Text


_STATUSES: dict[str, Status] = {
    # A case and a respondent
    "triage": Status("new", "quiet", _("Triage")),
    "investigation": Status("look", "open", _("Investigation")),
    "notified": Status("told", "open", _("Notified")),
    "review": Status("review", "open", _("In review")),
    "approval": Status("approve", "wait", _("Second officer")),
    "decided": Status("decided", "good", _("Decided")),
    "appeal": Status("appeal", "appeal", pgettext_lazy("status of a case", "Appeal")),
    "closed": Status("closed", "quiet", pgettext_lazy("status of a case", "Closed")),
    "dismissed": Status("dismissed", "quiet", _("Dismissed")),
    # Time
    "overdue": Status("over", "stop", _("Overdue")),
    "soon": Status("soon", "wait", _("Due today")),
    "later": Status("open", "quiet", _("Later")),
    "paused": Status("pause", "quiet", _("Paused")),
    # A report
    "draft": Status("new", "quiet", pgettext_lazy("status", "Draft")),
    "submitted": Status("new", "open", _("Received")),
    "linked": Status("look", "open", _("Being looked into")),
    "withdrawn": Status("dismissed", "quiet", _("Withdrawn")),
    # A letter or message
    "queued": Status("open", "quiet", _("Waiting to be sent")),
    "sending": Status("told", "open", _("Being sent")),
    "sent": Status("decided", "good", pgettext_lazy("message", "Sent")),
    "failed": Status("fail", "stop", _("Not sent")),
    "bounced": Status("fail", "stop", _("Came back")),
    "uncertain": Status("unsure", "wait", _("Perhaps sent")),
    "cancelled": Status("dismissed", "quiet", _("Cancelled")),
    "read": Status("decided", "good", pgettext_lazy("letter", "Read")),
    "unread": Status("open", "quiet", pgettext_lazy("letter", "Not read yet")),
    # A proposal, a decision and its consequence
    "proposed": Status("approve", "wait", _("Proposed")),
    "confirmed": Status("decided", "good", _("Confirmed")),
    "returned": Status("open", "wait", _("Sent back")),
    "void": Status("dismissed", "quiet", _("No longer valid")),
    "pending": Status("open", "quiet", _("Not yet in effect")),
    "active": Status("dot", "open", _("In effect")),
    "ended": Status("closed", "quiet", _("Ended")),
    "reversed": Status("dismissed", "quiet", _("Reversed")),
    # A finding, and what a piece of evidence says about a point
    "shown": Status("decided", "good", pgettext_lazy("finding", "Shown")),
    "not_shown": Status("dismissed", "quiet", pgettext_lazy("finding", "Not shown")),
    "supports": Status("for", "open", _("Supports")),
    "against": Status("against", "wait", pgettext_lazy("evidence", "Against")),
    "silent": Status("silent", "quiet", pgettext_lazy("evidence", "Silent")),
    # An appeal
    "filed": Status("appeal", "appeal", _("Waiting for an answer")),
    "upheld": Status("closed", "quiet", _("Decision stands")),
    "reduced": Status("decided", "good", _("Made milder")),
    "overturned": Status("decided", "good", _("Overturned")),
    "sent_back": Status("review", "open", _("To be decided again")),
    # A policy version, a checklist
    "in_force": Status("decided", "good", _("In force")),
    "upcoming": Status("soon", "wait", _("Not in force yet")),
    "past": Status("closed", "quiet", _("No longer in force")),
    "done": Status("decided", "good", pgettext_lazy("step", "Done")),
    "current": Status("dot", "open", pgettext_lazy("step", "Now")),
    "todo": Status("open", "quiet", pgettext_lazy("step", "To do")),
    "missing": Status("open", "wait", pgettext_lazy("step", "Missing")),
    "yes": Status("decided", "good", _("Yes")),
    "no": Status("dismissed", "quiet", _("No")),
    "blocked": Status("dismissed", "stop", pgettext_lazy("person", "Blocked")),
}


def register(name: str, *, shape: str, tone: str, word: Text) -> None:
    """Add a status of an app's own; call it from `AppConfig.ready`.

    Raises `ValueError` for an unknown tone, or a name that already looks otherwise.
    """
    if tone not in TONES:
        raise ValueError(f"No tone {tone!r}; there are {', '.join(TONES)}.")
    status = Status(shape, tone, word)
    known = _STATUSES.setdefault(name, status)
    if (known.shape, known.tone) != (shape, tone):
        raise ValueError(f"The status {name!r} already looks otherwise.")


def look_up(name: str) -> Status:
    """The look of status `name`. Raises `LookupError`, saying where to add it, without one."""
    try:
        return _STATUSES[str(name)]
    except KeyError:
        raise LookupError(
            f"No shape for the status {str(name)!r}: add it in integrity/web/statuses.py"
            " or register it."
        ) from None


def names() -> list[str]:
    """Every known status."""
    return list(_STATUSES)
