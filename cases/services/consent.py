"""Whether somebody may be named: asked for one purpose, answered by them, spent when used (IN5).

It is about a reporter, a witness or a respondent. Each disclosure needs a yes of its own, given for
this very purpose and not taken back; the database refuses any other. Both are decided under the
lock of the case, so of a withdrawal and a disclosure at the same moment one wins (decision 0022).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import letters, workflow
from cases.enums import ConsentAnswer, ConsentPurpose, ReportMode
from cases.models import Case, Consent, Report, Respondent, StatementRequest
from cases.rules import own_reports
from cases.services.base import record, respondent_of, visible_or_404
from cases.services.clean import Problems, save
from cases.services.reveal import beside, sent_report
from cases.services.senders import acting
from integrity.accounts.models import User
from integrity.accounts.rules import same_person
from integrity.audit import services as audit
from integrity.core import clock, crypto
from integrity.core.errors import Conflict, IllegalTransition, NotFound
from notifications.recipients import Recipient

TOLD_PURPOSE = "consent-told"
REASON_LENGTH = 2_000
TO_WHOM_LENGTH = 200
# A third question to somebody who has said no twice would be pressing them.
MAX_REFUSALS = 2

REPORTER, WITNESS, RESPONDENT = "reporter", "witness", "respondent"
KINDS = (REPORTER, WITNESS, RESPONDENT)


@dataclass(frozen=True)
class Subject:
    """Who would be named: exactly one of the three."""

    report: Report | None = None
    statement: StatementRequest | None = None
    respondent: Respondent | None = None

    @classmethod
    def of(cls, consent: Consent) -> Subject:
        return cls(consent.report, consent.statement, consent.respondent)

    @property
    def kind(self) -> str:
        """reporter, witness or respondent."""
        if self.report is not None:
            return REPORTER
        return WITNESS if self.statement is not None else RESPONDENT

    @property
    def recipient(self) -> Recipient | None:
        """Whom to write to; of a reporter, from under the seal. None for one without an account."""
        if self.report is not None:
            sealed = self.report.reporter_sealed
            if not self.report.reporter_ref or sealed is None:
                return None
            return Recipient.sealed(self.report.reporter_ref, sealed)
        if self.statement is not None:
            return Recipient.user(self.statement.person)
        if self.respondent is None:
            raise NotFound
        return Recipient.user(self.respondent.user)

    @property
    def purposes(self) -> list[ConsentPurpose]:
        """What they can be asked for; nothing where nobody can be asked."""
        others = [ConsentPurpose.TELL_LEARNER, ConsentPurpose.TELL_OTHERS]
        if self.report is None:
            # The desk knows witnesses and respondents by name.
            return others
        # Of somebody who told the desk, whether there is an account to ask is told to nobody.
        if self.report.reporter_sealed is None and self.report.informant_sealed is None:
            return []
        if self.report.mode == ReportMode.CONFIDENTIAL:
            return [ConsentPurpose.TELL_DESK, *others]
        return others if self.report.mode == ReportMode.NAMED else []


@dataclass(frozen=True)
class Used:
    """A disclosure that happened. `name` is set only for who passes it on. `repr` names nobody."""

    consent: Consent
    name: str = field(default="", repr=False)


def subject_of(case: Case, kind: str, public_id: UUID | str) -> Subject:
    """Somebody of this very case, by kind and id; else `NotFound` (HOSTILE 17)."""
    if kind == REPORTER:
        return Subject(report=sent_report(case, public_id))
    if kind == WITNESS:
        asked = case.statements.select_related("person").filter(
            public_id=public_id, withdrawn_at__isnull=True
        )
        found = asked.first()
        if found is None:
            raise NotFound
        return Subject(statement=found)
    if kind != RESPONDENT:
        raise NotFound
    respondent = respondent_of(case, public_id)
    if not respondent.notices.exists():
        # Before the notice nothing is known to them.
        raise NotFound
    return Subject(respondent=respondent)


def learners_for(case: Case, subject: Subject) -> Sequence[Respondent]:
    """Whom the name could be told to: respondents who know of the case, not the person itself."""
    told = case.respondents.filter(notices__isnull=False).distinct().select_related("user")
    if subject.respondent is not None:
        told = told.exclude(pk=subject.respondent.pk)
    return list(told.order_by("pk"))


def ask(
    *,
    actor: User,
    number: str,
    kind: str,
    subject_id: UUID | str,
    purpose: str,
    reason: str,
    form_key: str,
    learner_id: UUID | str | None = None,
    to_whom: str = "",
) -> Consent:
    """Ask somebody whether they may be named, for one purpose. They get a letter, if they have an
    account.

    `learner_id` says which respondent would be told, for that purpose; `to_whom` who else, in words
    that the person reads. The same form again is the same question. `Conflict` while one like it
    is open or has a yes, and after `MAX_REFUSALS`. `IllegalTransition` where nobody can be asked.
    """
    problems = Problems()
    reason = problems.text("reason", reason, max_length=REASON_LENGTH)
    if not reason and "reason" not in problems.fields:
        problems.add("reason", _("Say why you ask. The person reads it."))
    to_whom = problems.text("to_whom", to_whom, max_length=TO_WHOM_LENGTH, single_line=True)
    with beside(number) as case:
        workflow.require("ask_consent", actor=actor, case=case)
        subject = subject_of(case, kind, subject_id)
        possible = subject.purposes
        if not possible:
            raise IllegalTransition(_("We know nobody here who could be asked."))
        if purpose not in possible:
            problems.add("purpose", _("Choose what it is for."))
        learner = None
        if purpose == ConsentPurpose.TELL_LEARNER:
            known_to = {str(row.public_id): row for row in learners_for(case, subject)}
            learner = known_to.get(str(learner_id))
            if learner is None:
                problems.add("learner", _("Choose who would be told, among those who know of it."))
        if purpose == ConsentPurpose.TELL_OTHERS:
            if not to_whom and "to_whom" not in problems.fields:
                problems.add("to_whom", _("Say who would be told."))
        else:
            to_whom = ""
        problems.stop()
        consent = Consent(
            case=case,
            report=subject.report,
            statement=subject.statement,
            respondent=subject.respondent,
            purpose=purpose,
            learner=learner,
            to_whom=to_whom,
            reason=reason,
            asked_by=actor,
            asked_at=clock.now(),
            form_key=form_key,
        )
        known = Consent.objects.filter(form_key=form_key).first()
        if known is not None:
            if _words(known) != _words(consent):
                raise Conflict(_("This form was sent before with other content."))
            return known
        _not_pressed(consent)
        save(consent)
        record(
            "consent.asked",
            case,
            actor,
            subject=("consent", str(consent.public_id)),
            data={"of": subject.kind, "purpose": purpose},
        )
        recipient = subject.recipient
        if recipient is not None:
            letters.consent_asked(consent, recipient, kind=subject.kind)
    return consent


def _words(consent: Consent) -> tuple[object, ...]:
    return (
        *(consent.case_id, consent.report_id, consent.statement_id, consent.respondent_id),
        *(consent.purpose, consent.learner_id, consent.to_whom, consent.reason),
    )


def _not_pressed(asked: Consent) -> None:
    """`Conflict` where the same is open already, or was refused often enough."""
    same = Consent.objects.filter(
        report=asked.report,
        statement=asked.statement,
        respondent=asked.respondent,
        purpose=asked.purpose,
    )
    open_or_given = Q(answer="") | Q(
        answer=ConsentAnswer.GIVEN, withdrawn_at__isnull=True, used_at__isnull=True
    )
    if same.filter(open_or_given, learner=asked.learner, to_whom=asked.to_whom).exists():
        raise Conflict(_("This was asked already."))
    no = Q(answer=ConsentAnswer.REFUSED) | Q(withdrawn_at__isnull=False)
    if same.filter(no).count() >= MAX_REFUSALS:
        raise Conflict(_("They have said no twice. They are not asked for this again."))


def own(user: User) -> Q:
    """True for the consents that are the user's to give: as reporter, witness or respondent."""
    return (
        Q(report__in=own_reports(user).values("pk"))
        | same_person(user, "statement__person")
        | same_person(user, "respondent__user")
    )


