"""The case page: allegations and findings, evidence, reports, the decision, people, timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _

from cases import informants, rules
from cases.enums import (
    PASSED,
    ConsentPurpose,
    DeterminationStatus,
    EvidenceKind,
    FileRole,
    ReportMode,
    ScanState,
    Stance,
)
from cases.governing import texts
from cases.models import (
    AdviserAccess,
    Allegation,
    Appeal,
    Case,
    ConflictDeclaration,
    Consent,
    Determination,
    Disclosure,
    DismissalReview,
    Evidence,
    EvidenceFile,
    Finding,
    InterimMeasure,
    Notice,
    Report,
    Respondent,
    ResponsePoint,
    Sanction,
    StatementRequest,
    Watcher,
)
from cases.selectors.appeals import grounds_of
from cases.selectors.case_head import Head, head
from cases.selectors.dialogue import Said, is_open, reachable, said, with_files
from cases.selectors.governing import permits_of
from cases.selectors.precedence import Precedence, precedence
from cases.selectors.timeline import Timeline, timeline
from cases.selectors.words import Text
from integrity.accounts.models import RoleGrant, User
from integrity.accounts.rules import STAFF_OF_CASES
from integrity.core import clock
from integrity.courses.models import Teaching
from integrity.courses.selectors import Permits
from notifications.recipients import Recipient
from policies.models import ViolationType
from policies.precedence import Texts
from policies.rules import ProcessTerms


@dataclass(frozen=True)
class AllegationLine:
    """An allegation with what the learner said to it and what was found ("" while open)."""

    allegation: Allegation
    clause_url: str
    stance: Text
    words: str
    finding: str
    found_as: str


@dataclass(frozen=True)
class EvidenceLine:
    """A piece of evidence. `source` says who brought it, never who reported."""

    evidence: Evidence
    icon: str
    source: Text
    has_file: bool
    shown: int
    # Why nobody can open its file; empty when somebody can, and for what has no file.
    shut: Text = ""


@dataclass(frozen=True)
class ReportLine:
    """A report. `reporter` is a name only where it was given and the reader works on the case, or
    where whoever reported agreed that those who read the case see it (IN5).

    `links` are text and address; the address is empty for what is none of the web. `said` is what
    was written since, in order.
    """

    report: Report
    reporter: str
    sealed: bool
    links: list[tuple[str, str]]
    said: list[Said]
    review: DismissalReview | None

    @property
    def may_ask(self) -> bool:
        """Whether there is still somebody to write to."""
        return is_open(self.report) and reachable(self.report)


@dataclass(frozen=True)
class AppealLine:
    """An appeal with the grounds it rests on, in the words of the policy."""

    appeal: Appeal
    grounds: list[str]


@dataclass(frozen=True)
class Progress:
    """How far one respondent's process is.

    `determination` is the one in the making or in force; `appeals` are all there were, the newest
    first, and `involved` says whether the reader had a hand in the decision. `hears`: whether the
    reader may hear an appeal, that apart. Where the institution decides, `second_left` and
    `hearer_left` say whether an officer of its own is left to confirm, and to hear an appeal.
    """

    respondent: Respondent
    allegations: list[AllegationLine]
    notice: Notice | None
    points: int
    determination: Determination | None
    sanctions: list[Sanction]
    appeals: list[AppealLine]
    involved: bool
    hears: bool = False
    second_left: bool = True
    hearer_left: bool = True

    @property
    def appeal(self) -> Appeal | None:
        """The last appeal."""
        return self.appeals[0].appeal if self.appeals else None


@dataclass(frozen=True)
class People:
    """Who works on the case besides the person it is with; `blocked` only for officers."""

    watchers: list[User]
    blocked: list[tuple[User, Text]]


@dataclass(frozen=True)
class CasePage:
    """Everything the case page shows. `permits`: of the assignment, at the incident (PO10)."""

    head: Head
    terms: ProcessTerms
    precedence: Precedence | None
    permits: Permits | None
    progress: list[Progress]
    evidence: list[EvidenceLine]
    reports: list[ReportLine]
    people: People
    timeline: Timeline


def case_page(user: User, number: str) -> CasePage:
    """The case for somebody who may read it: at most fourteen queries, however much is in it.

    Two more where several texts apply together.
    Raises `NotFound` and `NotPermitted` as `case_head.head` does.
    """
    top = head(user, number)
    case = top.case
    governing = texts(case)
    allegations = _allegations(case, governing)
    progress = _progress(top, allegations, user)
    people = people_of(top, user)
    violations = {
        line.allegation.violation_type.code: line.allegation.violation_type.title
        for line in allegations
    }
    return CasePage(
        head=top,
        terms=governing.terms,
        precedence=precedence(governing),
        permits=permits_of(case),
        progress=progress,
        evidence=evidence_of(top),
        reports=reports_of(top),
        people=people,
        timeline=timeline(case.number, reader=user, officer=top.officer, violations=violations),
    )


def _allegations(case: Case, governing: Texts) -> list[AllegationLine]:
    points = ResponsePoint.objects.filter(allegation=OuterRef("pk")).order_by("-pk")
    findings = (
        Finding.objects.filter(
            allegation=OuterRef("pk"), determination__respondent=OuterRef("respondent")
        )
        .exclude(determination__status=DeterminationStatus.SUPERSEDED)
        .order_by("-determination_id")
    )
    rows = (
        case.allegations.filter(withdrawn_at__isnull=True)
        .select_related("violation_type")
        .annotate(
            stance=Subquery(points.values("stance")[:1]),
            words=Subquery(points.values("text")[:1]),
            finding=Subquery(findings.values("outcome")[:1]),
            found_as=Subquery(findings.values("completion")[:1]),
        )
        .order_by("position")
    )
    lines = []
    for row in rows:
        violation = row.violation_type
        name_version(violation, governing)
        lines.append(
            AllegationLine(
                allegation=row,
                clause_url=violation.get_absolute_url(),
                stance=Stance(row.stance).label if row.stance else "",
                words=row.words or "",
                finding=row.finding or "",
                found_as=row.found_as or "",
            )
        )
    return lines


def name_version(violation: ViolationType, governing: Texts) -> None:
    """Give a type the text it stands in, as far as that governs the case; no query."""
    for version in governing.in_order:
        if violation.version_id == version.pk:
            violation.version = version


def _progress(top: Head, allegations: list[AllegationLine], user: User) -> list[Progress]:
    case = top.case
    notices = {}
    said = ResponsePoint.objects.filter(response=OuterRef("response")).exclude(text="")
    for notice in (
        Notice.objects.filter(respondent__case=case)
        .select_related("letter__message", "response")
        .defer("letter__content_sealed", "letter__message__content_sealed")
        .annotate(points=Subquery(_number(said, "response")))
        .order_by("sent_at", "pk")
    ):
        notices[notice.respondent_id] = notice
    decisions = {}
    appeals: dict[int, list[AppealLine]] = {}
    involved = set()
    in_it = Respondent.objects.filter(rules.involvement(user), pk=OuterRef("respondent"))
    left: dict[int, tuple[bool, bool]] = {}
    for row in (
        with_officers(Determination.objects.filter(respondent__case=case), case)
        .select_related("proposed_by", "decided_by", "scheme_version__scheme", "appeal__decided_by")
        .defer("scheme_version__data")
        .annotate(involved=Exists(in_it))
        .order_by("pk")
    ):
        if row.involved:
            involved.add(row.respondent_id)
        left[row.respondent_id] = (row.second_left, row.hearer_left)
        if row.status != DeterminationStatus.SUPERSEDED:
            decisions[row.respondent_id] = row
        appeal = getattr(row, "appeal", None)
        if appeal is not None:
            line = AppealLine(appeal, grounds_of(case, appeal))
            appeals.setdefault(row.respondent_id, []).insert(0, line)
    sanctions: dict[int, list[Sanction]] = {}
    for sanction in case.sanctions.select_related("consequence").order_by("pk"):
        sanctions.setdefault(sanction.respondent_id, []).append(sanction)
    return [
        Progress(
            respondent=respondent,
            allegations=[
                line for line in allegations if line.allegation.respondent_id == respondent.pk
            ],
            notice=notices.get(respondent.pk),
            points=getattr(notices.get(respondent.pk), "points", None) or 0,
            determination=decisions.get(respondent.pk),
            sanctions=sanctions.get(respondent.pk, []),
            appeals=appeals.get(respondent.pk, []),
            involved=respondent.pk in involved,
            hears=rules.hears(user, respondent, free=left.get(respondent.pk, (True, True))[1]),
            second_left=left.get(respondent.pk, (True, True))[0],
            hearer_left=left.get(respondent.pk, (True, True))[1],
        )
        for respondent in top.respondents
    ]


def with_officers(decisions: QuerySet[Determination], case: Case) -> QuerySet[Any]:
    """With whether an officer of the institution is left to confirm, and to hear an appeal."""
    if not case.institution_decides:
        return decisions.annotate(second_left=Value(True), hearer_left=Value(True))
    return decisions.annotate(
        second_left=Exists(rules.second_officers()),
        hearer_left=Exists(rules.free_officers()),
    )


def _number(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    return rows.order_by().values(by).annotate(n=Count("pk")).values("n")


_WEB = re.compile(r"https?://", re.IGNORECASE)
_ICONS = {
    EvidenceKind.FILE: "paperclip",
    EvidenceKind.LINK: "link",
    EvidenceKind.QUOTE: "message-square",
    EvidenceKind.SUBMISSION: "file-text",
    EvidenceKind.STATEMENT: "message-square",
    EvidenceKind.SIMILARITY: "git-compare",
}


def evidence_of(top: Head) -> list[EvidenceLine]:
    """The evidence in its order, without the texts: one query."""
    piece = OuterRef("pk")
    rows = (
        top.case.evidence.select_related("added_by")
        .defer("text")
        .annotate(
            has_file=Exists(
                EvidenceFile.objects.filter(
                    evidence=piece, role=FileRole.DERIVATIVE, scan__in=PASSED
                )
            ),
            scan=Subquery(
                EvidenceFile.objects.filter(evidence=piece, role=FileRole.ORIGINAL).values("scan")[
                    :1
                ]
            ),
            shown=Subquery(_number(Disclosure.objects.filter(evidence=piece), "evidence")),
        )
        .order_by("position")
    )
    lines = []
    for row in rows:
        if row.report_id is not None:
            source: Text = _("From a report")
        elif row.respondent_id is not None:
            source = _("From the learner")
        else:
            source = row.added_by.display_name if row.added_by else _("From the office")
        lines.append(
            EvidenceLine(
                evidence=row,
                icon=_ICONS[EvidenceKind(row.kind)],
                source=source,
                has_file=row.has_file,
                shut="" if row.scan in (None, *PASSED) else ScanState(row.scan).label,
                shown=row.shown or 0,
            )
        )
    return lines


def reports_of(top: Head) -> list[ReportLine]:
    """The reports, the first one first: two queries, and up to three more where somebody wrote. A
    sealed name is opened here only after whoever reported agreed that the desk sees it (IN5)."""
    lines = []
    rows = (
        top.case.reports.select_related("violation_type", "review", "entered_by")
        .annotate(
            told=Exists(
                Consent.objects.filter(
                    report=OuterRef("pk"),
                    purpose=ConsentPurpose.TELL_DESK,
                    used_at__isnull=False,
                )
            )
        )
        .prefetch_related(Prefetch("messages", with_files()))
        .order_by("submitted_at", "pk")
    )
    for row in rows:
        sealed = row.reporter_sealed
        given = row.mode == ReportMode.NAMED and top.works and not top.names_hidden
        shown = given or row.told
        name = Recipient.sealed(row.reporter_ref, sealed).name if shown and sealed else ""
        if shown and row.informant_sealed:
            # As they gave it: whether there is an account with their address shows nowhere.
            name = informants.opened(row.informant_sealed).name
        links = [(str(link), str(link) if _WEB.match(str(link)) else "") for link in row.links]
        lines.append(
            ReportLine(
                report=row,
                reporter=name,
                sealed=row.mode == ReportMode.CONFIDENTIAL and not row.told,
                links=links,
                said=[said(message) for message in row.messages.all()],
                review=getattr(row, "review", None),
            )
        )
    return lines


def people_of(top: Head, user: User) -> People:
    """Who follows the case; for officers also who of the desk is shut out and why: one query.

    That somebody of the desk is the reporter is no reason told to anybody.
    """
    case = top.case
    watchers = Watcher.objects.filter(case=case)
    declared = ConflictDeclaration.objects.filter(case=case)
    teachings = Teaching.objects.filter(course=case.course_id)
    parties = Respondent.objects.filter(case=case)
    advisers = AdviserAccess.objects.filter(respondent__case=case, adviser__isnull=False)
    asked = StatementRequest.objects.filter(case=case, withdrawn_at__isnull=True)
    protected = InterimMeasure.objects.filter(case=case, protects__isnull=False)
    ids = watchers.values("user")
    if top.officer:
        ids = ids.union(
            *(rows.values("user") for rows in (declared, teachings, parties)),
            # Without their order, which SQLite does not take inside a union.
            advisers.order_by().values("adviser"),
            asked.order_by().values("person"),
            protected.order_by().values("protects"),
        )
    at = clock.now()
    grants = RoleGrant.objects.filter(
        Q(institution__isnull=True) | Q(institution=case.institution_id),
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        user=OuterRef("pk"),
        role__in=STAFF_OF_CASES,
    )
    me = OuterRef("pk")
    rows = (
        User.objects.filter(pk__in=ids)
        .annotate(
            works=Exists(grants),
            watches=Exists(watchers.filter(user=me)),
            declared=Exists(declared.filter(user=me)),
            teaches=Exists(teachings.filter(user=me)),
            party=Exists(parties.filter(user=me)),
            beside=Exists(advisers.filter(adviser=me))
            | Exists(asked.filter(person=me))
            | Exists(protected.filter(protects=me)),
        )
        .order_by("display_name", "pk")
    )
    people = People([], [])
    for row in rows:
        shut_out: Text = (
            _("Declared a conflict of interest")
            if row.declared
            else _("Teaches %(course)s") % {"course": case.course.code}
            if row.teaches and case.course is not None
            else _("Is part of this case")
            if row.party and not top.names_hidden
            else _("Advises the learner, was asked for a statement, or is protected")
            if row.beside and not top.names_hidden
            else ""
        )
        if shut_out:
            if row.works and top.officer:
                people.blocked.append((row, shut_out))
        elif row.watches and not row.party and not row.beside:
            people.watchers.append(row)
    return people
