"""What else can be done with a case, and the parts it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from cases import rules
from cases.enums import OPEN_STATUSES
from cases.enums import CaseStatus as S
from cases.selectors.case_head import Head
from cases.selectors.presence import Other, others
from cases.services.presence import arrive
from cases.services.presence import counts as is_counted
from cases.views.desk.steps.buttons import Button, Text
from cases.views.desk.steps.may import may, url
from integrity.accounts.models import User


def more(head: Head, user: User) -> list[Button]:
    """What else can be done with the case, none of it the next step."""
    case = head.case
    buttons: list[Button] = []
    if not head.works:
        return buttons
    if case.assignee_id == user.pk:
        buttons.append(Button(_("Give back to the queue"), url("release", head), post=True))
    elif case.assignee_id is None and case.status not in (
        S.TRIAGE, S.APPEAL, S.CLOSED, S.DISMISSED,
    ):  # fmt: skip
        buttons.append(Button(_("Claim the case"), url("claim", head), post=True))
    if head.watching:
        buttons.append(Button(_("Stop following"), url("unwatch", head), post=True))
    else:
        buttons.append(Button(_("Follow"), url("watch", head), post=True))
    if may("dismiss", head) and case.status != S.TRIAGE:
        buttons.append(Button(_("Dismiss with a reason"), url("dismiss", head)))
    if may("give_advice", head):
        buttons.append(Button(_("Give advice, and end it"), url("advise", head)))
    buttons += _look_again(head)
    buttons += _together(head, user)
    buttons += _with_others(head)
    buttons.append(Button(_("I have a conflict of interest"), url("conflict", head), post=True))
    return buttons


def _with_others(head: Head) -> list[Button]:
    """What is done with this case and another one."""
    pages = (
        ("merge", "merge", _("Join with another case")),
        ("split", "split", _("Take reports out")),
        ("link", "links", _("Link with another case")),
    )
    return [Button(label, url(name, head)) for action, name, label in pages if may(action, head)]


def _together(head: Head, user: User) -> list[Button]:
    """Giving the case to somebody, and having nothing more to do with it."""
    case = head.case
    own = case.assignee_id == user.pk
    buttons = []
    if case.status in OPEN_STATUSES and (own or head.officer):
        label = _("Give to a colleague") if head.officer else _("Hand over to a colleague")
        buttons.append(Button(label, url("give", head)))
    if own and head.watching:
        buttons.append(Button(_("Give back, and stop following"), url("leave", head), post=True))
    return buttons


def _look_again(head: Head) -> list[Button]:
    """Taking a decision up again, for each respondent it can be done for."""
    label = _("Look at the decision again")
    several = len(head.respondents) > 1
    return [
        Button(
            _("%(label)s: %(name)s") % {"label": label, "name": row.user.display_name}
            if several
            else label,
            url("take_up", head, row.public_id),
        )
        for row in head.respondents
        if may("take_up", head, row)
    ]


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the case; no count where counting says nothing."""

    label: Text
    url: str
    count: int | None = None


def _present(head: Head, user: User, *, writing: bool) -> list[Other]:
    """Who else has the case open. Who only sees its summary is not counted and is not told."""
    if head.access < rules.Access.READ:
        return []
    arrive(actor=user, case=head.case, writing=writing)
    return [] if head.alone else others(user, head.case)


def frame(head: Head, user: User, *, writing: bool = False) -> dict[str, Any]:
    """What the head of every page of a case needs; to show it says that the reader is there,
    where they are of the desk.

    `writing`: on a page that changes something.
    """
    counts = head.counts
    case = head.case
    if case.assignee is None:
        whom = _("With nobody yet")
    elif case.assignee_id == user.pk:
        whom = _("With you since %(day)s") % {"day": head.since}
    else:
        whom = _("With %(name)s since %(day)s") % {
            "name": case.assignee.display_name,
            "day": head.since,
        }
    return {
        "head": head,
        "case": case,
        "with_whom": whom,
        "others": _present(head, user, writing=writing),
        "writing": writing,
        "counted": is_counted(user, case),
        "tabs": [
            Tab(_("Case"), url("case", head)),
            Tab(_("Letters and answers"), url("case_letters", head), counts["letters"]),
            Tab(_("Notes"), url("notes", head), counts["notes"]),
            Tab(_("People"), url("people", head)),
            Tab(_("History"), url("history", head), counts["events"]),
        ],
    }
