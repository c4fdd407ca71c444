"""Notes of a case as the desk reads them, and as the respondent and their adviser do (CF7)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from cases import rules
from cases.enums import PASSED, NoteAudience
from cases.models import Mention, Note, NoteFile, Respondent
from cases.selectors.case_head import Head, head
from cases.selectors.links import whether
from cases.services.notes import with_notice
from integrity.accounts.models import User

NOTES = 50
_KEY = re.compile(r"\d{1,18}")


@dataclass(frozen=True, slots=True)
class File:
    """A file of a note; `shut`: the scanner has not passed it, and nobody can open it."""

    file: NoteFile
    kind: str
    shut: bool


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note with its files; `told`: it names the reader, who did not see it before.

    Who else was told is shown to nobody: whoever is tied to the case would be missing there.
    """

    note: Note
    files: list[File]
    told: bool

    @property
    def shared(self) -> bool:
        """Whether a respondent reads it too."""
        return self.note.audience == NoteAudience.LEARNER


@dataclass(frozen=True, slots=True)
class JoinedNotes:
    """Notes of a case that came into this one; `opens`: whether the reader may open its files."""

    number: str
    opens: bool
    lines: list[NoteLine]


@dataclass(frozen=True)
class NotesPage:
    """Notes, the newest first. `earlier` is the key of the page before ("" at the end).

    `joined`: what was written in cases that came into this one, on the first page.
    """

    head: Head
    lines: list[NoteLine]
    earlier: str
    joined: list[JoinedNotes] = field(default_factory=list)

    @property
    def notes(self) -> list[Note]:
        """The notes alone."""
        return [line.note for line in self.lines]


def notes_page(user: User, number: str, *, before: str = "", size: int = NOTES) -> NotesPage:
    """Notes of a case: five queries, some more for a case that others came into.

    A key that cannot be read gives the newest.
    """
    top = head(user, number)
    rows = _read(top.case.notes.all(), user)
    first = not _KEY.fullmatch(before)
    if not first:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: size + 1])
    more = len(found) > size
    lines = [_line(note) for note in found[:size]]
    joined = _joined(user, top) if first and top.joined else []
    return NotesPage(top, lines, str(lines[-1].note.pk) if more else "", joined)


def _read(notes: QuerySet[Note], user: User) -> QuerySet[Note]:
    mentions = Mention.objects.filter(user=user, seen_at__isnull=True)
    return (
        notes.select_related("author", "respondent__user")
        .prefetch_related("files", Prefetch("mentions", queryset=mentions))
        .order_by("-pk")
    )


def _joined(user: User, top: Head) -> list[JoinedNotes]:
    """The notes of cases that came into this one, and of those that had come into them.

    Those are dismissed, and else only whoever dismissed them could read what was written there. A
    case the reader may not know of is left out.
    """
    opens: dict[int, bool] = {}
    numbers: dict[int, str] = {}
    into = [top.case.pk]
    while into:
        cases = rules.visible_to(user).filter(merged_into__in=into).order_by("pk")
        rows = cases.annotate(reads=whether(rules.readable(user)))
        into = []
        for pk, number, reads in rows.values_list("pk", "number", "reads"):
            opens[pk], numbers[pk] = reads, number
            into.append(pk)
    notes = _read(Note.objects.filter(case__in=opens, audience=NoteAudience.DESK), user)
    lines: dict[int, list[NoteLine]] = {}
    for note in notes[:NOTES]:
        lines.setdefault(note.case_id, []).append(_line(note))
    return [JoinedNotes(numbers[pk], opens[pk], lines[pk]) for pk in opens if pk in lines]


def may_be_told(respondents: list[Respondent]) -> list[Respondent]:
    """Those of the respondents with whom a note can be shared: after the notice. One query."""
    keys = [row.pk for row in respondents]
    known = set(Respondent.objects.filter(with_notice(), pk__in=keys).values_list("pk", flat=True))
    return [row for row in respondents if row.pk in known]


def shared_with(respondent: Respondent) -> list[NoteLine]:
    """The notes this respondent and their adviser read, the newest first: two queries.

    Who wrote them is not told: the desk speaks with one voice.
    """
    rows = respondent.notes.filter(audience=NoteAudience.LEARNER).order_by("-pk")
    return [
        NoteLine(note, [_file(file) for file in note.files.all()], told=False)
        for note in rows.prefetch_related("files")
    ]


def mentionable(user: User, top: Head) -> list[User]:
    """The colleagues a note in this case can name: who reads it, the writer apart.

    Whoever is tied to the case is among them, so that no gap tells of it.
    """
    return [person for person in rules.offered_to_mention(top.case) if person.pk != user.pk]


def _line(note: Note) -> NoteLine:
    files = [_file(file) for file in note.files.all()]
    return NoteLine(note, files, told=bool(note.mentions.all()))


def _file(file: NoteFile) -> File:
    kind = file.derivative_type
    return File(
        file,
        "image" if kind.startswith("image/") else "pdf" if kind == "application/pdf" else "text",
        shut=file.scan not in PASSED,
    )
