"""Until when a respondent may answer a notice (PR1, PR2): the one place that says so.

`Notice.due_at` is the end as it was kept last and is never moved to an earlier instant. What is
said here counts at once, whether or not it was kept meanwhile (`services.windows` keeps it):

- Nothing runs before the notice has come to the learner: delivered, or read without that.
- The policy says what starts the time: the writing, the delivery or the opening of the letter.
- Who asked for more time in time has at least until they are answered.

The end is the last second of a day in the zone of the institution; that second still counts.
Docs: docs/decisions/0036.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.enums import MoreTimeOutcome
from cases.governing import texts
from cases.models import Case, MoreTime, Notice
from integrity.core import clock
from integrity.core.calendar import add_working_days
from integrity.courses.selectors import holidays as holidays_of
from policies.enums import ClockStart
from policies.rules import ProcessTerms

# After its last second a window is over.
LAST_SECOND = timedelta(seconds=1)
# An unopened letter counts as read so many working days after it was delivered (PR1).
UNOPENED_WORKING_DAYS = 10
# What is left at least where the learner waited for us: for an answer, or for the letter.
FAIR_REST_WORKING_DAYS = 2


@dataclass(frozen=True)
class Window:
    """The time to answer one notice, as it stands at `now`.

    `delivered_at` is when the letter came, by delivery or by being read; `bounced` that it came
    back. `starts_at` is when the time began, None before; `begins_at` when it begins at the latest,
    where that is known. `due_at` is its last second; before it began a date that may still move.
    `waiting` is a request for more time that nobody has answered; it `holds` the window open unless
    one was refused before it.
    """

    rule: ClockStart
    written_at: datetime
    delivered_at: datetime | None
    read_at: datetime | None
    bounced: bool
    state: str
    starts_at: datetime | None
    begins_at: datetime | None
    due_at: datetime
    kept_at: datetime
    working_days: int
    extension_days: int
    zone: str
    free: Collection[date]
    asked: Sequence[MoreTime]
    now: datetime

    @property
    def undelivered(self) -> bool:
        """Whether the notice has not come to the learner."""
        return self.delivered_at is None

    @property
    def started(self) -> bool:
        return self.starts_at is not None

    @property
    def why(self) -> str:
        """What started the time: sent, delivered, read or unopened."""
        if self.rule == ClockStart.SENT:
            return "sent"
        if self.starts_at == self.read_at:
            return "read"
        return "delivered" if self.rule == ClockStart.DELIVERED else "unopened"

    @property
    def waiting(self) -> MoreTime | None:
        """The request for more time that waits for an answer."""
        return next((row for row in self.asked if not row.outcome), None)

    @property
    def holds(self) -> bool:
        """Whether the window stays open for a request that waits.

        Not for one that follows a refusal, or nobody could ever go on.
        """
        if self.waiting is None:
            return False
        answered = [row for row in self.asked if row.outcome]
        return not answered or answered[-1].outcome != MoreTimeOutcome.REFUSED

    @property
    def last(self) -> MoreTime | None:
        """The newest request that was answered, or time that was given unasked."""
        return next((row for row in reversed(self.asked) if row.outcome), None)

    @property
    def over(self) -> bool:
        """Whether the last second has passed, a request that waits apart."""
        return self.started and self.now >= self.due_at + LAST_SECOND

    @property
    def open(self) -> bool:
        """Whether an answer is taken."""
        return not self.over or self.holds

    @property
    def may_ask(self) -> bool:
        """Whether more time can be asked for: the time runs, and no request waits."""
        return self.started and not self.over and self.waiting is None

    @property
    def moved(self) -> bool:
        """Whether the end is later than what was kept."""
        return self.due_at > self.kept_at

    def after(self, start: datetime, days: int) -> datetime:
        """The last second of the day so many working days after `start`."""
        return add_working_days(start, days, zone=self.zone, holidays=self.free)

    @property
    def longer(self) -> datetime:
        """Until when the policy's extension would last, given now."""
        return self.after(max(self.due_at, self.now), self.extension_days)

    @property
    def rest(self) -> datetime:
        """The end if a request is refused now: what is left at least after the answer."""
        fair = self.after(self.now, min(FAIR_REST_WORKING_DAYS, self.working_days))
        return max(self.due_at, fair) if self.holds else self.due_at


def window_of(
    notice: Notice,
    asked: Sequence[MoreTime],
    *,
    terms: ProcessTerms,
    zone: str,
    free: Collection[date],
) -> Window:
    """The window of a notice whose letter and message are loaded; no query.

    `asked` are its requests for more time in their order, `free` the holidays of the institution.
    """
    now = clock.now()
    message = notice.letter.message
    read_at = notice.letter.first_read_at
    came = [at for at in (message.sent_at, read_at) if at is not None]
    delivered_at = min(came) if came else None

    def after(start: datetime, days: int) -> datetime:
        return add_working_days(start, days, zone=zone, holidays=free)

    days = terms.response_working_days
    rule = terms.clock_starts
    starts_at, begins_at, due_at = None, None, notice.due_at
    if delivered_at is not None:
        if rule == ClockStart.SENT:
            starts_at = notice.sent_at
            # Written on Friday and delivered a week later it is still read before it ends.
            due_at = max(due_at, after(delivered_at, min(FAIR_REST_WORKING_DAYS, days)))
        elif rule == ClockStart.DELIVERED:
            starts_at = delivered_at
        else:
            begins_at = after(delivered_at, UNOPENED_WORKING_DAYS)
            starts_at = read_at
            if now >= begins_at + LAST_SECOND:
                starts_at = min(read_at or begins_at, begins_at)
        if starts_at is not None:
            due_at = max(due_at, after(starts_at, days))
    return Window(
        rule=rule,
        written_at=notice.sent_at,
        delivered_at=delivered_at,
        read_at=read_at,
        bounced=message.state == "bounced",
        state=message.state,
        starts_at=starts_at,
        begins_at=begins_at if starts_at is None else None,
        due_at=due_at,
        kept_at=notice.due_at,
        working_days=days,
        extension_days=terms.extension_working_days,
        zone=zone,
        free=free,
        asked=asked,
        now=now,
    )


def window(case: Case, notice: Notice) -> Window:
    """As `window_of`, with what it needs read from the database."""
    return window_of(
        notice,
        list(notice.more_time.order_by("asked_at", "pk")),
        terms=texts(case).terms,
        zone=case.institution.time_zone,
        free=holidays_of(case.institution),
    )


def first_end(case: Case, at: datetime) -> datetime:
    """The end a notice written at `at` starts with: the policy's working days after that day."""
    return add_working_days(
        at,
        texts(case).terms.response_working_days,
        zone=case.institution.time_zone,
        holidays=holidays_of(case.institution),
    )
