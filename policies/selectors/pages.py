"""What the public pages of policies show, each in a constant number of queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from integrity.core import clock
from integrity.courses.models import Institution
from policies.enums import VersionStatus
from policies.models import Document, Version
from policies.selectors.texts import in_force, published

# A platform with many partners has many supplements; the list of policies has them all.
MAX_RELATED = 8


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
