"""Settings of the processes in the outbox's faults: as tests, with time running faster."""

from integrity.settings.test import *  # noqa: F403

OUTBOX_LEASE_SECONDS = 2
EMAIL_TIMEOUT = 5
CELERY_BEAT_SCHEDULE = {"outbox-sweep": {"task": "notifications.sweep", "schedule": 0.5}}
