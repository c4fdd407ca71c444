"""What has to be there before the notice, and before the decision, and where it is mended (CF8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import due_process, workflow
from cases.due_process import BEFORE_DECISION, WORDS, Facts
from cases.enums import CaseStatus as S
from cases.enums import DeterminationStatus, FindingOutcome
from cases.selectors.case_page import CasePage, Progress
from cases.selectors.words import day
from cases.views.desk.steps import may, url
from integrity.web import dates
from notifications.enums import NEEDS_ATTENTION

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list of checks: "done" or "missing".

    `url` leads to where it is mended, `mend` says what is done there; both empty where it is met
    or where nothing can be done but wait.
    """

    state: str
    title: Text
    detail: Text = ""
    url: str = ""
    mend: Text = ""


def checks(page: CasePage, progress: Progress) -> tuple[Text, list[Check]]:
    """What has to be there before the notice, then before the decision; nothing afterwards."""
    status = progress.respondent.status
    if status == S.INVESTIGATION:
        return _("Before the notice"), _before_notice(page, progress)
    if status in (S.NOTIFIED, S.REVIEW, S.APPROVAL):
        return _("Before a decision"), _before_decision(page, progress)
    return "", []


def _before_notice(page: CasePage, progress: Progress) -> list[Check]:
    head = page.head
    allegations = len(progress.allegations)
    usable = [line for line in page.evidence if not line.shut]
    waits = [line.evidence.label for line in page.evidence if line.shut]
    lines = [
        _check(
            head.case.assignee_id is not None,
            _("Somebody has the case"),
            mend=(f"{url('case', head)}#next", _("Claim it")),
        ),
        _check(
            bool(allegations),
            _("At least one allegation"),
            ngettext("%(count)s so far", "%(count)s so far", allegations) % {"count": allegations},
            (url("allege", head), _("Add an allegation")) if may("allege", head) else None,
        ),
        _check(
            bool(usable),
            _("Evidence to show to the learner"),
            ngettext("%(count)s piece", "%(count)s pieces", len(usable)) % {"count": len(usable)},
            (url("add_evidence", head), _("Add evidence")) if may("add_evidence", head) else None,
        ),
    ]
    if waits:
        lines.append(
            _check(
                False,
                _("Files that nobody can open"),
                ", ".join(waits),
                (f"{url('case', head)}#evidence", _("Look at the evidence")),
            )
        )
    return [*lines, *_asked(page), _no_conflict(page)]


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
    return [
        _check(
            answered,
            _("Statements"),
            "" if answered else detail % {"count": waiting},
            (url("statements", page.head), _("See who was asked")),
        )
    ]


def facts_on(progress: Progress) -> Facts:
    """The facts `due_process` asks for, from what the page has read; no query."""
    notice, decision = progress.notice, progress.determination
    response = getattr(notice, "response", None) if notice is not None else None
    return Facts(
        status=progress.respondent.status,
        sent_at=notice.letter.message.sent_at if notice is not None else None,
        read_at=notice.letter.first_read_at if notice is not None else None,
        answered_at=response.submitted_at if response is not None else None,
        pieces=progress.shown,
        points=progress.points,
        answered=progress.answered if decision is not None else 0,
        allegations=len(progress.allegations),
        found=sum(1 for line in progress.allegations if line.finding),
        shown=sum(1 for line in progress.allegations if line.finding == FindingOutcome.SHOWN),
        carried=sum(
            1
            for line in progress.allegations
            if line.finding == FindingOutcome.SHOWN and line.carried
        ),
    )


def _before_decision(page: CasePage, progress: Progress) -> list[Check]:
    facts = facts_on(progress)
    lines = [
        _check(
            facts.met(item),
            _TITLES[item](),
            _detail(item, page, progress, facts),
            _mend(item, page, progress),
        )
        for item in BEFORE_DECISION
        if (item != due_process.POINTS or facts.points)
        # Where nothing was found shown, nothing has to carry it.
        and (item != due_process.SUPPORT or facts.shown)
    ]
    lines.append(_no_conflict(page))
    draft = progress.determination
    if draft is not None and draft.status == DeterminationStatus.PROPOSED:
        lines.append(
            _check(
                False,
                _("Second officer"),
                _("Proposed by %(name)s") % {"name": draft.proposed_by.display_name},
            )
        )
    return lines


