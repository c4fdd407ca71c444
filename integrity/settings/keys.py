"""Keys for running outside production: made once, kept in `var/keys/` for their owner only."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def read_or_make(path: Path, kind: str) -> str:
    """Return the key kept at `path`, making it first when there is none.

    Two processes that start together end with the same key: the file appears whole, under its
    final name, and the first one to link it wins.
    """
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    value = (
        secrets.token_urlsafe(50)
        if kind == "token"
        else base64.b64encode(secrets.token_bytes(32)).decode()
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_text().strip()
    finally:
        draft.unlink()
    return value
