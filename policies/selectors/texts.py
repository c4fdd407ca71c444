"""Reads of policies and schemes. All of them are public, so none asks who is reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from integrity.core import clock
from integrity.courses.models import Course, Institution
from integrity.courses.selectors import decided_by_institution
from policies.enums import VersionStatus, ViolationKind
from policies.models import Document, Scheme, SchemeVersion, Version, ViolationType
from policies.precedence import Texts

# The kinds of report (IN1 to IN3) and the kind of violation each is about.
KIND_OF_REPORT = {
    "flag": ViolationKind.ACADEMIC,
    "violation": ViolationKind.ACADEMIC,
    "incident": ViolationKind.CONDUCT,
}


def published() -> QuerySet[Version]:
    """Published versions with their document and institution."""
    return Version.objects.filter(status=VersionStatus.PUBLISHED).select_related(
        "document__institution"
    )


def governing_version(document: Document, at: datetime | None = None) -> Version | None:
    """The one version that governs `at` (default: now); `None` before the first (PO4)."""
    return (
        published()
        .filter(document=document, effective_at__lte=at or clock.now())
        .order_by("-effective_at", "-number")
        .first()
    )


def in_force(at: datetime | None = None) -> QuerySet[Version]:
    """The governing version of every document that has one, platform's first. One query."""
    at = at or clock.now()
    first = (
        Version.objects.filter(
            document=OuterRef("document"), status=VersionStatus.PUBLISHED, effective_at__lte=at
        )
        .order_by("-effective_at", "-number")
        .values("pk")[:1]
    )
    return (
        published()
        .filter(pk=Subquery(first))
        .order_by(
            F("document__institution__name").asc(nulls_first=True),
            "-document__kind",
            "document__title",
        )
    )


def governing_for(
    kind: str, *, at: datetime | None = None, institution: Institution | None = None
) -> Version | None:
    """The governing version of the platform's document of `kind`, or of `institution`'s own.

    `kind` is a `DocumentKind`. Where there are several the first by its short name counts.
    """
    owner = Q(document__institution__isnull=True)
    if institution is not None and not institution.is_platform:
        owner = Q(document__institution=institution)
    found = in_force(at).filter(owner, document__kind=kind, document__course__isnull=True)
    return found.order_by("document__slug").first()


def texts_for(
    kind: str,
    *,
    at: datetime | None = None,
    institution: Institution | None = None,
    course: Course | None = None,
) -> Texts:
    """The texts of `kind` that apply together `at` (default: now) in a place. One query.

    Of several documents of one owner the first by its short name counts. The products that an
    institution decides itself leave what may follow to it alone.
    """
    institution = institution or (course.institution if course else None)
    owner = Q(document__institution__isnull=True)
    if institution is not None and not institution.is_platform:
        owner |= Q(document__institution=institution, document__course__isnull=True)
    if course is not None:
        owner |= Q(document__course=course)
    platform = own = terms = None
    for version in in_force(at).filter(owner, document__kind=kind).order_by("document__slug"):
        if version.document.course_id is not None:
            terms = terms or version
        elif version.document.institution_id is None:
            platform = platform or version
        else:
            own = own or version
    return Texts(platform, own, terms, sole=decided_by_institution(course))


def latest_published(document: Document) -> Version | None:
    """The published version with the highest number, in force or not yet."""
    return published().filter(document=document).order_by("-number").first()


def upcoming(document: Document, at: datetime | None = None) -> QuerySet[Version]:
    """Published versions that take effect later, the next one first."""
    return (
        published()
        .filter(document=document, effective_at__gt=at or clock.now())
        .order_by("effective_at", "number")
    )


def violation_types_in_force(
    *, kind: str = "", at: datetime | None = None, institution: Institution | None = None
) -> QuerySet[ViolationType]:
    """Violation types of the versions that govern `at`: the platform's, and `institution`'s."""
    owner = Q(document__institution__isnull=True)
    if institution is not None:
        owner |= Q(document__institution=institution)
    found = ViolationType.objects.filter(version__in=in_force(at).filter(owner))
    if kind:
        found = found.filter(kind=kind)
    return found.select_related("version__document").order_by(
        F("version__document__institution_id").asc(nulls_first=True),
        "version__document_id",
        "position",
    )


@dataclass(frozen=True)
class OfferedType:
    """A violation type as a form offers it; `types` are the rows that carry this code."""

    code: str
    title: str
    description: str
    urgent: bool
    types: tuple[ViolationType, ...]


def offered_types(
    report_kind: str, *, at: datetime | None = None, institution: Institution | None = None
) -> list[OfferedType]:
    """What somebody may choose from in a report of `report_kind` (flag, violation, incident).

    One entry for each code, in the order of the policy; where the institution has the same code,
    its words count (PO5). "Anything else" comes last.
    """
    found: dict[str, list[ViolationType]] = {}
    kind = KIND_OF_REPORT[report_kind]
    for row in violation_types_in_force(kind=kind, at=at, institution=institution):
        found.setdefault(row.code, []).append(row)
    offered = []
    for code, rows in found.items():
        own = [row for row in rows if row.version.document.institution_id is not None]
        row = (own or rows)[0]
        urgent = any(item.urgent for item in rows)
        offered.append(OfferedType(code, row.title, row.description, urgent, tuple(rows)))
    return sorted(offered, key=lambda item: item.code.startswith("other"))


def no_refunds(version: Version | None) -> str:
    """The "no refunds" clause of the version, or nothing: every sanction letter quotes it (SA5)."""
    return version.no_refunds if version else ""


# Schemes


def governing_scheme(scheme: Scheme, at: datetime | None = None) -> SchemeVersion | None:
    """The published version of the scheme that holds `at` (default: now)."""
    return (
        SchemeVersion.objects.filter(
            scheme=scheme, status=VersionStatus.PUBLISHED, effective_at__lte=at or clock.now()
        )
        .select_related("scheme", "policy_version__document")
        .order_by("-effective_at", "-number")
        .first()
    )


def schemes_in_force(at: datetime | None = None) -> QuerySet[SchemeVersion]:
    """The version of every scheme that holds `at`. One query."""
    first = (
        SchemeVersion.objects.filter(
            scheme=OuterRef("scheme"),
            status=VersionStatus.PUBLISHED,
            effective_at__lte=at or clock.now(),
        )
        .order_by("-effective_at", "-number")
        .values("pk")[:1]
    )
    return (
        SchemeVersion.objects.filter(pk=Subquery(first))
        .select_related("scheme__institution", "policy_version__document")
        .order_by("scheme__slug")
    )


def scheme_for(
    version: Version, *, at: datetime | None = None, institution: Institution | None = None
) -> SchemeVersion | None:
    """The scheme that goes with `version` and holds `at`.

    The institution's scheme for the same kind of policy comes first, then the one made for the
    document of `version`, then the platform's for the same kind of policy.
    """
    document = version.document
    found = list(
        schemes_in_force(at)
        .filter(policy_version__document__kind=document.kind)
        .filter(
            Q(policy_version__document=document)
            | Q(policy_version__document__institution__isnull=True)
            | Q(scheme__institution=institution, scheme__institution__isnull=False)
        )
    )

    def rank(item: SchemeVersion) -> int:
        if institution is not None and item.scheme.institution_id == institution.pk:
            return 0
        policy = item.policy_version
        return 1 if policy is not None and policy.document_id == document.pk else 2

    return min(found, key=rank, default=None)
