"""The other pages of one case: letters and answers, notes, people, history, one exhibit."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import OuterRef, Prefetch, Subquery

from cases.enums import PASSED, FileRole
from cases.governing import texts
from cases.models import (
    Evidence,
    EvidenceFile,
    MoreTime,
    Note,
    Notice,
    PointAnswer,
    ResponsePoint,
)
from cases.selectors.case_head import Head, head
from cases.selectors.case_page import People, ReportLine, people_of, reports_of
from cases.selectors.redaction import CoveredPart, LedgerLine, covered_parts, ledger
from cases.selectors.timeline import (
    KINDS,
    PAGE,
    Timeline,
    people_in,
    read_person,
    timeline,
)
from cases.selectors.words import Text
from cases.services.redaction import Piece
from cases.services.showing import Look, look
from cases.windows import Window, window_of
from integrity.accounts.models import User
from integrity.core.errors import NotFound
from integrity.courses.selectors import holidays
from notifications.selectors import RegisterRow, messages_for_case, register_rows

NOTES = 50
_KEY = re.compile(r"\d{1,18}")


@dataclass(frozen=True)
class Answered:
    """One point of an answer, and what the decision says to it ("" while nothing is)."""

    point: ResponsePoint
    answer: str


@dataclass(frozen=True)
class NoticeLine:
    """A notice with proof of delivery and reading, and the answer to it."""

    notice: Notice
    points: list[Answered]
    # The time to answer it, and what was said about more of it.
    window: Window
    more_time: Sequence[MoreTime] = ()


@dataclass(frozen=True)
class LettersPage:
    """Notices and answers, and every letter of the case."""

    head: Head
    notices: list[NoticeLine]
    letters: list[RegisterRow]


@dataclass(frozen=True)
class NotesPage:
    """Notes, the newest first. `earlier` is the key of the page before ("" at the end)."""

    head: Head
    notes: list[Note]
    earlier: str


@dataclass(frozen=True)
class PeoplePage:
    """Everybody who has to do with the case, as far as the desk may know it."""

    head: Head
    people: People
    reports: list[ReportLine]


@dataclass(frozen=True)
class HistoryPage:
    """A page of the whole history, as far as it was asked for.

    `people` are public id and name of everybody who did something; `kind` and `by` what is asked.
    """

    head: Head
    timeline: Timeline
    first: bool
    people: list[tuple[str, str]]
    kind: str
    by: str

    @property
    def kinds(self) -> list[tuple[str, Text]]:
        """What can be asked for: the word in the address and what it is called."""
        return [(word, label) for word, (label, _rows) in KINDS.items()]


@dataclass(frozen=True)
class EvidencePage:
    """One piece of evidence with its text, what of it is covered, and to whom it was shown.

    `file`: its clean copy. `scan`: what the virus scanner said where it is not passed, or "".
    """

    head: Head
    evidence: Evidence
    file: EvidenceFile | None
    scan: str
    look: Look
    covered: list[CoveredPart]
    ledger: list[LedgerLine]

    @property
    def covered_now(self) -> bool:
        """Whether anything is covered."""
        return bool(self.evidence.covering)


def letters_page(user: User, number: str) -> LettersPage:
    """Letters and answers: seven queries, fewer without a notice."""
    top = head(user, number)
    answers = PointAnswer.objects.filter(point=OuterRef("pk")).order_by("-determination_id")
    points: dict[int, list[Answered]] = {}
    for row in (
        ResponsePoint.objects.filter(response__respondent__case=top.case)
        .select_related("allegation__violation_type")
        .annotate(answer=Subquery(answers.values("text")[:1]))
        .order_by("response_id", "position")
    ):
        points.setdefault(row.response_id, []).append(Answered(row, row.answer or ""))
    notices = (
        Notice.objects.filter(respondent__case=top.case)
        .select_related("respondent__user", "letter__message", "response", "sent_by")
        .defer("letter__content_sealed", "letter__message__content_sealed")
        .prefetch_related(
            Prefetch(
                "more_time",
                queryset=MoreTime.objects.select_related("decided_by").order_by("asked_at", "pk"),
                to_attr="asked",
            )
        )
        .order_by("-sent_at", "-pk")
    )
    lines: list[NoticeLine] = []
    free: Collection[date] | None = None
    for notice in notices:
        response = getattr(notice, "response", None)
        free = holidays(top.case.institution) if free is None else free
        asked: list[MoreTime] = notice.asked
        window = window_of(
            notice,
            asked,
            terms=texts(top.case).terms,
            zone=top.case.institution.time_zone,
            free=free,
        )
        said = points.get(response.pk, []) if response else []
        lines.append(NoticeLine(notice, said, window, asked))
    return LettersPage(
        head=top,
        notices=lines,
        letters=register_rows(messages_for_case(top.case.number), show_names=not top.names_hidden),
    )


def notes_page(user: User, number: str, *, before: str = "", size: int = NOTES) -> NotesPage:
    """Notes of the desk: three queries. A key that cannot be read gives the newest."""
    top = head(user, number)
    rows = top.case.notes.select_related("author").order_by("-pk")
    if _KEY.fullmatch(before):
        rows = rows.filter(pk__lt=int(before))
    notes = list(rows[: size + 1])
    more = len(notes) > size
    notes = notes[:size]
    return NotesPage(top, notes, str(notes[-1].pk) if more else "")


def people_page(user: User, number: str) -> PeoplePage:
    """People of the case: five queries."""
    top = head(user, number)
    return PeoplePage(top, people_of(top, user), reports_of(top))


def history_page(user: User, number: str, asked: Mapping[str, str]) -> HistoryPage:
    """The whole history, a page at a time: five queries at any number of events.

    `asked`: `before` (the key of a page), `kind` and `by`; what cannot be read is not asked.
    """
    top = head(user, number)
    violations = dict(
        top.case.allegations.values_list("violation_type__code", "violation_type__title")
    )
    before, kind = asked.get("before", ""), asked.get("kind", "")
    by = read_person(asked.get("by", ""))
    return HistoryPage(
        head=top,
        timeline=timeline(
            top.case.number,
            reader=user,
            officer=top.officer,
            violations=violations,
            before=before,
            size=PAGE,
            kind=kind,
            by=by,
            whole=True,
        ),
        first=not before,
        people=people_in(top.case.number, officer=top.officer),
        kind=kind if kind in KINDS else "",
        by=str(by or ""),
    )


def evidence_page(user: User, number: str, public_id: UUID) -> EvidencePage:
    """One piece of evidence: eight queries. Raises `NotFound` for one of another case."""
    top = head(user, number)
    found = (
        top.case.evidence.select_related("added_by", "submission__assignment")
        .defer("submission__text", "submission__assignment__instructions")
        .prefetch_related("files", "redactions__made_by", "redactions__removed_by")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound
    files = found.files.all()
    copy = next((file for file in files if file.role == FileRole.DERIVATIVE), None)
    passed = all(file.scan in PASSED for file in files)
    rows = found.disclosures.select_related("respondent__user").order_by("disclosed_at", "pk")
    return EvidencePage(
        head=top,
        evidence=found,
        file=copy if passed else None,
        scan="" if passed else next(file.scan for file in files if file.scan not in PASSED),
        look=look(found, copy, everything=True),
        covered=covered_parts(Piece(found, copy if passed else None)),
        ledger=ledger(list(rows), list(found.redactions.all())),
    )
