"""Celery tasks of the policies app: leaves that call one service."""

from celery import shared_task

from policies.services import mailings


@shared_task(name="policies.mailings", expires=10)
def run_mailings() -> int:
    """Every few seconds: go on with what is to be told to many people."""
    return mailings.run(seconds=20)
