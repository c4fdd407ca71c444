"""Settings of the test suite: as local, with cheap hashes and a database of its own.

The environment (folder, database, broker) is made by `tests.support.environment`.
"""

from integrity.settings.base import *
from integrity.settings.base import DATABASES, VAR_DIR, env

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
RECEIPT_WORK = 2**4
# Whoever has a scanner or contacts on their machine keeps them out of the tests.
CLAMD_URL = ""
HELP_CONTACTS_FILE = ""
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

_default = DATABASES["default"]
if _default["ENGINE"].endswith("sqlite3"):
    # A file: other processes (worker, web server) must be able to open it.
    _default["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    _default["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    _template = env("INTEGRITY_TEST_TEMPLATE", default="")
    _default["TEST"] = {"NAME": "test_integrity", "TEMPLATE": _template or None}
    # A test's connection ends with it, so that databases can be dropped.
    _default["CONN_MAX_AGE"] = 0