_TITLES = {
    due_process.NOTICE: lambda: _("Notice delivered"),
    due_process.OPENED: lambda: _("Notice opened"),
    due_process.EVIDENCE: lambda: _("Evidence shown"),
    due_process.TIME: lambda: _("Time to answer"),
    due_process.POINTS: lambda: _("Every point answered"),
    due_process.FINDINGS: lambda: _("Finding for each allegation"),
    due_process.SUPPORT: lambda: _("Evidence each finding rests on"),
}


def _detail(item: str, page: CasePage, progress: Progress, facts: Facts) -> Text:
    """How far it is; where it is missing, what the refusal would say."""
    if item == due_process.TIME:
        if facts.answered_at is not None:
            return _("Answered %(day)s") % {"day": day(facts.answered_at)}
        if facts.met(item):
            return _("Gone on without an answer")
        window = progress.window
        if window is None:
            return WORDS[item]
        if not window.started:
            return _("Has not started: the letter is not delivered, or not opened yet")
        if window.waiting is not None:
            return _("More time is asked for, until then it does not end")
        return _("Until %(day)s") % {"day": day(window.due_at)}
    if item == due_process.POINTS:
        how = {"done": facts.answered, "all": facts.points}
        said = _("%(done)s of %(all)s answered") % how
    elif item == due_process.FINDINGS:
        how = {"done": facts.found, "all": facts.allegations}
        said = _("%(done)s of %(all)s recorded") % how
    elif item == due_process.SUPPORT:
        how = {"done": facts.carried, "all": facts.shown}
        said = _("%(done)s of %(all)s findings") % how
    elif item == due_process.EVIDENCE:
        pieces = ngettext("%(count)s piece", "%(count)s pieces", facts.pieces)
        said = pieces % {"count": facts.pieces}
    else:
        at = facts.sent_at if item == due_process.NOTICE else facts.read_at
        said = _moment(at) or (_("Gone on unopened, with a reason") if facts.met(item) else "")
        if facts.answered_at is not None and at is None:
            said = _("Proved by the answer")
    return said if facts.met(item) else f"{said}. {WORDS[item]}" if said else WORDS[item]


def _mend(item: str, page: CasePage, progress: Progress) -> tuple[str, Text] | None:
    head, respondent = page.head, progress.respondent
    key = respondent.public_id
    if item in (due_process.NOTICE, due_process.OPENED):
        window = progress.window
        if window is not None and window.state in NEEDS_ATTENTION:
            address = f"{reverse('desk:letters')}?case={head.case.number}"
            return address, _("What to do about the letter")
        return url("case_letters", head), _("See the letter")
    if item == due_process.EVIDENCE:
        return url("ledger", head), _("See what was shown")
    window = progress.window
    if item == due_process.TIME and window is not None and window.waiting is not None:
        allowed = may("more_time", head, respondent)
        return (url("more_time", head, key), _("Answer the request")) if allowed else None
    if item == due_process.TIME:
        over = window is not None and not window.open
        allowed = over and may("lapse", head, respondent)
        return (url("lapse", head, key), _("Go on without an answer")) if allowed else None
    allowed = may("find", head, respondent)
    words = _("Answer them") if item == due_process.POINTS else _("Record the findings")
    return (url("findings", head, key), words) if allowed else None


def _no_conflict(page: CasePage) -> Check:
    """Whoever has a tie to the case is not let in at all; so much was asked for this very page."""
    head = page.head
    if head.knows_who:
        return _check(
            False,
            _("No conflict of interest"),
            workflow.KNOWS_WHO,
            (url("people", head), _("See who works on it")),
        )
    return _check(True, _("No conflict of interest"), _("You were checked just now"))


def _check(
    met: bool, title: Text, detail: Text = "", mend: tuple[str, Text] | None = None
) -> Check:
    if met or mend is None:
        return Check("done" if met else "missing", title, detail)
    return Check("missing", title, detail, mend[0], mend[1])


def _moment(at: datetime | None) -> str:
    return dates.moment_words(at) if at is not None else ""