def answer(*, actor: User, consent_id: UUID | str, yes: bool) -> Consent:
    """What the person says to it, once. The same answer again is the same answer.

    `NotFound` for anybody else; `Conflict` for another answer than the one that was given.
    """
    with _own_consent(actor, consent_id) as consent:
        said = ConsentAnswer.GIVEN if yes else ConsentAnswer.REFUSED
        if consent.answer:
            if consent.answer == said:
                return consent
            raise Conflict(_("You have answered already."))
        consent.answer = said
        consent.answered_at = clock.now()
        save(consent)
        _record_own("consent.answered", consent, actor, {"answer": str(said)})
    return consent


def withdraw(*, actor: User, consent_id: UUID | str) -> Consent:
    """Take a yes back, until somebody was told. `IllegalTransition` from then on, and without one.

    Taking it back twice is taking it back.
    """
    with _own_consent(actor, consent_id) as consent:
        if consent.withdrawn_at is not None:
            return consent
        if consent.used_at is not None:
            raise IllegalTransition(_("It is too late: we have told them already."))
        if consent.answer != ConsentAnswer.GIVEN:
            raise IllegalTransition(_("You have not agreed, so there is nothing to take back."))
        consent.withdrawn_at = clock.now()
        save(consent)
        _record_own("consent.withdrawn", consent, actor, {})
    return consent


