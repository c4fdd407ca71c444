"""Celery tasks of the cases app: leaves that call one service."""

from celery import shared_task

from cases.services import deadlines


@shared_task(name="cases.deadlines")
def run_deadlines() -> dict[str, int]:
    """Reminders, ended suspensions and closed cases; see `cases.services.deadlines`."""
    return deadlines.run()
