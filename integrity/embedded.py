"""The broker of `make run`: messages are files below `var/`, no server.

Kombu's own file transport creates a message under its final name and fills it afterwards. A worker
that looks in between takes an empty file and dies of it. Here a message appears whole, and taking
one is a rename, so two workers never take the same.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

SCHEME = "embedded"


class Channel(filesystem.Channel):
    """Messages in folders, each written aside and then given its name."""

    def _put(  # type: ignore[override]  # the abstract channel leaves the options out
        self, queue: str, message: Any, **kwargs: Any
    ) -> None:
        name = f"{time.monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        draft = folder / f".{name}.draft"
        draft.write_bytes(str_to_bytes(dumps(message)))
        draft.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        taken = Path(self.processed_folder)
        for name in sorted(path.name for path in Path(self.data_folder_in).iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            try:
                mine = (Path(self.data_folder_in) / name).rename(taken / name)
            except FileNotFoundError:
                continue  # another worker was faster
            content = mine.read_bytes()
            mine.unlink()
            return loads(bytes_to_str(content))
        raise Empty

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        # All processes bind when they start: one after the other, and readers see whole tables.
        file = self._exchange_file(exchange)
        file.parent.mkdir(exist_ok=True)
        with (file.parent / ".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            row = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
            if row not in table:
                draft = file.with_suffix(".draft")
                draft.write_bytes(str_to_bytes(dumps([row, *table])))
                draft.replace(file)


class Transport(filesystem.Transport):
    """`embedded://`, with the options of kombu's file transport."""

    Channel = Channel


def register() -> None:
    """Make `embedded://` known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
