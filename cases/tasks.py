"""Celery tasks of the cases app: leaves that call one service."""

from celery import shared_task

from cases.services import (
    account_search,
    deadlines,
    presence,
    printing,
    report_import,
    scanning,
)


@shared_task(name="cases.deadlines")
def run_deadlines() -> dict[str, int]:
    """Reminders, ended suspensions and closed cases; see `cases.services.deadlines`."""
    return deadlines.run()


@shared_task(name="cases.second_accounts")
def find_second_accounts() -> dict[str, int]:
    """Compare the next portion of accounts; see `cases.services.account_search`."""
    return account_search.run()


@shared_task(name="cases.scan_held")
def scan_held() -> dict[str, int]:
    """Files that came while the virus scanner was away; see `cases.services.scanning`."""
    return scanning.run()


@shared_task(name="cases.presence")
def forget_presence() -> int:
    """Who had which case open an hour ago is forgotten; see `cases.services.presence`."""
    return presence.sweep()


@shared_task(name="cases.imports", expires=10)
def file_lists() -> int:
    """Every few seconds: go on with lists of reports; see `cases.services.report_import`."""
    return report_import.run(seconds=20)


@shared_task(name="cases.index_submissions")
def index_submissions() -> dict[str, int]:
    """Fingerprints of some new and changed submissions; see `cases.services.printing`."""
    return printing.index(portions=5)
