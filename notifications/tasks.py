"""Jobs of the outbox. Both do the same: what is due is decided by the database, not by a task.

A task that is late says nothing new, so it expires; the next sweep finds whatever waits.
"""

from __future__ import annotations

from celery import shared_task

from notifications.services import delivery


@shared_task(name="notifications.sweep", expires=30)
def sweep() -> None:
    """Every few seconds: recover, retry, and send what a broker forgot."""
    delivery.deliver_due(seconds=50)


@shared_task(name="notifications.deliver", expires=60)
def deliver() -> None:
    """Right after a commit that queued something."""
    delivery.deliver_due(seconds=20)
