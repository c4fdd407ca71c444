"""Work of the API that Celery starts."""

from __future__ import annotations

from celery import shared_task

from integrity.api import idempotency


@shared_task(name="api.forget")
def forget() -> int:
    """Forget answers to requests of more than a day ago."""
    return idempotency.forget()
