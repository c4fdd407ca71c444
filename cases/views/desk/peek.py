"""What can be done from a look at a case in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cases import rules
from cases.enums import CaseStatus as S
from cases.selectors.alike import Alike
from cases.selectors.queue import Peek
from cases.selectors.queue_filters import WORKING
from cases.selectors.words import Text


@dataclass(frozen=True)
class PeekButton:
    """A step from a look: a page to go to, or with `post` done at once. `key`: its shortcut."""

    label: Text
    url: str
    key: str = ""
    post: bool = False
    main: bool = False
    quiet: bool = False


def peek_buttons(peek: Peek, near: Sequence[Alike]) -> list[PeekButton]:
    """The steps of a look at a case in the queue; `near`: what may be the same matter."""
    number = peek.case.number
    works = peek.access >= rules.Access.WORK
    staff = peek.access in (rules.Access.SUMMARY, rules.Access.WORK)
    triage = peek.case.status == S.TRIAGE
    free = peek.case.assignee_id is None and peek.case.status in WORKING

    def to(name: str) -> str:
        return reverse(f"desk:{name}", args=[number])

    buttons = []
    if works and triage:
        buttons.append(PeekButton(_("Open the case"), to("open"), "O", main=True))
        buttons += [
            PeekButton(
                _("Join with %(number)s") % {"number": other.number},
                f"{to('merge')}?with={other.number}",
                "M",
            )
            for other in near
        ]
        buttons.append(PeekButton(_("Dismiss with a reason"), to("dismiss"), "D"))
    elif peek.access >= rules.Access.READ:
        buttons.append(PeekButton(_("Go to the case"), to("case"), "Enter", main=True))
    if staff and free:
        label = _("Only claim it") if buttons else _("Claim the case")
        buttons.append(PeekButton(label, to("claim"), "C", post=True, main=not buttons))
    if staff:
        buttons.append(PeekButton(_("I have a part in this"), to("conflict"), "N", quiet=True))
    return buttons
