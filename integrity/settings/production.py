"""Production: every key comes from the environment, and a weak set-up does not start."""

from django.core.exceptions import ImproperlyConfigured

from integrity.settings.base import *
from integrity.settings.base import (
    ALLOWED_HOSTS,
    AUDIT_SIGNING_KEY,
    DEBUG,
    FIELD_KEYS,
    MANIFEST_STORAGES,
    RECEIPT_WORK,
    REDIS_URL,
    SECRET_KEY,
    env,
)
from integrity.settings.guard import problems

_problems = problems(
    secret_key=SECRET_KEY,
    field_keys=FIELD_KEYS,
    signing_key=AUDIT_SIGNING_KEY,
    # The defaults of base are for one machine: here the host must be said.
    allowed_hosts=ALLOWED_HOSTS if env("ALLOWED_HOSTS", default="") else [],
    debug=DEBUG,
    database_url=env("DATABASE_URL", default=""),
    redis_url=REDIS_URL,
    email_url=env("EMAIL_URL", default=""),
    site_url=env("SITE_URL", default=""),
    receipt_work=RECEIPT_WORK,
)
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
STORAGES = MANIFEST_STORAGES
