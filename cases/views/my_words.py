"""What the respondent's pages say, by stage. No word here blames before a finding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.enums import CaseStatus
from cases.governing import texts
from cases.models import Appeal, Case
from cases.selectors.my import MyCase, MyCaseRow, Stage
from cases.workflow import STAGE_WORKING_DAYS
from integrity.core import clock
from integrity.web import dates

Text = str | Promise

# The shape of each stage (integrity.web.statuses) and what the learner reads.
LOOKS: dict[Stage, tuple[str, Text]] = {
    Stage.ANSWER: ("notified", gettext_lazy("We wait for your answer")),
    Stage.LATE: ("overdue", gettext_lazy("The time has passed, you can still write to us")),
    Stage.REVIEW: ("review", gettext_lazy("We look at it")),
    Stage.AGAIN: ("investigation", gettext_lazy("We look at it again")),
    Stage.DECIDED: ("decided", gettext_lazy("Decided")),
    Stage.APPEAL: ("appeal", gettext_lazy("Somebody else looks at your appeal")),
    Stage.CLOSED: ("closed", gettext_lazy("Closed")),
    Stage.DISMISSED: ("dismissed", gettext_lazy("Closed, nothing was found")),
}


@dataclass(frozen=True)
class Step:
    """One step of the track. `state`: done, current or todo."""

    state: str
    label: Text
    note: Text = ""


@dataclass(frozen=True)
class Line:
    """A line of the list of cases."""

    row: MyCaseRow
    title: str
    look: str
    word: Text
    note: str


@dataclass(frozen=True)
class Appealed:
    """An appeal with the grounds it rests on, in the words of the policy."""

    row: Appeal
    grounds: list[str]

    @property
    def anchor(self) -> str:
        """The name of its section on the page."""
        return f"appeal-{self.row.public_id}"


def appealed(page: MyCase, row: Appeal | None) -> Appealed | None:
    """An appeal of the page, ready to be shown; None for none."""
    if row is None:
        return None
    titles = dict(texts(page.case).terms.grounds)
    return Appealed(row, [titles.get(code, code) for code in row.grounds])


def matter(case: Case) -> str:
    """What the case is about, with "your" where it is their work: "your Essay 2"."""
    if case.assignment is not None:
        return _("your %(title)s") % {"title": case.assignment.title}
    if case.post is not None:
        return _("something you wrote")
    if case.course is not None:
        return _("the course %(title)s") % {"title": case.course.title}
    return _("something we were told")


def headline(case: Case, stage: Stage, *, decided: bool = False) -> str:
    """The page's heading: a question first, a decision only when there is one."""
    words = {"matter": matter(case)}
    if decided or stage in (Stage.DECIDED, Stage.APPEAL, Stage.CLOSED):
        return _("The decision about %(matter)s") % words
    if stage == Stage.DISMISSED:
        return _("The question about %(matter)s is closed") % words
    return _("A question about %(matter)s") % words


def lead(page: MyCase) -> tuple[str, str]:
    """The two sentences below the heading, the first one strong."""
    undecided = _("Nothing has been decided.")
    if page.determination is not None and page.stage in (Stage.REVIEW, Stage.AGAIN):
        return _("We look at the decision again."), _("It stands until a new one replaces it.")
    if page.undone and page.stage in (Stage.REVIEW, Stage.AGAIN):
        return _("We look at this again."), _("What was decided before does not count any more.")
    if page.stage == Stage.ANSWER:
        return undecided, _("We would like to hear from you first.")
    if page.stage == Stage.LATE:
        return undecided, _("The time to answer has passed, but you can still write to us.")
    if page.stage == Stage.REVIEW:
        if page.response is None:
            return undecided, _("We look at what we have seen.")
        return undecided, _("We have your answer, and look at everything together.")
    if page.stage == Stage.AGAIN:
        return undecided, _("We look at this again from the start, and will write to you.")
    if page.stage == Stage.DISMISSED:
        return _("Nothing was found against you."), _("The case has ended, and nothing follows.")
    if page.appeal is not None and page.appeal.outcome:
        return page.appeal.get_outcome_display() + ".", _("This is the answer to your appeal.")
    if page.determination is None:
        return _("This case is closed."), ""
    if page.annulled:
        return _("The decision does not count any more."), _("Below is why it was annulled.")
    if page.can_answer_decision:
        return (
            _("A decision has been made in one letter."),
            _("You can still answer it: then somebody else decides anew."),
        )
    if not page.violation_found:
        return _("No violation was found."), _("Nothing follows, now or later.")
    if page.stage == Stage.APPEAL:
        return _("Somebody else looks at your appeal."), _("Below is the decision it is about.")
    return _("A decision has been made."), _("Below is what was found, why, and what follows.")


