"""The lines of a list of reports: what is wrong with each, and filing it once (IN10)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.enums import ReceivedBy, ReportKind, ReportMode
from cases.models import Report, ReportImport
from cases.selectors.entry import Desk
from cases.services import entry, import_rows, intake
from cases.services.answers import checked
from cases.services.arrival import Entry
from cases.services.clean import Problems
from cases.services.import_rows import Row
from integrity.accounts.models import User
from integrity.core.errors import InvalidInput
from integrity.courses.models import Course, Institution, Post, Submission
from policies.models import ViolationType

# What the file of a list is sealed for.
PURPOSE = "report-import"
# The columns at which a service's refusals are shown.
_COLUMN = {
    "kind": import_rows.KIND,
    "course": import_rows.COURSE,
    "about": import_rows.ABOUT,
    "submission": import_rows.ABOUT,
    "violation_type": import_rows.VIOLATION,
    "account": import_rows.ACCOUNT,
    "quoted_text": import_rows.QUOTED,
    "visible_name": import_rows.SHOWN,
    "incident_at": import_rows.WHEN,
    "links": import_rows.LINKS,
    "mode": import_rows.MODE,
    "name": import_rows.NAME,
    "email": import_rows.EMAIL,
    "contact": import_rows.CONTACT,
    "received_by": import_rows.RECEIVED,
}


@dataclass(frozen=True)
class Line:
    """What would become of a line, or became of it.

    `known`: it was filed before, as `reference`. Neither names nor words of the line are in it.
    """

    line: int
    kind: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)
    reference: str = ""
    known: bool = False

    @property
    def waits(self) -> bool:
        """Whether it can be filed and is not yet."""
        return not self.errors and not self.reference

    def as_json(self) -> dict[str, Any]:
        """As `ReportImport.lines` keeps it."""
        return {
            "line": self.line,
            "kind": self.kind,
            "errors": self.errors,
            "reference": self.reference,
            "known": self.known,
        }


@dataclass(frozen=True)
class _Ready:
    """A line as `intake.submit_report` takes it."""

    key: str
    digest: str
    report: dict[str, Any] = field(repr=False)
    person: entry.Person = field(repr=False)
    entry: Entry = field(repr=False)


class _Places(Desk):
    """As `Desk`, asking for each course once."""

    def course(self, slug: str) -> Course | None:
        known: dict[str, Course | None] = self.__dict__.setdefault("known", {})
        if slug not in known:
            known[slug] = super().course(slug)
        return known[slug]


class _Types:
    """As `entry.type_named`, asking once for each code, course and day."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], ViolationType | None] = {}

    def __call__(
        self,
        kind: str,
        code: str,
        *,
        institution: Institution,
        course: Course | None = None,
        target: Submission | Post | None = None,
        incident_at: datetime | None = None,
        day_only: bool = False,
    ) -> ViolationType | None:
        key = (
            *(kind, code, institution.pk, course.pk if course else None),
            *(type(target), target.pk if target else None, incident_at, day_only),
        )
        if key not in self._known:
            self._known[key] = entry.type_named(
                kind,
                code,
                institution=institution,
                course=course,
                target=target,
                incident_at=incident_at,
                day_only=day_only,
            )
        return self._known[key]


