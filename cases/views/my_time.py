"""What the respondent's pages say about their time to answer (PR1, PR2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.enums import MoreTimeOutcome
from cases.selectors.my import MyCase, Stage
from cases.views import my_words as words
from cases.windows import Window
from policies.enums import ClockStart

Text = str | Promise


@dataclass(frozen=True)
class Time:
    """The time to answer in words.

    `day` is its last day where there is one to tell; `lead` what is most important about it, and
    `notes` what else to know. `may_ask`: whether more time can be asked for.
    """

    title: Text
    day: datetime | None
    lead: Text
    notes: list[Text]
    may_ask: bool
    facts: list[tuple[Text, Text]]


def time(page: MyCase) -> Time | None:
    """The time to answer; None once nothing is to be answered."""
    window = page.window
    if page.stage not in (Stage.ANSWER, Stage.LATE):
        return None
    told = page.stage == Stage.LATE or (window.started and not window.over)
    return Time(
        title=_("Answer by") if told else _("Your time to answer"),
        day=window.due_at if told else None,
        lead=words.due_words(page),
        notes=_notes(page),
        may_ask=page.can_answer and window.may_ask,
        facts=facts(window),
    )


def _notes(page: MyCase) -> list[Text]:
    window = page.window
    if page.stage == Stage.LATE:
        return []
    if not window.started:
        return [
            _("You can read the letter and answer it now, if you like. Your answer counts."),
            ngettext(
                "Once your time starts you have %(count)s working day. Nothing is decided before.",
                "Once your time starts you have %(count)s working days. Nothing is decided before.",
                window.working_days,
            )
            % {"count": window.working_days},
        ]
    notes: list[Text] = []
    if window.waiting is not None and not window.over:
        asked = words.day(window.waiting.asked_at, "long")
        notes.append(_("You asked for more time on %(day)s. We will answer.") % {"day": asked})
        if window.holds:
            notes.append(_("If we have not answered by then, your time does not end before we do."))
    elif window.last is not None and window.last.outcome == MoreTimeOutcome.GRANTED:
        notes.append(_("You have more time than at first."))
    elif window.last is not None:
        notes.append(_("You asked for more time, and we could not give it. The letter says why."))
    notes.append(
        _("If we hear nothing we will remind you, and then decide on what we have seen.")
        if not window.over
        else _("You can answer all the same, now or later.")
    )
    return notes


def facts(window: Window) -> list[tuple[Text, Text]]:
    """When the letter was written, delivered and opened, and what starts the time."""
    not_yet = _("Not yet")
    if window.bounced:
        not_yet = _("Not yet: it came back to us")

    def at(moment: datetime | None, none: Text) -> Text:
        return words.moment(moment) if moment is not None else none

    return [
        (_("Letter written"), words.moment(window.written_at)),
        (_("Delivered"), at(window.delivered_at, not_yet)),
        (_("Opened"), at(window.read_at, _("Not yet"))),
        (_("Your time starts"), ClockStart(window.rule).label),
    ]


def then(page: MyCase) -> Text:
    """What happens next, in a sentence."""
    if page.stage in (Stage.ANSWER, Stage.LATE):
        if not page.window.started:
            return _("Next: the letter reaches you, and your time to answer starts.")
        if page.window.waiting is not None:
            return _("Next: we answer whether you get more time, and you answer our letter.")
        if page.stage == Stage.LATE:
            return _("Next: somebody decides whether we go on without your answer, and says why.")
        return _("Next: you answer. Then we look at everything, and decide with reasons.")
    if page.stage in (Stage.REVIEW, Stage.AGAIN):
        return _("Next: we decide, and you get a letter with the reasons. You can appeal then.")
    if page.stage == Stage.APPEAL:
        return _("Next: you get the answer to your appeal in a letter.")
    if page.can_answer:
        return _(
            "Next: you can answer until %(until)s Then somebody else looks at all of it again."
        ) % {"until": words.until_words(page.window.due_at)}
    if page.can_appeal and page.determination and page.determination.appeal_until:
        return _("Next: you can appeal until %(until)s Then the case is closed.") % {
            "until": words.until_words(page.determination.appeal_until)
        }
    if page.stage == Stage.DECIDED:
        return _("Next: the case is closed. You do not have to do anything.")
    return _("Nothing more happens, and you do not have to do anything.")
