"""The beginning of a case to measure with: what was reported, and the reports."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any

from django.conf import settings

from cases import priority, rules
from cases.demo import texts
from cases.demo.scale_history import History
from cases.demo.scale_rows import PAUSED, STAGE, Plan, Rows
from cases.demo.scale_world import Person, Place, Stock, identity
from cases.enums import (
    DISMISSAL_CHOICES,
    CaseKind,
    ClosingOutcome,
    EvidenceKind,
    ReportKind,
    ReportMode,
    ReportStatus,
)
from cases.enums import CaseStatus as S
from cases.models import (
    Case,
    CaseWords,
    DeadlinePause,
    Evidence,
    Report,
    Respondent,
)
from cases.notices import current_good_faith, current_processing
from cases.services import indexing
from cases.services.priority import ESCALATE_WORKING_DAYS
from cases.terms import code_terms, joined, terms
from cases.workflow import STAGE_WORKING_DAYS
from integrity.accounts.models import User
from integrity.audit.services import Actor
from integrity.core.calendar import add_working_days, working_days_before, working_time_before
from integrity.courses.models import Course, Post, Submission
from integrity.courses.selectors import decided_by_institution
from notifications import conf, content, recipients
from notifications.enums import Channel, RecipientKind, State
from notifications.models import Letter, OutboxMessage
from policies.enums import GoverningBasis

MAIL = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"


@lru_cache(maxsize=10_000)
def _terms(text: str) -> tuple[str, ...]:
    # The same texts come again and again.
    return tuple(terms(text))


@lru_cache(maxsize=1_000)
def _heads(reported_as: str, course: Course) -> tuple[str, ...]:
    return (*terms(reported_as), *code_terms(course.code), *terms(course.title))


class Filed:
    """A case with its reports and first evidence."""

    def __init__(
        self, rng: random.Random, stock: Stock, rows: Rows, history: History, plan: Plan
    ) -> None:
        self.plan, self.rng, self.rows, self.history = plan, rng, rows, history
        self.add = rows.add
        self.place: Place = rng.choice(stock.places)
        self.kind = CaseKind.CONDUCT if self.rng.random() < 0.18 else CaseKind.ACADEMIC
        self.violation = self.rng.choice(self.place.violations[self.kind])
        self.reporters_count = self.rng.choices((1, 2, 4), (86, 10, 4))[0]
        self.accused, *self.reporters = rng.sample(stock.people, 1 + self.reporters_count)
        office = self.place.office
        self.moderator = self.rng.choice(office.moderators)
        self.officer, self.second = self.rng.sample(office.officers, 2)
        self.has = plan.status
        # A case in triage may be some hours old only.
        self.claimed_after = 0.2 if self.has == S.TRIAGE else 0.9

    def at(self, days: float) -> datetime:
        """An instant of the case."""
        return self.plan.opened_at + timedelta(days=days)

    def tell(self) -> None:
        """Write the rows of the beginning, and keep its events."""
        self._file()
        for position, reporter in enumerate(self.reporters):
            self._report(reporter, position)
        if self.case.assignee_id is not None:
            self._event(self.claimed_after, "case.claimed", self.moderator, "moderator")
        if self.has == S.DISMISSED:
            data = {"reason": self.case.dismissal_reason}
            self._event(1.8, "case.dismissed", self.moderator, "moderator", data=data)

    def index(self) -> None:
        """The words the queue searches, as `indexing.searchable` makes them."""
        heads = joined(
            chain(code_terms(self.case.number), _heads(self.violation.title, self.place.course)),
            most=4_000,
        )
        said = [word for text in self.texts for word in _terms(text)]
        naming = list(_terms(self.accused.user.display_name))
        if rules.names_hidden(self.case):
            said, naming = [word for word in said if word not in naming], []
        found = chain(heads.split(), self.codes, naming, said)
        self.add(
            CaseWords(case=self.case, heads=heads, text=joined(found, most=indexing.SEARCH_LENGTH))
        )

    def _event(
        self,
        days: float,
        action: str,
        actor: User | Actor,
        role: str = "",
        *,
        subject: tuple[str, str] | None = None,
        data: dict[str, Any] | None = None,
        personal: dict[str, str] | None = None,
    ) -> None:
        self.history.tell(
            self.at(days),
            action,
            actor=actor if isinstance(actor, Actor) else Actor.user(actor.public_id, role=role),
            subject=subject or ("case", self.plan.number),
            case_number=self.plan.number,
            institution=self.place.office.institution.slug,
            data=data,
            personal=personal,
        )

    def _file(self) -> None:
        at, has, place = self.plan.opened_at, self.has, self.place
        course, learner = place.course, self.accused.user
        work: Submission | None = None
        post: Post | None = None
        own = f"{self.plan.number[-6:]}."
        if self.kind == CaseKind.ACADEMIC:
            task = self.rng.choice(place.assignments)
            work = self.add(
                Submission(
                    public_id=identity(self.rng),
                    assignment=task,
                    learner=learner,
                    text=texts.work(course.slug, own),
                    score=Decimal(self.rng.randint(40, 100)),
                    submitted_at=at - timedelta(days=3),
                )
            )
            head = task.title
        else:
            body = f"{self.rng.choice(texts.FRIENDLY)} {own}"
            post = self.add(
                Post(
                    public_id=identity(self.rng),
                    course=course,
                    author=learner,
                    body=body,
                    created_at=at - timedelta(hours=5),
                )
            )
            head = self.violation.title
        claimed = self.rng.random() < (0.35 if has == S.TRIAGE else 0.93)
        ended = {S.CLOSED: 33.0, S.DISMISSED: 1.8}.get(has)
        stands_on = place.texts[self.kind]
        self.case = self.add(
            Case(
                number=self.plan.number,
                kind=self.kind,
                status=has,
                title=f"{head}, {course.title}"[:200],
                institution=place.office.institution,
                course=course,
                assignment=work.assignment if work else None,
                submission=work,
                post=post,
                policy_version=stands_on.main,
                supplement=stands_on.institution if stands_on.platform else None,
                course_terms=stands_on.course
                if stands_on.platform or stands_on.institution
                else None,
                governing_basis=GoverningBasis.INSTANT,
                institution_decides=decided_by_institution(course),
                reported_as=self.violation.title,
                incident_at=at - timedelta(hours=5),
                opened_at=at,
                due_at=self._due(),
                closed_at=None if ended is None else self.at(ended),
                urgent=self.violation.urgent,
                assignee=self.moderator if claimed else None,
                assigned_at=self.at(self.claimed_after) if claimed else None,
                dismissal_reason=(
                    self.rng.choice(list(dict(DISMISSAL_CHOICES))) if has == S.DISMISSED else ""
                ),
                dismissed_by=self.moderator if has == S.DISMISSED else None,
                names_open=has not in (S.TRIAGE, S.DISMISSED),
                revision=3,
            )
        )
        self.codes = list(_terms(self.case.title))
        self.texts: list[str] = []
        self.respondent = self.add(
            Respondent(
                public_id=identity(self.rng),
                case=self.case,
                user=learner,
                status=has,
                status_since=self.at(STAGE[has]),
                added_at=at,
            )
        )
        first = Actor.sealed(self.reporters[0].reporter_ref, role="reporter")
        self._event(0, "case.filed", first, data={"kind": self.kind, "urgent": self.case.urgent})
        self.piece = self._evidence(
            EvidenceKind.SUBMISSION if work else EvidenceKind.QUOTE,
            head if work else "The post",
            work.text if work else post.body if post else "",
            submission=work,
        )
        self.texts += [self.piece.title, self.piece.text.removesuffix(own), own]

    def weigh(self) -> None:
        """How much it presses and when somebody is told, as `services.priority.weigh` sets it."""
        case, office = self.case, self.place.office
        if self.has in (S.DECIDED, S.CLOSED, S.DISMISSED):
            return
        case.rank_at = case.due_at
        case.priority = self._points()
        if case.due_at is None or self.has not in STAGE_WORKING_DAYS:
            return
        zone, free = office.institution.time_zone, office.holidays
        forward = timedelta(hours=case.priority)
        case.rank_at = working_time_before(case.due_at, forward, zone=zone, holidays=free)
        case.escalate_at = working_days_before(
            case.due_at, ESCALATE_WORKING_DAYS, zone=zone, holidays=free
        )

    def _points(self) -> int:
        other = priority.KINDS.get(self.kind)
        found = [priority.VIOLATIONS.get(self.violation.code, other)]
        if self.kind == CaseKind.ACADEMIC:
            share = self.case.assignment.weight if self.case.assignment else None
            if share is not None:
                found.append(next((w for least, w in priority.SHARES if share >= least), None))
            found.append(priority.PRODUCTS.get(self.place.product))
        more = min(self.reporters_count - 1, priority.MOST_REPORTERS)
        return sum(weight.hours for weight in found if weight) + more * priority.REPORTER.hours

    def pause(self) -> None:
        """The time of some cases of the desk stands still."""
        due = self.case.due_at
        if self.has not in PAUSED or self.case.assignee is None or self.rng.random() > 0.04:
            return
        days = STAGE[self.has] + 0.2
        if due is None or due <= self.at(days):
            return
        reason = "We wait for the teacher, who is away."
        self.case.due_at, self.case.paused_at = None, self.at(days)
        self.add(
            DeadlinePause(
                public_id=identity(self.rng),
                case=self.case,
                reason=reason,
                due_before=due,
                began_by=self.moderator,
                began_at=self.at(days),
            )
        )
        self._event(
            days,
            "deadline.paused",
            self.moderator,
            "moderator",
            data={"due_at": due.isoformat()},
            personal={"reason": reason},
        )

    def _due(self) -> datetime | None:
        if self.has == S.NOTIFIED:
            return self._working(2.6, 10)
        days = STAGE_WORKING_DAYS.get(self.has)
        return None if days is None else self._working(STAGE[self.has], days)

    def _working(self, start: float, days: int) -> datetime:
        office = self.place.office
        return add_working_days(
            self.at(start), days, zone=office.institution.time_zone, holidays=office.holidays
        )

    def _evidence(
        self, kind: str, title: str, text: str, *, submission: Submission | None = None
    ) -> Evidence:
        piece = self.add(
            Evidence(
                public_id=identity(self.rng),
                case=self.case,
                position=1,
                kind=kind,
                title=title[:200],
                text=text,
                submission=submission,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                added_at=self.plan.opened_at,
            )
        )
        self._event(
            0,
            "evidence.added",
            Actor.system("intake"),
            subject=("evidence", str(piece.public_id)),
            data={"label": piece.label, "kind": piece.kind, "sha256": piece.sha256},
        )
        return piece

    def _report(self, reporter: Person, position: int) -> None:
        days = min(0.3 * position, STAGE[self.has] + 0.05 * position)
        public_id = identity(self.rng)
        code = public_id.hex[:8].upper()
        ended = {S.CLOSED: 33.0, S.DISMISSED: 1.8}.get(self.has)
        topic = self.rng.choice(texts.TOPICS)
        account = f"{texts.SEEN} {self.violation.description} It is about {topic}."
        report = self.add(
            Report(
                public_id=public_id,
                reference=f"R-{code[:4]}-{public_id.hex[8:16].upper()}",
                kind=ReportKind.FLAG if self.case.submission else ReportKind.INCIDENT,
                mode=ReportMode.NAMED if self.rng.random() < 0.2 else ReportMode.CONFIDENTIAL,
                status=self._report_status(),
                reporter_ref=reporter.reporter_ref,
                reporter_sealed=recipients.seal_reporter(reporter.user),
                institution=self.case.institution,
                course=self.place.course,
                submission=self.case.submission,
                post=self.case.post,
                violation_type=self.violation,
                account=account,
                incident_at=self.case.incident_at,
                good_faith=True,
                good_faith_statement=current_good_faith().version,
                processing_notice=current_processing().version,
                submitted_at=self.at(days),
                acknowledged_at=self.at(days),
                closed_at=None if ended is None else self.at(ended),
                outcome=self._outcome(),
                dismissal_reason=self.case.dismissal_reason,
                case=self.case,
                form_key=f"scale-{public_id.hex}",
                form_digest=hashlib.sha256(account.encode()).hexdigest(),
            )
        )
        self.codes += code_terms(report.reference)
        self.texts += [texts.SEEN, self.violation.description, f"It is about {topic}."]
        sender = Actor.sealed(reporter.reporter_ref, role="reporter")
        self._event(
            days,
            "report.received",
            sender,
            subject=("report", str(public_id)),
            data={
                "kind": report.kind,
                "mode": report.mode,
                "evidence": 0,
                "violation": self.violation.code,
            },
        )
        if position:
            data = {"report": str(public_id)}
            self._event(days, "report.joined", Actor.system("intake"), data=data)

    def _report_status(self) -> str:
        if self.has == S.TRIAGE:
            return ReportStatus.SUBMITTED
        return ReportStatus.DISMISSED if self.has == S.DISMISSED else ReportStatus.LINKED

    def _outcome(self) -> str:
        if self.has == S.CLOSED:
            return ClosingOutcome.ACTION_TAKEN
        return ClosingOutcome.NOT_PURSUED if self.has == S.DISMISSED else ""

    def _letter(self, days: float, event: str, cause: str, title: str, text: str) -> Letter:
        """A letter that was delivered."""
        at, person = self.at(days), self.accused
        name = person.user.display_name
        public_id = identity(self.rng)
        message = self.add(
            OutboxMessage(
                public_id=public_id,
                event=event,
                channel=Channel.EMAIL,
                language="en",
                key=f"{event}:{cause}",
                recipient_kind=RecipientKind.NAMED,
                recipient_ref=person.recipient_ref,
                recipient_sealed=person.recipient_sealed,
                content_sealed=content.seal_message(subject=title, text=text),
                institution=self.case.institution.slug,
                case_number=self.case.number,
                message_id=f"<{public_id}@{MAIL}>",
                state=State.SENT,
                attempts=1,
                next_attempt_at=at,
                give_up_at=at + conf.GIVE_UP_AFTER,
                sent_at=at,
                created_at=at,
            )
        )
        letter = self.add(
            Letter(
                public_id=identity(self.rng),
                message=message,
                event=event,
                recipient_kind=RecipientKind.NAMED,
                recipient_ref=person.recipient_ref,
                title=title,
                content_sealed=content.seal_letter(to=name, html=f"<p>{text}</p>"),
                language="en",
                institution=self.case.institution.slug,
                case_number=self.case.number,
                created_at=at,
                first_read_at=at + timedelta(hours=7) if self.rng.random() < 0.8 else None,
            )
        )
        self._event(
            days,
            "letter.queued",
            Actor.system("outbox"),
            subject=("message", str(public_id)),
            data={
                "event": event,
                "message": str(public_id),
                "letter": str(letter.public_id),
                "language": "en",
            },
        )
        return letter
