"""Sealed files on disk under random names.

`EVIDENCE_ROOT/ab/cd/<32 hex digits>`: the path says nothing of the sender, the case or the content,
and a stolen disk shows nothing. What a row names was written, flushed and named before the row.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
from collections.abc import Iterable, Iterator
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


def sealed_with(path: str) -> str:
    """The name of the key that sealed the file (`crypto.key_names`); "" for no sealed file."""
    with _below_root(path).open("rb") as file:
        return crypto.key_of(file.read(crypto.HEAD))


@contextlib.contextmanager
def rotating() -> Iterator[bool]:
    """Whether nobody else seals files again now, on this disk. The lock goes with the process."""
    root().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(root() / ".rotating", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def seal_again(path: str, *, purposes: Iterable[str]) -> None:
    """Seal the file with the newest key, in its place, whichever of the purposes it has.

    Whoever opens it meanwhile gets the old or the new one, whole; killed at any moment, one of the
    two is there. Within `rotating` only. Raises `crypto.CannotOpen` for none of these purposes,
    `FileNotFoundError` for a file that is gone, `StorageFull`.
    """
    target = _below_root(path)
    old = target.read_bytes()
    content, purpose = _opened(old, purposes)
    new = crypto.seal_bytes(content, purpose=purpose)
    part = target.with_name(f"{target.name}.part")
    # Of a run that was killed.
    part.unlink(missing_ok=True)
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        if not target.exists():
            raise FileNotFoundError(path)
        part.replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        if error.errno in _NO_ROOM:
            raise StorageFull from error
        raise


def _opened(sealed: bytes, purposes: Iterable[str]) -> tuple[bytes, str]:
    for purpose in purposes:
        with contextlib.suppress(crypto.CannotOpen):
            return crypto.unseal_bytes(sealed, purpose=purpose), purpose
    raise crypto.CannotOpen("None of these purposes opens the file.")


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
