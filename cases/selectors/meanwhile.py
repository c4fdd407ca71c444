"""What happened to a case while somebody filled in a form, and how their text differs from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.selectors.case_head import Head
from cases.selectors.timeline import Line, timeline
from integrity.accounts.models import User
from policies.difference import Segment, words

# Events told at most; more stand in the history.
TOLD = 20
# When it is not known since when: the newest few.
FEW = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A field whose text differs from what is stored by now, read as stored text made typed."""

    label: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Everything the second of two people is shown before they may save."""

    lines: Sequence[Line]
    fields: Sequence[Field]


def meanwhile(
    user: User,
    top: Head,
    *,
    since: datetime | None,
    texts: Mapping[str, tuple[str, str]],
) -> Meanwhile:
    """Events since `since`, as the history tells them to this reader, and what differs.

    `texts`: stored and typed text by the label of their field. Three queries.
    """
    newest = timeline(
        top.case.number,
        reader=user,
        officer=top.officer,
        violations=dict(
            top.case.allegations.values_list("violation_type__code", "violation_type__title")
        ),
        size=TOLD,
    ).lines
    lines = newest[:FEW]
    if since is not None:
        # Lines tell whole seconds.
        begin = since.replace(microsecond=0)
        lines = [line for line in newest if _at(line) >= begin] or lines
    fields = [
        Field(label, words(stored, typed))
        for label, (stored, typed) in texts.items()
        if stored.split() != typed.split()
    ]
    return Meanwhile(lines, fields)


def _at(line: Line) -> datetime:
    return datetime.fromisoformat(line.iso)
