"""Reads a file as text, or says where it is not text."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import gettext as _

from integrity.core.errors import DomainError

MAX_BYTES = 1_000_000
# A tab, a line break and a form feed are text; other controls are not.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BREAK = re.compile("\r\n?|[\u2028\u2029\x85]")
_ANY_BREAK = re.compile(f"\n|{_BREAK.pattern}")
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
# What other programs write, by its first bytes.
_FORMATS = (
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"PK\x03\x04", "Word, OpenDocument or ZIP"),
    (b"\xd0\xcf\x11\xe0", "Word 97"),
)
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|\?xml)\b", re.IGNORECASE)
_TAG = re.compile(r"</(p|div|span|li|ul|ol|h[1-6]|table|td|tr|section|article)\s*>", re.IGNORECASE)
# A text may show a few tags; a page has them everywhere.
_MANY_TAGS = 5


class CannotRead(DomainError):
    """The file is not a text that can be imported.

    `line` and `byte` count from 1, as `cmp` does; they are 0 where no line is to blame.
    """

    def __init__(self, reason: str, line: int = 0, byte: int = 0) -> None:
        self.line, self.byte = line, byte
        said = reason
        if byte:
            said = _("Line %(line)s, byte %(byte)s of the file: %(reason)s") % {
                "line": line, "byte": byte, "reason": reason,
            }  # fmt: skip
        elif line:
            said = _("Line %(line)s: %(reason)s") % {"line": line, "reason": reason}
        super().__init__(said)


def read_source(path: Path) -> str:
    """The text of the file, with `\\n` as its only line break.

    Raises `CannotRead` for what is not a file, is longer than `MAX_BYTES`, and for what `decode`
    refuses.
    """
    if not path.exists():
        raise CannotRead(_("There is no such file: %(path)s") % {"path": path})
    if not path.is_file():
        raise CannotRead(_("This is not a file: %(path)s") % {"path": path})
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CannotRead(
            _("The file cannot be opened: %(why)s") % {"why": error.strerror}
        ) from error
    if len(data) > MAX_BYTES:
        raise CannotRead(_("The file has more than %(limit)s bytes.") % {"limit": f"{MAX_BYTES:,}"})
    return decode(data)


def decode(data: bytes) -> str:
    """The text in `data`.

    Raises `CannotRead`, saying where, for files of other programs, HTML, encodings other than
    UTF-8, and control characters; and for what holds no text.
    """
    for start, name in _FORMATS:
        if data.startswith(start):
            reason = _("this is a file of another kind (%(name)s). Please save it as plain text")
            raise CannotRead(reason % {"name": name}, 1, 1)
    if data.startswith(_OTHER_ENCODINGS):
        raise CannotRead(_("this is UTF-16 or UTF-32. Please save it as UTF-8"), 1, 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        reason = _("this is not UTF-8 text (%(byte)s)") % {"byte": f"0x{data[error.start]:02x}"}
        raise CannotRead(reason, _line(before), error.start + 1) from error
    mark = len(data) - len(text.encode())
    control = _CONTROL.search(text)
    if control:
        before = text[: control.start()]
        if control.group() == "\x00" and data.count(b"\x00") > len(data) // 4:
            reason = _("this looks like UTF-16. Please save it as UTF-8 (character U+0000)")
        else:
            reason = _("this is not text (control character %(code)s)") % {
                "code": f"U+{ord(control.group()):04X}"
            }
        raise CannotRead(reason, _line(before), mark + len(before.encode()) + 1)
    _refuse_html(text, mark)
    text = _BREAK.sub("\n", text)
    if not text.strip():
        raise CannotRead(_("There is no text in this file."))
    return text


def _refuse_html(text: str, mark: int) -> None:
    found = _PAGE.match(text, len(text) - len(text.lstrip()))
    if found is None:
        tags = list(_TAG.finditer(text))
        if len(tags) < _MANY_TAGS:
            return
        found = tags[0]
    before = text[: found.start()]
    raise CannotRead(
        _("this is HTML. Please save the page as plain text (%(tag)s)") % {"tag": found.group()},
        _line(before),
        mark + len(before.encode()) + 1,
    )


def _line(before: str) -> int:
    return len(_ANY_BREAK.findall(before)) + 1
