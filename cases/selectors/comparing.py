"""Comparisons as the desk sees them: what can be compared, what there is, one whole (CF3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import comparison as engine
from cases.models import Case, Comparison, Evidence
from cases.selectors.case_head import Head, head
from cases.selectors.words import day
from cases.services import comparing
from cases.services.compared_texts import has_text
from cases.services.comparing import PASTE, UPLOAD
from cases.services.printing import similar_in_course
from cases.versus import (
    FOLD,
    Mark,
    Side,
    Text,
    Versus,
    blocks,
    counted_kinds,
    figures,
    marks_of,
)
from integrity.accounts.models import User
from integrity.core.errors import NotFound
from integrity.courses.models import Submission

# So many passages stand in the list below the texts; the others are in the texts.
MOST_LISTED = 300
_EXCERPT = 70


@dataclass(frozen=True)
class ComparisonLine:
    """A comparison in a list. `label`: which evidence it became; empty while it is none."""

    row: Comparison
    label: str
    passages: int


@dataclass(frozen=True)
class ComparePage:
    """One comparison with everything the desk sees of it."""

    head: Head
    row: Comparison
    versus: Versus
    # Passages with how they begin, and what the desk wrote beside those it set aside.
    listed: Sequence[tuple[Mark, str, str]]
    more: int

    @property
    def frozen(self) -> bool:
        """Whether it became evidence and stays as it is."""
        return self.row.evidence_id is not None


@dataclass(frozen=True)
class SimilarLine:
    """A submission of the course that shares fingerprints with that of the case.

    `name` is empty where names of the case stay hidden.
    """

    submission: Submission
    name: str
    shared: int
    of: int


@dataclass(frozen=True)
class SimilarPage:
    """Similar submissions in the course. `submission`: the one of the case, if there is one."""

    head: Head
    submission: Submission | None
    lines: Sequence[SimilarLine]


def sources(top: Head, chosen: Sequence[Submission] = ()) -> list[tuple[str, str]]:
    """What one side can be, as choices of a form: two queries. `chosen`: submissions found."""
    case = top.case
    found: list[tuple[str, str]] = []
    if case.submission_id is not None:
        found.append((f"s:{_id_of(case)}", _("The submission of this case")))
    pieces = case.evidence.prefetch_related("files").defer("redacted_text").order_by("position")
    found += [
        (f"e:{piece.public_id}", f"{piece.label}: {piece.title}")
        for piece in pieces
        if has_text(piece)
    ]
    found += [
        (f"s:{row.public_id}", _("Similar submission: %(title)s") % {"title": _title(row)})
        for row in chosen
    ]
    found.append((PASTE, _("Words I paste below")))
    found.append((UPLOAD, _("A file I upload below")))
    return found


def _id_of(case: Case) -> UUID:
    if case.submission is None:
        raise NotFound
    return case.submission.public_id


def _title(row: Submission) -> str:
    return row.title or str(row.assignment)


def in_the_course(top: Head, public_id: str) -> Submission | None:
    """A submission of the case's course that somebody else handed in, by what the address names."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    if top.case.course_id is None:
        return None
    return (
        Submission.objects.select_related("assignment")
        .defer("text")
        .filter(assignment__course_id=top.case.course_id, public_id=wanted)
        .exclude(pk=top.case.submission_id or 0)
        .first()
    )


def similar_page(user: User, number: str) -> SimilarPage:
    """Submissions of the course that share much with that of the case, the most alike first."""
    top = head(user, number)
    submission = (
        Submission.objects.select_related("assignment")
        .filter(pk=top.case.submission_id or 0, assignment__course=top.case.course_id)
        .first()
    )
    if submission is None:
        return SimilarPage(top, None, [])
    found = similar_in_course(submission)
    rows = (
        Submission.objects.select_related("assignment", "learner")
        .defer("text", "assignment__instructions")
        .filter(assignment__course=top.case.course_id)
        .in_bulk([one.submission_id for one in found])
    )
    lines = [
        SimilarLine(
            row,
            "" if top.names_hidden else row.learner.display_name,
            one.shared,
            one.of,
        )
        for one in found
        if (row := rows.get(one.submission_id)) is not None
    ]
    return SimilarPage(top, submission, lines)


