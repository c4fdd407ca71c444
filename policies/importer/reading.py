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


class CannotRead(DomainError):
    """The file is not a text that can be imported. `line` is 0 when no line is to blame."""

    def __init__(self, reason: str, line: int = 0) -> None:
        self.line = line
        super().__init__(
            _("Line %(line)s: %(reason)s") % {"line": line, "reason": reason} if line else reason
        )


def read_source(path: Path) -> str:
    """The text of the file, with `\\n` as its only line break.

    Raises `CannotRead` for what is not a file, is longer than `MAX_BYTES`, has no text, is not
    UTF-8, or holds control characters; the last two name the line.
    """
    if not path.exists():
        raise CannotRead(_("There is no such file: %(path)s") % {"path": path})
    if not path.is_file():
        raise CannotRead(_("This is not a file: %(path)s") % {"path": path})
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CannotRead(
                _("The file has more than %(limit)s bytes.") % {"limit": f"{MAX_BYTES:,}"}
            )
        data = path.read_bytes()
    except OSError as error:
        raise CannotRead(
            _("The file cannot be opened: %(why)s") % {"why": error.strerror}
        ) from error
    return decode(data)


def decode(data: bytes) -> str:
    """The text in `data`; see `read_source`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise CannotRead(_("The file is UTF-16. Please save it as UTF-8."), 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = _("this is not UTF-8 text (byte %(byte)s)") % {
            "byte": f"0x{data[error.start]:02x}"
        }
        raise CannotRead(reason, line) from error
    text = _BREAK.sub("\n", text)
    control = _CONTROL.search(text)
    if control:
        reason = _("this is not text (control character %(code)s)") % {
            "code": f"U+{ord(control.group()):04X}"
        }
        raise CannotRead(reason, text.count("\n", 0, control.start()) + 1)
    if not text.strip():
        raise CannotRead(_("There is no text in this file."))
    return text
