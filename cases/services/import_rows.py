"""A list of reports as CSV, line by line (IN10). Nothing here knows the database.

UTF-8 with or without a mark at its beginning, comma or semicolon, quoted cells with line ends in
them. A cell that looks like a formula is just text. The columns are described in docs/intake.md.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.governing import kept_day
from cases.services.answers import ACCOUNT_LENGTH
from cases.services.clean import LINK_LENGTH, MAX_LINKS
from integrity.core.errors import InvalidInput
from integrity.core.text import clean_text

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 1_000

REFERENCE, KIND, COURSE, ABOUT, VIOLATION = "reference", "kind", "course", "about", "violation"
ACCOUNT, QUOTED, SHOWN, WHEN, LINKS = "account", "quoted_text", "visible_name", "happened", "links"
NAME, EMAIL, CONTACT = "informant_name", "informant_email", "informant_contact"
MODE, RECEIVED = "mode", "received_by"
# Every column with the characters a cell may have. The order is that of the template.
COLUMNS: dict[str, int] = {
    REFERENCE: 100,
    KIND: 12,
    COURSE: 100,
    ABOUT: LINK_LENGTH,
    VIOLATION: 60,
    ACCOUNT: ACCOUNT_LENGTH,
    QUOTED: 4_000,
    SHOWN: 150,
    WHEN: 40,
    LINKS: MAX_LINKS * LINK_LENGTH,
    NAME: 150,
    EMAIL: 254,
    CONTACT: 300,
    MODE: 14,
    RECEIVED: 10,
}
NEEDED = (KIND, ACCOUNT)
_LONG = (ACCOUNT, QUOTED, LINKS)
# Signs that turn the reading direction: a line that shows something else than it says.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST_DAY = date(2000, 1, 1)
# Beyond it an instant has no other zone: the last hours of the calendar.
_LAST_DAY = date(9999, 12, 30)


@dataclass(frozen=True)
class Row:
    """A line with its cells by column, cleaned, and what is wrong with them by column.

    `line` counts as an editor does: where the row begins, the names of the columns being line 1.
    """

    line: int
    cells: dict[str, str] = field(repr=False)
    errors: dict[str, list[str]] = field(default_factory=dict)


def template() -> str:
    """The names of the columns as a file to fill in; nobody's data is in it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(COLUMNS)
    return out.getvalue()


def read(content: bytes) -> list[Row]:
    """The rows of a list. Raises `InvalidInput` at `file` for what cannot be read as one at all.

    What is wrong with a single line stands at its row. Empty lines are passed over.
    """
    if len(content) > MAX_BYTES:
        raise _no_list(_("This file is larger than 2 MB. Please send it in parts."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _no_list(_("This file is not stored as UTF-8. Please save it again as “CSV UTF-8”."))
    # Bytes that are no UTF-8 become signs that cannot be kept: their line is refused, not the file.
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[Row] = []
    try:
        names = _names(next(reader, []))
        begins = reader.line_num + 1
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MAX_LINES:
                raise _no_list(
                    _("There are more than %(count)s lines. Please send them in parts.")
                    % {"count": f"{MAX_LINES:,}"}
                )
            rows.append(_row(line, names, cells))
    except csv.Error as error:
        raise _no_list(
            _("Line %(line)s cannot be read: a quote is missing, or a cell is far too long.")
            % {"line": reader.line_num}
        ) from error
    if not rows:
        raise _no_list(_("There is no line with a report in this file."))
    return rows


def _no_list(message: str) -> InvalidInput:
    return InvalidInput({"file": [message]})


def _names(cells: list[str]) -> list[str]:
    if any("\udc80" <= sign <= "\udcff" for cell in cells for sign in cell):
        # Not text at all, or text in another code: a picture, a workbook.
        raise _no_list(_("This is no list of the kind we read. Please save it as “CSV UTF-8”."))
    names = [cell.strip().lower() for cell in cells]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        shown = ", ".join(repr(name[:40]) for name in unknown[:5])
        raise _no_list(
            _("Line 1 has columns that are not known: %(names)s. Start from the template.")
            % {"names": shown.encode("ascii", "backslashreplace").decode()}
        )
    missing = [name for name in NEEDED if name not in names]
    if missing or len(set(names)) < len(names):
        raise _no_list(
            _("Line 1 must name every column once, and these at least: %(names)s.")
            % {"names": ", ".join(NEEDED)}
        )
    return names


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    row = Row(line, dict.fromkeys(COLUMNS, ""))
    if len(cells) > len(names):
        row.errors[""] = [
            _("There are %(found)s cells instead of %(wanted)s.")
            % {"found": len(cells), "wanted": len(names)}
        ]
    for name, cell in zip(names, cells, strict=False):
        try:
            row.cells[name] = _clean(name, cell)
        except ValidationError as error:
            row.errors[name] = [str(message) for message in error.messages]
    return row


def _clean(name: str, cell: str) -> str:
    if any(0xDC80 <= ord(char) <= 0xDCFF for char in cell):
        raise ValidationError(_("This text is not stored as UTF-8."))
    if _TURNING.search(cell):
        raise ValidationError(_("This text has hidden signs that turn the reading direction."))
    return clean_text(cell, max_length=COLUMNS[name], single_line=name not in _LONG)


def moment(text: str, zone: str) -> tuple[datetime | None, bool]:
    """When it happened, and whether only the day is known.

    A day (2026-11-20), or an instant (2026-11-20T14:30Z); one without a zone is local in `zone`.
    Raises `ValidationError`, also for an hour the clocks there leave out or repeat.
    """
    if not text:
        return None, False
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            if not _FIRST_DAY <= day <= _LAST_DAY:
                raise ValueError
            return kept_day(day), True
        found = datetime.fromisoformat(text)
        if not _FIRST_DAY <= found.date() <= _LAST_DAY:
            raise ValueError
    except ValueError:
        raise ValidationError(
            _("Write a day like 2026-11-20, or a time like 2026-11-20T14:30Z.")
        ) from None
    if found.tzinfo is None:
        local = found.replace(tzinfo=ZoneInfo(zone))
        again = local.replace(fold=1)
        there = local.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
        if local.utcoffset() != again.utcoffset() or there.replace(tzinfo=None) != found:
            raise ValidationError(_("This hour does not exist or exists twice. Name its zone."))
        found = local
    return found, False
