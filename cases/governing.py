"""The texts a case stands on: the platform's, the institution's and the course's (PO4, PO5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime

from cases.enums import CaseKind
from cases.models import Case, Report
from integrity.courses.models import Course, Institution
from policies.enums import DocumentKind, ViolationKind
from policies.governing import Governing, governing
from policies.models import Version
from policies.precedence import Texts

# Which kind of document a case of a kind stands on, and what it names.
DOCUMENTS = {
    CaseKind.ACADEMIC: DocumentKind.HONOR_CODE,
    CaseKind.CONDUCT: DocumentKind.CODE_OF_CONDUCT,
}
VIOLATIONS = {
    CaseKind.ACADEMIC: ViolationKind.ACADEMIC,
    CaseKind.CONDUCT: ViolationKind.CONDUCT,
}

# What `select_related` has to bring so that `texts` asks nothing.
RELATED = ("policy_version__document", "supplement__document", "course_terms__document")


def texts(case: Case) -> Texts:
    """The texts that govern the case, with the order in which they do. No query after `RELATED`.

    `policy_version` is the platform's text; where the platform had none it is the institution's,
    or the course's, and stands alone.
    """
    main = case.policy_version
    owner = main.document if main is not None else None
    own = case.supplement
    terms = case.course_terms
    platform = None
    if main is None or owner is None or owner.institution_id is None:
        platform = main
    elif owner.course_id is not None:
        terms = terms or main
    else:
        own = own or main
    return Texts(platform, own, terms, sole=case.institution_decides)


def kept_day(day: date) -> datetime:
    """A bare day as it is stored: its 00:00 UTC, which stands for the day and for no instant."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def incident_day(of: Case | Report) -> date | None:
    """The day on which it happened where only that is known, else None."""
    if of.incident_at is None or not of.incident_day_only:
        return None
    return of.incident_at.astimezone(UTC).date()


def happened(of: Case | Report) -> date | datetime | None:
    """When it happened, as far as that is known: a day, an instant or nothing."""
    return incident_day(of) or of.incident_at


def governing_texts(
    kind: str,
    *,
    institution: Institution,
    course: Course | None,
    incident_at: datetime | None,
    day_only: bool,
    received: datetime,
    codes: Collection[str] = (),
    sole: bool | None = None,
) -> Governing:
    """What governs a matter of this `CaseKind`; `incident_at` with `day_only` as it is stored.

    `sole`: `institution_decides` of a case that is there.
    """
    day = incident_at.astimezone(UTC).date() if incident_at is not None and day_only else None
    return governing(
        DOCUMENTS[CaseKind(kind)],
        institution=institution,
        course=course,
        at=incident_at if day is None else None,
        day=day,
        received=received,
        codes=codes,
        sole=sole,
    )


def put(case: Case, found: Governing) -> None:
    """Let the case stand on these texts; saves nothing."""
    case.policy_version = found.texts.main
    case.supplement = _beside(found.texts.institution, case)
    case.course_terms = _beside(found.texts.course, case)
    case.governing_basis = found.basis


def _beside(version: Version | None, case: Case) -> Version | None:
    # The main text is named once.
    return version if version != case.policy_version else None


def told(found: Governing, codes: Collection[str]) -> dict[str, object]:
    """What the history keeps of the choice: why, which versions, and what was reported."""
    return {
        "basis": found.basis.value,
        "texts": [version.pk for version in found.texts.in_order],
        "codes": sorted(codes),
    }
