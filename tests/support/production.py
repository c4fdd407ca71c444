"""The environment of a production start, and commands run in it.

`python -m tests.support.production check --deploy` runs a management command that way.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def key() -> str:
    """A key of 32 random bytes, in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def environment(**changes: str | None) -> dict[str, str]:
    """A complete production environment; a change to None leaves the variable out."""
    values: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "integrity.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": key(),
        "AUDIT_SIGNING_KEY": key(),
        "ALLOWED_HOSTS": "integrity.example.org",
        "SITE_URL": "https://integrity.example.org",
        "DATABASE_URL": "postgres://app:secret@127.0.0.1:1/integrity",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "EMAIL_URL": "smtp+tls://mail:secret@127.0.0.1:1",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def manage(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run a management command in production, with the output captured."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    """Exit status of the command."""
    with tempfile.TemporaryDirectory(prefix="integrity-production-") as folder:
        done = manage(*sys.argv[1:], VAR_DIR=folder)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
