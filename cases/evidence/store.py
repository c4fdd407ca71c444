"""Sealed files on disk under random names.

`EVIDENCE_ROOT/ab/cd/<32 hex digits>`: the path says nothing of the sender, the case or the content,
and a stolen disk shows nothing. What a row names was written, flushed and named before the row.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from cases.evidence.errors import StorageFull
from integrity.core import crypto

ORIGINAL = "evidence"
DERIVATIVE = "derivative"

_PATH = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def root() -> Path:
    """Where sealed files are kept; not below any public address."""
    return Path(settings.EVIDENCE_ROOT)


def write(content: bytes, *, purpose: str) -> str:
    """Seal `content` and keep it; returns its path below the root.

    When this returns, the file survives a power cut. Raises `StorageFull` without leaving anything.
    """
    name = secrets.token_hex(16)
    path = f"{name[:2]}/{name[2:4]}/{name}"
    target = root() / path
    part = target.with_name(f"{name}.part")
    try:
        _make_folder(target.parent)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(crypto.seal_bytes(content, purpose=purpose))
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)
        _flush_folder(target.parent)
    except OSError as error:
        for left in (part, target):
            with contextlib.suppress(OSError):
                left.unlink()
        if error.errno in _NO_ROOM:
            raise StorageFull from error
        raise
    return path


def read(path: str, *, purpose: str) -> bytes:
    """What `write` was given. Raises `crypto.CannotOpen` for a changed or moved file."""
    return crypto.unseal_bytes(_below_root(path).read_bytes(), purpose=purpose)


def remove(path: str) -> None:
    """Take the file away; one that is gone is fine."""
    _below_root(path).unlink(missing_ok=True)


def everything() -> Iterator[tuple[str, float]]:
    """Every file below the root with the time it was written, in seconds; left-over parts too."""
    base = root()
    if not base.is_dir():
        return
    for file in base.glob("*/*/*"):
        with contextlib.suppress(FileNotFoundError):
            yield file.relative_to(base).as_posix(), file.stat().st_mtime


def _below_root(path: str) -> Path:
    # A row that was tampered with must not lead out of the store.
    if not _PATH.fullmatch(path.removesuffix(".part")):
        raise crypto.CannotOpen("Not a path of the store.")
    return root() / path


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for parent in (folder.parent, folder.parent.parent):
        _flush_folder(parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