def day(moment: datetime, form: str = "brief") -> str:
    """The reader's day of an instant, in words."""
    local = moment.astimezone(timezone.get_current_timezone())
    return dates.day_words(local.date(), form)


def clock_time(moment: datetime) -> str:
    """Until when on that day: midnight, or the hour in the reader's zone."""
    local = moment.astimezone(timezone.get_current_timezone())
    if (local.hour, local.minute) == (23, 59):
        return _("midnight")
    return f"{local.hour:02d}:{local.minute:02d}"


def moment(at: datetime) -> str:
    """An instant in the reader's zone, to the minute."""
    local = at.astimezone(timezone.get_current_timezone())
    return _("%(day)s, %(time)s") % {
        "day": dates.day_words(local.date(), "long"),
        "time": f"{local.hour:02d}:{local.minute:02d}",
    }


def due_words(page: MyCase) -> str:
    """How long there is, and until when, in the reader's zone."""
    window = page.window
    if page.can_answer and window.undelivered:
        if window.bounced:
            return _("Our email about this letter came back to us. Your time has not started.")
        return _("Our email about this letter has not reached you yet. Your time has not started.")
    if page.stage == Stage.ANSWER and not window.started and window.begins_at is not None:
        return _(
            "Your time starts when you open the letter. If you do not open it, it starts after "
            "%(day)s."
        ) % {"day": day(window.begins_at, "full")}
    if page.can_answer and window.over:
        return _("You asked for more time. Your time does not end before we have answered.")
    zone = dates.zone_name()
    words = {"time": clock_time(page.notice.due_at), "zone": zone, "count": page.working_days}
    local = page.notice.due_at.astimezone(timezone.get_current_timezone())
    if page.stage == Stage.LATE:
        return _("This was until %(time)s in %(zone)s, your time zone.") % words
    if local.date() == dates.today():
        return _("Today, until %(time)s in %(zone)s, your time zone.") % words
    if page.working_days == 0:
        return _("Until %(time)s in %(zone)s, your time zone.") % words
    return (
        ngettext(
            "In %(count)s working day, until %(time)s in %(zone)s, your time zone.",
            "In %(count)s working days, until %(time)s in %(zone)s, your time zone.",
            page.working_days,
        )
        % words
    )


def until_words(moment: datetime) -> str:
    """An end in the reader's zone: "Monday 7 December 2026, until midnight in Bogota, ..."."""
    return _("%(day)s, until %(time)s in %(zone)s, your time zone.") % {
        "day": day(moment, "full"),
        "time": clock_time(moment),
        "zone": dates.zone_name(),
    }


def _letter(page: MyCase) -> Step:
    sent, read = page.notice.sent_at, page.notice.letter.first_read_at
    words = {"sent": day(sent, "brief"), "read": day(read, "brief") if read else ""}
    if page.window.undelivered:
        note = _("%(sent)s. It has not reached you yet.") % words
        return Step("done", _("Letter written"), note)
    if read is None:
        note = _("%(sent)s. You have not opened it yet.") % words
    elif words["sent"] == words["read"]:
        note = _("%(sent)s. You read it the same day.") % words
    else:
        note = _("%(sent)s. You read it on %(read)s.") % words
    return Step("done", _("Letter sent"), note)


def _answer(page: MyCase) -> Step:
    label = _("Your answer")
    if page.response is not None:
        return Step("done", label, day(page.response.submitted_at))
    if page.stage == Stage.ANSWER:
        if not page.window.started:
            return Step("current", label, _("Your time has not started. You can answer now."))
        if page.window.waiting is not None:
            return Step("current", label, _("Now. You asked for more time."))
        return Step("current", label, _("Now. We wait for you."))
    if page.stage == Stage.LATE:
        return Step("current", label, _("The time has passed. You can still write to us."))
    if page.can_answer_decision:
        return Step("todo", label, _("You can still answer."))
    return Step("done", label, _("None came. We went on with what we had seen."))


