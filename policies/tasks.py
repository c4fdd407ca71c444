"""Celery tasks of the policies app: leaves that call one service."""

from celery import shared_task

from policies.services import mailings, reviews


@shared_task(name="policies.mailings", expires=10)
def run_mailings() -> int:
    """Every few seconds: go on with what is to be told to many people."""
    return mailings.run(seconds=20)


@shared_task(name="policies.reviews")
def remind_of_reviews() -> int:
    """Now and then: what is due once a year is told to who looks after it."""
    return reviews.remind()
