"""How far the process of each respondent is: what is alleged, answered, found and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value

from cases import rules, supports
from cases.enums import DeterminationStatus, Stance
from cases.governing import texts
from cases.models import (
    Allegation,
    Appeal,
    Case,
    Determination,
    Disclosure,
    Evidence,
    Finding,
    FindingSupport,
    MoreTime,
    Notice,
    PointAnswer,
    Respondent,
    ResponsePoint,
    Sanction,
)
from cases.rules import scanned
from cases.selectors.appeals import grounds_of
from cases.selectors.case_head import Head
from cases.selectors.case_page.evidence import number_by
from cases.selectors.words import Text
from cases.windows import Window, window_of
from integrity.accounts.models import User
from integrity.core.gathering import Rows
from integrity.courses.models import Holiday
from policies.models import ViolationType
from policies.precedence import Texts


@dataclass(frozen=True)
class AllegationLine:
    """An allegation with what the learner said to it and what was found ("" while open)."""

    allegation: Allegation
    clause_url: str
    stance: Text
    words: str
    finding: str
    found_as: str
    # What the finding rests on, and whether that is enough (`cases.supports`).
    rests_on: tuple[Evidence, ...] = ()
    carried: bool = True


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
    # Points that have an answer, and pieces of evidence the respondent was shown.
    answered: int = 0
    shown: int = 0
    # Who settled this in one letter: somebody else decides anew (PR5).
    settled_by: frozenset[int] = frozenset()
    # The time to answer the newest notice; None before one is sent.
    window: Window | None = None

    @property
    def appeal(self) -> Appeal | None:
        """The last appeal."""
        return self.appeals[0].appeal if self.appeals else None


def allegation_rows(case: Case) -> Rows:
    """The allegations that stand, with the answer to each and what was found."""
    points = ResponsePoint.objects.filter(allegation=OuterRef("pk")).order_by("-pk")
    findings = (
        Finding.objects.filter(
            allegation=OuterRef("pk"), determination__respondent=OuterRef("respondent")
        )
        .exclude(determination__status=DeterminationStatus.SUPERSEDED)
        .order_by("-determination_id")
    )
    return Rows(
        case.allegations.filter(withdrawn_at__isnull=True)
        .annotate(
            stance=Subquery(points.values("stance")[:1]),
            words=Subquery(points.values("text")[:1]),
            finding=Subquery(findings.values("outcome")[:1]),
            found_as=Subquery(findings.values("completion")[:1]),
        )
        .order_by("position"),
        beside={"violation_type": ("*",)},
        extra=("stance", "words", "finding", "found_as"),
    )


def allegation_lines(
    rows: Sequence[Any], governing: Texts, resting: Sequence[Any]
) -> list[AllegationLine]:
    """Lines from gathered `allegation_rows` and `support_rows`; no query."""
    lines = []
    for row in rows:
        violation = row.violation_type
        name_version(violation, governing)
        given = [line for line in resting if line.allegation == row.pk]
        pieces = tuple(line.evidence for line in given)
        enough = supports.enough(pieces, admitted=row.stance == Stance.ADMIT)
        lines.append(
            AllegationLine(
                allegation=row,
                clause_url=violation.get_absolute_url(),
                stance=Stance(row.stance).label if row.stance else "",
                words=row.words or "",
                finding=row.finding or "",
                found_as=row.found_as or "",
                rests_on=pieces,
                carried=enough and all(line.usable for line in given),
            )
        )
    return lines


def support_rows(case: Case) -> Rows:
    """What the findings of the case that stand rest on, with whether it may still."""
    shown = Disclosure.objects.filter(
        evidence=OuterRef("evidence"), respondent=OuterRef("finding__determination__respondent")
    )
    passed = scanned.passed(Evidence.objects.filter(pk=OuterRef("evidence")).order_by())
    newest = (
        Finding.objects.filter(allegation=OuterRef("finding__allegation"))
        .exclude(determination__status=DeterminationStatus.SUPERSEDED)
        .order_by("-determination_id")
    )
    return Rows(
        FindingSupport.objects.filter(
            finding__determination__respondent__case=case,
            finding=Subquery(newest.values("pk")[:1]),
        )
        .annotate(
            allegation=F("finding__allegation"),
            usable=Exists(shown) & Exists(passed),
        )
        .order_by("evidence__position"),
        beside={"evidence": ("public_id", "position", "kind", "title", "figures")},
        extra=("allegation", "usable"),
    )


def name_version(violation: ViolationType, governing: Texts) -> None:
    """Give a type the text it stands in, as far as that governs the case; no query."""
    for version in governing.in_order:
        if violation.version_id == version.pk:
            violation.version = version


def process_rows(case: Case, user: User) -> dict[str, Rows]:
    """Notices, determinations with their appeals, and sanctions of a case, each in its order."""
    said = ResponsePoint.objects.filter(response=OuterRef("response")).exclude(text="")
    in_it = Respondent.objects.filter(rules.involvement(user), pk=OuterRef("respondent"))
    answers = (
        PointAnswer.objects.filter(point__response=OuterRef("response"))
        .exclude(point__text="")
        .exclude(determination__status=DeterminationStatus.SUPERSEDED)
    )
    return {
        "notices": Rows(
            Notice.objects.filter(respondent__case=case)
            .annotate(
                points=Subquery(number_by(said, "response")),
                answers=Subquery(number_by(answers, "point__response")),
            )
            .order_by("sent_at", "pk"),
            beside={
                "letter": ("public_id", "message", "first_read_at"),
                "letter__message": ("state", "sent_at"),
                "response": ("public_id", "notice", "submitted_at"),
            },
            extra=("points", "answers"),
        ),
        "more_time": Rows(
            MoreTime.objects.filter(notice__respondent__case=case).order_by("asked_at", "pk")
        ),
        "holidays": Rows(Holiday.objects.filter(institution=case.institution_id).order_by("day")),
        "determinations": Rows(
            with_officers(Determination.objects.filter(respondent__case=case), case)
            .annotate(in_it=Exists(in_it))
            .order_by("pk"),
            beside={
                "proposed_by": ("display_name",),
                "decided_by": ("display_name",),
                "appeal": ("*",),
                "appeal__decided_by": ("display_name",),
            },
            extra=("in_it", "second_left", "hearer_left"),
        ),
        "sanctions": Rows(
            Sanction.objects.filter(case=case).order_by("pk"),
            beside={"consequence": ("title", "code", "takes_away")},
        ),
    }


def progress_of(
    top: Head,
    allegations: list[AllegationLine],
    found: Mapping[str, list[Any]],
    user: User,
) -> list[Progress]:
    """How far each respondent is, from gathered `process_rows`; no query."""
    case = top.case
    notices = {notice.respondent_id: notice for notice in found["notices"]}
    free = {holiday.day for holiday in found["holidays"]}
    windows = {
        pk: window_of(
            notice,
            [row for row in found["more_time"] if row.notice_id == notice.pk],
            terms=texts(case).terms,
            zone=case.institution.time_zone,
            free=free,
        )
        for pk, notice in notices.items()
    }
    decisions = {}
    appeals: dict[int, list[AppealLine]] = {}
    involved = set()
    settled: dict[int, set[int]] = {}
    left: dict[int, tuple[bool, bool]] = {}
    for row in found["determinations"]:
        if row.in_it:
            involved.add(row.respondent_id)
        if row.summary and row.decided_by_id is not None:
            settled.setdefault(row.respondent_id, set()).add(row.decided_by_id)
        left[row.respondent_id] = (bool(row.second_left), bool(row.hearer_left))
        if row.status != DeterminationStatus.SUPERSEDED:
            decisions[row.respondent_id] = row
        appeal = getattr(row, "appeal", None)
        if appeal is not None:
            line = AppealLine(appeal, grounds_of(case, appeal))
            appeals.setdefault(row.respondent_id, []).insert(0, line)
    sanctions: dict[int, list[Sanction]] = {}
    for sanction in found["sanctions"]:
        sanctions.setdefault(sanction.respondent_id, []).append(sanction)
    return [
        Progress(
            respondent=respondent,
            allegations=[
                line for line in allegations if line.allegation.respondent_id == respondent.pk
            ],
            notice=notices.get(respondent.pk),
            window=windows.get(respondent.pk),
            points=getattr(notices.get(respondent.pk), "points", None) or 0,
            determination=decisions.get(respondent.pk),
            sanctions=sanctions.get(respondent.pk, []),
            appeals=appeals.get(respondent.pk, []),
            involved=respondent.pk in involved,
            settled_by=frozenset(settled.get(respondent.pk, ())),
            hears=rules.hears(user, respondent, free=left.get(respondent.pk, (True, True))[1]),
            second_left=left.get(respondent.pk, (True, True))[0],
            hearer_left=left.get(respondent.pk, (True, True))[1],
            answered=getattr(notices.get(respondent.pk), "answers", None) or 0,
            shown=sum(1 for row in found["disclosures"] if row.respondent_id == respondent.pk),
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
