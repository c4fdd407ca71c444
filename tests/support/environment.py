"""The environment of a test process, the same wherever it runs.

Nothing of the developer's own settings counts, files go to a temporary folder that is removed at
the end, the database and the broker are the ones the launcher (`tests.support.run`) started, or
SQLite and the embedded broker when pytest was called directly.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

OURS = (
    "DATABASE_URL MIGRATION_DATABASE_URL REDIS_URL SECRET_KEY FIELD_KEYS AUDIT_SIGNING_KEY "
    "AUDIT_FORMER_PUBLIC_KEYS EMAIL_URL SITE_URL SITE_NAME ORGANISATION_NAME ALLOWED_HOSTS "
    "DEBUG LOG_LEVEL STATIC_ROOT EVIDENCE_ROOT VAR_DIR DEFAULT_FROM_EMAIL SECURE_SSL_REDIRECT "
    "DJANGO_SETTINGS_MODULE"
).split()
FOLDER = "INTEGRITY_TEST_FOLDER"
DATABASE = "INTEGRITY_TEST_DATABASE_URL"
REDIS = "INTEGRITY_TEST_REDIS_URL"
TEMPLATE = "INTEGRITY_TEST_TEMPLATE"
# Where the server comes from when it was not started for this run.
GIVEN = "INTEGRITY_TEST_DATABASE_GIVEN"


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def prepare() -> None:
    """Set up the environment of this process, before Django's settings are read."""
    for name in OURS:
        os.environ.pop(name, None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="integrity-tests-")
        os.environ[FOLDER] = folder
        atexit.register(_remove, folder, os.getpid())
    own = Path(os.environ[FOLDER]) / worker
    own.mkdir(exist_ok=True)
    os.environ["VAR_DIR"] = str(own)
    os.environ["DJANGO_SETTINGS_MODULE"] = "integrity.settings.test"
    if os.environ.get(DATABASE):
        os.environ["DATABASE_URL"] = os.environ[DATABASE]
    if os.environ.get(REDIS):
        number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
        os.environ["REDIS_URL"] = f"{os.environ[REDIS].rsplit('/', 1)[0]}/{number}"
