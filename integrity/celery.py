"""The Celery application. Tasks are leaves: they take ids and call one service."""

import os

from celery import Celery

import integrity.probe  # noqa: F401  (its signals tell supervisors that worker and scheduler live)
from integrity import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrity.settings.local")

embedded.register()
app = Celery("integrity")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
