"""What every letter of a case says in the same words."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import rules
from cases.governing import texts
from cases.models import (
    Allegation,
    Case,
    Evidence,
    Report,
    Respondent,
)
from cases.rules import scanned
from notifications.payloads import PolicyItem
from policies.models import Version
from policies.rules import ProcessTerms


def shown_to(respondent: Respondent) -> QuerySet[Evidence]:
    """The evidence a notice shows: what another respondent sent with an answer is not in it."""
    own = Q(respondent__isnull=True) | Q(respondent=respondent)
    # What waits for the virus scanner, or is harmful, is shown to nobody.
    return scanned.passed(respondent.case.evidence.filter(own)).prefetch_related("redactions")


def seen_by(respondent: Respondent) -> list[Evidence]:
    """The same in order, each as this learner sees it: the others of a group case not named."""
    hidden = rules.hidden_from(respondent)
    return [piece.seen_by(hidden) for piece in shown_to(respondent).order_by("position")]


def contact(case: Case) -> str:
    """Where to get help with a case: the institution's address, else the office's."""
    return case.institution.contact_email or settings.DEFAULT_FROM_EMAIL


def terms(case: Case) -> ProcessTerms:
    """Windows, standard of proof and grounds of appeal that govern the case."""
    return texts(case).terms


def matter(case: Case) -> str:
    """What the case is about, to its respondent: the work or the words, never a name."""
    if case.assignment is not None:
        return _("your work in %(title)s") % {"title": case.assignment.title}
    if case.course is not None:
        return _("something in the course %(title)s") % {"title": case.course.title}
    return _("something that was reported to us")


def report_matter(report: Report) -> str:
    """What a report is about, to its reporter: the place, never the person."""
    if report.submission is not None:
        return _("a submission in %(title)s") % {"title": report.submission.assignment.title}
    if report.course is not None:
        return _("something in the course %(title)s") % {"title": report.course.title}
    return _("what you reported")


def site(path: str) -> str:
    """The full address of a page."""
    return f"{settings.SITE_URL}{path}"


def case_url(case: Case) -> str:
    """The respondent's page of the case."""
    return site(reverse("my:case", args=[case.number]))


def appeal_url(case: Case) -> str:
    """Where the respondent appeals; it says so when the time has passed."""
    return site(reverse("my:appeal", args=[case.number]))


def policy_label(version: Version) -> str:
    """The policy as people say it: "Honor code, version 4"."""
    return _("%(title)s, version %(number)s") % {
        "title": version.document.title,
        "number": version.number,
    }


def clause_label(allegation: Allegation) -> str:
    """The clause and its version: "clause 3.1, Honor code, version 4"."""
    label = policy_label(allegation.violation_type.version)
    clause = allegation.violation_type.clause
    return (
        _("clause %(clause)s, %(policy)s") % {"clause": clause, "policy": label}
        if clause
        else label
    )


def governing(case: Case) -> Version:
    """The text in force at the incident that is named first. `ValueError` where there is none."""
    main = texts(case).main
    if main is None:
        raise ValueError("A notified case has a governing version.")
    return main


def policies(case: Case) -> tuple[PolicyItem, ...]:
    """Every text that governs the case, with its permanent page; the one that goes first, first.

    Nothing for a text alone: the letter names that one anyway.
    """
    found = texts(case)
    if len(found.in_order) < 2:
        return ()
    return tuple(
        PolicyItem(label=policy_label(version), url=site(version.get_absolute_url()))
        for version in found.in_order
    )


def allegations(respondent: Respondent) -> list[Allegation]:
    """What is alleged now, without what was taken back."""
    return list(
        respondent.allegations.filter(withdrawn_at__isnull=True).select_related(
            "violation_type__version__document"
        )
    )
