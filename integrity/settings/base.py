"""Settings shared by every way of running. The environment is read here and nowhere else."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from integrity.settings.keys import read_or_make

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

# Only production settings turn this on: there unset keys stop the start.
PRODUCTION = env("DJANGO_SETTINGS_MODULE", default="").endswith(".production")


def _secret(name: str, make: str) -> str:
    value: str = env(name, default="")
    return value or ("" if PRODUCTION else read_or_make(VAR_DIR / "keys" / name.lower(), make))


SECRET_KEY = _secret("SECRET_KEY", "token")
# Comma separated base64 keys of 32 bytes; the first seals, all of them open.
FIELD_KEYS = [key for key in _secret("FIELD_KEYS", "key32").split(",") if key]
# Base64 seed (32 bytes) of the Ed25519 key that signs checkpoints of the history.
AUDIT_SIGNING_KEY = _secret("AUDIT_SIGNING_KEY", "key32")
# Base64 public keys that signed before the present one; their checkpoints stay good.
AUDIT_FORMER_PUBLIC_KEYS: list[str] = env.list("AUDIT_FORMER_PUBLIC_KEYS", default=[])

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_NAME = env("SITE_NAME", default="Integrity Office")
ORGANISATION_NAME = env("ORGANISATION_NAME", default="Meridian Learning")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "allauth",
    "allauth.account",
    "csp",
    "integrity.audit",
    "integrity.accounts",
    "integrity.courses",
    "integrity.web",
    "integrity.api",
    "notifications",
    "policies",
    "cases",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "integrity.web.middleware.PrivatePagesMiddleware",
    "integrity.web.middleware.ReaderMiddleware",
    "integrity.web.middleware.RestrictionMiddleware",
    "integrity.web.errors.DomainErrorMiddleware",
]

ROOT_URLCONF = "integrity.urls"
WSGI_APPLICATION = "integrity.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "integrity.web.context.page",
            ],
            "builtins": ["integrity.web.templatetags.web", "django.templatetags.i18n"],
        },
    }
]

# The owner that migrates may do what the application's own role may not
# (update or delete events), so migrations connect with their own address.
_MIGRATING = len(sys.argv) > 1 and sys.argv[1] == "migrate"
_DATABASE_URL = env("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'integrity.sqlite3'}")
if _MIGRATING:
    _DATABASE_URL = env("MIGRATION_DATABASE_URL", default=_DATABASE_URL)


def database(url: str) -> dict[str, Any]:
    """Connection settings for a database address; SQLite in WAL mode, writers in turn."""
    config: dict[str, Any] = environ.Env.db_url_config(url)
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        # A server that is gone is said at once instead of after the system's two minutes.
        options = config.setdefault("OPTIONS", {})
        options["connect_timeout"] = 5
        # Compiling a query of the queue takes ten times as long as running it: what it will cost is
        # overestimated, for every rule that hides a case counts as if it hid half of them.
        options.setdefault("options", "-c jit=off")
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": database(_DATABASE_URL)}
# Name of the application's role when migrations run under another one: it gets what it needs.
APPLICATION_DATABASE_ROLE = (
    environ.Env.db_url_config(env("DATABASE_URL")).get("USER", "")
    if env("MIGRATION_DATABASE_URL", default="") and env("DATABASE_URL", default="")
    else ""
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
        }
    }
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        # A killed worker's task comes back after seconds instead of minutes.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "visibility_timeout": 600,
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR_DIR / "cache",
            # At Django's 300 a flood of strangers would push out what limits them.
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
    _BROKER = VAR_DIR / "broker"
    for _folder in ("in", "processed"):
        (_BROKER / _folder).mkdir(parents=True, exist_ok=True)
    # integrity.embedded: kombu's file transport, with messages that appear whole.
    CELERY_BROKER_URL = "embedded://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER / "in"),
        "data_folder_out": str(_BROKER / "in"),
        "processed_folder": str(_BROKER / "processed"),
        "control_folder": str(_BROKER / "control"),
        "polling_interval": 0.1,
    }
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Publishing is a hint, never the truth: it gives up at once and the sweeper finds the row.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "integrity.probe.Scheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "outbox-sweep": {"task": "notifications.sweep", "schedule": 5.0},
    "deadlines": {"task": "cases.deadlines", "schedule": 60.0},
    # Files that came while the virus scanner was away; costs three small queries otherwise.
    "scan-held": {"task": "cases.scan_held", "schedule": 60.0},
    "presence": {"task": "cases.presence", "schedule": 600.0},
    # Everybody is compared about three times a day at 100,000 accounts.
    "second-accounts": {"task": "cases.second_accounts", "schedule": 300.0},
    # A thousand new or changed submissions a run; one small query when there are none.
    "index-submissions": {"task": "cases.index_submissions", "schedule": 300.0},
    "mailings": {"task": "policies.mailings", "schedule": 5.0},
    "report-lists": {"task": "cases.imports", "schedule": 5.0},
    "reviews": {"task": "policies.reviews", "schedule": 600.0},
    "checkpoint": {"task": "audit.checkpoint", "schedule": 300.0},
    "api-forget": {"task": "api.forget", "schedule": 600.0},
}

EMAIL_URL = env("EMAIL_URL", default="")
if EMAIL_URL:
    _email = environ.Env.email_url_config(EMAIL_URL)
    globals().update(_email)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Integrity Office <office@example.edu>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "integrity.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "integrity.accounts.forms.LoginForm",
    "signup": "integrity.accounts.forms.SignupForm",
    "add_email": "integrity.accounts.forms.AddEmailForm",
    "change_password": "integrity.accounts.forms.ChangePasswordForm",
    "set_password": "integrity.accounts.forms.SetPasswordForm",
    "reset_password": "integrity.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "integrity.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "integrity.accounts.forms.ReauthenticateForm",
}
# A session ends with the browser, whatever else ends it sooner.
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
# Names with a hash of the content, so that a browser may keep a file for ever.
MANIFEST_STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# How hard it is to try the codes of reports without a name: N of scrypt, about 0.1 s a code. With
# another N no code that was given out is found any more, so the environment does not set it.
RECEIPT_WORK = 2**15
# Evidence never goes below a public address: it is read through authorised views only.
EVIDENCE_ROOT = Path(env("EVIDENCE_ROOT", default=str(VAR_DIR / "evidence")))
# Asked about every file that comes in; empty: nobody is asked (cases.evidence.scanner).
CLAMD_URL = env("CLAMD_URL", default="")
if CLAMD_URL and not re.fullmatch(r"tcp://[^/\s]+/?|unix:///\S+", CLAMD_URL):
    raise ImproperlyConfigured("CLAMD_URL is tcp://host:3310 or unix:///path/to/socket, or empty.")
# Whom to turn to at once, as `cases.help` reads it; empty: only the numbers that hold everywhere.
HELP_CONTACTS_FILE = env("HELP_CONTACTS_FILE", default="")
# Uploads are read in memory, within the bound on the request: nothing lies unsealed on the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
EVIDENCE_MAX_FILE_BYTES = 10 * 1024 * 1024
# Without files; the request as a whole is bounded by integrity.web.middleware.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
REQUEST_MAX_BYTES = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
# Checked by integrity.web.middleware: without a request, and since signing in.
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = SESSION_COOKIE_AGE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "integrity.web.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# In the browser alone: a row of a session would tell who reports or answers without a name.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
FORMS_URLFIELD_ASSUME_HTTPS = True

# Views name their own classes (integrity.api.views); these are the ones they cannot name.
REST_FRAMEWORK: dict[str, Any] = {
    "EXCEPTION_HANDLER": "integrity.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "integrity.api.schema.Describe",
    "DEFAULT_AUTHENTICATION_CLASSES": ["integrity.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["integrity.api.authentication.TokenAllows"],
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Integrity Office",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": SITE_URL}],
    # Names of lists of words, where two fields of one name hold different ones.
    "ENUM_NAME_OVERRIDES": {
        "CaseKind": "cases.enums.CaseKind",
        "CaseStatus": "cases.enums.CaseStatus",
        "ReportKind": "cases.enums.ReportKind",
        "ReportMode": "cases.enums.ReportMode",
        "EvidenceKind": "cases.enums.EvidenceKind",
        "DeterminationStatus": "cases.enums.DeterminationStatus",
        "SanctionStatus": "cases.enums.SanctionStatus",
        "PolicyTextState": "policies.api.TEXT_STATES",
        "PledgeState": "policies.api.pledges.STATES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "integrity.api.schema.finish",
    ],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "integrity.core.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["console"], "propagate": False}},
}
