"""Log lines: one record is one line, whatever the text in it."""

from __future__ import annotations

import logging
from typing import Any


def _flat(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _indented(text: str) -> str:
    # An error's own words may hold line breaks: indented, none of them looks like a record.
    return "\n".join("    " + _flat(line) for line in text.splitlines())


class LineFormatter(logging.Formatter):
    """Escapes line breaks and control characters, so that input cannot forge a record.

    Only tracebacks take lines of their own, each indented.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        return _flat(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        return _indented(super().formatStack(stack_info))