@contextmanager
def _own_consent(actor: User, consent_id: UUID | str) -> Iterator[Consent]:
    """The actor's consent, read again under the lock of its case. `NotFound` for anybody else's."""
    mine = Consent.objects.filter(own(actor), public_id=consent_id)
    first = mine.select_related("case").first()
    if first is None:
        raise NotFound
    with beside(first.case.number):
        yield mine.select_related(*_SUBJECT).get()


_SUBJECT = (
    *("report__institution", "statement__person", "respondent__user", "learner__user"),
    *("learner__case", "case__institution", "case__assignment", "case__course"),
)


def _record_own(action: str, consent: Consent, actor: User, data: dict[str, str]) -> None:
    subject = Subject.of(consent)
    audit.record(
        action,
        # Who reported stays a fingerprint, also where they agree to be named.
        actor=acting(subject.report)
        if subject.report is not None
        else audit.Actor.user(actor.public_id, role=subject.kind),
        subject=("consent", str(consent.public_id)),
        case_number=consent.case.number,
        institution=consent.case.institution.slug,
        data={"of": subject.kind, "purpose": consent.purpose, **data},
    )


def use(*, actor: User, number: str, consent_id: UUID | str) -> Used:
    """Name the person, once, as they allowed. The consent is spent by it.

    To the learner, the service itself writes the name, and the desk does not see it. To the desk,
    whoever reads the case sees it from then on. To others, the name is in what is returned, for the
    officer to pass on, and nowhere later. Raises `IllegalTransition` without a yes, after it was
    taken back, and once it was used.
    """
    with beside(number) as case:
        visible_or_404(actor, case)
        consent: Consent | None = (
            case.consents.select_related(*_SUBJECT).filter(public_id=consent_id).first()
        )
        if consent is None:
            raise NotFound
        workflow.require("use_consent", actor=actor, case=case)
        if consent.answer != ConsentAnswer.GIVEN:
            raise IllegalTransition(_("They have not agreed to it."))
        if consent.withdrawn_at is not None:
            raise IllegalTransition(_("They have taken it back."))
        if consent.used_at is not None:
            raise IllegalTransition(_("It was used already. Ask again before you tell more."))
        subject = Subject.of(consent)
        recipient = subject.recipient
        if recipient is None:
            raise IllegalTransition(_("We know nobody here who could be asked."))
        name = recipient.name
        consent.used_at = clock.now()
        consent.used_by = actor
        if consent.purpose == ConsentPurpose.TELL_LEARNER:
            consent.told_sealed = crypto.seal(name, purpose=TOLD_PURPOSE)
        save(consent)
        if consent.learner is not None:
            letters.identity_told(consent, consent.learner, name=name, kind=subject.kind)
        record(
            "consent.used",
            case,
            actor,
            subject=("consent", str(consent.public_id)),
            data={"of": subject.kind, "purpose": consent.purpose},
        )
    return Used(consent, name if consent.purpose == ConsentPurpose.TELL_OTHERS else "")
