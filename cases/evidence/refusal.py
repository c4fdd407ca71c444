"""The one way the process that opens files says no. No Django here."""

from __future__ import annotations


class Refused(Exception):
    """The word the caller turns into a message; `clean` has one for each."""
