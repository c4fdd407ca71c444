"""Which texts govern a case, since when and why, and what binds each respondent to them (PO4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.governing import governing_texts, incident_day
from cases.models import Case, Respondent
from cases.selectors.assent import Assent, assent_of
from integrity.audit.models import Event
from integrity.courses.selectors import Permits, permits
from policies.enums import GoverningBasis
from policies.governing import OWNERS, Comparison, Governing
from policies.models import Version
from policies.precedence import Texts

Text = str | Promise

OWNER_WORDS: dict[str, Text] = {
    "platform": _("The platform"),
    "institution": _("The institution"),
    "course": _("The course"),
}
SETTLING = ("case.filed", "case.incident_set")


@dataclass(frozen=True)
class TextLine:
    """One of the texts that govern, and on a day of change why it and not another."""

    owner: str
    version: Version
    compared: Comparison | None = None

    @property
    def owner_words(self) -> Text:
        return OWNER_WORDS[self.owner]

    @property
    def reasons(self) -> list[Reasoned]:
        """Why another version of the same day does not govern."""
        return reasons_of(self.compared)


@dataclass(frozen=True)
class Reasoned:
    """A version that was in force on the same day, and in a sentence why it does not govern."""

    other: Version | None
    words: str


@dataclass(frozen=True)
class GoverningPage:
    """What a page shows of the texts of a case. `left` are owners of whom no text governs although
    one was in force for a part of the day."""

    texts: Texts
    lines: list[TextLine]
    left: list[Comparison]
    basis: str
    day: date | None
    at: datetime | None
    assent: list[Assent]

    @property
    def why(self) -> Text:
        """The basis in words; empty for a case filed before it was kept."""
        return GoverningBasis(self.basis).label if self.basis else ""

    @property
    def left_lines(self) -> list[tuple[Text, list[Reasoned]]]:
        """Owners without a text, with the reasons."""
        return [(OWNER_WORDS[item.owner], reasons_of(item)) for item in self.left]


def reasons_of(compared: Comparison | None) -> list[Reasoned]:
    """The reasons of a comparison in words."""
    if compared is None:
        return []
    return [Reasoned(reason.other.version, reason.words) for reason in compared.reasons]


def lines_of(found: Governing) -> tuple[list[TextLine], list[Comparison]]:
    """The lines of a choice just made, and the comparisons that nothing of an owner came out of."""
    compared = {item.owner: item for item in found.compared}
    return _lines(found.texts, compared)


def _lines(
    texts: Texts, compared: dict[str, Comparison]
) -> tuple[list[TextLine], list[Comparison]]:
    versions = {name: getattr(texts, name) for name in OWNERS}
    lines = [
        TextLine(name, version, compared.get(name))
        for name, version in versions.items()
        if version is not None
    ]
    left = [item for name, item in compared.items() if versions[name] is None]
    return lines, left


def governing_page(case: Case, respondents: Sequence[Respondent] = ()) -> GoverningPage:
    """The texts of the case and the proof of assent of `respondents` (with their users).

    Six queries; where versions of one day were compared two more, and two for each of them.
    """
    found = _stored(case)
    day = incident_day(case)
    compared: dict[str, Comparison] = {}
    if day is not None and case.governing_basis in (GoverningBasis.KINDER, GoverningBasis.NONE):
        compared = {
            item.owner: item
            for item in _again(case).compared
            if item.version == getattr(found, item.owner)
        }
    lines, left = _lines(found, compared)
    return GoverningPage(
        texts=found,
        lines=lines,
        left=left,
        basis=case.governing_basis,
        day=day,
        at=case.incident_at if day is None else None,
        assent=assent_of(case, respondents, found.in_order),
    )


def _stored(case: Case) -> Texts:
    """The texts of the case with document and institution, without their words: one query."""
    ids = (case.policy_version_id, case.supplement_id, case.course_terms_id)
    rows = (
        Version.objects.filter(pk__in=[pk for pk in ids if pk is not None])
        .select_related("document__institution")
        .defer("body")
    )
    found: dict[str, Version] = {}
    for version in rows:
        document = version.document
        owner = "platform" if document.institution_id is None else "institution"
        found["course" if document.course_id is not None else owner] = version
    return Texts(
        found.get("platform"),
        found.get("institution"),
        found.get("course"),
        sole=case.institution_decides,
    )


def _again(case: Case) -> Governing:
    """The choice once more, from what the history says was compared."""
    settled = (
        Event.objects.filter(case_number=case.number, action__in=SETTLING)
        .order_by("-sequence")
        .first()
    )
    return governing_texts(
        case.kind,
        institution=case.institution,
        course=case.course,
        incident_at=case.incident_at,
        day_only=case.incident_day_only,
        received=case.opened_at,
        codes=settled.data.get("codes", ()) if settled is not None else (),
        sole=case.institution_decides,
    )


def permits_of(case: Case) -> Permits | None:
    """What the assignment permitted at the incident, else at receipt (PO10); None without one."""
    if case.assignment is None:
        return None
    if case.course is not None:
        case.assignment.course = case.course
    day = incident_day(case)
    if day is not None:
        return permits(case.assignment, day=day, before=case.opened_at)
    return permits(case.assignment, case.incident_at or case.opened_at)
