"""The text the queue is searched by."""

from __future__ import annotations

from cases.enums import CaseStatus
from cases.models import Case, Report
from integrity.core.text import search_key

SEARCH_LENGTH = 400_000


def searchable(case: Case) -> str:
    """Number, matter, course, people and reports of the case, normalised.

    It holds what only readers of the case may know: searching must be bound to them. In triage
    nobody is named to anybody (cases/selectors/case_head.py), so no name is in it: what a name
    finds would tell whom a report is about.
    """
    named = case.status != CaseStatus.TRIAGE
    words: list[str] = [case.number, case.title, case.reported_as]
    if case.course is not None:
        words += [case.course.code, case.course.title]
    if named:
        words += case.respondents.values_list("user__display_name", flat=True)
    rows = Report.objects.filter(case=case).order_by("id")
    for reference, account, quoted, name, links in rows.values_list(
        "reference", "account", "quoted_text", "visible_name", "links"
    ):
        words += [reference, account, quoted, name if named else "", *links]
    return search_key(" ".join(filter(None, words)))[:SEARCH_LENGTH]
