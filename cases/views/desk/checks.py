"""What has to be there before the notice, and before the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus
from cases.selectors.case_page import CasePage, Progress
from cases.selectors.words import day
from integrity.web import dates

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list of checks: "done" or "missing"."""

    state: str
    title: Text
    detail: Text = ""


def checks(page: CasePage, progress: Progress) -> tuple[Text, list[Check]]:
    """What has to be there before the notice, then before the decision; nothing afterwards."""
    status = progress.respondent.status
    if status == S.INVESTIGATION:
        return _("Before the notice"), [
            _check(page.head.case.assignee_id is not None, _("Somebody has the case")),
            _check(
                bool(progress.allegations),
                _("At least one allegation"),
                ngettext("%(count)s so far", "%(count)s so far", len(progress.allegations))
                % {"count": len(progress.allegations)},
            ),
            _check(
                bool(page.evidence),
                _("Evidence to show to the learner"),
                ngettext("%(count)s piece", "%(count)s pieces", len(page.evidence))
                % {"count": len(page.evidence)},
            ),
            *_asked(page),
        ]
    if status in (S.NOTIFIED, S.REVIEW, S.APPROVAL):
        return _("Before a decision"), _before_decision(page, progress)
    return "", []


def _asked(page: CasePage) -> list[Check]:
    """Whether everybody who was asked has answered: afterwards no statement can be added."""
    asked, waiting = page.head.counts["statements"], page.head.counts["waiting"]
    if not asked:
        return []
    detail = ngettext(
        "%(count)s answer is missing, and cannot be added afterwards",
        "%(count)s answers are missing, and cannot be added afterwards",
        waiting,
    )
    answered = waiting == 0
    return [_check(answered, _("Statements"), "" if answered else detail % {"count": waiting})]


def _before_decision(page: CasePage, progress: Progress) -> list[Check]:
    notice = progress.notice
    draft = progress.determination
    answered = getattr(notice, "response", None) if notice is not None else None
    shown = sum(1 for line in page.evidence if line.shown)
    found = draft is not None and draft.status != DeterminationStatus.ISSUED
    lines = []
    if notice is not None:
        sent, read = notice.letter.message.sent_at, notice.letter.first_read_at
        lines += [
            _check(sent is not None, _("Notice delivered"), _moment(sent) or _("Not yet")),
            _check(read is not None, _("Notice opened"), _moment(read) or _("Not yet")),
        ]
    lines.append(
        _check(
            bool(shown),
            _("Evidence shown"),
            ngettext("%(count)s piece", "%(count)s pieces", shown) % {"count": shown},
        )
    )
    if answered is not None:
        detail = _("Answered %(day)s") % {"day": day(answered.submitted_at)}
    elif progress.respondent.status == S.NOTIFIED and notice is not None:
        detail = _("Until %(day)s") % {"day": day(notice.due_at)}
    else:
        detail = _("Gone on without an answer")
    lines.append(_check(progress.respondent.status != S.NOTIFIED, _("Time to answer"), detail))
    if progress.points:
        lines.append(
            _check(
                found,
                _("Every point answered"),
                ngettext("%(count)s point", "%(count)s points", progress.points)
                % {"count": progress.points},
            )
        )
    number = len(progress.allegations)
    lines.append(
        _check(
            found,
            _("Finding for each allegation"),
            ngettext("%(count)s allegation", "%(count)s allegations", number) % {"count": number},
        )
    )
    if draft is not None and draft.status == DeterminationStatus.PROPOSED:
        lines.append(
            _check(
                False,
                _("Second officer"),
                _("Proposed by %(name)s") % {"name": draft.proposed_by.display_name},
            )
        )
    return lines


def _check(met: bool, title: Text, detail: Text = "") -> Check:
    return Check("done" if met else "missing", title, detail)


def _moment(at: datetime | None) -> str:
    return dates.moment_words(at) if at is not None else ""