def track(page: MyCase) -> list[Step]:
    """Letter sent, your answer, we look at it, decision, closed: as far as it has come."""
    steps = [_letter(page)]
    if page.stage == Stage.DISMISSED:
        if page.response is not None:
            steps.append(_answer(page))
        return [*steps, Step("done", _("Closed"), _("Nothing was found against you."))]
    if page.stage != Stage.AGAIN or page.response is not None:
        steps.append(_answer(page))
    look, decision, closed = _("We look at it"), _("Decision"), _("Closed")
    appeal = _("You can appeal first")
    reasons = _("You get reasons in writing")
    if page.stage in (Stage.ANSWER, Stage.LATE, Stage.REVIEW, Stage.AGAIN):
        if page.undone:
            steps += _appeal(page)
        waiting = page.stage in (Stage.ANSWER, Stage.LATE)
        days = STAGE_WORKING_DAYS[CaseStatus.REVIEW]
        long = ngettext("About %(count)s working day", "About %(count)s working days", days) % {
            "count": days
        }
        return [
            *steps,
            Step("todo", look, long)
            if waiting
            else Step("current", look, _("Now.") + " " + (_longer(page.case) or long)),
            Step("todo", decision, reasons),
            Step("todo", closed, appeal),
        ]
    steps.append(Step("done", look))
    when = page.determination.decided_at if page.determination else None
    steps.append(Step("done", decision, day(when) if when else ""))
    return [*steps, *_appeal(page), _end(page, closed)]


def _longer(case: Case) -> str:
    """Where what we say about the time is not true any more: kinder than to leave it there."""
    if case.paused_at is None and (case.due_at is None or case.due_at >= clock.now()):
        return ""
    return _("It takes longer than usual. You do not have to do anything.")


def _appeal(page: MyCase) -> list[Step]:
    """The step of the appeal: none before one is sent."""
    label = _("Your appeal")
    if page.appeal is None:
        return []
    if not page.appeal.outcome or page.appeal.decided_at is None:
        note = _("Now. Somebody else looks at it, since %(day)s.")
        return [Step("current", label, note % {"day": day(page.appeal.lodged_at)})]
    note = _("%(day)s. %(outcome)s.") % {
        "day": day(page.appeal.decided_at),
        "outcome": page.appeal.get_outcome_display(),
    }
    return [Step("done", label, note)]


def _end(page: MyCase, closed: str) -> Step:
    if page.stage == Stage.APPEAL:
        return Step("todo", closed, _("You get the answer to your appeal in writing first"))
    if page.can_appeal and page.determination and page.determination.appeal_until:
        until = day(page.determination.appeal_until)
        return Step("current", closed, _("Not yet: you can appeal until %(day)s.") % {"day": until})
    if page.appeal is not None and page.stage == Stage.DECIDED:
        return Step("current", closed, _("Nothing more is asked of you."))
    if page.stage == Stage.CLOSED or not page.violation_found:
        return Step("done", closed)
    return Step("current", closed, _("The time to appeal has passed."))


def line(row: MyCaseRow) -> Line:
    """A line of the list of cases."""
    look, word = LOOKS[row.stage]
    note = ""
    until = row.determination.appeal_until if row.determination else None
    if row.stage == Stage.ANSWER and not row.window.started:
        note = _("Your time to answer has not started yet.")
    elif row.stage == Stage.ANSWER and row.window.over:
        note = _("You asked for more time. We will answer.")
    elif row.stage == Stage.ANSWER:
        note = _("Answer by %(day)s, %(time)s") % {
            "day": day(row.notice.due_at, "weekday"),
            "time": clock_time(row.notice.due_at),
        }
    elif row.stage == Stage.DECIDED and row.determination is not None and until is None:
        note = _("No violation was found.")
    elif row.stage == Stage.DECIDED and until is not None and clock.now() <= until:
        note = _("You can appeal until %(day)s.") % {"day": day(until, "weekday")}
    title = headline(row.case, row.stage, decided=row.determination is not None)
    return Line(row, title, look, word, note)


def contact(case: Case) -> str:
    """The address to write to about a case: the institution's, else the office's."""
    return format_html('<a href="mailto:{0}?subject={1}">{0}</a>', _office(case), case.number)


def address(case: Case) -> str:
    """As `contact`, for somebody who is not to learn the number of the case."""
    return format_html('<a href="mailto:{0}">{0}</a>', _office(case))


def _office(case: Case) -> str:
    written = case.institution.contact_email or settings.DEFAULT_FROM_EMAIL
    return written.rpartition("<")[2].rstrip(">").strip()