class Checker:
    """Says of each row of one file what is wrong with it, and makes the rest ready to be filed."""

    def __init__(
        self,
        institution: Institution,
        sha256: str,
        *,
        by: User | None = None,
        importing: ReportImport | None = None,
    ) -> None:
        self._institution, self._sha256 = institution, sha256
        self._by, self._importing = by, importing
        self._places, self._types = _Places(institution), _Types()

    def lines(self, rows: Sequence[Row]) -> list[Line]:
        """What would become of each row now."""
        ready = {row.line: self.ready(row) for row in rows}
        keys = [made.key for made in ready.values() if isinstance(made, _Ready)]
        filed: dict[str, Report] = {}
        for start in range(0, len(keys), 500):
            found = Report.objects.filter(form_key__in=keys[start : start + 500])
            filed |= {
                row.form_key: row for row in found.only("form_key", "form_digest", "reference")
            }
        first: dict[str, int] = {}
        lines = []
        for row in rows:
            made = ready[row.line]
            kind = row.cells[import_rows.KIND]
            kind = kind if kind in ReportKind.values else ""
            reference = row.cells[import_rows.REFERENCE]
            if not isinstance(made, _Ready):
                lines.append(Line(row.line, kind, made))
            elif reference and reference in first:
                twice = _("Line %(line)s has this reference too.") % {"line": first[reference]}
                lines.append(Line(row.line, kind, {import_rows.REFERENCE: [twice]}))
            else:
                lines.append(self._against(row, kind, made, filed.get(made.key)))
            if reference:
                first.setdefault(reference, row.line)
        return lines

    @staticmethod
    def _against(row: Row, kind: str, made: _Ready, known: Report | None) -> Line:
        if known is None:
            return Line(row.line, kind)
        if known.form_digest != made.digest:
            other = _("A report with this reference was filed before, with other content.")
            return Line(row.line, kind, {import_rows.REFERENCE: [other]})
        return Line(row.line, kind, reference=known.reference, known=True)

    def ready(self, row: Row) -> _Ready | dict[str, list[str]]:
        """The row as it is filed, or what is wrong with it by column."""
        problems = Problems()
        cells = row.cells
        person = entry.Person(
            cells[import_rows.NAME], cells[import_rows.EMAIL], cells[import_rows.CONTACT]
        )
        mode = cells[import_rows.MODE].lower()
        mode = mode or (ReportMode.CONFIDENTIAL if person.given else ReportMode.ANONYMOUS)
        informant = entry.told_by(person, mode, problems)
        way = cells[import_rows.RECEIVED].lower() or ReceivedBy.IMPORT
        if way not in (*entry.BY_HAND, ReceivedBy.IMPORT):
            problems.add("received_by", _("Write email, phone, post or in_person, or nothing."))
            way = ReceivedBy.IMPORT
        at, day_only = None, False
        try:
            at, day_only = import_rows.moment(cells[import_rows.WHEN], self._institution.time_zone)
        except ValidationError as error:
            problems.add("incident_at", error.messages[0])
        matter = entry.found(
            self._places,
            problems,
            kind=cells[import_rows.KIND].lower(),
            course=cells[import_rows.COURSE],
            about=cells[import_rows.ABOUT],
            violation_type=cells[import_rows.VIOLATION],
            incident_at=at,
            day_only=day_only,
            named=self._types,
        )
        report: dict[str, Any] = {
            "kind": cells[import_rows.KIND].lower(),
            "mode": mode,
            "institution": matter.institution,
            "course": matter.course,
            "submission": matter.submission,
            "post": matter.post,
            "violation_type": matter.violation_type,
            "account": cells[import_rows.ACCOUNT],
            "quoted_text": cells[import_rows.QUOTED],
            "visible_name": cells[import_rows.SHOWN],
            "links": cells[import_rows.LINKS].split(),
            "incident_at": at,
            "incident_day_only": day_only,
            "good_faith": True,
        }
        digest = ""
        try:
            digest = checked(**report, by_desk=True).digest([])
        except InvalidInput as error:
            for name, messages in error.fields.items():
                if name not in problems.fields:
                    problems.fields[name] = messages
        errors = {name: list(found) for name, found in row.errors.items()}
        for name, messages in problems.fields.items():
            column = _COLUMN.get(name, "")
            # A cell that could not be read is empty here, and has been complained about.
            if column not in row.errors:
                errors.setdefault(column, []).extend(str(message) for message in messages)
        if errors:
            return errors
        told = Entry(
            by=self._by,
            received_by=ReceivedBy(way),
            informant=informant,
            importing=self._importing,
        )
        return _Ready(self._key(row), digest, report, person, told)

    def _key(self, row: Row) -> str:
        """By what a line is known again. Not keyed: it must outlive the keys of this server."""
        reference = row.cells[import_rows.REFERENCE]
        name = f"reference\0{reference}" if reference else f"line\0{self._sha256}\0{row.line}"
        return hashlib.sha256(f"{PURPOSE}\0{self._institution.slug}\0{name}".encode()).hexdigest()

    def file(self, row: Row) -> Line:
        """File the row, once; what was filed before is returned as it is."""
        made = self.ready(row)
        kind = row.cells[import_rows.KIND].lower()
        if not isinstance(made, _Ready):
            return Line(row.line, "", made)
        known = Report.objects.filter(form_key=made.key).first()
        if known is not None:
            return self._against(row, kind, made, known)
        account = entry.account_with(made.person.email) if made.person.email else None
        report = intake.submit_report(
            actor=account,
            form_key=made.key,
            language=account.language if account else settings.LANGUAGE_CODE,
            entry=made.entry,
            **made.report,
        )
        return Line(row.line, kind, reference=report.reference)


def fingerprint(content: bytes) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()
