"""Production: every key comes from the environment, and a weak set-up does not start."""

from django.core.exceptions import ImproperlyConfigured

from integrity.settings.base import *  # noqa: F403
from integrity.settings.base import (
    ALLOWED_HOSTS,
    AUDIT_SIGNING_KEY,
    DEBUG,
    FIELD_KEYS,
    SECRET_KEY,
    env,
)

_problems = [
    text
    for wrong, text in [
        (len(SECRET_KEY) < 50, "SECRET_KEY must be set, at least 50 characters"),
        (not FIELD_KEYS, "FIELD_KEYS must be set"),
        (not AUDIT_SIGNING_KEY, "AUDIT_SIGNING_KEY must be set"),
        (not env("ALLOWED_HOSTS", default=""), "ALLOWED_HOSTS must be set"),
        ("*" in ALLOWED_HOSTS, "ALLOWED_HOSTS must not contain *"),
        (DEBUG, "DEBUG must be off"),
        (not env("DATABASE_URL", default=""), "DATABASE_URL must be set"),
        (not env("EMAIL_URL", default=""), "EMAIL_URL must be set"),
        (
            not env("SITE_URL", default="").startswith("https://"),
            "SITE_URL must start with https://",
        ),
    ]
    if wrong
]
if _problems:
    raise ImproperlyConfigured("Refusing to start: " + "; ".join(_problems) + ".")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
