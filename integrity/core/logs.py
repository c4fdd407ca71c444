"""Log lines: one record is one line, whatever the text in it."""

from __future__ import annotations

import logging


class LineFormatter(logging.Formatter):
    """Escapes line breaks and control characters, so that input cannot forge a record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        if record.exc_info:
            # A traceback keeps its lines: it comes from code, and the message line is escaped.
            head, _, trace = text.partition("\n")
            return (
                self._flat(head) + "\n" + "\n".join(map(self._flat, trace.split("\n")))
            )
        return self._flat(text)

    @staticmethod
    def _flat(text: str) -> str:
        return "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode() for c in text
        )
