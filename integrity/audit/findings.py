"""What a verification can find. The kinds are codes that programs and translations may rely on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """In what way the history does not verify."""

    EDITED = "edited"  # a column of a row is not what it was
    REMOVED = "removed"  # events are missing between others
    INSERTED = "inserted"  # an event stands where none, or another one, belongs
    REORDERED = "reordered"  # the event that belongs here stands elsewhere
    REWRITTEN = "rewritten"  # consistent in itself, but not the history that was signed
    CUT = "cut"  # the end of the history is missing
    ORPHAN = "orphan"  # a value without its event
    FORGED = "forged"  # a checkpoint that its key did not sign
    UNKNOWN_KEY = "unknown_key"  # a checkpoint of a key that is not trusted
    CHECKPOINT_REMOVED = "checkpoint_removed"  # checkpoints are missing


@dataclass(frozen=True, slots=True)
class Finding:
    """The first thing that does not verify.

    `table` is a table's name, or "checkpoint file" for one that is kept elsewhere. `sequence` is
    the place in the chain, `checkpoint` the id of the checkpoint concerned, `column` the column
    where it can be told, `since` the last place that a good checkpoint covers.
    """

    kind: Kind
    table: str
    message: str
    sequence: int | None = None
    checkpoint: int | None = None
    column: str | None = None
    since: int | None = None


# Stands for a table where the checkpoint came from elsewhere.
FILE = "checkpoint file"
