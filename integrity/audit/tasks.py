"""Work of the history that Celery starts."""

from __future__ import annotations

from celery import shared_task

from integrity.audit import checkpoints


@shared_task(name="audit.checkpoint")
def checkpoint() -> None:
    """Sign what is new in the history. A history that does not verify makes the task fail."""
    checkpoints.make_checkpoint()
