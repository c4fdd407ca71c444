"""Settings of the test suite: as local, with cheap password hashes and files that vanish."""

from integrity.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
