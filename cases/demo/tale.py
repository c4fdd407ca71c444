"""One case of the demo as a tale: what happened when, in days before now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cases.demo import texts, world
from cases.demo.story import File, flag, incident, violation
from cases.demo.timeline import Step, Timeline, shift
from cases.enums import DismissalReason, FindingOutcome, ReportMode, Stance
from cases.models import Case, Report
from cases.services import triage
from integrity.accounts.models import User
from integrity.courses.models import Course, Post, Submission

# Who works on a case: moderator, officer, second officer.
DESKS: dict[str, tuple[str, str, str]] = {
    "first": ("moderator", "officer", "officer2"),
    "second": ("moderator2", "officer2", "officer3"),
    "third": ("moderator", "officer3", "officer"),
    "northbridge": ("gwen.ellis", "partner.officer", "sian.rowlands"),
    "northbridge-2": ("gwen.ellis", "sian.rowlands", "partner.officer"),
    "aurora": ("julian.mejia", "catalina.restrepo", "officer3"),
}


class Cast:
    """The people of the demo and the timeline their tales are told on."""

    def __init__(self, people: Mapping[str, User], timeline: Timeline) -> None:
        self.people = people
        self.timeline = timeline

    def work(
        self,
        learner: str,
        course: str,
        task: str,
        days: float,
        *,
        own: str,
        score: int | None = 78,
        certified: float | None = None,
    ) -> Submission:
        """Work handed in so many days ago; the certificate of the course, if any, `certified`."""
        at = self.timeline.ago(days)
        person = self.people[learner]
        found = world.hand_in(
            learner=person,
            course=course,
            assignment=task,
            text=texts.work(course, own),
            score=score,
            at=at,
        )
        if certified is not None:
            self._passed(person, course, task, at)
            world.certify(learner=person, course=course, at=self.timeline.ago(certified))
        return found

    def _passed(self, learner: User, course: str, task: str, at: Any) -> None:
        """The other work of the course: without it there would be no certificate."""
        for title in (
            Course.objects.get(slug=course)
            .assignments.exclude(title=task)
            .values_list("title", flat=True)
        ):
            world.hand_in(
                learner=learner,
                course=course,
                assignment=title,
                text=texts.work(course, f"This is my {title.lower()}."),
                score=70 + len(title),
                at=at,
            )

    def post(self, author: str, course: str, body: str, days: float) -> Post:
        """Something written in a forum so many days ago."""
        return world.post(
            author=self.people[author], course=course, body=body, at=self.timeline.ago(days)
        )

    def flagged(
        self,
        submission: Submission,
        days: float,
        account: str,
        *,
        by: str = "reporter",
        code: str = "plagiarism",
        links: Sequence[str] = (),
        desk: str = "first",
        mode: str = ReportMode.CONFIDENTIAL,
    ) -> Tale:
        """A tale that begins with a flag."""
        tale = Tale(self, f"{submission.pk}-{account}", desk)

        def step() -> Report:
            return flag(
                reporter=self.people[by],
                submission=submission,
                code=code,
                account=account,
                links=links,
                mode=mode,
            )

        return tale.begun(days, step, submission=submission)

    def incident(
        self,
        post: Post,
        days: float,
        account: str,
        *,
        by: str = "reporter",
        code: str = "harassment",
        desk: str = "first",
        mode: str = ReportMode.CONFIDENTIAL,
    ) -> Tale:
        """A tale that begins with how somebody behaved."""
        tale = Tale(self, f"{post.pk}-{account}", desk)

        def step() -> Report:
            return incident(
                reporter=self.people[by], post=post, code=code, account=account, mode=mode
            )

        return tale.begun(days, step, post=post)

    def violation(
        self,
        course: str,
        days: float,
        account: str,
        *,
        by: str = "reporter",
        code: str,
        links: Sequence[str] = (),
        desk: str = "first",
        mode: str = ReportMode.CONFIDENTIAL,
    ) -> Tale:
        """A tale that begins with a report that points at no single piece of work."""
        tale = Tale(self, account, desk)

        def step() -> Report:
            return violation(
                reporter=self.people[by],
                course=Course.objects.select_related("institution", "programme").get(slug=course),
                code=code,
                account=account,
                links=links,
                mode=mode,
            )

        return tale.begun(days, step)


class Tale:
    """A case and what happens in it. Every method takes the days before now and returns the tale.

    All its instants are moved by the same part of a day, so that no two cases keep step.
    """

    def __init__(self, cast: Cast, key: str, desk: str) -> None:
        moderator, officer, second = (cast.people[name] for name in DESKS[desk])
        self.cast = cast
        self.file = File("", moderator, officer, second)
        self.submission: Submission | None = None
        self.post: Post | None = None
        self._shift = shift(key)

    def at(self, days: float, step: Step) -> Tale:
        """Anything else, so many days ago."""
        self.cast.timeline.add(days + self._shift, step)
        return self

    def begun(
        self,
        days: float,
        step: Any,
        *,
        submission: Submission | None = None,
        post: Post | None = None,
    ) -> Tale:
        """The first report; it gives the case its number."""
        self.submission, self.post = submission, post

        def first() -> None:
            report = step()
            self.file.number = report.case.number

        return self.at(days, first)

    def also(
        self, days: float, account: str, *, by: str, mode: str = ReportMode.CONFIDENTIAL
    ) -> Tale:
        """One more report about the same."""
        person = self.cast.people[by]
        submission, post = self.submission, self.post

        def step() -> object:
            if submission is not None:
                return flag(reporter=person, submission=submission, account=account, mode=mode)
            if post is None:
                raise ValueError("Only a submission or a post can be reported twice.")
            return incident(
                reporter=person, post=post, code="harassment", account=account, mode=mode
            )

        return self.at(days, step)

    def about(self, learner: str) -> File:
        """The file as it is about one of several people."""
        return replace(self.file, who=self.cast.people[learner].email)

    def claimed(self, days: float, by: str = "") -> Tale:
        who = self.cast.people[by] if by else self.file.moderator
        return self.at(days, lambda: triage.claim(actor=who, number=self.file.number))

    def released(self, days: float) -> Tale:
        return self.at(
            days, lambda: triage.release(actor=self.file.moderator, number=self.file.number)
        )

    def noted(self, days: float, body: str) -> Tale:
        return self.at(
            days,
            lambda: triage.add_note(
                actor=self.file.moderator,
                number=self.file.number,
                body=body,
                form_key=f"demo-{self.file.number}-{days}",
            ),
        )

    def opened(self, days: float, naming: str = "") -> Tale:
        email = self.cast.people[naming].email if naming else ""
        return self.at(days, lambda: self.file.open(email))

    def dismissed(self, days: float, reason: DismissalReason, note: str) -> Tale:
        return self.at(
            days,
            lambda: triage.dismiss(
                actor=self.file.moderator, number=self.file.number, reason=reason, note=note
            ),
        )

    def alleged(self, days: float, code: str, words: str, completion: str = "completed") -> Tale:
        return self.at(days, lambda: self.file.allege(code, words, completion))

    def sourced(self, days: float, title: str, text: str, shows: str) -> Tale:
        return self.at(days, lambda: self.file.add_source(title, text, shows))

    def notified(self, days: float, questions: str = texts.QUESTIONS) -> Tale:
        return self.at(days, lambda: self.file.notify(questions))

    def heard(self, days: float, *, code: str = "plagiarism", words: str = texts.TAKEN) -> Tale:
        """Opened, alleged, a source added and the notice sent, within half a day."""
        self.opened(days).alleged(days - 0.1, code, words)
        if code == "plagiarism":
            self.sourced(days - 0.2, texts.TITLE, texts.ARTICLE, texts.SHOWS)
        return self.notified(days - 0.4)

    def read(self, days: float) -> Tale:
        return self.at(days, self.file.read_letters)

    def answered(self, days: float, stance: Stance, text: str, because: str = "") -> Tale:
        self.read(days + 0.2)
        return self.at(days, lambda: self.file.answer(stance, text, because))

    def found(self, days: float, reasons: str, answer: str, *, shown: bool = True) -> Tale:
        outcome = FindingOutcome.SHOWN if shown else FindingOutcome.NOT_SHOWN
        return self.at(days, lambda: self.file.find(reasons, answer, outcome))

    def proposed(
        self,
        days: float,
        severity: str,
        codes: Sequence[str],
        reasons: str,
        *,
        params: Mapping[str, Mapping[str, Any]] | None = None,
        departure: str = "",
        facts: Mapping[str, Any] | None = None,
    ) -> Tale:
        """What follows is proposed, after a look at what the scheme says."""
        known = {"severity": severity, **(facts or {})} if severity else dict(facts or {})

        def step() -> None:
            if codes:
                self.file.advise(known)
            self.file.propose(known, codes, reasons, params=params, departure=departure)

        return self.at(days, step)

    def confirmed(self, days: float) -> Tale:
        return self.at(days, self.file.confirm)

    def appealed(self, days: float, text: str, *grounds: str) -> Tale:
        self.read(days + 0.2)
        return self.at(days, lambda: self.file.appeal(text, *grounds))

    def judged(
        self, days: float, judge: str, outcome: str, reasons: str, *, keep: Sequence[str] = ()
    ) -> Tale:
        who = self.cast.people[judge]
        return self.at(days, lambda: self.file.hear(who, outcome, reasons, keep=keep))

    def reversed(self, days: float, by: str, code: str, reason: str) -> Tale:
        who = self.cast.people[by]
        return self.at(days, lambda: self.file.reverse(who, code, reason))

    @property
    def case(self) -> Case:
        """The case, once its first report is told."""
        return self.file.case