def comparisons_of(case: Case) -> list[ComparisonLine]:
    """The comparisons of a case, the newest first, without their texts: one query."""
    rows = (
        Comparison.objects.filter(case=case)
        .select_related("evidence")
        .defer("a_text", "b_text", "evidence__text", "evidence__redacted_text")
        .order_by("-made_at", "-pk")
    )
    return [
        ComparisonLine(row, row.evidence.label if row.evidence else "", len(row.result["passages"]))
        for row in rows
    ]


def compare_page(user: User, number: str, public_id: UUID) -> ComparePage:
    """One comparison: four queries. Raises `NotFound` for one of another case (HOSTILE 17)."""
    top = head(user, number)
    row = fetched(top.case, public_id)
    return page_of(top, row)


def fetched(case: Case, public_id: UUID) -> Comparison:
    """The comparison with what it was made of. Raises `NotFound`."""
    row = _whole().filter(case=case, public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def _whole() -> QuerySet[Comparison]:
    return Comparison.objects.select_related(
        "evidence",
        "a_evidence",
        "b_evidence",
        "a_submission__learner",
        "b_submission__learner",
        "a_submission__assignment",
        "b_submission__assignment",
    ).defer(
        "a_evidence__text",
        "b_evidence__text",
        "a_submission__text",
        "b_submission__text",
        "a_submission__assignment__instructions",
        "b_submission__assignment__instructions",
    )


def of_evidence(piece: Evidence) -> Comparison:
    """The comparison a piece of evidence is, with what it was made of. Raises `NotFound`."""
    row = _whole().filter(evidence=piece).first()
    if row is None:
        raise NotFound
    return row


def page_of(top: Head, row: Comparison) -> ComparePage:
    """The page of a comparison that was fetched."""
    versus = versus_of(row, top)
    notes = {int(one["passage"]): str(one["note"]) for one in row.set_aside}
    listed = [
        (mark, _begins(row.a_text, mark), notes.get(mark.number, ""))
        for mark in versus.marks[:MOST_LISTED]
    ]
    return ComparePage(top, row, versus, listed, len(versus.marks) - len(listed))


def _begins(text: str, mark: Mark) -> str:
    start, end = mark.a
    words = " ".join(text[start : min(end, start + 2 * _EXCERPT)].split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "\u2026"


def versus_of(row: Comparison, top: Head, *, fold: int = FOLD) -> Versus:
    """Both texts whole, as the desk reads them: nothing is covered."""
    result = engine.Result.from_json(row.result)
    marks = marks_of(result, comparing.aside_of(row))
    program = row.language != "text"
    both = figures(result, (row.a_text, row.b_text), marks)
    sides = []
    for letter, figure in zip(("a", "b"), both, strict=True):
        piece: Evidence | None = getattr(row, f"{letter}_evidence")
        submission: Submission | None = getattr(row, f"{letter}_submission")
        spans = [(getattr(mark, letter), mark) for mark in marks]
        sides.append(
            Side(
                letter=letter,
                title=getattr(row, f"{letter}_title"),
                about=_about(top, piece, submission),
                url=evidence_url(top.case, piece),
                figure=figure,
                blocks=blocks(getattr(row, f"{letter}_text"), spans, program=program, fold=fold),
            )
        )
    return Versus(
        a=sides[0],
        b=sides[1],
        marks=marks,
        program=program,
        language=engine.languages().get(row.language, row.language),
        counting=sum(mark.counts for mark in marks),
        kinds=counted_kinds(marks),
    )


def evidence_url(case: Case, piece: Evidence | None) -> str:
    """Where the desk reads an exhibit; empty for what is none."""
    return reverse("desk:evidence", args=[case.number, piece.public_id]) if piece else ""


def _about(top: Head, piece: Evidence | None, submission: Submission | None) -> Text:
    if piece is not None:
        return piece.label
    if submission is None:
        return _("Words from outside, no evidence of their own")
    at = day(submission.submitted_at)
    own = submission.pk == top.case.submission_id
    if own or top.names_hidden:
        return _("Handed in %(day)s") % {"day": at}
    return _("Handed in %(day)s by %(name)s") % {"day": at, "name": submission.learner.display_name}
