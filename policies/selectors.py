"""Reads of policies and schemes. All of them are public, so none asks who is reading."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from integrity.core import clock
from integrity.courses.models import Course, Institution
from integrity.courses.selectors import decided_by_institution
from policies.enums import VersionStatus, ViolationKind
from policies.models import Document, Scheme, SchemeVersion, Version, ViolationType
from policies.precedence import Texts

# A platform with many partners has many supplements; the list of policies has them all.
MAX_RELATED = 8
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


# Pages


@dataclass(frozen=True)
class PolicyPage:
    """Everything the page of a policy shows, read in a constant number of queries."""

    document: Document
    version: Version
    state: str  # in_force, future, past
    current: Version | None
    upcoming: Version | None
    before: Version | None  # with its text, to show what changed
    versions: tuple[Version, ...]
    related: tuple[Version, ...]

    @property
    def earlier(self) -> list[Version]:
        """Versions before the one shown, the newest first."""
        return [item for item in self.versions if item.number < self.version.number]


def published_versions(slug: str) -> tuple[Document, list[Version]] | None:
    """A document with its published versions, the newest first and without their texts.

    `None` when there are none: drafts are seen by nobody on public pages. Two queries.
    """
    document = (
        Document.objects.filter(slug=slug)
        .select_related("institution", "course__programme")
        .first()
    )
    if document is None:
        return None
    versions = list(
        document.versions.filter(status=VersionStatus.PUBLISHED).defer("body").order_by("-number")
    )
    for item in versions:
        item.document = document
    return (document, versions) if versions else None


def policy_page(slug: str, number: int | None = None) -> PolicyPage | None:
    """The page of the version in force, or of version `number`; `None` when nobody may see it.

    Where no version is in force yet, the next one is shown.
    """
    at = clock.now()
    found = published_versions(slug)
    if found is None:
        return None
    document, versions = found
    in_effect = [item for item in versions if item.effective_at <= at]
    later = [item for item in versions if item.effective_at > at]
    current = max(in_effect, key=lambda v: (v.effective_at, v.number), default=None)
    following = min(later, key=lambda v: (v.effective_at, v.number), default=None)
    wanted = current or following
    if number is not None:
        wanted = next((item for item in versions if item.number == number), None)
    if wanted is None:
        return None
    numbers = [item.number for item in versions if item.number <= wanted.number][:2]
    texts = versions_to_compare(document, numbers)
    shown = texts[wanted.number]
    before = texts[numbers[1]] if len(numbers) > 1 else None
    goes_with = Q(document__institution__isnull=True)
    if document.institution_id is None:
        goes_with |= Q(document__kind=document.kind)
    else:
        goes_with |= Q(document__institution=document.institution_id)
    # The terms of a course go with that course alone.
    goes_with &= Q(document__course__isnull=True) | Q(document__course=document.course_id)
    related = in_force(at).defer("body").exclude(document=document).filter(goes_with)[:MAX_RELATED]
    state = "past"
    if shown == current:
        state = "in_force"
    elif shown.effective_at > at:
        state = "future"
    return PolicyPage(
        document, shown, state, current, following, before, tuple(versions), tuple(related)
    )


def versions_to_compare(document: Document, numbers: Collection[int]) -> dict[int, Version]:
    """Number -> published version of the document with its text and what it names."""
    found = (
        published()
        .filter(document=document, number__in=numbers)
        .prefetch_related("violation_types", "consequences")
    )
    return {item.number: item for item in found}


@dataclass(frozen=True)
class PolicyGroup:
    """The policies of one owner; the platform's have no institution."""

    institution: Institution | None
    entries: tuple[PolicyEntry, ...]


@dataclass(frozen=True)
class PolicyEntry:
    """A line of the list: the version in force, or the first one to come, and what comes next."""

    version: Version
    is_in_force: bool
    upcoming: Version | None


def policy_list() -> list[PolicyGroup]:
    """Every policy with a published version, the platform's first. Two queries."""
    at = clock.now()
    current = {item.document_id: item for item in in_force(at).defer("body")}
    later: dict[int, Version] = {}
    coming = published().filter(effective_at__gt=at).defer("body")
    for item in coming.order_by("effective_at", "number"):
        later.setdefault(item.document_id, item)
    groups: dict[int | None, list[PolicyEntry]] = {None: []}
    new = [item for key, item in later.items() if key not in current]
    for item in (*current.values(), *new):
        entry = PolicyEntry(item, item.document_id in current, later.get(item.document_id))
        groups.setdefault(item.document.institution_id, []).append(entry)
    return [
        PolicyGroup(entries[0].version.document.institution, tuple(entries))
        for entries in groups.values()
        if entries
    ]
