"""The project: what all apps stand on."""

from integrity.celery import app as celery_app

__all__ = ["celery_app"]
