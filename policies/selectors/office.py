"""What administrators see of the policies they look after: one read for each page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Coalesce

from integrity.accounts.models import User
from integrity.core import clock
from integrity.core.errors import NotFound
from integrity.courses.models import Institution
from policies.models import Document, Version
from policies.office import managed
from policies.rules import governing


@dataclass(frozen=True)
class Kept:
    """A policy with its versions, the newest first; all but the shown one without their text."""

    document: Document
    versions: tuple[Version, ...]
    current: Version | None
    coming: tuple[Version, ...]

    @property
    def owner(self) -> Institution | None:
        """Whose it is; none is the platform, which has an institution of its own for courses."""
        institution = self.document.institution
        return None if institution is None or institution.is_platform else institution

    @property
    def last(self) -> int:
        """The number of the newest version, 0 where there is none."""
        return self.versions[0].number if self.versions else 0

    @property
    def published(self) -> list[Version]:
        return [item for item in self.versions if item.is_published]

    @property
    def drafts(self) -> list[Version]:
        return [item for item in self.versions if not item.is_published]

    @property
    def draft(self) -> Version | None:
        """The draft that can still be published: newer than everything that is."""
        newest = self.versions[0] if self.versions else None
        return newest if newest is not None and not newest.is_published else None

    def state_of(self, version: Version) -> str:
        """draft, in_force, upcoming or past."""
        if not version.is_published:
            return "draft"
        if version == self.current:
            return "in_force"
        return "upcoming" if version in self.coming else "past"

    @property
    def rows(self) -> list[tuple[Version, str]]:
        return [(item, self.state_of(item)) for item in self.versions]


def kept_documents(user: User) -> list[Kept]:
    """Every policy the person looks after, the platform's first. Two queries."""
    documents = list(
        managed(user).order_by(
            Coalesce("institution__is_platform", True).desc(),
            F("institution__name").asc(nulls_first=True),
            F("course__code").asc(nulls_first=True),
            "kind",
            "title",
        )
    )
    versions: dict[int, list[Version]] = {}
    found = Version.objects.filter(document__in=documents).defer("body").order_by("-number")
    for item in found:
        versions.setdefault(item.document_id, []).append(item)
    return [_kept(document, versions.get(document.pk, ())) for document in documents]


def kept_document(user: User, slug: str) -> Kept:
    """One of them. `NotFound` for any other. Two queries."""
    document = managed(user).filter(slug=slug).first()
    if document is None:
        raise NotFound
    return _kept(document, list(document.versions.defer("body").order_by("-number")))


def kept_version(user: User, slug: str, number: int) -> tuple[Kept, Version]:
    """A version with its text and what it names. `NotFound` where there is none."""
    kept = kept_document(user, slug)
    version = (
        kept.document.versions.filter(number=number)
        .prefetch_related("violation_types", "consequences")
        .first()
    )
    if version is None:
        raise NotFound
    version.document = kept.document
    return kept, version


def compared_with(kept: Kept, version: Version) -> Version | None:
    """What a draft is compared with: the last published version before it, with its text."""
    before = next((item for item in kept.published if item.number < version.number), None)
    if before is None:
        return None
    found = Version.objects.prefetch_related("violation_types", "consequences").get(pk=before.pk)
    found.document = kept.document
    return found


def _kept(document: Document, versions: Sequence[Version]) -> Kept:
    at = clock.now()
    found = tuple(versions)
    for item in found:
        item.document = document
    coming = [item for item in found if item.is_published and item.effective_at > at]
    coming.sort(key=lambda item: (item.effective_at, item.number))
    return Kept(document, found, governing(found, at), tuple(coming))
