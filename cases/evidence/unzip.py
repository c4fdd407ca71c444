"""Archives of strangers, read within bounds (HOSTILE 42). Nothing is ever unpacked to the disk.

No Django here: the process that opens files uses this.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib

from cases.evidence import limits
from cases.evidence.refusal import Refused

_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


class Archive:
    """A zip whose list was checked: few and plain names, no links, no password, honest sizes.

    Raises `Refused` with `bomb`, `archive`, `password` or `damaged`.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError):
            raise Refused("damaged") from None
        if len(entries) > limits.MAX_ZIP_ENTRIES:
            raise Refused("bomb")
        if sum(entry.file_size for entry in entries) > limits.MAX_ZIP_UNPACKED_BYTES:
            raise Refused("bomb")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            _check(entry)
            # Of two files of one name every program takes another one.
            if entry.filename in self._entries:
                raise Refused("archive")
            self._entries[entry.filename] = entry

    @property
    def names(self) -> list[str]:
        """The names of all files in it, in their order."""
        return list(self._entries)

    def find(self, name: str) -> str | None:
        """The file of this name that lies least deep, for archives with a folder around all."""
        found = [path for path in self._entries if path.rsplit("/", 1)[-1] == name]
        return min(found, key=lambda path: path.count("/"), default=None)

    def read(self, name: str, *, limit: int) -> bytes | None:
        """One file; None when there is none. Raises `Refused("bomb")` beyond `limit` bytes."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        if entry.file_size > limit:
            raise Refused("bomb")
        try:
            with self._zip.open(entry) as file:
                content = file.read(limit + 1)
                # The end is where the checksum is compared.
                more = file.read(1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
            raise Refused("damaged") from None
        except NotImplementedError:
            raise Refused("archive") from None
        if more or len(content) > limit:
            raise Refused("bomb")
        return content


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = name.rstrip("/").split("/")
    if (
        not name
        or "\\" in name
        or ":" in name
        or any(ord(char) < 32 for char in name)
        or any(part in ("", ".", "..") for part in parts)
    ):
        raise Refused("archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("archive")
    if entry.flag_bits & _ENCRYPTED:
        raise Refused("password")
    if entry.compress_type not in _PLAIN:
        raise Refused("archive")
    large = entry.file_size > limits.ZIP_RATIO_FROM_BYTES
    if large and entry.file_size > limits.MAX_ZIP_RATIO * max(entry.compress_size, 1):
        raise Refused("bomb")
