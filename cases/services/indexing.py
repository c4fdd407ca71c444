"""The words the queue is searched by, written in the transaction that changes the case."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from cases import rules
from cases.enums import PASSED, FileRole
from cases.evidence import store
from cases.evidence.preview import PLAIN
from cases.models import Case, CaseWords, Evidence, EvidenceFile, Note, Redaction, Report
from cases.models.case import Respondent
from cases.terms import code_terms, joined, terms
from integrity.core import crypto
from integrity.core.prepared import Prepared, stand_in

logger = logging.getLogger(__name__)

# Of what is kept, in bytes; a vector of PostgreSQL has its end at one million.
SEARCH_LENGTH = 400_000
# Of what is read for it, in characters, so that nobody waits for a case with very much in it.
MOST_READ = 2_000_000


def heads(case: Case) -> str:
    """Number, matter and course: what may be searched in a case one may not read."""
    code = case.course.code if case.course else ""
    title = case.course.title if case.course else ""
    words = chain(code_terms(case.number), terms(case.reported_as), code_terms(code), terms(title))
    return joined(words, most=4_000)


def searchable(case: Case) -> str:
    """Every word a reader of the case finds it by: heads, people, reports, evidence and notes.

    In triage, and where a case was joined with another, nobody is named to anybody
    (cases/selectors/case_head.py), so the words of a name are left out wherever they stand: what a
    name finds would tell whom a report is about. What is covered in a piece of evidence is left out
    too, and so are files that are no text.
    """
    reports = list(Report.objects.filter(case=case).order_by("pk"))
    names = [
        *case.respondents.values_list("user__display_name", flat=True),
        *(report.visible_name for report in reports),
    ]
    head = [*heads(case).split(), *terms(case.title)]
    head += chain.from_iterable(code_terms(report.reference) for report in reports)
    texts = _limited(chain(_of_reports(reports), _of_notes(case), _of_evidence(case)))
    words = chain.from_iterable(map(terms, texts))
    naming = list(chain.from_iterable(map(terms, names)))
    if rules.names_hidden(case):
        hidden = set(naming)
        return joined(chain(head, (w for w in words if w not in hidden)), most=SEARCH_LENGTH)
    return joined(chain(head, naming, words), most=SEARCH_LENGTH)


def write(case: Case) -> None:
    """Write the words of the locked case."""
    _write(case, _made_from(case)[0])


def keep(case: Case) -> None:
    """Write the words of the locked case where what they are made from has changed; one query."""
    made_from, known_from, known_heads = _made_from(case)
    if made_from != known_from or heads(case) != known_heads:
        _write(case, made_from)


def _write(case: Case, made_from: str) -> None:
    CaseWords(case=case, heads=heads(case), text=searchable(case), made_from=made_from).save()


def _made_from(case: Case) -> tuple[str, str | None, str | None]:
    """What tells one state of the case from another; that of the words there are, and their heads.

    Sums of keys: whatever is added, taken away or moved to another case changes one of them.
    """
    (row,) = _state.rows(None, [case.pk])
    # Only whether somebody is named differs in what may be searched.
    stage = "triage" if rules.names_hidden(case) else "open"
    return ":".join([stage, *(str(part or 0) for part in row[:6])]), row[6], row[7]


def _question(_shape: None) -> tuple[QuerySet[Any, Any], list[int]]:
    of_case = Q(case=OuterRef("pk"))
    of_evidence = Q(evidence__case=OuterRef("pk"))
    pk = stand_in()
    rows = (
        Case.objects.filter(pk=pk)
        .annotate(
            r=_sum(Report.objects.filter(of_case), "case"),
            p=_sum(Respondent.objects.filter(of_case), "case", "user_id"),
            n=_sum(Note.objects.filter(of_case), "case"),
            e=_sum(Evidence.objects.filter(of_case), "case"),
            f=_sum(EvidenceFile.objects.filter(of_evidence, scan__in=PASSED), "evidence__case"),
            c=_sum(
                Redaction.objects.filter(of_evidence, removed_at__isnull=True), "evidence__case"
            ),
        )
        .values_list("r", "p", "n", "e", "f", "c", "words__made_from", "words__heads")
    )
    return rows, [pk]


_state = Prepared(_question)


def _sum(rows: QuerySet[Any], by: str, field: str = "pk") -> Subquery:
    return Subquery(rows.order_by().values(by).annotate(s=Sum(F(field))).values("s"))


def _of_reports(reports: Iterable[Report]) -> Iterator[str]:
    for report in reports:
        yield from (report.account, report.quoted_text, *report.links)


def _of_notes(case: Case) -> Iterator[str]:
    yield from Note.objects.filter(case=case).order_by("pk").values_list("body", flat=True)


def _of_evidence(case: Case) -> Iterator[str]:
    pieces = list(Evidence.objects.filter(case=case).prefetch_related("redactions", "files"))
    for piece in pieces:
        yield from (piece.shown_title, piece.shown_description, piece.shown_url)
    for piece in pieces:
        yield piece.shown_text
        # Which part of a file is covered is known to its covered copy alone.
        if not piece.covering:
            yield from map(_words_of, piece.files.all())


def _words_of(file: EvidenceFile) -> str:
    if file.role != FileRole.DERIVATIVE or file.content_type != PLAIN or file.scan not in PASSED:
        return ""
    try:
        return store.read(file.path, purpose=store.DERIVATIVE).decode()
    except (OSError, UnicodeDecodeError, crypto.CannotOpen):
        # The case goes on without it; whoever opens the file is told.
        logger.warning("a text file could not be read for the search")
        return ""


def _limited(texts: Iterable[str]) -> Iterator[str]:
    left = MOST_READ
    for text in texts:
        yield text[:left]
        left -= len(text)
        if left <= 0:
            return
