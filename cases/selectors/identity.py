"""Who opened an identity and who may be named: the desk's lists, and one's own answers (PV1, IN5).

Nothing here opens a sealed name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext as _

from cases import rules
from cases.enums import ConsentAnswer, ConsentPurpose, ReportMode, ReportStatus, RevealOutcome
from cases.models import Consent, Report, Respondent, Reveal, StatementRequest
from cases.selectors.case_head import Head, head
from cases.services.consent import REPORTER, RESPONDENT, TOLD_PURPOSE, WITNESS, Subject, own
from cases.services.reveal import sealed
from integrity.accounts.enums import Role
from integrity.accounts.models import User
from integrity.accounts.rules import has_role
from integrity.audit.models import Event
from integrity.core import clock, crypto
from integrity.core.errors import NotFound

LISTED = 100


@dataclass(frozen=True)
class RevealLine:
    """A request to open an identity. `mine`: the reader asked. `reads` and `last_read_at`: how
    often it was read, and when last."""

    reveal: Reveal
    mine: bool
    reads: int = 0
    last_read_at: datetime | None = None

    @property
    def state(self) -> str:
        """waiting, open, over or refused."""
        if not self.reveal.outcome:
            return "waiting"
        if self.reveal.outcome == RevealOutcome.REFUSED:
            return "refused"
        until = self.reveal.expires_at
        return "open" if until is not None and clock.now() < until else "over"


def consent_state(consent: Consent) -> str:
    """asked, given, refused, withdrawn or used."""
    if consent.used_at is not None:
        return "used"
    if consent.withdrawn_at is not None:
        return "withdrawn"
    if not consent.answer:
        return "asked"
    return "given" if consent.answer == ConsentAnswer.GIVEN else "refused"


@dataclass(frozen=True)
class ConsentLine:
    """A question whether somebody may be named. `who` and `to_whom` are words without a sealed
    name; `kind` is reporter, witness or respondent."""

    consent: Consent
    kind: str
    who: str
    to_whom: str

    @property
    def state(self) -> str:
        """asked, given, refused, withdrawn or used."""
        return consent_state(self.consent)


@dataclass(frozen=True)
class Nameable:
    """Somebody of the case who could be named. `may_open`: the name is sealed and can be opened;
    `waiting`: the reader's own request that waits or can be read."""

    kind: str
    public_id: UUID
    who: str
    stands: str
    may_ask: bool
    report: Report | None = None
    may_open: bool = False
    own: RevealLine | None = None


@dataclass(frozen=True)
class IdentityPage:
    """The page of a case about names."""

    head: Head
    people: Sequence[Nameable]
    reveals: Sequence[RevealLine]
    consents: Sequence[ConsentLine]


@dataclass(frozen=True)
class Requests:
    """Requests to open an identity: those that wait for the reader, and the reader's own."""

    waiting: Sequence[RevealLine]
    own: Sequence[RevealLine]


def _open_to(user: User) -> QuerySet[Reveal]:
    """The requests in cases the user oversees as an officer and has no conflict in."""
    return Reveal.objects.filter(case__in=rules.overseen(user).values("pk"))


def waiting_rows(user: User) -> QuerySet[Reveal] | None:
    """The requests that wait for this officer; nothing for who is none."""
    if not has_role(user, Role.OFFICER):
        return None
    return _open_to(user).filter(outcome="").exclude(asked_by=user)


def requests(user: User) -> Requests:
    """The officer's list, the oldest first: two queries."""
    rows = (
        _open_to(user)
        .select_related("case__institution", "report", "asked_by", "answered_by")
        .defer("report__account", "report__quoted_text")
        .order_by("asked_at", "pk")
    )
    waiting = rows.filter(outcome="").exclude(asked_by=user)[:LISTED]
    own_rows = rows.filter(
        Q(outcome="") | Q(expires_at__gt=clock.now()), asked_by=user
    )[:LISTED]  # fmt: skip
    return Requests(
        [RevealLine(row, mine=False) for row in waiting],
        [RevealLine(row, mine=True) for row in own_rows],
    )


def reveal_line(top: Head, public_id: UUID, user: User) -> RevealLine:
    """One request of this very case; else `NotFound`."""
    found = _reveals(top).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return RevealLine(found, mine=found.asked_by_id == user.pk)


def _reveals(top: Head) -> QuerySet[Reveal]:
    return top.case.reveals.select_related("report", "asked_by", "answered_by").defer(
        "report__account", "report__quoted_text"
    )


def identity_page(user: User, number: str) -> IdentityPage:
    """Everything about names in a case: eight queries."""
    top = head(user, number)
    reads = {
        row["subject_id"]: (row["n"], row["last"])
        for row in Event.objects.filter(case_number=number, action="identity.read")
        .order_by()
        .values("subject_id")
        .annotate(n=Count("pk"), last=Max("occurred_at"))
    }
    reveals = [
        RevealLine(row, row.asked_by_id == user.pk, *reads.get(str(row.public_id), (0, None)))
        for row in _reveals(top).order_by("-asked_at", "-pk")
    ]
    return IdentityPage(
        head=top,
        people=_people(top, reveals),
        reveals=reveals,
        consents=[_line(top, row) for row in _consents(top).order_by("-asked_at", "-pk")],
    )


