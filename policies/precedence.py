"""Which text says what, where more than one applies (PO5).

The platform's policy holds for everybody. An institution's supplements it, and so do the terms of a
course. Where they say different things about the same key, the institution's value governs where it
is set, then the course's, then the platform's. Keys are each violation type, each consequence, each
window, the standard of proof, the grounds of appeal and the clause on refunds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.enums import ClockStart, StandardOfProof
from policies.models import Consequence, Version, ViolationType
from policies.rules import ProcessTerms, process_terms

Text = str | Promise
Part = TypeVar("Part", ViolationType, Consequence)


@dataclass(frozen=True)
class Said:
    """What one text says about a key, and whether that is what governs."""

    version: Version
    value: Text
    governs: bool


@dataclass(frozen=True)
class Key:
    """Something texts can differ in: `group` is term, violation or consequence.

    `said` is in the order of precedence, the governing one first.
    """

    group: str
    code: str
    title: Text
    said: tuple[Said, ...]

    @property
    def differs(self) -> bool:
        """Whether what governs takes the place of something another text says."""
        return len({str(item.value) for item in self.said}) > 1


@dataclass(frozen=True)
class Texts:
    """The texts that apply together. With `sole` the institution alone says what may follow:
    degrees, MasterTrack and university certificates are decided by its staff."""

    platform: Version | None = None
    institution: Version | None = None
    course: Version | None = None
    sole: bool = False

    @property
    def in_order(self) -> tuple[Version, ...]:
        """The one whose values govern where they are set comes first."""
        found = (self.institution, self.course, self.platform)
        return tuple(version for version in found if version is not None)

    @property
    def main(self) -> Version | None:
        """The text a case names first: the platform's, where it has one."""
        return self.platform or self.institution or self.course

    @property
    def terms(self) -> ProcessTerms:
        """Windows, standard of proof and grounds that hold."""
        return process_terms(*self.in_order)

    @property
    def no_refunds(self) -> str:
        """The clause on refunds that governs, or nothing."""
        return next((v.no_refunds for v in self.in_order if v.no_refunds), "")

    def violation_types(self) -> list[ViolationType]:
        """One for each code, from the text that governs it. One query."""
        rows = ViolationType.objects.filter(version__in=self.in_order)
        return [entries[0] for entries in self._by_code(rows)]

    def consequences(self) -> list[Consequence]:
        """One for each code, from the text that governs it. One query."""
        rows = Consequence.objects.filter(version__in=self.in_order)
        return [entries[0] for entries in self._alone(self._by_code(rows))]

    def keys(self) -> list[Key]:
        """Key by key what each text says. Two queries."""
        types = self._by_code(ViolationType.objects.filter(version__in=self.in_order))
        consequences = self._alone(
            self._by_code(Consequence.objects.filter(version__in=self.in_order))
        )
        return [
            *self._terms(),
            *(_part("violation", entries) for entries in types),
            *(_part("consequence", entries) for entries in consequences),
        ]

    def _by_code(self, rows: Iterable[Part]) -> list[list[Part]]:
        """Rows of the same code together, the governing one first; in the order of the main text,
        what only supplements name after it, "anything else" last."""
        order = {version.pk: index for index, version in enumerate(self.in_order)}
        versions = {version.pk: version for version in self.in_order}
        found: dict[str, list[Part]] = {}
        for row in sorted(rows, key=lambda item: (-order[item.version_id], item.position, item.pk)):
            row.version = versions[row.version_id]
            found.setdefault(row.code, []).insert(0, row)
        return sorted(found.values(), key=lambda entries: entries[0].code.startswith("other"))

    def _alone(self, entries: list[list[Consequence]]) -> list[list[Consequence]]:
        if not self.sole or self.institution is None:
            return entries
        own = {self.institution.pk, self.course.pk if self.course else None}
        kept = [rows for rows in entries if rows[0].version_id in own]
        return kept or entries

    def _terms(self) -> list[Key]:
        found = []
        for name, title in (
            ("response_working_days", _("Working days to answer")),
            ("extension_working_days", _("Working days more, if asked for")),
            ("clock_starts", _("The time to answer starts")),
            ("appeal_working_days", _("Working days to appeal")),
            ("standard_of_proof", _("How sure we have to be")),
            ("appeal_grounds", _("Grounds of appeal")),
            ("no_refunds", _("No refunds")),
        ):
            said = [(v, getattr(v, name)) for v in self.in_order if getattr(v, name)]
            found.append(
                Key(
                    "term",
                    name,
                    title,
                    tuple(
                        Said(version, _worded(name, value), index == 0)
                        for index, (version, value) in enumerate(said)
                    ),
                )
            )
        return [key for key in found if key.said]


def _worded(name: str, value: object) -> Text:
    if name == "clock_starts":
        return ClockStart(str(value)).label
    if name == "standard_of_proof":
        return StandardOfProof(str(value)).label
    if isinstance(value, list):
        return "\n".join(item["title"] for item in value)
    return str(value)


def _part(group: str, entries: list[Part]) -> Key:
    return Key(
        group,
        entries[0].code,
        entries[0].title,
        tuple(
            Said(row.version, row.description or row.title, index == 0)
            for index, row in enumerate(entries)
        ),
    )