def consent_line(top: Head, public_id: UUID) -> ConsentLine:
    """One consent of this very case; else `NotFound`."""
    found = _consents(top).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return _line(top, found)


def _consents(top: Head) -> QuerySet[Consent]:
    return top.case.consents.select_related(
        *("report", "statement__person", "respondent__user", "learner__user"),
        *("asked_by", "used_by"),
    ).defer("report__account", "report__quoted_text", "statement__text")


def _line(top: Head, consent: Consent) -> ConsentLine:
    subject = Subject.of(consent)
    return ConsentLine(consent, subject.kind, who(top, subject), to_whom(top, consent))


def who(top: Head, subject: Subject) -> str:
    """Whom it is about, for the desk: a sealed name never, a learner's not while names hide."""
    if subject.report is not None:
        return _("Who sent %(reference)s") % {"reference": subject.report.reference}
    if subject.statement is not None:
        return subject.statement.person.display_name
    if subject.respondent is None or top.names_hidden:
        return _("A learner of this case")
    return subject.respondent.user.display_name


def to_whom(top: Head, consent: Consent) -> str:
    """Who would be told, for the desk."""
    if consent.purpose == ConsentPurpose.TELL_OTHERS:
        return consent.to_whom
    if consent.purpose == ConsentPurpose.TELL_DESK:
        return _("Those who may read this case")
    if consent.learner is None or top.names_hidden:
        return _("A learner of this case")
    return consent.learner.user.display_name


def _people(top: Head, reveals: Sequence[RevealLine]) -> list[Nameable]:
    live = {row.reveal.report_id: row for row in reveals if row.mine and row.state in _LIVE}
    found = []
    reports = (
        top.case.reports.exclude(status=ReportStatus.DRAFT)
        .defer("account", "quoted_text")
        .order_by("submitted_at", "pk")
    )
    for report in reports:
        subject = Subject(report=report)
        found.append(
            Nameable(
                REPORTER,
                report.public_id,
                who(top, subject),
                _stands(report),
                bool(subject.purposes),
                report,
                sealed(report),
                live.get(report.pk),
            )
        )
    asked = top.case.statements.filter(withdrawn_at__isnull=True).select_related("person")
    found += [_witness(top, row) for row in asked.order_by("asked_at", "pk")]
    told = top.case.respondents.filter(notices__isnull=False).distinct().select_related("user")
    found += [_respondent(top, row) for row in told.order_by("pk")]
    return found


_LIVE = ("waiting", "open")


def _witness(top: Head, row: StatementRequest) -> Nameable:
    subject = Subject(statement=row)
    return Nameable(WITNESS, row.public_id, who(top, subject), _("Asked for a statement"), True)


def _respondent(top: Head, row: Respondent) -> Nameable:
    subject = Subject(respondent=row)
    return Nameable(RESPONDENT, row.public_id, who(top, subject), _("The case is about them"), True)


def _stands(report: Report) -> str:
    if sealed(report):
        return _("In confidence: the name is sealed")
    if report.mode == ReportMode.NAMED:
        return _("With a name, which the desk sees")
    return _("Without a name: there is nothing to open")


# One's own


def my_consents(user: User) -> list[Consent]:
    """What the user was asked, the newest first: one query."""
    return list(_mine(user).order_by("-asked_at", "-pk")[:LISTED])


def my_consent(user: User, public_id: UUID) -> Consent:
    """One question to the user. `NotFound` for anybody else's."""
    found = _mine(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def unanswered(user: User) -> list[Consent]:
    """The questions that wait for the user, the oldest first: one query."""
    return list(_mine(user).filter(answer="").order_by("asked_at", "pk")[:LISTED])


def _mine(user: User) -> QuerySet[Consent]:
    return (
        Consent.objects.filter(own(user))
        .select_related(
            *("report__submission__assignment__course", "report__violation_type"),
            *("report__institution", "case__institution", "case__course", "case__assignment"),
            *("statement", "respondent"),
        )
        .defer("told_sealed")
    )


@dataclass(frozen=True)
class Told:
    """A name a respondent was told, with the person's consent. Its kind as in `Subject.kind`."""

    kind: str
    name: str
    at: datetime


def told_to(respondent: Respondent) -> list[Told]:
    """The names this respondent was told, in order: one query."""
    rows = Consent.objects.filter(learner=respondent, used_at__isnull=False).order_by("used_at")
    return [
        Told(
            REPORTER if row.report_id else WITNESS if row.statement_id else RESPONDENT,
            crypto.unseal(row.told_sealed, purpose=TOLD_PURPOSE),
            row.used_at,
        )
        for row in rows
        if row.told_sealed is not None and row.used_at is not None
    ]


def asked_of(
    *,
    report: Report | None = None,
    statement: StatementRequest | None = None,
    respondent: Respondent | None = None,
) -> list[tuple[Consent, str]]:
    """What somebody was asked about being named, with where it stands, for their own page: one
    query. The caller has made sure that the page is theirs."""
    subject = {"report": report, "statement": statement, "respondent": respondent}
    given = {name: value for name, value in subject.items() if value is not None}
    if not given:
        return []
    rows = Consent.objects.filter(**given).defer("told_sealed").order_by("-asked_at", "-pk")
    return [(row, consent_state(row)) for row in rows[:LISTED]]
